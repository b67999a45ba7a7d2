# Everything a developer or a curious visitor needs; `make help` lists it.

PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.8
# Company networks bring certificates of their own.
export UV_SYSTEM_CERTS ?= true

.PHONY: help demo serve test check bench lock clean
.DEFAULT_GOAL := help

help: ## List what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

demo: .venv/installed ## Install, load the demo company, ask it two questions, serve the chat page
	$(BIN)/kefu demo

serve: .venv/installed ## Serve the chat page and the API
	$(BIN)/kefu serve

test: .venv/installed-dev ## Install what tests need and run them
	$(BIN)/python -m pytest -n auto --dist loadgroup

check: .venv/installed-dev ## Lint, types, floors
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --num-workers 2
	$(BIN)/lint-imports

bench: .venv/installed-dev ## Measure, as docs/benchmarks.md describes
	$(BIN)/uv pip install --quiet --requirement benchmarks/requirements.txt
	$(BIN)/python benchmarks/run.py

lock: .venv/bin/uv ## Renew the lock files
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-header --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --group dev --extra local --constraint requirements.lock \
	  --no-header --quiet --output-file requirements-dev.lock

clean: ## Remove the virtual environment and caches; the data folder stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit("Kefu needs Python 3.11 or later, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -c 'import ensurepip' || { echo "Python lacks its venv module: install it (on Debian: apt-get install python3-venv)."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/installed: requirements.lock pyproject.toml | .venv/bin/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

.venv/installed-dev: requirements-dev.lock pyproject.toml | .venv/bin/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements-dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@
