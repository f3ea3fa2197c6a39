# `make demo` and `make test` do all the set-up by themselves, from Python and make alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test quick fuzz load audit check calendars docs gallery sample securities clean

demo: $(READY)
	$(BIN)/basketbt run configs/deepseek-r1.yaml --set "account={}" --set "event_study={}"

test: $(READY)
	$(BIN)/python -m pytest -n 3 --dist worksteal

quick: $(READY) ## every day: no browser, no process, no market beside the project
	$(BIN)/python -m pytest -n 2 --dist worksteal --quick

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fuzz: $(READY) ## every reader against thousands of inputs that nobody wrote: make fuzz FUZZ=20000
	FUZZ=$(or $(FUZZ),5000) $(BIN)/python -m pytest tests/faults/test_fuzz.py -n 2

load: $(READY) ## eight processes on one store, and two hundred kills
	$(BIN)/python benchmarks/load.py

audit: $(READY) ## known holes in what is installed (needs the network: it asks the Python index)
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/pip-audit --requirement constraints.txt --disable-pip --no-deps

calendars: $(READY) ## rewrite the session tables from the installed exchange_calendars
	$(BIN)/python -m basketbt.market.refresh

docs: $(READY) ## rewrite what is generated in docs/ and the JSON Schemas
	$(BIN)/python -m basketbt.report.dictionary
	$(BIN)/python -m basketbt.sweep.dictionary
	$(BIN)/python tools/case_study.py

sample: $(READY) ## make the sample of record again: make sample PRICES=FOLDER
	$(BIN)/python tools/make_sample.py $(PRICES)

securities: $(READY) ## make the table of names again: make securities NAMES=FOLDER
	$(BIN)/python tools/make_securities.py $(NAMES)
	$(BIN)/python tools/make_pinyin.py

gallery: $(READY) ## take the pictures of docs/gallery.md again (needs Chromium)
	$(BIN)/python docs/gallery/make.py

clean:
	rm -rf $(VENV) results

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '.[dev]'
	touch $@
