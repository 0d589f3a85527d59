"""Quantization against exact rational arithmetic, and the values that codes stand for."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from support.networks.random_networks import code_range

from sc_neurocore.spec import CodesError, dequantize, quantize
from sc_neurocore.spec.encoding import element_width

ENCODINGS = ["unipolar", "bipolar", "sign_magnitude"]


def exact(v: Fraction, encoding: str, n: int) -> tuple[int, bool]:
    """Code and whether it saturated, in unbounded rationals."""
    full, half = 2**n - 1, Fraction(1, 2)
    if encoding == "unipolar":
        rounded = math.floor(v * full + half)
    elif encoding == "bipolar":
        rounded = math.floor((v + 1) / 2 * 2**n + half)
    else:
        rounded = math.floor(abs(v) * full + half) * (1 if v > 0 else -1)
    low, high = code_range(encoding, n)
    code = max(low, min(high, rounded))
    return code, code != rounded


@pytest.mark.contract("codes.quantize", "codes.saturation", "codes.unipolar", "codes.bipolar", "codes.sign_magnitude")
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("n", [2, 3, 8, 16])
def test_quantize_equals_rational_arithmetic(encoding, n):
    """Dyadic values of 20 bits, every product of which float64 holds exactly."""
    rng = np.random.default_rng(n)
    numerators = [
        *rng.integers(-(2**22), 2**22, size=3000).tolist(),
        0,
        1,
        -1,
        2**19,
        2**20,
        -(2**20),
        2**20 + 1,
        2**40,
    ]
    values = np.array([k / 2**20 for k in numerators])
    codes, saturated = quantize(values, encoding, n)
    wanted = [exact(Fraction(k, 2**20), encoding, n) for k in numerators]
    assert codes.dtype == np.int64
    assert codes.tolist() == [code for code, _ in wanted]
    assert saturated == sum(beyond for _, beyond in wanted) > 100


@pytest.mark.contract("codes.quantize")
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("n", range(2, 17))
def test_codes_survive_their_own_values(encoding, n):
    low, high = code_range(encoding, n)
    codes = np.arange(low, high + 1)
    values = dequantize(codes, encoding, n)
    back, saturated = quantize(values, encoding, n)
    assert np.array_equal(back, codes)
    assert saturated == 0
    exactly = [Fraction(2 * c, 2**n) - 1 if encoding == "bipolar" else Fraction(c, 2**n - 1) for c in codes.tolist()]
    assert values.tolist() == [float(v) for v in exactly]


@pytest.mark.contract("codes.unipolar", "codes.bipolar", "codes.sign_magnitude")
def test_landmarks():
    assert dequantize([0, 255], "unipolar", 8).tolist() == [0, 1]
    assert dequantize([0, 128, 255], "bipolar", 8).tolist() == [-1, 0, 1 - 2 / 256]
    assert dequantize([-255, 0, 255], "sign_magnitude", 8).tolist() == [-1, 0, 1]
    assert dequantize([0, 1], "spike", 8).tolist() == [0, 1]


@pytest.mark.contract("codes.quantize")
def test_halves_round_up_in_magnitude_or_code():
    assert quantize([0.5 / 3, 1.5 / 3, 2.5 / 3], "unipolar", 2)[0].tolist() == [1, 2, 3]
    assert quantize([-0.5, 0.5], "sign_magnitude", 2)[0].tolist() == [-2, 2]  # 1.5 -> 2, the sign apart
    assert quantize([-0.75, -0.25, 0.25], "bipolar", 2)[0].tolist() == [1, 2, 3]  # 0.5, 1.5, 2.5


@pytest.mark.contract("codes.saturation")
@pytest.mark.parametrize(
    ("encoding", "values", "codes", "saturated"),
    [
        ("unipolar", [1.0, 1.16, 1.17, -0.16, -0.17, 1e308, -1e308, -0.0], [3, 3, 3, 0, 0, 3, 0, 0], 4),
        ("bipolar", [-1.0, 1.0, 0.75, 0.74, -1.25, -1.26, 1e308], [0, 3, 3, 3, 0, 0, 3], 4),
        ("sign_magnitude", [1.0, -1.0, 1.16, 1.17, -1.17, 1e300, -1e308], [3, -3, 3, 3, -3, 3, -3], 4),
        ("spike", [7.0, -3.0], [1, 0], 0),
    ],
)
def test_saturation_is_counted_where_the_rounded_code_leaves_the_range(encoding, values, codes, saturated):
    got, count = quantize(np.array(values), encoding, 2)
    assert got.tolist() == codes
    assert count == saturated


@pytest.mark.contract("codes.spike")
def test_a_feature_is_a_spike_from_one_half():
    below = np.nextafter(0.5, 0)
    assert quantize([0.5, below, 0, 1, -1, 0.51], "spike", 4)[0].tolist() == [1, 0, 0, 1, 0, 1]


@pytest.mark.contract("codes.nonfinite")
@pytest.mark.parametrize("encoding", [*ENCODINGS, "spike"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_non_finite_values_are_errors(encoding, value):
    values = np.zeros((2, 3))
    values[1, 2] = value
    with pytest.raises(CodesError, match=r"finite.*\(1, 2\)"):
        quantize(values, encoding, 4)


def test_shapes_and_types_are_kept():
    assert quantize(np.zeros((0, 3)), "unipolar", 4)[0].shape == (0, 3)
    assert quantize(np.float32(0.5), "unipolar", 4)[0].shape == ()
    third = np.full(5, 1 / 3, np.float32)  # computed in float64 from the float32 value
    assert quantize(third, "unipolar", 16)[0].tolist() == [round(float(third[0]) * 65_535)] * 5


@pytest.mark.contract("core.widths")
def test_element_widths():
    assert [element_width(e, 7) for e in ("unipolar", "bipolar", "sign_magnitude", "spike")] == [7, 7, 8, 1]
