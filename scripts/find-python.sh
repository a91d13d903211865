#!/usr/bin/env bash
# Prints the path of a Python that can make our virtual environment.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
shopt -s nullglob

system_places=${system_places:-/usr/local /opt/* /opt/*/*}

candidates() {
    local name
    for name in python3.13 python3.12 python3; do
        type -aP "$name" || true
    done
    local home=${HOME:-/nonexistent} place
    for place in "${PYENV_ROOT:-$home/.pyenv}"/versions/* "$home"/.pyenv/versions/* \
        "$home"/.local/share/uv/python/* "$home/.local" $system_places; do
        printf '%s\n' "$place"/bin/python3.1[23] "$place"/bin/python3
    done
}

# A pyenv shim or an active environment may answer; the interpreter behind it is what stays.
usable() {
    "$1" -c 'import ensurepip, sys, venv
if sys.version_info < (3, 12): sys.exit(1)
print(sys._base_executable)' 2>/dev/null
}

while read -r candidate; do
    [ -x "$candidate" ] && usable "$candidate" && exit 0
done < <(candidates)

fail "No Python 3.12 or newer was found: install one (for example with 'pyenv install 3.12' or" \
    "'uv python install 3.12'), then run the command again."
