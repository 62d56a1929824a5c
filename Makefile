# Nothing to know beforehand: each target makes what it needs.
#   make demo    set up and run the pipeline end to end on the embedded model (no key, no network)
#   make test    set up and run the whole test suite
#   make check   what a commit must pass: format, lint, types, layers, tests
#   make bench   measure speed, memory, kills, dedup, near duplicates, a big tree; writes benchmarks/results.json
#   make trainers  set up what the tests with trainers need: torch, transformers, trl, datasets (large)
#   make screenshots  photograph MLflow's interface anew for docs/images (needs Debian's chromium, fonts-noto-cjk)
#   make clean   take away what the targets above made

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
RUN    := $(VENV)/.run-installed
# In continuous integration no test is skipped: what the tests with trainers need (torch: large) is installed, too.
comma  := ,
EXTRAS := dev$(if $(filter true,$(CI)),$(comma)trainers)
DEV    := $(VENV)/.$(subst $(comma),-,$(EXTRAS))-installed
# One for each core, and 3 at least: the tests wait on subprocesses and sockets more than on the processor.
WORKERS ?= auto

.PHONY: demo test check format lint types layers bench trainers screenshots clean

demo: $(RUN)
	$(BIN)/condor quickstart

test: $(DEV)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: lint types layers test

format: $(DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(DEV)
	$(BIN)/basedpyright

layers: $(DEV)
	$(BIN)/lint-imports

bench: $(DEV)
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/memory.py
	$(BIN)/python benchmarks/kills.py
	$(BIN)/python benchmarks/dedup.py
	$(BIN)/python benchmarks/meaning.py
	$(BIN)/python benchmarks/near_duplicates.py
	$(BIN)/python benchmarks/tree.py
	$(BIN)/python benchmarks/shards.py
	$(BIN)/python benchmarks/release.py

trainers:
	$(MAKE) $(VENV)/.dev-trainers-installed EXTRAS=dev,trainers

screenshots: $(DEV)
	$(BIN)/python docs/screenshots.py

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("condor needs Python 3.11 or newer; found " + sys.version.split()[0] + ". Run: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(RUN): $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(DEV): $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable '.[$(EXTRAS)]'
	mkdir -p $(VENV)/typing && ln -sfn ../.. $(VENV)/typing/condor
	@touch $@ $(RUN)

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache condor-quickstart condor-release
