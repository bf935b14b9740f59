# One command each; `make help` lists them. Stamp files keep a second start short.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
# Where it is set, each start of a server would compile all of it anew: a fifth of its time.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
NODE := scripts/node.sh
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

MADE := $(VENV)/.made
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
CLIENT_PACKAGES := client_web/node_modules/.installed
CLIENT_BUILT := client_web/dist/.built
PEER_PACKAGES := tests/conformance/node/node_modules/.installed loadtests/node/node_modules/.installed

# What the pages are made of: a change in any of these builds them anew.
CLIENT_SOURCES := $(shell find client_web protocols/schema -type f \
	-not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/tests/*' -not -name '*.py' -not -name '*.pyc' 2>/dev/null)

# Tests that start browsers, whole servers or official suites; all the others are quick.
SLOW := tests/e2e tests/conformance tests/rigs tests/cluster tests/postgres

.PHONY: help run check quick test lock schema pictures bench locust costs faults chromium image clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  make run reads PORT=8000  DATA=var  DEMO=0 (no bots)  LAN=1 (phones in the same network)"

run: $(RUNTIME) $(CLIENT_BUILT) ## Start a room on 127.0.0.1:8000 and print its links
	@exec env PORT='$(PORT)' DATA='$(DATA)' DEMO='$(DEMO)' LAN='$(LAN)' $(BIN)/python scripts/run.py

check: $(DEV) $(CLIENT_PACKAGES) ## Lint, types, import rules and schema drift (seconds)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy scripts
	$(BIN)/lint-imports
	$(NODE) $(BIN)/python -m server schema --check
	$(NODE) npm --prefix client_web run --silent check

quick: $(DEV) $(CLIENT_PACKAGES) ## The sans-I/O and unit tests (seconds)
	$(NODE) $(BIN)/python -m pytest -q -n auto --dist loadfile $(addprefix --ignore=,$(SLOW))

test: $(DEV) $(CLIENT_BUILT) $(PEER_PACKAGES) ## Every test, with all that they need (REQUIRE_ALL=1: a skip fails)
	$(NODE) $(BIN)/python scripts/test.py $(SLOW)

lock: $(DEV) ## Renew the pinned and hashed requirements from pyproject.toml (UPGRADE=1: newest of all)
	$(BIN)/python scripts/lock.py $(if $(UPGRADE),--upgrade)

schema: $(DEV) $(CLIENT_PACKAGES) ## Write the JSON Schema, the TypeScript types and docs/reference/wire.md anew
	$(NODE) $(BIN)/python -m server schema

pictures: $(DEV) $(CLIENT_BUILT) chromium ## Take the screenshots in docs/pictures anew
	$(BIN)/python -m tests.e2e.pictures

bench: $(DEV) $(PEER_PACKAGES) ## Measure the server under load on this machine, and beside node's socket.io
	$(NODE) $(BIN)/python -m loadtests

locust: $(DEV) ## Let a crowd into a show on a server of its own (USERS=200 SHAPE=storm TIME=60; test-results/locust.html)
	$(BIN)/python -m loadtests.show $(if $(USERS),--users $(USERS)) $(if $(SHAPE),--shape $(SHAPE)) $(if $(TIME),--run-time $(TIME))

costs: $(DEV) ## Measure what each thing costs (six minutes at rest; writes docs/explanation/scale.md)
	@mkdir -p test-results
	$(BIN)/python -m loadtests.costs --json test-results/costs.json --write docs/explanation/scale.md

faults: $(DEV) ## Try to break every promise, in full length (ONLY=5,13; NODES=2; SHORT=1; writes docs/explanation/promises.md)
	@mkdir -p test-results
	$(BIN)/python -m loadtests.faults $(if $(ONLY),--only $(ONLY)) $(if $(NODES),--nodes $(NODES)) $(if $(SHORT),--short,--json test-results/faults.json \
		--write docs/explanation/promises.md)

chromium: $(DEV) ## Make sure that there is a Chromium for the browser tests
	$(BIN)/python scripts/chromium.py

image: $(DEV) ## Run the Dockerfile's steps in a clean chroot and try what comes out (as root; FOLDER=kept)
	$(BIN)/python scripts/image.py $(if $(FOLDER),--folder $(FOLDER))

clean: ## Remove what was built; var/ and its rooms stay
	rm -rf $(VENV) client_web/dist client_web/node_modules tests/conformance/node/node_modules loadtests/node/node_modules \
		scripts/chromium/node_modules test-results .mypy_cache .ruff_cache .pytest_cache .hypothesis

# An environment from before stays; half an environment (no pip in it) is made anew.
$(MADE):
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || \
		{ python=$$(scripts/python.sh) && rm -rf $(VENV) && "$$python" -m venv $(VENV); }
	@touch $@

$(RUNTIME): requirements.txt | $(MADE)
	@echo "showfloor: installing Python packages into $(VENV)"
	@$(PIP) -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt | $(MADE)
	@echo "showfloor: installing Python packages for development into $(VENV)"
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(CLIENT_PACKAGES): client_web/package-lock.json | $(MADE)
	@echo "showfloor: installing packages for the pages"
	@$(NODE) npm ci --loglevel=error --no-audit --no-fund --prefix client_web
	@touch $@

$(CLIENT_BUILT): $(CLIENT_PACKAGES) $(CLIENT_SOURCES)
	@echo "showfloor: building the pages"
	@$(NODE) npm --prefix client_web run --silent build
	@touch $@

$(PEER_PACKAGES): %/node_modules/.installed: %/package-lock.json | $(MADE)
	@echo "showfloor: installing the stock packages of $*"
	@$(NODE) npm ci --loglevel=error --no-audit --no-fund --prefix $*
	@touch $@
