"""Measures by hand on streams short enough to check, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from sc_neurocore.circuits import Circuit
from sc_neurocore.circuits.measures import (
    accuracy,
    autocorrelation,
    codes_of,
    errors,
    progressive_precision,
    stability,
    values,
)
from sc_neurocore.spec import CodesError, Comparator, Counter, OptionError, VanDerCorput


def product() -> Circuit:
    c = Circuit("product", stream_length=16, resolution_bits=4)
    x = c.input("x", generator=Comparator(source=Counter()))
    c.output("y", c.and_(x, c.input("w", generator=Comparator(source=VanDerCorput()))))
    c.output("z", x, "stream")
    return c


def test_values_and_errors():
    assert values([0, 2, 4], 4).tolist() == [0, 0.5, 1]
    assert values([0, 2, 4], 4, "bipolar").tolist() == [-1, 0, 1]
    assert errors([1, 0, 0.5], [0.5, 0.5, 0.5]) == (0.5 / 3, 1 / 3, 0, 0.5)
    with pytest.raises(CodesError, match="at least one value"):
        errors([], [])
    with pytest.raises(OptionError, match="a reading of counts has no case for the kind 'spike'"):
        values([1], 4, "spike")
    with pytest.raises(OptionError, match="length must be"):
        values([1], 0)
    with pytest.raises(CodesError, match=r"wanted must have the shape of measured, \(2,\), got \(2, 1\)"):
        errors([0, 1], [[0], [1]])  # which NumPy would spread to four errors
    assert errors([0, 1], 1).mae == 0.5


def test_all_codes_and_drawn_ones():
    every = codes_of(product())
    assert every.shape == (256, 2)
    assert every[:17].tolist() == [[0, w] for w in range(16)] + [[1, 0]]
    drawn = codes_of(product(), most=50, seed=3)
    assert drawn.shape == (50, 2)
    assert np.array_equal(drawn, codes_of(product(), most=50, seed=3))
    assert not np.array_equal(drawn, codes_of(product(), most=50, seed=4))
    assert (drawn.min(), drawn.max()) == (0, 15)


def test_accuracy_of_a_circuit():
    judged = accuracy(product(), "y", lambda codes: codes.prod(axis=1) / 256)
    assert judged.mse == pytest.approx(1.4915e-3, rel=4e-5)
    one = accuracy(product(), "y", lambda codes: np.zeros(len(codes)), codes=[[15, 15]])
    assert one.maximum == one.bias == 15 / 16
    with pytest.raises(OptionError, match="output must be a count of the circuit, one of y; got 'z'"):
        accuracy(product(), "z", lambda codes: codes[:, 0])


def test_autocorrelation():
    alternating = np.tile([1, 0], 8)
    assert autocorrelation(alternating, 0) == 1
    assert autocorrelation(alternating, 1) == pytest.approx(-15 / 16)
    assert autocorrelation([alternating, np.ones(16)], 2).tolist() == [pytest.approx(14 / 16), 0]
    with pytest.raises(OptionError, match="lag must be an integer, 0 to 15, got 16"):
        autocorrelation(alternating, 16)
    with pytest.raises(CodesError, match="zeros and ones"):
        autocorrelation([0, 2], 1)


def test_progressive_precision():
    lengths, error = progressive_precision([[1, 0, 1, 0, 1], [0, 1, 1, 1, 1]], [0.5, 1.0])
    assert lengths.tolist() == [1, 2, 4]
    assert error.tolist() == [0.75, 0.25, 0.125]


def test_stability():
    streams = [[1, 0, 1, 0], [1, 1, 1, 1], [0, 0, 0, 1]]
    assert stability(streams, [0.5, 1.0, 1.0], threshold=0.1).tolist() == [0.25, 1.0, 0.0]
    assert stability(streams[0], 0.0, "bipolar", threshold=0.4).tolist() == 0.75
