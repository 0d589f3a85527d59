"""The generator components: exact counts over a period, every bit as defined, constants equal to ports."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle
from support.simulation.amaranth_runs import trace

from sc_neurocore.rtl.components.streams.generators import ComparatorGenerator, WeightedBinaryGenerator, make_generator
from sc_neurocore.spec import Comparator, Counter, Lfsr, LfsrFull, Sobol


def streams(generator, words: list[int]) -> list[list[int]]:
    """Stream of each lane, from the clocks in which the words have passed the pipeline."""
    component = generator
    n, lanes = component.n, component.lanes
    inputs = {"word": [*words, 0, 0]}
    if component.constants is None:
        inputs["codes"] = [sum(code << (code * n) for code in range(lanes))]
    bits = trace(component, inputs, ["bits"])["bits"][component.latency :]
    return [[row >> lane & 1 for row in bits] for lane in range(lanes)]


def make(kind: str, n: int, inclusive: bool, constant: bool):
    codes = range(2**n) if constant else None
    if kind == "comparator":
        return ComparatorGenerator(n, 2**n, inclusive=inclusive, codes=codes)
    return WeightedBinaryGenerator(n, 2**n, codes=codes)


@pytest.mark.contract("generator.comparator", "generator.weighted_binary")
@pytest.mark.parametrize("constant", [False, True], ids=["codes_port", "constant_codes"])
@pytest.mark.parametrize("zero", [True, False], ids=["with_zero", "without_zero"])
@pytest.mark.parametrize("kind", ["comparator", "weighted_binary"])
@pytest.mark.parametrize("n", [2, 3, 5])
def test_over_a_period_the_stream_of_a_code_has_exactly_that_many_ones(n, kind, zero, constant):
    words = list(range(0 if zero else 1, 2**n))
    counts = [sum(stream) for stream in streams(make(kind, n, not zero, constant), words)]
    assert counts == list(range(2**n))


@pytest.mark.contract("generator.comparator", "generator.weighted_binary")
@pytest.mark.parametrize("n", [2, 4, 6])
def test_every_bit_is_as_defined(n):
    words = list(range(2**n))
    below = streams(make("comparator", n, False, False), words)
    up_to = streams(make("comparator", n, True, False), words)
    leading = streams(make("weighted_binary", n, False, False), words)
    for code in range(2**n):
        assert below[code] == [int(u < code) for u in words]
        assert up_to[code] == [int(u <= code) for u in words]
        assert leading[code] == [0 if u == 0 else int(bin(code)[2:].zfill(n)[-u.bit_length()]) for u in words]


@pytest.mark.contract("generator.comparator")
@pytest.mark.parametrize(
    "source", [Counter(), Lfsr(seed=3), LfsrFull(seed=3), Sobol(dimension=3)], ids=lambda s: s.kind
)
def test_the_comparison_includes_equality_just_for_the_source_without_zero(source):
    component = make_generator(Comparator(source=source), 4, 16, codes=range(16))
    equal = streams(component, [7])[7]
    assert equal == [int(source.kind == "lfsr")]


@pytest.mark.contract("generator.shared")
@pytest.mark.parametrize("kind", ["comparator", "weighted_binary"])
def test_all_lanes_read_the_same_word_of_any_order(kind):
    n = 4
    json = {"kind": "sobol", "dimension": 4, "skip": 5}
    words = [oracle.word(json, n, t) for t in range(40)]
    bits = [oracle.stream_bits({"kind": kind, "source": json}, np.arange(2**n), n, t) for t in range(40)]
    seen = streams(make(kind, n, False, False), words)
    assert [[int(row[code]) for row in bits] for code in range(2**n)] == seen
