"""Building and running a large layer takes little memory beyond its inputs and outputs, on every path auto may take."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from support.engines.paths import force, parameter
from support.networks.one_layer import one_layer
from support.networks.pairs import SOBOL

from sc_neurocore import explain, infer
from sc_neurocore.spec import LfsrFull, Mux

CASES = {
    "int8": {},
    "registers": {},
    "float32": {},
    "tables": SOBOL,
    "mux": SOBOL | {"accumulator": Mux(select=LfsrFull(seed=1))},
}


@pytest.mark.parametrize("case", [parameter(case) for case in CASES])
def test_784_by_128_at_4096_positions_and_2048_samples(case, monkeypatch):
    if case != "mux":
        force(monkeypatch, case)
    small = one_layer(784, 128, 12, 4096, seed=1, **CASES[case])
    codes = np.random.default_rng(0).integers(0, 4096, (2048, 784))
    infer(small, codes[:300])  # compile
    network = one_layer(784, 128, 12, 4096, **CASES[case])
    assert explain(network, 2048)["engine"] == "counts"
    tracemalloc.start()
    outputs = infer(network, codes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert outputs.any()
    assert peak - outputs.nbytes < 64e6
