"""How a layer is folded: which neuron where, which inputs it needs, what `auto` chooses."""

from __future__ import annotations

import numpy as np
import pytest

from sc_neurocore.rtl.plan.folding import Folding, automatic_parallelism, memory_is_cheaper

WEIGHTS = np.array([[1, 0, -2], [0, 0, 5], [3, 0, 0], [0, 0, 0], [0, 7, 0]])


@pytest.mark.parametrize("lanes", range(1, 6))
def test_every_neuron_is_computed_once_with_its_own_weights(lanes):
    folding = Folding(WEIGHTS, lanes, keep_zeros=False)
    seen = folding.codes.reshape(-1, 3)
    assert (seen[:5] == WEIGHTS).all()
    assert not seen[5:].any()
    assert folding.groups == -(-5 // lanes)
    for lane, columns in enumerate(folding.active_inputs):
        dropped = [j for j in range(3) if j not in columns]
        assert not WEIGHTS[lane::lanes, dropped].any()
        assert columns


def test_bipolar_keeps_all_inputs():
    assert Folding(WEIGHTS * 0, 2, keep_zeros=True).active_inputs == ((0, 1, 2), (0, 1, 2))


@pytest.mark.parametrize(
    ("inputs", "neurons", "length", "lanes"),
    [
        (64, 32, 256, 16),
        (64, 33, 256, 11),  # 16 at a time would need three groups, the last of one neuron
        (32, 10, 256, 10),
        (784, 128, 256, 1),
        (65_536, 9, 256, 1),
        (1, 5, 256, 5),
        (64, 32, 4, 4),  # more lanes than positions would wait for the results to leave
        (64, 32, 1, 1),
    ],
)
def test_auto_balances_the_groups(inputs, neurons, length, lanes):
    assert automatic_parallelism(inputs, neurons, length) == lanes


def test_few_groups_share_streams_and_many_take_a_memory():
    weights = np.arange(64 * 64).reshape(64, 64) % 255
    assert not memory_is_cheaper(Folding(weights, 64, keep_zeros=False), 8)
    assert not memory_is_cheaper(Folding(weights, 8, keep_zeros=False), 8)
    assert memory_is_cheaper(Folding(weights, 1, keep_zeros=False), 8)
    assert memory_is_cheaper(Folding(weights[:, :1], 8, keep_zeros=False), 8)  # too few products to pay for a bank
