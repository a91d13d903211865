#!/usr/bin/env bash
# Every check that needs no database.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
PATH=$root/.venv/bin:$PATH
ruff check --quiet
ruff format --check --quiet
mypy
lint-imports --no-logo
. scripts/venv.sh
node_or_npm node node_modules/typescript/bin/tsc --project tsconfig.json
node_or_npm node node_modules/@biomejs/biome/bin/biome lint --error-on-warnings
