"""What the contract tests share: every engine of ``infer``, run through a folder; maps by oracle and reference."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from support import oracle
from support.networks.map_descriptions import map_network, map_tensors
from support.networks.random_networks import write_folder

import sc_neurocore
from sc_neurocore.inference.engines import Engine

ENGINES = list(get_args(Engine))


@pytest.fixture(params=ENGINES)
def run(request, tmp_path):
    """Run a description through its folder on one engine; where ``counts`` cannot, nothing is claimed."""
    engine = request.param
    if engine == "jax":
        pytest.importorskip("jax", reason="the jax extra is not installed")

    def runner(description, codes, arrays) -> np.ndarray | None:
        net = sc_neurocore.load_network(write_folder(tmp_path / "net", description, arrays))
        if engine == "counts":
            from sc_neurocore.accel.counts import engine as counts

            if counts.supports(net) is not None:
                return None
        return sc_neurocore.infer(net, np.asarray(codes), engine=engine)

    return runner


@pytest.fixture(params=["oracle", "reference"])
def evaluate_map(request, tmp_path):
    """Outputs of a description by one of the two executions."""
    if request.param == "oracle":
        return oracle.evaluate

    def reference(description, codes, arrays):
        loaded = sc_neurocore.load_network(write_folder(tmp_path / "net", description, arrays))
        return sc_neurocore.infer(loaded, np.asarray(codes), engine="reference")

    return reference


@pytest.fixture
def run_map(evaluate_map):
    """Outputs of layers, with weights and biases by layer number."""

    def runner(layers, codes, weights=None, biases=None, **head):
        description = map_network(*layers, **head)
        return evaluate_map(description, np.asarray(codes), map_tensors(description, weights, biases))

    return runner
