.DEFAULT_GOAL := help
.PHONY: help up down quick test test-deep check lint format lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

up: ## Install what is missing, start the database and the server, print the address
	@scripts/up.sh

down: ## Stop the server and the database that `make up` started
	@scripts/down.sh

quick: ## Check the code and run the tests that need no database and no browser
	@scripts/quick.sh

test: ## Install what is missing, check the code, run the tests of the first tier
	@scripts/test.sh

test-deep: ## Run the tests of the second tier: fuzz, kills, matrices, other programs
	@scripts/test.sh deep

lint: ## Check style, types (Python and browser modules) and imports only
	@scripts/setup.sh test
	@scripts/lint.sh

check: test ## The same as test

format: ## Format the code and repair what the linter can repair
	@scripts/setup.sh test
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

lock: ## Renew the lock files
	@scripts/lock.sh

clean: down ## Stop everything and remove what set-up made; the data in var/ stays
	@rm -rf .venv node_modules build dist *.egg-info .cache .hypothesis .*_cache
