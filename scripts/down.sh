#!/usr/bin/env bash
# Stops the server and the database of this clone.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
[ -x .venv/bin/gis ] || exit 0
exec .venv/bin/gis down
