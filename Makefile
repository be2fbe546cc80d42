# quizapp: make run | make test | make install | make lock | make help
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin

.PHONY: help install run test reference bench lock

help:            ## these lines
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ —/'

install: .venv/.installed  ## the environment in .venv, from requirements.lock
run: install     ## demonstration: embedded database, shipped banks, an open contest, http://127.0.0.1:8000
	@$(BIN)/quizapp demo --address http://$(HOST):$(PORT)
	@exec $(BIN)/quizapp serve --host $(HOST) --port $(PORT)
test: .venv/.installed-dev  ## lint, types, walls of the house, then every test (own PostgreSQL, real browser)
	@$(BIN)/ruff check quizapp tests migrations bench
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest
reference: .venv/.installed-dev  ## 10,000 made-up contests against the independent reference, as rules, stored on both engines, exported: about an hour
	@REFERENCE=all $(BIN)/python -m pytest tests/reference
bench: .venv/.installed-dev  ## measure it all, a quarter of an hour, into docs/performance.md; ARGS="--help" shows the choices
	@$(BIN)/python -m bench $(ARGS)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本；本机是 `$(PYTHON) --version`"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "缺少 venv 模块，请先安装：apt install python3-venv（Debian/Ubuntu）"; exit 1; }
	@$(PYTHON) -m venv .venv
.venv/.installed: requirements.lock setup.cfg pyproject.toml | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@
.venv/.installed-dev: requirements-dev.lock .venv/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

lock:            ## write both lock files anew (needs uv)
	uv pip compile --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-find-links setup.cfg requirements-build.in -o requirements.lock
	uv pip compile --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-find-links requirements.lock requirements-dev.in -o requirements-dev.lock
