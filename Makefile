# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The commands of a checkout; what they do stands in tools/. PYTHON=… chooses the interpreter (3.11 to 3.13).

FLEET ?= tests/sandbox/fleets/demo.yml
PORT ?= 0
SPEED ?= 60
IN := @tools/in-venv

.PHONY: help setup demo sandbox test lint format sanity unit integration browser docs permissions package test-matrix bench chaos clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

setup: ## .venv with everything needed; quick when nothing changed
	@tools/setup

demo: setup ## patches a fleet of its own in the right order and leaves the report in build/demo
	$(IN) python -m tests.demo

sandbox: setup ## keeps the sandbox running and prints how to use it (FLEET=, PORT=, SPEED=)
	$(IN) python -m tests.sandbox serve --fleet $(FLEET) --port $(PORT) --speed $(SPEED)

test: setup ## every check there is
	@tools/test

lint: setup ## format, lint, types, ansible-lint, changelog, documentation of modules
	@tools/lint

format: setup ## formats the Python code
	$(IN) ruff check --fix --exit-zero --quiet .
	$(IN) ruff format .

sanity: setup ## ansible-test sanity
	@tools/sanity

unit: setup ## unit tests
	@tools/run-pytest unit -q -n auto tests/unit

integration: setup ## playbooks and modules against the sandbox
	@tools/run-pytest integration -q -n 4 tests/integration

browser: setup ## the HTML report in a browser
	@tools/browser

docs: setup ## the documentation site in build/docs
	@tools/docs

permissions: setup ## the IAM policies and Azure roles of docs/permissions, from what the playbooks ask of the sandbox
	@tools/permissions

package: setup ## the archive for Galaxy, checked by its importer
	@tools/package

test-matrix: setup ## unit tests and a run on every supported Python that is installed
	@tools/matrix

bench chaos:
	@echo "make $@: not there yet; it comes with a later version." >&2; exit 2

clean: ## removes what was made here, .venv included
	rm -rf build .venv .ansible .mypy_cache .pytest_cache .ruff_cache .hypothesis changelogs/.plugin-cache.yaml
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
