# Everything a developer types. `make help` lists it; CONTRIBUTING.md says when to use which.
.DEFAULT_GOAL = help
BIN = .venv/bin
# Images for containers often forbid bytecode files; without them every start compiles Django again.
unexport PYTHONDONTWRITEBYTECODE

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

install: ## make .venv with every dependency (fast when nothing changed)
	@PYTHON='$(PYTHON)' scripts/bootstrap

run: install ## start server, jobs and sandbox on http://127.0.0.1:8000 (PORT=8001 to choose)
	@$(BIN)/connectid run

demo: install ## walk every journey over HTTP against the running server
	@$(BIN)/connectid demo

test: install ## everything CI runs: checks, then all tests on SQLite and on PostgreSQL
	@$(BIN)/python scripts/check.py

check: install ## the fast half of `make test`: format, types, layers, migrations, documents
	@$(BIN)/python scripts/check.py --fast

test-crash: install ## lose nothing while everything is killed at random (PostgreSQL, RabbitMQ, Redis)
	@$(BIN)/python -m tests.crash $(CRASH)

bench: install ## measure everything, print and keep the figures (ACCOUNTS=1000000 for a database of that size; BENCH="push jobs" for some only)
	@$(BIN)/python -m benchmarks $(BENCH)

fleet: install ## play 100,000 phones at their real rates, then all of them within a minute (FLEET="--phones 10000")
	@$(BIN)/python -m benchmarks.fleet $(FLEET)

budgets: install ## count again what every endpoint and job costs; TESTS=connectid/messaging for some only
	@$(BIN)/python -m pytest -q -n logical --dist worksteal --write-budgets $(TESTS)

CASES = 20000
fuzz: install ## send 20,000 cases made up from the API document; CASES=2000 for fewer
	@FUZZ_CASES=$(CASES) $(BIN)/python -m pytest -q -n logical --dist worksteal tests/fuzz

replicas: install ## write and read back 5,000 times while a replica streams, lags, is paused and dies
	@$(BIN)/python -m connectid.testing.read_your_writes --pairs 5000

format: install ## rewrite the code in the project's style and fix what can be fixed
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

docs: install ## write the generated reference pages again
	@$(BIN)/python scripts/docs.py

translations: install ## gather the texts of the sign-in pages, compile their translations, name what is missing
	@$(BIN)/python scripts/translations.py

clean: ## remove what the other targets made, but not var/ (your database and keys)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help install run demo test test-crash check bench fleet budgets fuzz replicas format docs translations clean
