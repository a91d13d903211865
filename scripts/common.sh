# Shared by the other scripts, which source it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
log=$root/var/log/setup.log
need_mb=2048

say() { printf '%s\n' "$*"; }

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

free_mb() { df -Pm "$1" | awk 'NR == 2 { print $4 }'; }

disk_full() {
    fail "The disk is full: free at least $need_mb MB for ${1:-$root}, then run the command again."
}

need_space() {
    local free
    free=$(free_mb "$1")
    [ "$free" -ge "$need_mb" ] || disk_full "$1"
}

# logged SENTENCE COMMAND...: output goes to the log; a person reads SENTENCE when it fails.
logged() {
    local sentence=$1 output
    shift
    mkdir -p "${log%/*}"
    "$@" >>"$log" 2>&1 </dev/null && return
    output=$(tail -n 30 "$log")
    if grep -qiE 'no space left|enough free space' <<<"$output" || [ "$(free_mb "$root")" -lt 50 ]; then
        disk_full
    fi
    fail "$sentence (details: $log)"
}

# The path is part of the stamp because a virtual environment does not survive a move.
stamp_of() { { printf '%s\n' "$root" && cat "$@"; } | sha256sum; }

# unchanged STAMP FILE...: true when these very files were installed here already.
unchanged() { [ -f "$1" ] && [ "$(cat "$1")" = "$(stamp_of "${@:2}")" ]; }

mark() { stamp_of "${@:2}" >"$1"; }
