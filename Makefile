# Needs only make and Python 3.11 or newer; everything else goes into $(VENV).
PYTHON ?= python3
VENV ?= .venv
# Optional extras to test as well, for example EXTRAS=torch (a large download).
EXTRAS ?=
BIN := $(VENV)/bin
comma := ,
space := $(subst ,, )

.DEFAULT_GOAL := help
.PHONY: help demo test lint clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 8

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[$(subst $(space),$(comma),$(strip dev $(EXTRAS)))]"
	@touch $@ $(VENV)/.core

demo: $(VENV)/.core ## learn handwritten digits (odd or even) from 60 labels
	$(BIN)/cutplane run digits-odd --budget 60 --seed 0 --out runs/demo --overwrite

lint: $(VENV)/.dev ## ruff check, ruff format --check, mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint ## lint, then every test
	$(BIN)/python -m pytest

clean: ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
