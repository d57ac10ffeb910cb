# Two commands on a fresh machine: `make demo` and `make test`. Both install what they need into .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

# Tests start Python some hundred times, which takes half as long where compiled modules are kept.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-all check-fast fuzz lint types figures schema check help-book notebooks notebooks-run site lesson clean

demo: $(STAMP)
	$(BIN)/clientauth demo

# One of the tests runs mypy.
test: $(STAMP) lint
	$(BIN)/pytest -n auto --dist worksteal

# Every run of the catalogue, every type of key, the notebooks, browsers and outside programs.
test-all: export CI = true
test-all: test

# While one works: lint, types, and the rooms below the views, in under a minute.
check-fast: $(STAMP) lint types
	$(BIN)/pytest -q -n auto --dist worksteal tests/test_architecture.py tests/tls tests/trust tests/engine

# Hostile bytes for a while; what is found is stored in tests/regressions and played again by every make test.
FUZZ_SECONDS ?= 60
fuzz: $(STAMP)
	$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS) $(if $(FUZZ_SEED),--seed $(FUZZ_SEED))

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

figures: $(STAMP)
	$(BIN)/clientauth demo --quiet

schema: $(STAMP)
	$(BIN)/python -m simulator.trace.schema > simulator/trace/trace.schema.json
	$(BIN)/python -m simulator.scenario.schema > simulator/scenario/scenario.schema.json

# The statements of the documentation with their runs: docs/help-book.md and its pictures.
help-book: $(STAMP)
	$(BIN)/python docs/make_help_book.py

check: $(STAMP)
	$(BIN)/clientauth check --all

# Open the notebooks; run them all and store what they show.
notebooks: $(STAMP)
	$(BIN)/jupyter lab --notebook-dir=notebooks

notebooks-run: $(STAMP)
	$(BIN)/python notebooks/execute.py

# The classroom as static pages, into site/: open site/index.html, or copy the folder to any web server.
site: $(STAMP)
	$(BIN)/clientauth site site

# The 45-minute lesson, into lesson/: open lesson/index.html, and press p for the presenter's view.
lesson: $(STAMP)
	$(BIN)/clientauth lesson lesson

# The editable install is made once, and again when what it depends on changes. Installing can fail for a
# moment on a busy network, so it is tried three times.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed, this is " + sys.version.split()[0] + ". Say which to use: make PYTHON=python3.12")'
	@echo "Installing what the simulator needs into $(VENV), once: about one minute with uv, three with pip."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Could not make $(VENV). On Debian: apt-get install python3-venv"; exit 1; }
	@for try in 1 2 3; do \
	  if command -v uv >/dev/null 2>&1; then \
	    uv pip install --quiet --python $(BIN)/python -c constraints.txt -b constraints.txt -e '.[test,notebooks]'; \
	  else \
	    PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt -e '.[test,notebooks]'; \
	  fi && break; \
	  if [ $$try = 3 ]; then echo "The packages could not be installed; is the network there?"; exit 1; fi; \
	  echo "Installing failed, trying again"; sleep 5; \
	done
	@touch $@
	@echo "Installed."

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
