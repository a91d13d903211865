#!/usr/bin/env bash
# Renews the lock files from the *.in files and package.json.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
scripts/setup.sh test
for name in requirements requirements-test requirements-node; do
    .venv/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
        --no-annotate --custom-compile-command "make lock" "$@" --output-file $name.lock $name.in
done
. scripts/venv.sh
node_or_npm npm install --package-lock-only --ignore-scripts --no-audit --no-fund
