"""The two tables against outside sources: the contract's printed taps, enumeration, and SciPy's Joe-Kuo numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc
from support.oracle import TAPS

from sc_neurocore.spec.tables import LFSR_TAPS, joe_kuo_direction_words


@pytest.mark.contract("source.taps")
def test_taps_are_those_of_the_contract():
    assert {n: tuple(taps) for n, taps in LFSR_TAPS.items()} == TAPS


@pytest.mark.contract("source.taps")
@pytest.mark.parametrize("n", range(2, 17))
def test_taps_give_the_full_period(n):
    """Written out with strings: no shift, no mask, no arithmetic in common with anybody."""
    bits, seen = "0" * (n - 1) + "1", set()
    while bits not in seen:
        seen.add(bits)
        ones = sum(bits[n - tap] == "1" for tap in LFSR_TAPS[n])
        bits = bits[1:] + "01"[ones % 2]
    assert bits == "0" * (n - 1) + "1"
    assert len(seen) == 2**n - 1
    assert "0" * n not in seen


@pytest.fixture(scope="module")
def scipy_words() -> np.ndarray:
    """(1111, 16) direction words of 30 bits, from SciPy's points in Gray-code order."""
    words = []
    for k in range(16):
        engine = qmc.Sobol(d=1111, scramble=False, bits=30)
        if k:
            engine.fast_forward(2**k - 1)
        before, after = (np.rint(engine.random(1)[0] * 2.0**30).astype(np.int64) for _ in range(2))
        words.append(before ^ after)
    return np.array(words).T


@pytest.mark.contract("source.sobol")
@pytest.mark.parametrize("n", range(2, 17))
def test_direction_words_of_all_dimensions_are_joe_and_kuos(n, scipy_words):
    assert scipy_words.shape == (1111, 16)
    for dimension in range(1, 1112):
        ours = joe_kuo_direction_words(dimension, n)
        theirs = scipy_words[dimension - 1, :n]
        assert [w << (30 - n) for w in ours] == theirs.tolist(), dimension


@pytest.mark.parametrize(("dimension", "n"), [(0, 8), (1112, 8), (1, 1), (1, 17), (-1, 8)])
def test_outside_the_tables(dimension, n):
    with pytest.raises(ValueError, match=str(dimension if n == 8 else n)):
        joe_kuo_direction_words(dimension, n)
