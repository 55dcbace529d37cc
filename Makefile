# `make help` lists what there is to make: the line above a target that begins with ##.
#
# Everything runs in .venv, made here. pip is called when pyproject.toml has changed and at no
# other time, so that all of it works again without a network.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := demo
.DELETE_ON_ERROR:

# An environment variable, because pip hands it down to the pip that it starts for the build.
export PIP_QUIET := 2
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

BIN := .venv/bin
# Where packages come from is nobody's business: pip's chatter and all addresses are taken out.
define pip
$(1) install $(2) 2>&1 | sed -E '/^WARNING/d; s|[a-z+]+://[^ ,"]*|…|g; s|host=[^,)]*|host=…|g' >&2 \
  || { echo 'pip could not install this. It needs the network once.' >&2; exit 1; }
endef
PIP := $(BIN)/python -m pip
SAMPLE := 高新区考核办2023
SECONDS := 600

.PHONY: help quick demo test prove lint bench fuzz docs workbooks system clean

## this list
help:
	@awk '/^## / { said = substr($$0, 4); next } said && /^[a-z]+:/ { printf "make %-10s %s\n", substr($$1, 1, index($$1, ":") - 1), said } { said = "" }' $(firstword $(MAKEFILE_LIST))

## score a sample workbook into build/
demo: .venv/.installed
	@mkdir -p build
	@$(BIN)/xlkpi score samples/$(SAMPLE).xlsx -o build/$(SAMPLE)_评分结果.xlsx

## the tests in a minute: two cases of each, none that needs LibreOffice or a process of its own
quick: .venv/.dev
	XLKPI_QUICK=1 $(BIN)/pytest -q -n 2

# Compiled first: workers start, and where Python may write no bytecode each would compile.
## lint and all tests, in four to five minutes: what a change must pass
test: system lint
	$(BIN)/python -m compileall -q xlkpi
	$(BIN)/pytest -n 2 --dist loadgroup

## the same with the full counts of all random tests, within two hours; writes TESTING.md
prove: system lint
	$(BIN)/python -m compileall -q xlkpi
	$(BIN)/python -m tests.prove

## ruff, mypy, the order of imports
lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## the table of speed ratios
bench: .venv/.dev
	$(BIN)/python scripts/bench.py

## ten minutes of coverage-guided fuzzing of everything that reads (SECONDS=600)
fuzz: .venv/.dev
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(call pip,$(PIP),-e '.[fuzz]')
	$(BIN)/python scripts/fuzz.py $(SECONDS)

## the generated documentation
docs: .venv/.dev
	$(BIN)/python scripts/docs.py

## templates and samples from their text
workbooks: .venv/.dev
	$(BIN)/python scripts/workbooks.py

## make sure of what the tests need and pip cannot bring
system:
	@tests/system.sh

## remove what was made, but not .venv
clean:
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# A stamp is a copy of pyproject.toml: a checkout that only touches the file installs nothing.
.venv/.installed: pyproject.toml | .venv/.made
	@cmp -s $< $@ || $(call pip,$(PIP),-e .)
	@$(BIN)/python -m compileall -q xlkpi
	@cp $< $@

.venv/.dev: pyproject.toml | .venv/.made
	@cmp -s $< $@ || $(call pip,$(PIP),-e '.[dev]')
	@cp $< $@; cp $< .venv/.installed

# Debian can have pip without venv's own copy of it; the pip at hand then fills the environment.
.venv/.made:
	@for python in python3.11 python3; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  if ! "$$python" -m venv .venv >/dev/null 2>&1; then \
	    "$$python" -m venv --clear --without-pip .venv; \
	    $(call pip,"$$python" -m pip --python .venv/bin/python,pip); \
	  fi; \
	  touch $@; exit 0; \
	done; \
	echo 'xlkpi needs Python 3.11 or newer: neither python3.11 nor python3 is one.' >&2; exit 1
