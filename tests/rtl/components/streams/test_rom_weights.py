"""Weights in a memory: streams as the outside oracle has them, several words a clock, and codes written at run time."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle
from support.networks.descriptions import COUNTER, VDC, comparator, weighted_binary
from support.simulation.amaranth_runs import trace

from sc_neurocore.rtl.components.streams.weight_streams import RomWeights
from sc_neurocore.rtl.plan.folding import Folding
from sc_neurocore.spec import Comparator, Counter, Lfsr, VanDerCorput, WeightedBinary

N = 4
GENERATORS = [
    (Comparator(source=Counter()), comparator(COUNTER)),
    (Comparator(source=Lfsr(seed=3)), comparator({"kind": "lfsr", "seed": 3})),
    (WeightedBinary(source=VanDerCorput()), weighted_binary(VDC)),
]


def check(weights: RomWeights, told: dict, codes: np.ndarray, writes: list[tuple[int, int, int]]) -> int:
    """Bits and signs of every group while writes (neuron, number of the input, code) come, one a round; the streams
    compared.
    """
    folding, words, lanes = weights.folding, weights.words, weights.folding.processing_elements
    now, compared = codes.copy(), 0
    rows, expected = [], []
    t = 0
    for neuron, number, code in [*writes, (0, 0, 0)]:
        for group in range(folding.groups):
            bits = [oracle.stream_bits(told, np.abs(now), N, t + i) for i in range(words)]
            word = sum(oracle.word(told["source"], N, t + i) << (N * i) for i in range(words))
            rows.append({"word": word, "group_index": group})
            expected.append((len(rows) + 1, group, bits, now < 0))
            t += words
        row = {"group_index": (neuron // lanes + 1) % folding.groups}  # what is written is not read
        if len(rows) < (len(writes)) * (folding.groups + 1):
            value = abs(code) | (code < 0) << N
            row |= {f"write_{neuron % lanes}": 1, "write_group": neuron // lanes, "write_data": value}
            row["write_column"] = number
            if number in weights.numbers:
                now[neuron, list(weights.numbers).index(number)] = code
        rows.append(row)
    names = {name for row in rows for name in row}
    inputs = {name: [row.get(name, 0) for row in rows] + [0, 0] for name in names}
    outputs = [f"{port}_{lane}" for lane in range(lanes) for port in ("bits", "negative")]
    seen = trace(weights, inputs, outputs)
    for clock, group, bits, signs in expected:
        for lane, columns in enumerate(folding.active_inputs):
            neuron = group * lanes + lane
            if neuron >= folding.neurons:
                continue  # an idle lane
            row = [bool(word[neuron, j]) for word in bits for j in columns]
            assert seen[f"bits_{lane}"][clock] == sum(bit << i for i, bit in enumerate(row))
            negative = [bool(signs[neuron, j]) for j in columns] if weights.with_signs else []
            assert seen[f"negative_{lane}"][clock] == sum(bit << i for i, bit in enumerate(negative))
            compared += len(row)
    return compared


def codes(rng, neurons, inputs, *, signs=True):
    return rng.integers(-15 if signs else 0, 16, (neurons, inputs))


@pytest.mark.parametrize(("lanes", "words"), [(1, 1), (2, 3), (5, 2), (3, 4)])
@pytest.mark.parametrize(("generator", "told"), GENERATORS, ids=["counter", "lfsr", "weighted_binary"])
def test_streams_of_codes_that_are_written(generator, told, lanes, words):
    """Every code is written once, in any order; between two writes all groups are read."""
    rng = np.random.default_rng(lanes)
    start, new = codes(rng, 5, 3), codes(rng, 5, 3)
    folding = Folding(start, lanes, keep_zeros=True)
    weights = RomWeights(generator, N, folding, with_signs=True, words=words, loadable=True)
    writes = [(p // 3, p % 3, int(new[p // 3, p % 3])) for p in rng.permutation(15).tolist()]
    assert check(weights, told, start, writes) == 16 * 15 * words


def test_inputs_may_be_called_by_numbers_of_their_own():
    """And a write to a number that is none of them does nothing."""
    rng = np.random.default_rng(9)
    start, numbers = codes(rng, 4, 3), (7, 300, 2)
    folding = Folding(start, 2, keep_zeros=True)
    weights = RomWeights(*(GENERATORS[0][0], N, folding), with_signs=True, loadable=True, numbers=numbers)
    writes = [(0, 7, -9), (3, 300, 14), (1, 0, 5), (1, 1, -5), (2, 2, 1), (2, 44, 3), (0, 300, 0)]
    assert check(weights, GENERATORS[0][1], start, writes) == 8 * 12


def test_bipolar_codes_have_no_sign_bit():
    rng = np.random.default_rng(4)
    start = codes(rng, 3, 2, signs=False)
    folding = Folding(start, 2, keep_zeros=True)
    weights = RomWeights(GENERATORS[1][0], N, folding, with_signs=False, words=2, loadable=True)
    assert len(weights.write_data) == N
    assert check(weights, GENERATORS[1][1], start, [(0, 1, 15), (2, 0, 0), (1, 1, 8)]) == 4 * 6 * 2


def test_a_lane_has_no_streams_for_inputs_whose_weights_are_all_0():
    start = np.array([[0, 3, -4], [7, 0, 0], [0, -1, 15], [9, 0, 0]])
    folding = Folding(start, 2, keep_zeros=False)
    assert folding.active_inputs == ((1, 2), (0,))
    weights = RomWeights(GENERATORS[0][0], N, folding, with_signs=True, words=3)
    assert check(weights, GENERATORS[0][1], start, []) == 3 * 3 * 2
