"""The oracle itself, against numbers that the contract and published tables state in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle
from support.networks.descriptions import VDC, comparator, dense, network, tensors, weighted_binary
from support.networks.random_networks import random_network

SOBOL_1, SOBOL_2 = {"kind": "sobol", "dimension": 1}, {"kind": "sobol", "dimension": 2}


def count_table(n: int, length: int, x_generator: dict, w_generator: dict) -> np.ndarray:
    """T[x, w] = ones of the AND for all code pairs: 2^n samples of one input, 2^n neurons of one weight."""
    layer = dense(
        inputs=1,
        neurons=2**n,
        n=n,
        length=length,
        weight_encoding="unipolar",
        input_generator=x_generator,
        weight_generator=w_generator,
    )
    description = network(layer)
    codes = np.arange(2**n)[:, None]
    return oracle.evaluate(description, codes, tensors(description, weights=[np.arange(2**n)]))


@pytest.mark.parametrize("n", range(2, 17))
def test_lfsr_taps_reach_every_state(n):
    seen = {oracle.word({"kind": "lfsr", "seed": 1}, n, t) for t in range(2**n - 1)}
    assert seen == set(range(1, 2**n))
    assert {oracle.word({"kind": "lfsr_full", "seed": 0}, n, t) for t in range(2**n)} == set(range(2**n))


@pytest.mark.parametrize(("n", "rms"), [(2, 0.167), (3, 0.232), (4, 0.279), (8, 0.407)])
def test_default_pair_has_the_stated_closed_form_and_error(n, rms):
    table = count_table(n, 2**n, weighted_binary({**VDC, "skip": 1}), comparator())
    x, w = np.meshgrid(np.arange(2**n), np.arange(2**n), indexing="ij")
    closed = sum(((x >> (n - i)) & 1) * ((w + 2 ** (i - 1)) // 2**i) for i in range(1, n + 1))
    assert np.array_equal(table, closed)
    error = table - x * w / (2**n - 1)
    assert abs(error.mean()) < 1e-9
    assert np.sqrt((error**2).mean()) == pytest.approx(rms, abs=6e-4)


def test_sobol_pair_at_8_bits_has_the_stated_rms_and_bias():
    table = count_table(8, 256, comparator(SOBOL_1), comparator(SOBOL_2))
    x, w = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    error = table - x * w / 255
    assert np.sqrt((error**2).mean()) == pytest.approx(0.690, abs=6e-4)
    assert error.mean() == pytest.approx(-0.248, abs=6e-4)


@pytest.mark.parametrize(
    ("x_source", "w_source", "n", "mse"),
    [
        (SOBOL_1, SOBOL_2, 4, 8.8120e-4),
        (SOBOL_1, SOBOL_2, 6, 6.7696e-5),
        (SOBOL_2, {"kind": "sobol", "dimension": 3}, 6, 8.6859e-5),
        (SOBOL_1, {"kind": "sobol", "dimension": 3}, 4, 7.5150e-4),
        (VDC, {"kind": "counter"}, 6, 1.8226e-4),
    ],
)
def test_comparator_pairs_have_their_published_mean_squared_error(x_source, w_source, n, mse):
    table = count_table(n, 2**n, comparator(x_source), comparator(w_source))
    x, w = np.meshgrid(np.arange(2**n), np.arange(2**n), indexing="ij")
    assert ((table / 2**n - x * w / 4**n) ** 2).mean() == pytest.approx(mse, rel=1e-4)


def test_random_networks_are_varied_and_repeatable():
    kinds, varied = set(), 0
    for seed in range(200):
        net = random_network(seed)
        again = random_network(seed)
        assert net.description == again.description
        codes = net.codes(8)
        assert np.array_equal(codes, again.codes(8))
        varied += len(np.unique(oracle.evaluate(net.description, codes, net.tensors))) > 1
        for layer in net.description["layers"]:
            kinds |= {layer["neuron"]["kind"], layer["accumulator"]["kind"], layer["input_encoding"]}
            for name in ("input_generator", "weight_generator"):
                generator = layer.get(name)
                if generator:
                    kinds |= {generator["kind"], generator["source"]["kind"]}
    assert varied > 120, "most random networks must answer differently to different inputs"
    assert kinds == {
        *("linear", "relu", "clamp", "lif", "parallel_counter", "mux", "or"),
        *("unipolar", "bipolar", "sign_magnitude", "spike", "comparator", "weighted_binary"),
        *("counter", "van_der_corput", "lfsr", "lfsr_full", "sobol"),
    }
