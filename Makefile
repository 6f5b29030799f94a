# make report   set up, report on the bundled example, say where the page is
# make test     set up, check style and types, run every test
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
OUT := out
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# Compiled Python is kept, so that not every process of a report or a test run compiles it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-dev browser report test quick lint types docs bench bundle lock clean

help:
	@echo "make report   set up and write the report of the bundled example"
	@echo "make test     set up and run everything: style, types, tests, docs"
	@echo "make quick    the quick tests only"
	@echo "make docs     build the documentation"
	@echo "make bench    run the benchmarks"
	@echo "make bundle   rebuild the map from frontend/ (needs Node)"
	@echo "make lock     renew the lock files"

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and was not found."; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $(VENV)/.runtime $@

setup: $(VENV)/.runtime
setup-dev: $(VENV)/.dev

frontend/node_modules/.package-lock.json: frontend/package-lock.json
	@if command -v npm >/dev/null 2>&1; then cd frontend && npm ci --no-fund --no-audit; \
	else echo "Node is not here: the tests that rebuild the map or check accessibility will be skipped."; fi

browser: frontend/node_modules/.package-lock.json
	@command -v chromium >/dev/null 2>&1 || bash .ci/browser

report: setup
	@mkdir -p $(OUT)
	@test -d $(OUT)/example || $(BIN)/interfirm example $(OUT)/example
	@$(BIN)/interfirm report $(OUT)/example --output $(OUT)/report.html --json $(OUT)/summary.json
	@echo "Open $(CURDIR)/$(OUT)/report.html"

test: setup-dev browser lint types
	$(BIN)/python -m pytest -n auto --dist loadfile

quick: setup-dev
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow and not browser"

lint: setup-dev
	$(BIN)/ruff check src tests benchmarks docs

types: setup-dev
	$(BIN)/mypy --strict src

docs: setup-dev
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

bench: setup-dev
	$(BIN)/python -m benchmarks

bundle:
	cd frontend && npm ci --no-fund --no-audit && npm run build

lock: setup-dev
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header --no-annotate --generate-hashes pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header --no-annotate --generate-hashes --extra test --extra docs --extra experiments --extra distributed pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) $(OUT) build dist docs/_build frontend/node_modules
