"""The binary reference computes exact sums, rounded once, as a binary designer would; else its area would be idle."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from support.axis import beats, run_core
from support.descriptions import dense, network

from sc_neurocore.spec import NetworkSpec

FOLDER = Path(__file__).parents[2] / "hdl" / "baselines"


def script(name: str):
    spec = importlib.util.spec_from_file_location(f"hdl_baselines_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("n", [3, 8])
@pytest.mark.parametrize("kind", ["column", "serial"])
def test_the_binary_core_sums_exact_products(kind, n):
    rng = np.random.default_rng(n)
    full = 2**n - 1
    description = network(
        dense(5, 4, n, 2**n, neuron={"kind": "relu", "shift": 1, "output_bits": n}),
        dense(4, 3, n, 2**n, neuron={"kind": "relu", "shift": 2, "output_bits": n}),
    )
    weights = [rng.integers(-full, full + 1, shape) for shape in ((4, 5), (3, 4))]
    biases = [rng.integers(-full, full + 1, count) for count in (4, 3)]
    tree = {key: description[key] for key in ("name", "input", "output", "layers")}
    net = NetworkSpec.model_validate(tree | {"weights": weights, "biases": biases}, strict=False)
    binary = script("binary")
    core = binary.BinaryColumnCore(net) if kind == "column" else binary.BinarySerialCore(net, streaming=False)
    codes = rng.integers(0, full + 1, (4, 5))
    seen = run_core(core, [b for row in codes for b in beats(row, len(core.s_axis_tdata))], frames=4, signed=False)
    values = codes
    for weight, bias, shift in zip(weights, biases, (1, 2), strict=True):
        exact = values @ weight.T + bias * 2**n
        values = np.clip((exact + 2 ** (n + shift - 1)) // 2 ** (n + shift), 0, full)
    assert seen.frames == values.tolist()


def test_the_committed_comparison_is_the_one_that_is_printed():
    measure = script("measure")
    rows = json.loads(measure.FILE.read_text())
    assert [(row["architecture"], row["n"], row["target"]) for row in rows] == list(measure.ROWS)
    assert measure.table(rows) in (FOLDER / "README.md").read_text()
    assert all(row["collapsed"]["dsps"] == row["binary"]["dsps"] == 0 for row in rows)
    ratios = {(row["architecture"], row["n"]): row["collapsed"]["luts"] / row["binary"]["luts"] for row in rows}
    assert 0 < ratios["serial", 8] <= 0.70
    assert 0 < ratios["column", 4] <= 0.67
