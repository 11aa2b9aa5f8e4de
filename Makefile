# Needs Python 3.11 or later and git; everything else goes into .venv, which each target makes or completes by itself.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test fuzz lint generate bench clean FORCE

# what is tested is what users get: the built package, never the checkout beside it
unexport PYTHONPATH PYTHONHOME
export PIP_NO_INPUT := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PYTEST_ARGS ?=
PY := .venv/bin/python
PIP := $(PY) -m pip install -qq --no-warn-script-location
SOURCES := $(shell find agentmem templates docs/man -type f ! -path '*/__pycache__/*' 2>/dev/null)

help:
	@echo 'make demo       two weeks of a team in a throwaway repository, asked and checked (15 s)'
	@echo 'make test       build the package, install it into .venv, run pytest on it   PYTEST_ARGS="-k recall"'
	@echo 'make fuzz       the properties of the model again, on 2,000 new examples each'
	@echo 'make lint       ruff, mypy, import-linter'
	@echo 'make generate   write the grammar, the schemas and the reference anew from the code'
	@echo 'make bench      speed, quality and many processes at once, as ratios measured in one run (80 min)'
	@echo 'make clean      remove .venv'

demo: .venv/installed
	@$(PY) -P -m agentmem demo </dev/null

test: .venv/installed .venv/dev
	@$(PY) -P -m pytest -n 2 $(PYTEST_ARGS) </dev/null

# a run of the tests is the same each time; what is found here becomes an example of its test
fuzz: .venv/installed .venv/dev
	@AGENTMEM_FUZZ=2000 $(PY) -P -m pytest -n 2 tests/model tests/symbols tests/store $(PYTEST_ARGS) </dev/null

lint: .venv/installed .venv/dev
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

# without -P, so that the checkout's own commands are read and written
generate: .venv/installed .venv/dev
	@$(PY) -m agentmem.cli.generate
	@$(PY) -m ruff format --quiet agentmem/cli/grammar.py

bench: .venv/installed .venv/dev
	@missed=; for one in \
	  'cold.py' \
	  'cold.py --uncommitted --no-install' \
	  'team_history.py' \
	  'semantic.py' \
	  'retention.py' \
	  'neighbours.py' \
	  'noise.py' \
	  'admission.py' \
	  'abstaining.py' \
	  'plain.py' \
	  'lists.py' \
	  'conversations.py' \
	  'growth.py' \
	  'token_estimate.py' \
	  'concurrency.py' \
	  'watch.py' \
	  'branches.py' \
	  'replay.py' \
	  'at.py' \
	  'contradiction.py' \
	  'anchoring.py' \
	  'releases.py' \
	  'verify.py' \
	  'check.py' \
	  'foresight.py' \
	  'claims.py --rounds 100 --remote-rounds 30' \
	  'simulation.py --tasks 100'; do \
	  $(PY) -P benchmarks/$$one </dev/null || missed="$$missed  $$one"; \
	done; \
	[ -z "$$missed" ] || { echo "not reached:$$missed" >&2; exit 1; }

clean:
	rm -rf .venv

# names of interpreters are tried by running them: a name on PATH may be a stub that starts nothing
.venv/made:
	@for python in "$$PYTHON" python3 python3.13 python3.12 python3.11 python3.14 python; do \
	  [ -n "$$python" ] || continue; \
	  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    echo "making .venv with $$("$$python" --version 2>&1)"; \
	    "$$python" -m venv --clear .venv && touch $@ && exit 0; \
	    exit 1; \
	  fi; \
	done; \
	echo 'error: no Python 3.11 or later with venv was found on PATH' >&2; \
	echo 'hint: install one (on Debian and Ubuntu also its python3-venv), or: PYTHON=/path/to/python3 make' >&2; \
	exit 1

# a list of the names, so that a file that is gone counts as a change as well
.venv/sources: FORCE | .venv/made
	@printf '%s\n' $(sort $(SOURCES)) > $@.now
	@if cmp -s $@.now $@; then rm $@.now; else mv $@.now $@; fi

# as a wheel, over what was there; the second install is for a version number that has not changed
.venv/installed: pyproject.toml $(SOURCES) .venv/sources | .venv/made
	@echo 'installing the package into .venv'
	@rm -rf .venv/wheel && touch $@.now
	@$(PY) -m pip wheel -qq --no-deps --wheel-dir .venv/wheel . </dev/null
	@$(PIP) .venv/wheel/*.whl </dev/null
	@$(PIP) --no-deps --force-reinstall .venv/wheel/*.whl </dev/null
	@mv $@.now $@

# the group is read here and not by `pip install --group`, which pip has from 25.1 on
.venv/dev: pyproject.toml | .venv/made
	@echo 'installing what tests and checks need into .venv'
	@$(PY) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")' > $@.txt
	@$(PIP) -r $@.txt </dev/null
	@touch $@
