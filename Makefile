PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint lock wheel clean

demo: .venv/installed
	$(BIN)/remit demo

test: lint
	$(BIN)/pytest

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright

lock: .venv/installed
	.ci/lock

wheel: .venv/installed
	$(BIN)/python -m build --wheel --no-isolation

.venv/installed: pyproject.toml requirements-dev.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "remit needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf .venv .cache build dist demo
