# What a person or CI types. Each target sets up what it needs first: on a fresh machine git, make and python3 are enough.
PYTHON := .venv/bin/python
LABCTL := .venv/bin/labctl
SITE   ?= dvntm
TARGET ?= fake
OUT    ?= reports/$(SITE)

.DEFAULT_GOAL := help
.PHONY: help setup accept test check sim bench clean

help:
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: ## everything that accept, test and check need
	@.ci/setup dev

accept: ## simulate the site, run and audit its requirements, write the report (SITE, TARGET, OUT)
	@.ci/setup
	@$(LABCTL) accept $(SITE) --target $(TARGET) --out $(abspath $(OUT))

test: ## the whole test suite; what the machine cannot carry is skipped with its reason
	@.ci/setup dev tools || { echo "test: going on without them; the tests that need one say so"; .ci/setup dev; }
	@$(PYTHON) -m pytest

check: ## formatting, lint, types, traceability, the rules of the architecture
	@.ci/setup dev
	@.ci/check

sim: ## the nested rung: hv01 as a VM, audited over SSH, and gone again
	@.ci/setup sim
	@.ci/sim

bench: ## how fast and how big
	@.ci/setup dev
	@$(PYTHON) -m pytest -q -s tests/bench

clean: ## remove what was built; .venv stays
	@rm -rf build dist out reports .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
