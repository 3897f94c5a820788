PYTHON ?= python3
BIN := .venv/bin

KILLS ?= 1000
FLIPS ?= 500
# of hostile input, over each transport
FUZZ_SECONDS ?= 60
FUZZ_SEED ?= $(shell date +%s)
SEED ?= $(shell date +%s)

.PHONY: demo test long bench bench-redaction bench-neighbours crash halt fuzz lint lock wheel clean

demo: .venv/installed
	$(BIN)/remit demo

test: lint
	$(BIN)/pytest --numprocesses=auto --dist=worksteal

# what is left to chance, as often as it takes to trust it
long: export LONG := 1
long: export SEED := $(SEED)
long: .venv/installed
	@echo seed $(SEED)
	$(BIN)/pytest $$(grep --recursive --include='*.py' --files-with-matches 'import.* rounds' tests)

bench: .venv/installed
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks

bench-redaction: .venv/installed
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.redaction

bench-neighbours: .venv/installed
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.neighbours

crash: .venv/installed
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.crash --kills $(KILLS)

halt: .venv/installed
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.crash.halting --flips $(FLIPS)

fuzz: export FUZZ_SECONDS := $(FUZZ_SECONDS)
fuzz: export FUZZ_SEED := $(FUZZ_SEED)
fuzz: .venv/installed
	$(BIN)/pytest -rP tests/hostile/test_mutants.py tests/hostile/test_memory.py

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
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	$(BIN)/pip check --disable-pip-version-check
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf .venv .cache build dist demo
