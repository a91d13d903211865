#!/usr/bin/env bash
# Makes this clone ready to run; with `test`, ready to test. Does nothing when it is ready already.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$root/scripts/packages.sh"
. "$root/scripts/venv.sh"

missing_packages() {
    [ -n "${GIS_DATABASE_URL:-}" ] || missing_database
    missing_libraries
    [ "${1:-}" != test ] || missing_test_tools
}

main() {
    mkdir -p "$root/var/log"
    # Two set-ups of one clone at once would write into each other's environment.
    exec 9>"$root/var/setup.lock"
    flock 9
    [ -f "$venv/.requirements.stamp" ] || need_space "$root"
    ensure_venv
    local packages
    mapfile -t packages < <(missing_packages "${1:-}")
    install_packages "${packages[@]}"
    install_lock requirements
    [ "${1:-}" != test ] || install_lock requirements-test
    install_project
    install_browser_modules "${1:-}"
}

main "$@"
