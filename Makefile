# rxcrm. `make` alone lists what there is to make; every target works on a fresh clone.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
MAKEFLAGS += --no-print-directory

# The first of these that is new enough.
PYTHON ?= python3 python3.13 python3.12 python3.11
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCALES := rxcrm/locales

.PHONY: help
help: ## list what there is to make
	@echo "rxcrm, an open-source CRM in pure Python."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Settings are environment variables, for example: RXCRM_PORT=3001 make run. docs/settings.md has them all."

.PHONY: run
run: .venv/installed ## install what is needed, build what has changed, serve on http://localhost:3000
	@trap 'exit 0' INT
	$(BIN)/rxcrm serve

.PHONY: dev
dev: .venv/installed-dev ## serve, and build and start again whenever a source changes
	@trap 'exit 0' INT
	$(BIN)/rxcrm serve --dev

.PHONY: demo
demo: .venv/installed ## serve a throw-away demo with sample data (data/demo)
	@trap 'exit 0' INT
	rm -rf data/demo
	unset RXCRM_DATABASE_URL RXCRM_ADMIN_EMAIL RXCRM_ADMIN_PASSWORD
	RXCRM_DATA_DIR=data/demo $(BIN)/rxcrm demo --serve

.PHONY: test
test: .venv/installed-dev ## run every test, on SQLite, on PostgreSQL and in a browser
	@browser="$$(tests/browser)"
	export RXCRM_CHROMIUM="$$browser"
	echo "The browser of the tests is $$browser."
	rules=0; journeys=0
	# Playwright's synchronous interface and asyncio must not share a process.
	$(BIN)/python -m pytest tests --ignore tests/e2e -m "not e2e" -rs -n 2 --dist loadfile || rules=$$?
	if compgen -G "tests/e2e/test_*.py" > /dev/null; then
		echo; echo "Building the front end for the browser's tests, if its sources changed …"
		$(BIN)/rxcrm build
		$(BIN)/python -m pytest tests/e2e -rs -n 2 --dist loadfile || journeys=$$?
	fi
	say() { [ "$$2" = 0 ] && echo "  $$1 passed" || echo "  $$1 FAILED"; }
	echo >&2; say "rules and handlers: " $$rules >&2; say "in the browser:     " $$journeys >&2
	exit $$(( rules || journeys ))

.PHONY: check
check: .venv/installed-dev ## lint, formatting, types, and who may import whom
	@failed=0
	$(BIN)/ruff check . || failed=1
	$(BIN)/ruff format --check . || failed=1
	$(BIN)/mypy || failed=1
	$(BIN)/lint-imports || failed=1
	exit $$failed

.PHONY: bench
bench: .venv/installed-dev ## time lists, forms and imports; more with: python -m bench --help
	@$(BIN)/python -m bench

.PHONY: gallery
gallery: .venv/installed-dev ## take the pictures of docs/gallery again
	@export RXCRM_CHROMIUM="$$(tests/browser)"
	$(BIN)/rxcrm build
	$(BIN)/python -m tests.gallery

.PHONY: messages
messages: .venv/installed-dev ## collect the messages of the source into the catalogues of all languages
	@template=.venv/rxcrm.pot
	$(BIN)/pybabel -q extract -F <(printf '[python: **.py]\n[javascript: **.js]\n[javascript: **.jsx]\n') \
		-k N_ -k _ -k gettext:2 -k ngettext:2,3 -k plural:1,2 -k t -k t.n:1,2 \
		--no-location --sort-output --project rxcrm -o $$template rxcrm
	for file in $(LOCALES)/*/LC_MESSAGES/rxcrm.po; do
		[ -e "$$file" ] || { echo "There is no language yet. CONTRIBUTING.md says how to begin one."; break; }
		language="$$(basename "$$(dirname "$$(dirname "$$file")")")"
		$(BIN)/pybabel -q update -D rxcrm --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -i $$template -o "$$file" -l "$$language"
		echo "$$file is up to date."
	done
	rm -f $$template

.PHONY: clean
clean: ## remove everything that was made, except data/
	@rm -rf .venv .web .states build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis assets/i18n assets/external
	find . -name __pycache__ -prune -exec rm -rf {} +

# -- the environment ---------------------------------------------------------------------------------------------------

.venv/python:
	@mkdir -p $(LOCALES)  # git keeps no empty folder, and the program looks into this one
	new='import sys; sys.exit(sys.version_info < (3, 11))'
	if ! $(BIN)/python -c "$$new" 2> /dev/null; then
		found=""
		for name in $(PYTHON); do
			if "$$name" -c "$$new" 2> /dev/null; then found="$$name"; break; fi
		done
		[ "$$found" ] || {
			echo "rxcrm needs Python 3.11 or newer, and none of these is: $(PYTHON)." >&2
			echo "Install one and name it, for example: make run PYTHON=/opt/python3.12/bin/python3" >&2; exit 1; }
		"$$found" -c 'import venv, ensurepip' 2> /dev/null || {
			echo "This Python cannot make virtual environments. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
		echo "Making a virtual environment in .venv …"
		"$$found" -m venv --clear .venv
	fi
	touch $@

.venv/installed: .venv/python pyproject.toml constraints.txt
	@echo "Installing what rxcrm needs (a minute or two, once) …"
	$(PIP) install -c constraints.txt -e . || {
		echo "The packages could not be installed; the lines above say why. Is there a connection to the network?" >&2; exit 1; }
	touch $@

.venv/installed-dev: .venv/installed
	@echo "Installing what the tests and checks need …"
	$(PIP) install -c constraints.txt -e '.[dev]' || {
		echo "The packages could not be installed; the lines above say why. Is there a connection to the network?" >&2; exit 1; }
	touch $@
