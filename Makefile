# `make demo` and `make test` do all set-up from a bare clone: Python 3.11 or 3.12, pip and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
SHIPPED := --epochs 9 -o hidden=64 -o out_size=64 -o layers=4
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready

.PHONY: demo test lint types check torture weights reference bench dist clean

demo: $(INSTALLED)
	rm -rf demo
	$(BIN)/artextract demo --out demo

test: lint types check

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

# The sources as Linux, Windows and macOS see them: functions that one of them lacks are errors.
types: $(READY)
	printf '%s\n' linux win32 darwin | \
		xargs -P $(WORKERS) -I{} $(BIN)/mypy --platform {} --cache-dir .mypy_cache/{}

# The whole suite has to reach the share of lines that pyproject.toml asks for.
check: $(READY)
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal $(or $(TESTS),--cov)

# The long tests of docs/reliability.md: at most a quarter of an hour for each part.
torture: $(READY)
	$(BIN)/python -m tests.torture $(PARTS)

# The models that come with artextract, from simulated paintings that hide nothing; on one machine
# the same bytes every time. About 40 minutes on two cores.
weights: $(READY)
	rm -rf build/weights
	$(BIN)/artextract data simulate build/weights/clean --palette mixed --train 600 --val 60 \
		--clean all --seed 2611
	$(BIN)/artextract graph build build/weights/clean --out build/weights/graphs --jobs 2
	$(BIN)/artextract train build/weights/graphs --out build/weights/gat --backbone gat $(SHIPPED) \
		-o dropout=0
	$(BIN)/artextract train build/weights/graphs --out build/weights/gcn --backbone gcn $(SHIPPED) \
		-o norm=layer
	$(BIN)/python -c 'import sys; from pathlib import Path; \
		from artextract_cli.pipelines.without_learning.calibration import calibrate_scores; \
		calibrate_scores(*map(Path, sys.argv[1:]))' \
		build/weights/graphs artextract_cli/models/weights/none.json
	for name in gat gcn; do \
		cp build/weights/$$name/model.safetensors artextract_cli/models/weights/$$name.safetensors; \
	done

# The reference pages: of plugins from the sources, of licences from what is installed.
reference: $(READY)
	$(BIN)/python docs/reference/generate.py
	$(BIN)/python docs/reference/licences.py
	$(BIN)/python docs/reference/public_names.py

# How fast everything is beside other libraries, which are installed for this alone. About half an hour.
bench: $(VENV)/.bench
	$(BIN)/python benchmarks/speed.py

# fast-slic comes as source alone and does not say that Cython and NumPy build it.
$(VENV)/.bench: $(READY)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt 'cython<3' numpy setuptools
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation "$$(grep '^fast-slic==' constraints.txt)"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	touch $@

# torch first and by its exact version: that takes the small CPU build where the index has one.
$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet "$$(grep '^torch==' constraints.txt)"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[registration]'
	touch $@

# What tests and checks need beyond that.
$(READY): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

# Source archive and wheel, built twice: both have to be the same bytes.
dist: $(READY)
	rm -rf dist build/again
	$(BIN)/python -m build --no-isolation --outdir dist
	$(BIN)/python -m build --no-isolation --outdir build/again
	for file in dist/*; do cmp "$$file" "build/again/$$(basename "$$file")" || exit 1; done

clean:
	rm -rf $(VENV) demo artextract.yaml build dist .mypy_cache .pytest_cache .ruff_cache
