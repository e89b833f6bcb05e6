# Two commands matter: `make demo` and `make test`. Each does all its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.synced

.PHONY: help setup lint format test test-long coverage bench demo docs judges clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP)  ## the environment, from the lock file

$(STAMP): pyproject.toml uv.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv sync --quiet --locked --all-extras --inexact
	@touch $@

lint: setup  ## format, lint, types, floors
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

test: lint  ## everything that needs no internet (under 10 minutes on 2 cores)
	@$(BIN)/pytest -n 2 -m "not long and not bench"

test-long: setup  ## the long forms: 100,000 mutants, every leaf
	@$(BIN)/pytest -n 2 -m long

coverage: setup  ## which lines no test reaches (what other processes run isn't counted; one core, longer than test)
	@$(BIN)/coverage run -m pytest -m "not long and not bench"
	@$(BIN)/coverage report

demo: setup  ## four registries: verified, translated, reproduced, exchanged between nodes; forgeries refused
	@$(BIN)/testamur demo

bench: setup  ## the figures of docs/performance.md, side by side in one run
	@$(BIN)/python -m scripts.bench

docs: setup  ## write the reference pages that come from the code
	@$(BIN)/python -m scripts.cli_reference
	@$(BIN)/python -m scripts.openapi
	@$(BIN)/python -m scripts.render_gallery

judges:  ## others' validators of our pages (needs mvn and npm): veraPDF, axe-core, into .judges/
	@mvn -q -f tests/conformance/judges/pom.xml dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/.judges/verapdf
	@mkdir -p .judges/axe && cd .judges/axe && npm pack --silent axe-core@4.14.1 >/dev/null && tar xzf axe-core-*.tgz --strip-components=1 package/axe.min.js

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache
