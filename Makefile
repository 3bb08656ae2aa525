# Everything runs from a virtual environment of its own; `make setup` makes it, the other targets see to that first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.requirements
STATIC := $(or $(PORTAL_VAR),var)/static/staticfiles.json
# Starts what is not there (PostgreSQL and Redis from wheels, in var/), runs the command, stops what it started.
WITH_SERVERS := $(BIN)/python -m slaportal.embedded run --
# The servers of an installation, over TCP: the other way that the same tests run.
TCP_HOST ?= 127.0.0.1
TCP := DATABASE_URL=postgres://portal_web@$(TCP_HOST):5432/portal \
	DATABASE_OWNER_URL=postgres://portal_owner@$(TCP_HOST):5432/portal REDIS_URL=redis://$(TCP_HOST):6379/9

.PHONY: setup assets demo stop test test-tcp check format bench crawl screens clean

setup: $(STAMP) assets

$(STAMP): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, PYTHON=... names another.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# The look: built from npm once, then collected with hashed names, as a browser may keep them for ever.
assets: $(STAMP)
	@$(BIN)/python -m slaportal.assets.build
	@$(MAKE) --no-print-directory $(STATIC)

$(STATIC): slaportal/assets/built/.stamp $(wildcard slaportal/assets/static/*) $(STAMP)
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@touch $@

demo: setup
	@$(BIN)/python -m slaportal.embedded demo

stop: $(STAMP)
	@$(BIN)/python -m slaportal.embedded stop

test: setup
	$(WITH_SERVERS) $(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term

test-tcp: setup
	$(TCP) $(BIN)/python -m pytest -n 2 --dist worksteal -m "database or workers"

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint templates --quiet
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	@mkdir -p var
	$(WITH_SERVERS) $(BIN)/python -m pytest tests/benchmarks -n 0 -p no:randomly --no-cov --benchmark-json=var/bench.json
	$(BIN)/python -m tests.benchmarks.report var/bench.json

# Every page as every role, light and dark, wide and narrow: a table, and 1 when anything is wrong (docs/pages.md).
crawl: setup
	$(WITH_SERVERS) $(BIN)/python -m tests.crawl

# The same, and the pictures in docs/screens/ anew.
screens: setup
	$(WITH_SERVERS) $(BIN)/python -m tests.crawl --screens docs/screens

clean:
	-@$(BIN)/python -m slaportal.embedded stop
	rm -rf $(VENV) var slaportal/assets/built slaportal/assets/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis mutants
