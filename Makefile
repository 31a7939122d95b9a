# Everything that is done with Fupin from a shell. `make help` lists it.
SHELL := /bin/sh
PORT ?= 8000
HOUSEHOLDS ?= 2000
VENV ?= $(CURDIR)/.venv
export VENV
RUN := $(VENV)/bin
# The first Python on the path that is new enough.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	{ echo $$p; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench messages screenshots keys clean python packages dev-packages bench-packages

help: ## This list.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /	/' | expand -t 14

run: python ## Serve Fupin with demo data at http://127.0.0.1:8000/ (PORT=… changes it).
	@$(PYTHON) fupin/bootstrap.py --port $(PORT)
	@$(RUN)/python manage.py prepare --households $(HOUSEHOLDS)
	@exec $(RUN)/python manage.py serve --port $(PORT)

test: dev-packages ## Run all tests (on SQLite, unless DATABASE_URL says otherwise).
	@$(RUN)/python -m pytest -n 2 --dist loadgroup

lint: dev-packages ## Check code and templates.
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .
	@$(RUN)/djlint templates --lint --quiet
	@$(RUN)/python manage.py makemigrations --check --dry-run

format: dev-packages ## Format the code.
	@$(RUN)/ruff check --fix .
	@$(RUN)/ruff format .

bench: dev-packages bench-packages ## Measure, on a PostgreSQL database of its own (BENCH_SERVER=postgres://… HOUSEHOLDS=1000000).
	@OPENFISCA_PYTHON=$(VENV)/bench/bin/python $(RUN)/python -m tests.bench $(if $(filter command environment,$(firstword $(origin HOUSEHOLDS))),--households $(HOUSEHOLDS)) $(if $(ONLY),--only $(ONLY))

messages: dev-packages ## Collect the texts for translation and compile the translations (needs gettext).
	@$(RUN)/python manage.py makemessages --locale zh_Hans --no-location --no-obsolete --ignore .venv --ignore var
	@$(RUN)/python manage.py compilemessages --locale zh_Hans -v0

screenshots: dev-packages ## Make the pictures of docs/screenshots anew (needs chromium).
	@$(RUN)/python -m tests.browser.screenshots

keys: python ## Print new random keys for the .env of a served installation.
	@$(PYTHON) fupin/bootstrap.py --keys

clean: ## Remove the environment, caches and all data of this folder (not the keys in .env).
	@rm -rf .venv var .ruff_cache .hypothesis .pytest_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@test -n "$(PYTHON)" || { echo "Fupin: Python 3.11 or newer is needed and was not found; install it and run make again." >&2; exit 1; }

packages: python
	@$(PYTHON) fupin/bootstrap.py

# What Fupin is measured against has an environment of its own.
bench-packages: dev-packages $(VENV)/bench/installed

$(VENV)/bench/installed: requirements-bench.txt
	@$(RUN)/python -m venv $(VENV)/bench
	@$(VENV)/bench/bin/python -m pip install -q --disable-pip-version-check -r requirements-bench.txt
	@touch $@

dev-packages: python
	@$(PYTHON) fupin/bootstrap.py --dev
