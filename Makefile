# Everything a newcomer types. Needs Python 3.11+, Java 17+ and Maven; all else is fetched into .venv and ~/.cache.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-all lint bench docs clean tools setup system

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
# Two files of tests at a time: most of them wait for a broker, an engine or a browser.
TWO := -n 2 --dist loadfile --no-loadscope-reorder

help:
	@echo "make demo      start a hub on this machine with the bundled real data (ARGS=--exit stops it at once)"
	@echo "make test      lint, types and all tests but the long campaigns"
	@echo "make test-all  all of them; reports go to bench/results/"
	@echo "make lint      ruff, mypy and the import contracts"
	@echo "make bench     the benchmarks; results go to bench/results/"
	@echo "make docs      check the documents: links, commands, targets"
	@echo "make clean     remove what was built; a hub's own folder (.hub) stays"

demo: setup
	@$(BIN)/hub demo $(ARGS)

test: setup system lint
	@$(BIN)/pytest $(TWO) --durations=15 $(ARGS)

test-all: setup system lint
	@$(BIN)/pytest $(TWO) -m "" --durations=30 --reports bench/results $(ARGS)

lint: setup
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: setup
	@set -e; for file in $$(grep -ls '__main__' bench/*.py); do \
		echo "== $$file"; $(BIN)/python -m "bench.$$(basename "$$file" .py)" $(ARGS); \
	done

docs: setup
	@$(BIN)/pytest -q tests/house/test_docs.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -prune -exec rm -rf {} +

# What must be there before: each with one line on how to get it.
tools:
	@ok=yes; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { ok=; \
		echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv (or make PYTHON=/path/to/python3)"; }; \
	java=$$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p'); [ "$${java:-0}" -ge 17 ] || { ok=; \
		echo "Java 17 or newer is needed: apt-get install openjdk-17-jre-headless"; }; \
	command -v mvn >/dev/null || { ok=; \
		echo "Maven is needed, it fetches the broker: apt-get install maven"; }; \
	[ $$ok ]

# .venv is what requirements.lock says. The stamp names lock, project and Python: as long as they stay, nothing is done.
setup: tools
	@key="$$(cat requirements.lock pyproject.toml | sha256sum | cut -c1-64) $$($(PYTHON) -c 'import sys; print(sys.version)')"; \
	if [ "$$(cat .venv/installed 2>/dev/null)" != "$$key" ]; then \
		set -e; \
		$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "venv is needed: apt-get install python3-venv"; exit 1; }; \
		echo "setting up .venv"; \
		rm -f .venv/installed; \
		[ -x $(BIN)/python ] && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv; \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock; \
		$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
		echo "$$key" >.venv/installed; \
	fi

# The browser tests need Chromium and the fonts of the pages: root gets what is missing, others are told.
system:
	@missing=; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	for font in fonts-noto-cjk fonts-inter; do \
		dpkg-query -W -f '$${Status}' $$font 2>/dev/null | grep -q ' installed$$' || missing="$$missing $$font"; \
	done; \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing$$missing"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	else \
		echo "the browser tests need$$missing: apt-get install$$missing" >&2; \
	fi
