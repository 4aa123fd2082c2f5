# Every target needs only bash, make, git, python3 and the package registries; `make help` lists them.
SHELL := /bin/bash
PY := .venv/bin/python -W ignore
TENSORFLOW := environments/tensorflow/.venv/bin/python -W ignore
export TF_CPP_MIN_LOG_LEVEL := 3
export CUDA_VISIBLE_DEVICES := -1
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export PYTHONPATH := $(CURDIR)
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev tensorflow run shell train check test test-encoder evaluate evaluate-conversations cross-validate lint audit encoder directions judge bench bench-understanding widget browsers doctor purge install notices

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 24

setup: ## install uv and the pinned packages into this folder
	@scripts/bootstrap

setup-dev:
	@scripts/bootstrap --dev

tensorflow: setup ## install the environment with TensorFlow, for tuning and benchmarks (Python 3.10, 2.5 GB)
	@cd environments/tensorflow && env -u VIRTUAL_ENV ../../.uv/bin/uv sync --locked

run: setup ## train if needed, start everything, print the address (Ctrl-C ends all)
	@exec $(PY) -m staff run

shell: setup ## talk to the assistant in the terminal; a file of questions: make shell < questions.txt (ARGS="--csv --warum")
	@exec $(PY) -m staff shell $(ARGS)

train: setup ## train the model if its inputs changed
	@$(PY) -m staff train

check: setup ## check answers, facts, examples and rules against each other
	@$(PY) -m staff check

doctor: setup ## examine this installation (ARGS="--url https://chat.example.org")
	@$(PY) -m staff doctor $(ARGS)

purge: setup ## delete what is older than its retention (ARGS=--dry-run only shows it)
	@$(PY) -m staff purge $(ARGS)

install: ## install this checkout as a service of this Debian machine (as root; docs/betrieb.md)
	@deploy/install

notices: setup-dev ## write the table of packages in THIRD-PARTY-NOTICES.md anew
	@$(PY) -m staff.operation.notices

test: setup-dev browsers ## run all tests (trains first if needed)
	@$(PY) -m staff check
	@$(PY) -m staff train
	@$(PY) -m pytest

evaluate: setup-dev ## ask the evaluation questions (both splits)
	@$(PY) -m staff evaluate --split development --gate
	@$(PY) -m staff evaluate --split final

evaluate-conversations: setup-dev ## replay whole conversations: what a machine can count, and sheets to read (both splits)
	@$(PY) -m staff evaluate-conversations --split development --gate
	@$(PY) -m staff evaluate-conversations --split final

cross-validate: setup-dev ## Rasa's own cross-validation of a sample (its figures are too good: the encoder has seen all)
	@$(PY) -m staff cross-validate

lint: setup-dev ## ruff and mypy
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

audit: setup ## known holes in the pinned packages (needs PyPI's and npm's advisory services)
	@scripts/audit

judge: setup-dev ## fit the judge's weights on the development questions
	@$(PY) -m benchmarks.understanding.fit_judge

encoder: tensorflow ## tune the sentence encoder on the examples (a quarter of an hour)
	@$(TENSORFLOW) -m nlu.tuning.tune

directions: setup ## fit the answers' directions to all examples, the encoder as it is (two minutes)
	@$(PY) -m nlu.tuning.directions

test-encoder: tensorflow ## the tests of the tuning, in its environment
	@$(TENSORFLOW) -m pytest -q --confcutdir=tests/tuning tests/tuning

bench: setup-dev tensorflow ## speed and size beside 1.1.1 and stock Rasa (half an hour)
	@$(PY) -m benchmarks.operation.measure

bench-understanding: setup-dev tensorflow ## ours beside what a user would pick instead, in one run
	@$(TENSORFLOW) -m benchmarks.understanding.compare

widget: ## build the widget from its sources
	@cd widget && npm ci --no-audit --no-fund && npm run build

browsers: ## install what the browser tests need (Debian packages as root)
	@scripts/browsers
