#!/usr/bin/env bash
# Set-up, checks, tests: what has to be green before a change lands.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

stop_test_cluster() {
    [ ! -d var/test/cluster ] || .venv/bin/python -c 'from pathlib import Path
from gis_server.runtime.postgres import Cluster
Cluster(Path("var/test")).stop()'
}

scripts/setup.sh test
scripts/lint.sh
# A cluster that was up before belongs to somebody who is still working with it.
[ -S var/test/cluster/run/.s.PGSQL.5432 ] || trap stop_test_cluster EXIT
.venv/bin/python -m pytest -n auto "$@"
