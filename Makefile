# Everything runs from a virtual environment of its own; `make setup` makes it, the other targets see to that first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.requirements

.PHONY: setup demo test check format bench clean

setup: $(STAMP)

$(STAMP): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, PYTHON=... names another.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

demo: setup
	@$(BIN)/python manage.py simulate contracts/policies/scenarios/*.yaml

test: setup
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	@if [ -d templates ]; then $(BIN)/djlint --check --lint templates --quiet; fi
	$(BIN)/python manage.py makemigrations --check --dry-run

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	@mkdir -p var
	$(BIN)/python -m pytest tests/benchmarks -n 0 -p no:randomly --no-cov --benchmark-json=var/bench.json
	$(BIN)/python -m tests.benchmarks.report var/bench.json

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis mutants
