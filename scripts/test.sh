#!/usr/bin/env bash
# Set-up and tests of one tier: what has to be green before a change lands.
#   test.sh [PYTEST ARGUMENT...]       code checks and the first tier
#   test.sh deep [PYTEST ARGUMENT...]  the second tier: fuzz, kills, matrices, other programs
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

tier="not deep"
if [ "${1:-}" = deep ]; then
    tier=deep
    shift
fi

stop_test_cluster() {
    [ ! -d var/test/cluster ] || .venv/bin/python -c 'from pathlib import Path
from gis_server.runtime.postgres import Cluster
Cluster(Path("var/test")).stop()'
}

scripts/setup.sh test
[ "$tier" = deep ] || scripts/lint.sh
# A cluster that was up before belongs to somebody who is still working with it.
[ -S var/test/cluster/run/.s.PGSQL.5432 ] || trap stop_test_cluster EXIT
.venv/bin/python -m pytest -n auto --dist loadgroup -m "$tier" --durations 20 "$@"
