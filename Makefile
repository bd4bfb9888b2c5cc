# Alliance CRM. Needs Python 3.11 or newer and make; everything else is fetched into .venv.

VENV   := .venv
BIN    := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
BUILT  := $(VENV)/.built-from-requirements
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
LOCK   := $(BIN)/uv pip compile --quiet --generate-hashes --no-strip-extras --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock"
# The whole suite: three processes for two cores, a file of tests in one of them (docs/recipes/write-a-test.md).
WHOLE  := -n auto --dist loadfile --no-loadscope-reorder
# What production must be given; here only so that its settings can be checked.
DEPLOY := DJANGO_SETTINGS_MODULE=config.settings.production SECRET_KEY=$$(od -An -N48 -tx1 /dev/urandom | tr -d ' \n') \
	FINGERPRINT_KEY=only-for-the-check DATABASE_URL=postgres://check@127.0.0.1/check REDIS_URL=redis://127.0.0.1/0 \
	EMAIL_URL=smtp://127.0.0.1:25 ALLOWED_HOSTS=example.org PUBLIC_URL=https://example.org

.DEFAULT_GOAL := help
.PHONY: help run stop test lint format bench faults lock

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: $(BUILT) ## Start everything: servers, web, worker, clock, mailbox (PORT=8000, DEMO=0 for an empty house)
	@exec $(BIN)/python -m config.stack run

stop: $(BUILT) ## Stop everything that runs for this checkout
	@$(BIN)/python -m config.stack stop

# A hundred processes are started: what is compiled once must not be compiled by each of them.
test faults: export PYTHONDONTWRITEBYTECODE :=
test: $(BUILT) ## Run every test (PYTEST="tests/crm -x" for some of them)
	$(BIN)/pytest $(or $(PYTEST),$(WHOLE))

lint: $(BUILT) ## Check style, types, storeys, templates, migrations and the production settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	find . -path ./$(VENV) -prune -o -path ./var -prune -o -path '*/templates/*.html' -print0 | xargs -0 -r $(BIN)/djade --check --target-version 5.2
	DATABASE_URL=postgres://nobody@127.0.0.1:1/none $(BIN)/python -W ignore manage.py makemigrations --check --dry-run
	@$(BIN)/python -m config.catalogues
	@echo "$(MANAGE) check --deploy --fail-level WARNING (production settings)"
	@$(DEPLOY) $(MANAGE) check --deploy --fail-level WARNING

format: $(BUILT) ## Put code and templates into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	find . -path ./$(VENV) -prune -o -path ./var -prune -o -path '*/templates/*.html' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2

bench: $(BUILT) ## Measure imports, exports, duplicates, sending and webhooks on this machine (BENCH=imports for one)
	$(BIN)/python -m benchmarks $(BENCH)

faults: $(BUILT) ## The long form of the tests that kill and freeze real processes
	FAULTS=long $(BIN)/pytest -m fault $(PYTEST)

lock: $(BUILT) ## Compile the requirements anew, with hashes
	for name in base development production; do $(LOCK) -o requirements/$$name.txt requirements/$$name.in || exit 1; done

$(BUILT): requirements/development.txt
	@test -n "$(PYTHON)" || { echo "Alliance CRM needs Python 3.11 or newer; name one with: make run PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too old: Alliance CRM needs Python 3.11 or newer; name one with: make run PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Building $(VENV) from requirements/development.txt (a few minutes the first time) …" >&2
	@$(BIN)/python -c '' 2>/dev/null || rm -rf $(VENV)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python cannot make environments here; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/development.txt
	@touch $@
