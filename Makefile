# Each target makes what it needs and may be run again at any time. The environment lives in .venv and is brought up to
# date when pyproject.toml or constraints.txt change. PIP_OPTIONS reaches pip, as for an index of your own.
PYTHON ?= python3
PORT ?= 9000
DATA ?= music.lbdata
PIP_OPTIONS ?=
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_OPTIONS) -c constraints.txt
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
# pytest answers 5 where no test has the mark that was asked for.
NO_TESTS_IS_FINE := || [ $$? -eq 5 ]

.DEFAULT_GOAL := help
.PHONY: help run test test-slow test-gpu rig lint format type bench docs report device device-preview clean distclean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: $(RUN_STAMP) ## start the engine on the shipped models (PORT=9000)
	$(BIN)/bridge serve --port $(PORT)

test: $(DEV_STAMP) ## the tests, in about a minute
	$(BIN)/python -m pytest

test-slow: $(DEV_STAMP) ## the tests that take longer
	$(BIN)/python -m pytest -m slow $(NO_TESTS_IS_FINE)

test-gpu: $(DEV_STAMP) ## the tests that need CUDA or Metal
	$(BIN)/python -m pytest -m gpu $(NO_TESTS_IS_FINE)

rig: $(DEV_STAMP) ## the tests with Pure Data, JACK and FluidSynth, which it installs where it may
	tests/rig/install.sh
	$(BIN)/python -m pytest tests/rig -m rig -rs

lint: $(DEV_STAMP) ## style and form
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(DEV_STAMP) ## bring the code into form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

type: $(DEV_STAMP) ## static types
	$(BIN)/mypy

bench: $(RUN_STAMP) ## the measurements, written to benchmarks/
	$(BIN)/python -m benchmarks.bench

docs: $(RUN_STAMP) ## docs/protocol.md from the protocol table
	$(BIN)/bridge protocol > docs/protocol.md.new
	mv docs/protocol.md.new docs/protocol.md

report: $(RUN_STAMP) ## one page about the shipped models, in reports/ (DATA=music.lbdata)
	$(BIN)/bridge report checkpoints --data $(DATA) --out reports/report.html

device: $(RUN_STAMP) ## the Max for Live device, from max_for_live/js and max_for_live/device
	$(BIN)/python -m max_for_live.device.build

device-preview: $(DEV_STAMP) ## a picture of the device
	$(BIN)/python -m max_for_live.device.preview

clean: ## remove what tools left behind
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage docs/protocol.md.new *.egg-info
	find bridge engine max_for_live tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## and the environment
	rm -rf $(VENV)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Latent Bridge needs Python 3.11 or later, and '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo missing);" \
			"give another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e .
	@touch $@

$(DEV_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e '.[dev,train]'
	@touch $@ $(RUN_STAMP)
