# SPDX-License-Identifier: Apache-2.0
# The commands of the project. Each one sets up and builds what it needs; nothing is done twice.
.DEFAULT_GOAL := help
.PHONY: help setup build demo test quick bench fmt docs clean
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
PY := .venv/bin/python

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## system packages and .venv, pinned (needs root or sudo once)
	@scripts/setup.sh

build: setup ## the package into .venv: extension, tools, Python sources
	@scripts/build.sh

demo: build ## compile the trained digits model, run it, compare it with SpikingJelly spike by spike; the same on a chip
	@$(PY) examples/demo.py --output demo-output

test: build ## everything: lit, unit and Python tests, sanitizers, linkage, generated documentation
	@scripts/test.sh

quick: build ## lit, unit and the fast Python tests
	@scripts/test.sh quick

bench: build ## speed and compile time against the last run, then against the peers that are installed (COMPARE=--full); the chip simulator and mappings
	@$(PY) benchmarks/bench.py
	@$(PY) benchmarks/compare.py $(COMPARE)
	@$(PY) benchmarks/chip.py
	@$(PY) benchmarks/mapping.py

fmt: setup ## format C++ and Python
	@git ls-files '*.cpp' '*.h' | xargs -r clang-format-22 -i
	@.venv/bin/ruff check --fix --quiet python examples benchmarks test/python
	@.venv/bin/ruff format --quiet python examples benchmarks test/python

docs: setup ## regenerate docs/generated from the dialect and pass definitions
	@scripts/gen_docs.sh

clean: ## remove builds and the virtual environment
	rm -rf build .venv demo-output
