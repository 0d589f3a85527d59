"""Every product of n = 8 through the gates, streamed bit by bit and collapsed, in compiled cores."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks.descriptions import dense, network

from sc_neurocore.cosim import run
from sc_neurocore.spec import NetworkSpec


@pytest.mark.slow
@pytest.mark.timeout(900)  # a build by g++ and eight million clocks, on a machine that may be busy
@pytest.mark.contract("generator.default_pair")
@pytest.mark.parametrize("bits", [1, 256])
def test_one_bit_a_clock_and_the_whole_stream_give_every_product_of_the_model(bits, tmp_path):
    """One input, a neuron for every weight from 1 to 255 (signs in turn), every input code: all of them exactly once.

    Both cores equal the same integers, so they equal each other.
    """
    weights = np.arange(1, 256)[:, None] * np.where(np.arange(255) % 2, -1, 1)[:, None]
    description = network(dense(1, 255, 8, 256))
    tree = {key: description[key] for key in ("name", "input", "output", "layers")}
    net = NetworkSpec.model_validate(tree | {"weights": [weights], "biases": [np.zeros(255, int)]}, strict=False)
    options = {"architecture": "serial", "stream_bits_per_cycle": bits}
    codes = np.arange(256)[:, None]
    result = run(net, tmp_path, codes=codes, samples=1, search_seconds=0, simulator="verilator", **options)
    assert result.passed, result.reason
    assert result.comparison.values_compared >= 256 * 255
