#!/usr/bin/env bash
# From a bare machine to a running server with the demo province.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
scripts/setup.sh
exec .venv/bin/gis up
