# Needs only make and Python 3.11 or newer; everything else goes into $(VENV).
PYTHON ?= python3
VENV ?= .venv
# Optional extras to test as well, for example EXTRAS=torch (a large download).
EXTRAS ?=
BIN := $(VENV)/bin
# A test that hangs fails with the place where it hangs, long before the patience of whoever runs this ends.
PYTEST := -m pytest -n auto --dist loadgroup --durations 15 --timeout 900
comma := ,
space := $(subst ,, )

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-kernels test-oldest label-studio test-label-studio check-install licences audit docs results lint clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[$(subst $(space),$(comma),$(strip dev $(EXTRAS)))]"
	@touch $@ $(VENV)/.core

$(VENV)-oldest/.core: pyproject.toml constraints-oldest.txt
	$(PYTHON) -m venv $(VENV)-oldest
	$(VENV)-oldest/bin/python -m pip install --quiet --constraint constraints-oldest.txt --editable . pytest pytest-xdist pytest-timeout hypothesis polars modAL-python alipy
	@touch $@

# In an environment of its own: it pins what it needs. 130 seconds and 1 GB.
$(VENV)-label-studio/.done: constraints-label-studio.txt
	$(PYTHON) -m venv $(VENV)-label-studio
	$(VENV)-label-studio/bin/python -m pip install --quiet --constraint constraints-label-studio.txt label-studio
	@touch $@

demo: $(VENV)/.core ## learn handwritten digits (odd or even) from 60 labels
	$(BIN)/cutplane run digits-odd --budget 60 --seed 0 --out runs/demo --overwrite

lint: $(VENV)/.dev ## ruff check, ruff format --check, mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Every core has a worker: more threads of BLAS would only wait for each other.
test test-fast test-kernels test-oldest test-label-studio: export OMP_NUM_THREADS := 1

test: lint ## lint, then every test
	$(BIN)/python $(PYTEST)

# What needs an extra, builds pages, plays whole experiments or takes long is left to `make test`.
FAST = -m "not slow" $(addprefix --ignore=tests/,docs benchmarks embedding export integrations experiments app notebook)

test-fast: $(VENV)/.dev ## the core's tests, in under two minutes
	$(BIN)/python $(PYTEST) -q $(FAST)

# Kernels of OpenBLAS round differently; one that this processor cannot run is named and left out.
KERNELS ?= Haswell SkylakeX Zen Sandybridge Nehalem Prescott

test-kernels: $(VENV)/.dev ## the core's tests with one kernel of OpenBLAS after the other
	@failed=""; for kernel in $(KERNELS); do \
	    export OPENBLAS_CORETYPE=$$kernel; \
	    if ! $(BIN)/python -c "import numpy as np; A = np.ones((99, 99)); np.linalg.inv(A @ A + np.eye(99))" 2>/dev/null; then \
	        echo "$$kernel: this processor cannot run it, left out"; continue; \
	    fi; \
	    echo "$$kernel:"; \
	    $(BIN)/python $(PYTEST) -q $(FAST) || failed="$$failed $$kernel"; \
	done; \
	if [ -n "$$failed" ]; then echo "failed with:$$failed"; exit 1; fi

test-oldest: $(VENV)-oldest/.core ## the core's tests with the oldest supported dependencies, and pages about modAL and ALiPy
	$(VENV)-oldest/bin/python $(PYTEST) -o filterwarnings=default --disable-warnings \
	    $(filter-out --ignore=tests/integrations,$(FAST))
	$(VENV)-oldest/bin/python $(PYTEST) -o filterwarnings=default --disable-warnings \
	    tests/docs/test_docs.py tests/docs/test_coming_from.py -k "coming or other-libraries"

label-studio: $(VENV)-label-studio/.done ## install Label Studio, so that `make test` tests the backend against it

test-label-studio: $(VENV)/.dev label-studio ## test the backend against the real Label Studio alone
	$(BIN)/python -m pytest -q tests/app/label_studio/test_real_label_studio.py

check-install: $(VENV)/.dev ## build sdist and wheel, install the wheel in a clean environment, use it
	rm -rf dist/check && mkdir -p dist/check
	$(BIN)/python -m build --outdir dist/check .
	$(PYTHON) -m venv dist/check/venv
	dist/check/venv/bin/python -m pip install --quiet --no-compile --constraint constraints.txt dist/check/*.whl
	cd dist/check && venv/bin/cutplane run moons --budget 10 --out run
	cd dist/check && venv/bin/cutplane label --help
	cd dist/check && ls cutplane-$$(venv/bin/cutplane --version | cut -d' ' -f2)-py3-none-any.whl
	cd dist/check && venv/bin/python -c "import cutplane, pathlib; assert pathlib.Path(cutplane.__file__).with_name('py.typed').exists()"
	cd dist/check && venv/bin/python -c "import cutplane, pathlib; app = pathlib.Path(cutplane.__file__).with_name('app'); assert list(app.glob('page/templates/*.html')) and list(app.glob('page/static/*'))"

licences: $(VENV)/.dev ## write the page on licences, docs/licences.md, by what is installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[bench,docs]"
	$(BIN)/python docs/licences.py

audit: $(VENV)/.dev ## look up the locked dependencies among known vulnerabilities; needs the network
	$(BIN)/python -m pip_audit --requirement constraints.txt --no-deps --disable-pip

docs: $(VENV)/.dev ## the documentation site, in docs/_build/html
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[docs]"
	$(BIN)/python -m sphinx -W --keep-going -b html docs docs/_build/html

# Suites to play again first, as "speed scale"; all of them take 12 hours. DATA is their data files' folder.
REPLAY ?=

results: $(VENV)/.dev ## docs/results.md and its figures from docs/results, in a minute; REPLAY="speed" plays again
	$(BIN)/python benchmarks/results.py $(if $(REPLAY),--replay $(REPLAY)) $(if $(DATA),--data $(DATA))

clean: ## remove the environment and caches
	rm -rf $(VENV) $(VENV)-oldest $(VENV)-label-studio dist docs/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis
