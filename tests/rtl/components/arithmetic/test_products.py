"""The product components, all operand bits against plain integers."""

from __future__ import annotations

from itertools import product

import pytest
from support.simulation.amaranth_runs import trace

from sc_neurocore.rtl.components.arithmetic.products import AndProducts, SignedProducts, XnorProducts


def columns(names: list[str]) -> tuple[dict[str, list[int]], list[dict[str, int]]]:
    """One lane a case: inputs for all combinations of bits at once, in one clock, then a clock to let them through."""
    cases: list[dict[str, int]] = [dict(zip(names, bits, strict=True)) for bits in product((0, 1), repeat=len(names))]
    packed = {name: sum(case[name] << i for i, case in enumerate(cases)) for name in names}
    return {name: [value, value] for name, value in packed.items()}, cases


def lanes(word: int, count: int) -> list[int]:
    return [word >> i & 1 for i in range(count)]


@pytest.mark.contract("product.and", "product.signs")
def test_and_products_are_the_signed_product_less_a_constant():
    inputs, cases = columns(["x", "w", "negative"])
    bits = trace(AndProducts(len(cases)), inputs, ["bits"])["bits"]
    for bit, case in zip(lanes(bits[1], len(cases)), cases, strict=True):
        sign = -1 if case["negative"] else 1
        assert bit - case["negative"] == sign * case["x"] * case["w"]


@pytest.mark.contract("product.and", "product.signs")
def test_signed_products_keep_the_sign_beside_the_bit():
    inputs, cases = columns(["x", "w", "x_negative", "w_negative"])
    seen = trace(SignedProducts(len(cases)), inputs, ["bits", "negative"])
    pairs = zip(lanes(seen["bits"][1], len(cases)), lanes(seen["negative"][1], len(cases)), cases, strict=True)
    for bit, negative, case in pairs:
        assert bit == case["x"] * case["w"]
        assert (-1) ** negative == (-1) ** case["x_negative"] * (-1) ** case["w_negative"]


@pytest.mark.contract("product.xnor")
def test_xnor_products_multiply_the_values_of_bipolar_bits():
    inputs, cases = columns(["x", "w"])
    bits = trace(XnorProducts(len(cases)), inputs, ["bits"])["bits"]
    for bit, case in zip(lanes(bits[1], len(cases)), cases, strict=True):
        assert 2 * bit - 1 == (2 * case["x"] - 1) * (2 * case["w"] - 1)
