# make demo   sets everything up and shows what synfin does
# make test   sets everything up and passes the tests
# make help   the other targets
#
# Works with GNU make 3.81 (macOS). PYTHON=... names the interpreter; nothing
# but Python >= 3.11, make and git has to be there before.

VENV = .venv
BIN = $(VENV)/bin
PY = $(BIN)/python
WORKERS = 2
PYTEST = $(BIN)/pytest -n $(WORKERS)
PYTEST_ARGS =
BENCH_ARGS =
JOB = bulk-in
ENGINE_TESTS = tests/wire tests/core tests/host tests/sim tests/lab

.PHONY: help demo test test-plain test-compiled setup build wheel lint format bench bench-setup bench-recovery bench-instructions profile soak pins readme docs clean

# One set-up at a time; the tests run in parallel by themselves.
.NOTPARALLEL:

help:
	@echo "make demo           set up, then a short tour"
	@echo "make test           set up, then lint and the tests, on the compiled engine and the plain one"
	@echo "make test-plain     the whole suite on plain Python; PYTEST_ARGS='-k name' narrows it"
	@echo "make test-compiled  the whole suite on the compiled engine"
	@echo "make lint           ruff and mypy;  make format: let ruff rewrite"
	@echo "make build          compile the engine (where a compiler is) and install synfin into .venv"
	@echo "make wheel          the package for machines like this one, compiled, in dist/"
	@echo "make bench          measure beside the kernel and other stacks (BENCH_ARGS=--list)"
	@echo "make profile        a flame graph and the ten hottest functions: JOB=bulk-in"
	@echo "make bench-instructions  has the engine become dearer? (callgrind)"
	@echo "make soak           the long runs"
	@echo "make bench-recovery transfers under loss beside the Linux kernel (9 minutes)"
	@echo "make pins           choose dependencies anew (requirements*.in -> requirements*.txt)"
	@echo "make readme         bring the output shown in the READMEs up to date"
	@echo "make docs           make docs/conformance.md and the tables of docs/asyncio.md anew"
	@echo "make clean          remove .venv, build and caches"

# --- set-up ---------------------------------------------------------------------
# .venv/.packages: the pinned packages are in. .venv/.tools: so are the tools.

setup: $(VENV)/.tools

$(VENV)/.tools: requirements.txt requirements-dev.txt
	@sh tools/setup.sh
	@touch $(VENV)/.packages $(VENV)/.tools

$(VENV)/.packages: requirements.txt requirements-dev.txt
	@sh tools/setup.sh run
	@touch $(VENV)/.packages

build: $(VENV)/.packages
	@$(PY) tools/build.py

wheel: build
	@mkdir -p dist && cp build/dist/*.whl dist/ && ls dist/*.whl

# --- the two commands -------------------------------------------------------------
demo: build
	@$(BIN)/synfin demo

test: setup build lint
	@$(PY) tools/run_tests.py --workers $(WORKERS) -- $(PYTEST_ARGS)

test-plain: setup
	@PYTHONPATH=src SYNFIN_FORM=plain $(PYTEST) $(PYTEST_ARGS)

test-compiled: setup build
	@PYTHONPATH= SYNFIN_FORM=compiled $(PYTEST) $(PYTEST_ARGS)

# --- checks -----------------------------------------------------------------------
lint: setup
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --no-error-summary

format: setup
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format .

# BENCH_ARGS: rows, --rounds N, --json FILE, --chart FILE.svg, --list; JOB: a row.
bench-setup: .venv-bench/.packages

.venv-bench/.packages: $(VENV)/.tools requirements-bench.txt requirements-peers.txt
	@sh tools/setup_bench.sh
	@touch .venv-bench/.packages

bench: setup build bench-setup
	@PYTHONPATH= $(PY) -m bench $(BENCH_ARGS)

profile: setup build bench-setup
	@PYTHONPATH= $(PY) -m bench.profile $(JOB)

bench-instructions: setup build
	@PYTHONPATH= $(PY) -m bench.instructions $(BENCH_ARGS)

bench-recovery: setup build
	@PYTHONPATH= $(PY) -m bench.recovery --seeds 21

soak: setup build
	@PYTHONPATH= SYNFIN_HYPOTHESIS=soak $(PYTEST) -m "soak or not soak" $(PYTEST_ARGS)

# --- upkeep -----------------------------------------------------------------------
pins: setup
	@sh tools/pins.sh

readme: setup
	@PYTHONPATH=src $(PY) tools/readme.py

docs: setup
	@PYTHONPATH=src $(PY) tools/conformance.py
	@PYTHONPATH=src $(PY) tools/asyncio_tables.py

clean:
	rm -rf $(VENV) .venv-bench build dist out .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +
