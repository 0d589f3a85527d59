"""Accumulators, each rule on the smallest network that shows it, for every engine of ``infer``."""

from __future__ import annotations

import numpy as np
import pytest
from support.engines.rules import LFSR, SOBOL, agrees, table
from support.networks.descriptions import COUNTER, VDC, comparator, dense, network, tensors
from support.networks.random_networks import code_range


@pytest.mark.contract("accumulator.parallel_counter", "accumulator.bias", "accumulator.width")
@pytest.mark.parametrize("bias", [0, 2**30 - 1, -(2**30) + 1])
def test_full_scale_does_not_wrap(run, bias):
    """All streams all ones, all signs equal, 64 inputs, 70,000 positions: N·L + b, exactly."""
    inputs, length = 64, 70_000
    for w in (3, -3):
        description = network(
            dense(inputs, 1, 2, length, input_generator=comparator(LFSR), weight_generator=comparator(LFSR))
        )
        got = run(description, [[3] * inputs], tensors(description, [[w] * inputs], [[bias]]))
        if got is not None:
            assert got.tolist() == [[(1 if w > 0 else -1) * inputs * length + bias]]


@pytest.mark.contract("accumulator.parallel_counter", "accumulator.width")
def test_bipolar_full_scale(run):
    """Code 0 is never 1 and the largest code of an lfsr always is: agreement and disagreement in every position."""
    description = network(
        dense(9, 2, 2, 1001, input_encoding="bipolar", weight_encoding="bipolar", input_generator=comparator(LFSR),
              weight_generator=comparator(LFSR))
    )  # fmt: skip
    got = run(description, [[3] * 9, [0] * 9], tensors(description, [[[3] * 9, [0] * 9]]))
    if got is not None:
        assert got.tolist() == [[9009, -9009], [-9009, 9009]]


@pytest.mark.one_in(4)
@pytest.mark.contract("accumulator.mux")
@pytest.mark.parametrize("inputs", [1, 2, 3, 4, 5, 8, 9])
@pytest.mark.parametrize("x", ["unipolar", "bipolar", "sign_magnitude", "spike"])
def test_mux_adds_the_named_input_alone(run, inputs, x):
    rng = np.random.default_rng(inputs)
    w = "bipolar" if x == "bipolar" else "sign_magnitude"
    m = max(2, (inputs - 1).bit_length())
    for select in (
        COUNTER,
        {"kind": "sobol", "dimension": 3},
        {"kind": "lfsr_full", "seed": 2, "skip": 1, "reverse": True},
    ):
        description = network(
            dense(inputs, 3, 3, 2 * 2**m + 1, input_encoding=x, weight_encoding=w, input_generator=comparator(SOBOL),
                  accumulator={"kind": "mux", "select": select})
        )  # fmt: skip
        low, high = code_range(w, 3)
        arrays = tensors(description, [rng.integers(low, high + 1, size=(3, inputs))], [[0, 5, -5]])
        low, high = code_range(x, 3)
        agrees(run, description, rng.integers(low, high + 1, size=(6, inputs)), arrays)


@pytest.mark.contract("accumulator.mux")
def test_mux_of_unnamed_inputs_adds_nothing(run):
    """Three inputs, four select words: a quarter of the positions names nobody, in bipolar too."""
    description = network(
        dense(3, 1, 2, 8, input_encoding="bipolar", weight_encoding="bipolar", input_generator=comparator(LFSR),
              weight_generator=comparator(LFSR), accumulator={"kind": "mux", "select": COUNTER})
    )  # fmt: skip
    got = run(description, [[3, 3, 3], [0, 0, 0]], tensors(description, [[3, 3, 3]]))
    if got is not None:
        assert got.tolist() == [[6], [-6]]


@pytest.mark.contract("accumulator.or")
def test_or_keeps_the_signs_apart(run):
    rng = np.random.default_rng(7)
    for x in ("unipolar", "sign_magnitude", "spike"):
        description = network(
            dense(4, 6, 3, 23, input_encoding=x, input_generator=comparator(LFSR), accumulator={"kind": "or"})
        )
        low, high = code_range(x, 3)
        arrays = tensors(description, [rng.integers(-7, 8, size=(6, 4))], [rng.integers(-9, 10, size=6)])
        agrees(run, description, rng.integers(low, high + 1, size=(9, 4)), arrays)


@pytest.mark.contract("accumulator.or")
def test_or_saturates_at_one_a_position(run):
    description = network(
        dense(
            5, 3, 2, 40, input_generator=comparator(LFSR), weight_generator=comparator(LFSR), accumulator={"kind": "or"}
        )
    )
    got = run(description, [[3] * 5], tensors(description, [[[3] * 5, [-3] * 5, [3, 3, -3, -3, 0]]]))
    if got is not None:
        assert got.tolist() == [[40, -40, 0]]


@pytest.mark.contract("accumulator.count_value")
@pytest.mark.parametrize(
    ("x", "w", "sources", "periods", "weight"),
    [
        ("unipolar", "unipolar", None, 1, 63),
        ("unipolar", "unipolar", (LFSR, {**LFSR, "skip": 9}), 1, 63),
        ("unipolar", "sign_magnitude", (LFSR, LFSR), 3, -63),
        ("spike", "sign_magnitude", (None, COUNTER), 2, -17),
        ("bipolar", "bipolar", (VDC, COUNTER), 1, 0),
    ],
)
def test_a_count_is_worth_what_the_contract_says(run, x, w, sources, periods, weight):
    """Σ v(x)·v(w) = a · P_x·P_w / (L·(2^n − 1)²), exactly so where one operand's stream is constant or whole."""
    n = 6
    p_w = 63 if sources and sources[1]["kind"] == "lfsr" else 64
    p_x = 1 if x == "spike" else p_w  # each case takes two sources of one period
    length = p_w * periods
    changes = {}
    if sources:
        changes = {"input_generator": comparator(sources[0] or VDC), "weight_generator": comparator(sources[1])}
    description, codes, _ = table(n, length, x, w, **changes)
    description["layers"][0]["neurons"] = 1
    got = run(description, codes, tensors(description, [[weight]]))
    if got is None:
        return
    if x == "bipolar":
        one = 1 / length
        exact = (2 * codes / 64 - 1) * (2 * weight / 64 - 1)
    elif sources is None:
        one = 1 / 63
        exact = codes / 63 * weight / 63
    else:
        one = p_x * p_w / (length * 63) / (1 if x == "spike" else 63)
        exact = (codes if x == "spike" else codes / 63) * weight / 63
    assert np.allclose(got * one, exact, rtol=1e-12, atol=1e-12)


@pytest.mark.contract("accumulator.count_value", "accumulator.mux")
def test_a_mux_count_is_worth_two_to_the_m_times_more(run):
    """Four constant streams of value 1: the sum is 4 = a · 2^m / L."""
    select = {"kind": "mux", "select": COUNTER}
    description = network(
        dense(4, 1, 3, 12, input_generator=comparator(LFSR), weight_generator=comparator(LFSR), accumulator=select)
    )
    got = run(description, [[7] * 4], tensors(description, [[7] * 4]))
    if got is not None:
        assert got[0, 0] * 2**2 / 12 == 4
