# `make` alone tells what there is.  Everything runs in .venv, which is made when it is not there.
PYTHON = .venv/bin/python
PYTEST = $(PYTHON) -m pytest -ra
SERVERS = prosody ejabberd ngircd inspircd atheme-services nodejs npm chromium $(PHONES)
PHONES = gammu gammu-smsd smstools modemmanager kannel gnokii-cli python3-gammu dbus libglib2.0-bin socat

.PHONY: help demo test unit e2e check soak bench clean servers

help:  ## Show this list
	@grep -E '^[a-z0-9]+:.*## ' Makefile | sed -E 's/^([a-z0-9]+):.*## /  make \1\t/' | expand -t 16

.venv/.ready: setup.cfg
	@python3 demo/prepare.py venv

servers: .venv/.ready
	@python3 demo/prepare.py packages $(SERVERS)
	@python3 demo/prepare.py browser

demo:  ## Try it: an XMPP server, an IRC server, a phone, the gateway, a bot and a web client on this machine
	@python3 demo/run.py

test: servers  ## Run all tests: the fast ones, then end to end on real servers
	$(PYTEST) -q -m "not soak"

unit: .venv/.ready  ## Run the fast tests only
	$(PYTEST) -q -m "not e2e and not soak"

e2e: servers  ## Run the end-to-end tests only, on real servers
	$(PYTEST) -q -m "e2e and not soak" tests/e2e

check: .venv/.ready  ## Check style, types and the direction of imports
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	$(PYTEST) -q tests/test_imports.py

soak: servers  ## Run the long tests: faults at random moments, broken input, a thousand users
	$(PYTEST) -q -s -m soak

bench: .venv/.ready  ## Measure the gateway, beside biboumi when it is installed
	$(PYTHON) -m bench

clean:  ## Remove what was made here: .venv, .demo and caches
	rm -rf .venv .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
