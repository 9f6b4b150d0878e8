# PYTHON=/path/to/python picks the interpreter, PIP_ARGS='...' adds pip options.
SUPPORTED := import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))
FIND_PYTHON := for p in python3.13 python3.12 python3.11 python3.10 python3; do \
	$$p -c '$(SUPPORTED)' 2>/dev/null && echo $$p && break; done
PYTHON ?= $(or $(shell $(FIND_PYTHON)),python3)
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
PIP := $(PY) -m pip -qq --disable-pip-version-check install
LITE = $(shell $(PY) -m pip show -qq mmcv 2>/dev/null || echo -r requirements/mmcv.txt)
PYTEST := $(PY) -m pytest
# What pip check may say: see requirements/mmpose.txt.
UNMET := ^No broken requirements\|^mmpose [^ ]* requires \(chumpy\|xtcocotools\), which is not installed

.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow bench gpu-check matrix lint format docs clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

install: $(STAMP)  ## create .venv with all that is needed (the other targets do it too)

demo: $(STAMP)  ## draw people, train supervised and dual, compare them
	@$(PY) tools/demo.py

test: lint  ## lint, then every test but the slow ones, on all cores
	@$(PYTEST) -n auto --dist loadfile -m 'not slow'

test-slow: $(STAMP)  ## the slow tests
	@$(PYTEST) -m slow

bench: $(STAMP)  ## what our own work costs: time and memory against what must be done
	@$(PY) -m tests.benchmarks

gpu-check: $(STAMP)  ## tests and speed on a GPU, in 5 minutes and one file
	@$(PY) -m tests.benchmarks.gpu_check

matrix:  ## set up and test every supported Python found here, before a release
	@$(PYTHON) tests/matrix.py

lint: $(STAMP)  ## ruff's checks, nothing changed
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check

format: $(STAMP)  ## ruff's fixes and formatting
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

docs: $(STAMP)  ## docs/ as a site in build/docs
	@$(PIP) --no-build-isolation -e '.[docs]'
	@echo 'site_name: semi_pose' | \
		$(PY) -m mkdocs build --quiet -f - --site-dir $(CURDIR)/build/docs

clean:  ## remove caches and build outputs; .venv and work_dirs stay
	@rm -rf build dist *.egg-info .pytest_cache .ruff_cache
	@find . -path ./$(VENV) -prune -o -name __pycache__ -type d -print0 | xargs -0 rm -rf

$(PY):
	@$(PYTHON) -c '$(SUPPORTED)' 2>/dev/null \
		|| { echo "semi_pose needs Python 3.10 to 3.13, and '$(PYTHON)' is none of" \
		"them. Install one, or name it:" \
		"make $(MAKECMDGOALS) PYTHON=/path/to/python" >&2; exit 1; }
	@echo "creating $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(STAMP): $(wildcard requirements/*.txt) setup.py | $(PY)
	@echo 'installing the build tools'
	@$(PIP) $(PIP_ARGS) -r requirements/build.txt
	@echo 'installing semi_pose and what it needs (about 3 minutes)'
	@$(PIP) $(PIP_ARGS) --no-build-isolation -r requirements/environment.txt $(LITE)
	@$(PIP) $(PIP_ARGS) --no-deps -r requirements/mmpose.txt
	@! $(PY) -m pip check | grep -v '$(UNMET)'
	@touch $@
