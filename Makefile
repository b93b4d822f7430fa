# Two commands do all the set-up: `make run` and `make test`. Python 3.11 or newer and make are all they need.
SHELL := /bin/bash
VENV  := .venv
BIN   := $(VENV)/bin
HOST  ?= 127.0.0.1
PORT  ?= 8000
FIND_PYTHON = for p in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v "$$p" >/dev/null 2>&1 && "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done

.PHONY: run test nightly check format bench messages readme browser clean

run: $(VENV)/.ready
	@HOST=$(HOST) PORT=$(PORT) exec $(BIN)/flask --app courses_app serve

test: $(VENV)/.ready-dev browser
	@$(BIN)/python -m pytest -n auto $(ARGS)

# Ten times as many lives of the house as `make test` lives, and other ones each night, a part on each processor; what
# failed is tried first.
nightly: $(VENV)/.ready-dev
	@LIVES=$${LIVES:-2000} $(BIN)/python -m pytest -n auto tests/proofs $(ARGS)

check: $(VENV)/.ready-dev
	@$(BIN)/ruff format --check -q . || { echo "Run 'make format'."; exit 1; }
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

format: $(VENV)/.ready-dev
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .

bench: $(VENV)/.ready-dev
	@$(BIN)/python -m bench $(ARGS)

messages: $(VENV)/.ready-dev
	@$(BIN)/flask --app courses_app messages update

readme: $(VENV)/.ready-dev
	@$(BIN)/flask --app courses_app lifecycles --write

# A browser for the tests: the system's own, or installed with the system's package manager where that is allowed.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || [ -n "$$CHROMIUM" ] || \
	{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "Installing Chromium for the browser tests …" && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; } || \
	{ echo "The browser tests need Chromium: install it (Debian/Ubuntu: sudo apt-get install chromium fonts-noto-cjk) and run make test again."; exit 1; }

$(VENV)/.ready: requirements.txt
	@$(MAKE) --no-print-directory environment LOCK=requirements.txt
	@touch $@

$(VENV)/.ready-dev: requirements-dev.txt
	@$(MAKE) --no-print-directory environment LOCK=requirements-dev.txt
	@touch $(VENV)/.ready $@

.PHONY: environment
environment:
	@[ -w . ] || { echo "This folder can't be written: give yourself permission (chown/chmod), or copy the project to a folder of yours."; exit 1; }
	@python="$$($(FIND_PYTHON))"; \
	[ -n "$$python" ] || { echo "Python 3.11 or newer was not found: install it (Debian/Ubuntu: sudo apt-get install python3 python3-venv), or name it with PYTHON=/path/to/python3."; exit 1; }; \
	$(BIN)/python -c 'import pip' 2>/dev/null || { rm -rf $(VENV); "$$python" -m venv $(VENV) 2>/dev/null; } || \
	{ rm -rf $(VENV); echo "Python can't make a virtual environment: install its venv module (Debian/Ubuntu: sudo apt-get install python3-venv) and run make again."; exit 1; }
	@echo "Installing the locked packages ($(LOCK)) …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(LOCK) || \
	{ echo "The packages could not be installed: check the network, then run make again (nothing is lost)."; exit 1; }

clean:
	rm -rf $(VENV) instance ci-output
