# `make demo` and `make test` are all a newcomer needs: each sets up what it uses, once. `make help` lists the rest.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.stamp
SEED ?= 0
PUBLIC_VENV ?= build/public-venv
SHARE ?= 16
MNIST ?= build/mnist-data
FAULTS_MNIST ?=
ROOM ?=
CASES ?= 1150000
ROOMS := $(sort $(patsubst tests/%/,%,$(dir $(wildcard $(foreach depth,* */* */*/*,tests/$(depth)/test_*.py)))))
ifneq ($(ROOM),$(filter $(ROOM),$(ROOMS)))
$(error ROOM must be one of $(ROOMS); got $(ROOM))
endif
DOCS_OPTIONS ?=  # -D contract_empty_rows=1 while a rule of the contract is being written

# The tests start hundreds of programs. Without compiled modules each of them compiles the package's source anew, half a second.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test coverage test-all test-cpus lint docs hdl accuracy mnist bench bench-cosim bench-full cheats mutants plans
.PHONY: faults fault-gates pairs front-door imported crash signals caches fuzz hashes sbom circuits circuits-gates bench-circuits
.PHONY: mnist-gates lenet maps unrolled hgq bench-maps imported-lenet small-convnets public-venv report-widths core-mutants clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(READY)  ## the virtual environment with everything in it, as constraints.txt says

$(READY): pyproject.toml constraints.txt .ci/setup
	PYTHON="$(PYTHON)" .ci/setup $(VENV)
	@touch $@

demo: $(READY)  ## from handwritten digits to a verified Verilog network: build/demo/report.html
	$(BIN)/sc-neurocore run --out build/demo --seed $(SEED)

# Two runs, each with workers of its own: a process that has held Torch, JAX and every framework takes 2 GB.
FRAMEWORKS := tests/training tests/importing tests/export
define TESTS
$(BIN)/pytest -q -n auto --dist worksteal $(1) $(if $(ROOM),tests/$(ROOM),$(FRAMEWORKS)) || status=1; \
	$(if $(ROOM),,$(BIN)/pytest -q -n auto --dist worksteal $(1) tests $(addprefix --ignore=,$(FRAMEWORKS)) || status=1;)
endef

test: $(READY)  ## the tests, on all cores; ROOM=rtl takes those of tests/rtl alone, here and in the next two
	@status=0; $(call TESTS,-m "not slow") exit $$status

coverage: $(READY)  ## statements of the package that one test in SHARE runs, drawn by name: a lower bound, in some 3 minutes
	$(BIN)/pytest -q -n auto --dist worksteal -m "not slow" --one-in $(SHARE) --cov --cov-report=
	@echo "coverage: $$($(BIN)/coverage report --format=total) % of the statements by one test in $(SHARE)"

test-all: $(READY)  ## the tests and the long searches
	@status=0; $(call TESTS,) exit $$status

test-cpus: $(READY)  ## the tests that compute, as older processors compute (three runs of some minutes)
	$(BIN)/python tests/cpus.py $(addprefix tests/,$(ROOM))

lint: $(READY)  ## ruff, pyright, the import laws
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

docs: $(READY)  ## docs/_build/html/index.html; a warning or an empty row of the rule table fails
	$(BIN)/sphinx-build -W --keep-going -q -b html $(DOCS_OPTIONS) docs docs/_build/html

unrolled: $(READY)  ## cores of an inference a clock, proved, mapped, placed: hdl/synth/unrolled.json (some 20 minutes)
	$(BIN)/python hdl/synth/unrolled.py $(addprefix --models ,$(MODELS))

hgq: $(READY)  ## the same digits by HGQ2 and da4ml, in an environment of their own: hdl/baselines/hgq/hgq.json (some 30 minutes)
	"$(PYTHON)" -m venv build/hgq-venv
	build/hgq-venv/bin/pip install --quiet hgq2==0.2.0 da4ml==0.6.0 keras==3.15.1 jax==0.10.2
	$(BIN)/python hdl/baselines/hgq/measure.py --data build/digits.npz
	for beta in 1e-5 3e-6; do build/hgq-venv/bin/python hdl/baselines/hgq/train.py build/digits.npz build/hgq/$$beta $$beta || exit 1; done
	$(BIN)/python hdl/baselines/hgq/measure.py build/hgq/1e-5 build/hgq/3e-6

report-widths: demo  ## overflow of the demo's report at 1,400 and 390 px, in headless Chromium; says so where there is none
	$(BIN)/python benchmarks/report_widths.py build/demo/report.html

hdl: $(READY)  ## write hdl/rtl anew from the committed networks
	$(BIN)/python hdl/generate.py

accuracy: $(READY)  ## accuracy against stream length over 10 seeds: benchmarks/results/accuracy (an hour or so, resumable)
	$(BIN)/python benchmarks/accuracy.py

mnist: $(READY)  ## 784-128-10 on MNIST, three seeds: benchmarks/results/mnist.json; MNIST=folder of IDX files (an hour, resumable)
	$(BIN)/python benchmarks/mnist.py $(MNIST)

faults: $(READY)  ## accuracy against faults, ten seeds: benchmarks/results/faults.json (an hour, resumable); FAULTS_MNIST=folder adds MNIST
	$(BIN)/python benchmarks/faults.py $(if $(FAULTS_MNIST),--parts digits mnist --mnist $(FAULTS_MNIST))

fault-gates: $(READY)  ## flips in the gates against the model, a million clocks a core: benchmarks/results/fault_gates.json (some minutes, resumable)
	PYTHONPATH=tests $(BIN)/python tests/cosim/injection/many_cores.py

pairs: $(READY)  ## all pairs of generators at n = 8, ranked: benchmarks/results/pairs8.json (some minutes, resumable)
	$(BIN)/python benchmarks/pairs.py

lenet: $(READY)  ## LeNet-5 on MNIST, three seeds: benchmarks/results/lenet.json; MNIST=folder of IDX files (an hour, resumable)
	$(BIN)/python benchmarks/lenet.py $(MNIST)

maps: $(READY)  ## 2,000 random networks on maps, every engine = outside oracle: benchmarks/results/maps.json (an hour, resumable)
	$(BIN)/python tests/contract/fuzz_maps.py --count 2000 --out benchmarks/results/maps.json

bench-maps: $(READY)  ## LeNet-5 against Torch's float32 forward, an exact epoch against a float one: benchmarks/results (minutes)
	$(BIN)/python benchmarks/convolution.py

plans: $(READY)  ## clocks and areas of some hundred plans, beside built cores and Yosys: benchmarks/results/plans.json (some minutes)
	$(BIN)/python tests/rtl/plan/plan_table.py --out benchmarks/results/plans.json

front-door: $(READY)  ## 2,450 random Torch, JAX and ONNX models come in whole or are refused: benchmarks/results (half an hour)
	$(BIN)/python tests/importing/fuzz.py --out benchmarks/results/front_door.json

fuzz: $(READY)  ## a million malformed files and calls against all readers and the API: benchmarks/results (an hour, resumable)
	cd tests && PYTHONPATH=. ../$(BIN)/python -m fuzzing --cases $(CASES) --state ../build/fuzz/state.json --out ../benchmarks/results/fuzz.json

hashes: $(READY)  ## write the hashes of the pinned files into constraints.txt, after a pin was changed (downloads 1 GB)
	$(BIN)/python .ci/hashes.py

sbom: $(READY)  ## what constraints.txt installs, with versions and licences, as CycloneDX: build/sbom.json
	$(BIN)/python tests/support/licences.py --out build/sbom.json

circuits: $(READY)  ## 3,200 random circuits, reference = fast = outside oracle on every bit: benchmarks/results/circuits.json (minutes, resumable)
	$(BIN)/python tests/circuits/fuzz.py --count 3200 --out benchmarks/results/circuits.json

bench-circuits: $(READY)  ## operators against the reference and against a loop in PyTorch: benchmarks/results/circuits_speed.json
	$(BIN)/python benchmarks/circuits.py

circuits-gates: $(READY)  ## 320 random circuits in gates, ten million clocks: benchmarks/results/circuits_gates.json (some 20 minutes alone on a core, resumable)
	$(BIN)/python tests/rtl/circuits/fuzz_gates.py --out benchmarks/results/circuits_gates.json

crash: $(READY)  ## verbs cut short at each change of the disk, by death, errors, Ctrl-C: benchmarks/results (half an hour, resumable)
	$(BIN)/python tests/disturbing/crash_points.py --state build/crash/rows.json --out benchmarks/results/crash.json

signals: $(READY)  ## 200 signals at random times of the verbs: benchmarks/results/signals.json (some 20 minutes, resumable)
	$(BIN)/python tests/disturbing/random_signals.py --state build/signals.json --out benchmarks/results/signals.json

caches: $(READY)  ## infer with 100 damaged caches of kernels: benchmarks/results/caches.json (some minutes)
	$(BIN)/python tests/disturbing/damaged_caches.py --out benchmarks/results/caches.json

mnist-gates: $(READY)  ## 784-128-10 at L = 16 placed on an UP5K and an ECP5: benchmarks/results (half an hour after `make mnist`, resumable)
	$(BIN)/python benchmarks/mnist_gates.py $(MNIST) build/mnist/L16-seed0-40

imported: $(READY)  ## imported networks against their floats: benchmarks/results/imported.json; MODELS=DIR adds taggers (half an hour)
	$(BIN)/python benchmarks/imported.py $(addprefix --models ,$(MODELS))

imported-lenet: $(READY)  ## an ordinary Torch LeNet-5, imported: benchmarks/results/imported_lenet.json; MNIST=folder (an hour, resumable)
	$(BIN)/python benchmarks/imported_lenet.py $(MNIST)

small-convnets: $(READY)  ## separable and spiking networks on the digits, to gates: benchmarks/results/small_convnets.json (some 20 minutes)
	$(BIN)/python benchmarks/small_convnets.py

bench: $(READY)  ## speed against float32, a C loop and the public package if it is there: build/bench/speed (some minutes)
	$(BIN)/python benchmarks/speed.py --public-venv $(PUBLIC_VENV)

bench-full: $(READY)  ## all shapes, lengths and batches: benchmarks/results/speed (some 15 minutes, resumable)
	$(BIN)/python benchmarks/speed.py --full --public-venv $(PUBLIC_VENV)

public-venv:  ## the public package to measure against, in an environment of its own: build/public-venv
	"$(PYTHON)" -m venv $(PUBLIC_VENV)
	$(PUBLIC_VENV)/bin/pip install --quiet -r benchmarks/public.txt

bench-cosim: $(READY)  ## rate of a co-simulation against the same compiled core running free
	$(BIN)/python benchmarks/bench_cosim.py

cheats: $(READY)  ## wrong cores in every architecture, each of which must FAIL: tests/cosim/cheats.json (some 20 minutes)
	PYTHONPATH=tests $(BIN)/python tests/cosim/cheats.py

.PHONY: map-gates
map-gates: $(READY)  ## 64 random networks on maps, co-simulated: benchmarks/results/map_gates.json (some 20 minutes, resumable)
	PYTHONPATH=tests $(BIN)/python tests/cosim/map_gates.py

.PHONY: lint-gates
lint-gates: $(READY)  ## 44 cores over the design space through three tools: benchmarks/results/lint_gates.json (some minutes)
	$(BIN)/python tests/rtl/emit/lint_gates.py --out benchmarks/results/lint_gates.json

.PHONY: additions
additions: $(READY)  ## every addition of the demo's cores turned into a subtraction under their benches: benchmarks/results/additions.json (minutes)
	PYTHONPATH=tests $(BIN)/python tests/cosim/hall/additions.py

.PHONY: regress formal
regress: $(READY)  ## 1,025 random networks in every simulator: benchmarks/results/regress.json, build/regress.html (an hour, resumable)
	PYTHONPATH=tests $(BIN)/python tests/cosim/regress.py

formal: $(READY)  ## unbounded proofs of components and of tiny cores: hdl/formal/proofs.json (some 3 minutes, resumable)
	PYTHONPATH=tests:. $(BIN)/python -m hdl.formal.prove

mutants: $(READY)  ## mutants of the gates of 30 tiny cores and of the demo's: benchmarks/results/mutants.json (an hour, resumable)
	PYTHONPATH=tests $(BIN)/python tests/cosim/mutants.py --seconds 60

.PHONY: flips
flips: $(READY)  ## digits changed in the Verilog of the demo's core: benchmarks/results/flips.json (some 20 minutes, resumable)
	PYTHONPATH=tests $(BIN)/python tests/cosim/gate_mutants/flips.py --seconds 60

core-mutants: $(READY)  ## 300 small changes of the Python core, each of which a test must see: benchmarks/results/core_mutants.json (an hour, resumable)
	cd tests && PYTHONPATH=. ../$(BIN)/python -m mutating

clean:  ## build outputs and caches; the virtual environment stays
	rm -rf build docs/_build docs/_generated .pytest_cache .ruff_cache .import_linter_cache
