#!/usr/bin/env bash
# What can be known in two minutes: style, types, imports, and the tests without database and browser.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
scripts/setup.sh test
scripts/lint.sh
# Quiet, because the header of a run names the database and would start one.
.venv/bin/python -m pytest -n auto -q -m "not pg and not browser and not deep" "$@"
