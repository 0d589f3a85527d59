from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc_neurocore.bitstream import scc, stream
from sc_neurocore.spec import CodesError, Comparator, Counter

bits = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=40)


@given(pairs=bits)
def test_scc_is_its_definition_in_fractions(pairs):
    a, b, c, d = (pairs.count(p) for p in ((1, 1), (1, 0), (0, 1), (0, 0)))
    length = len(pairs)
    if a * d > b * c:
        denominator = length * min(a + b, a + c) - (a + b) * (a + c)
    else:
        denominator = (a + b) * (a + c) - length * max(a - d, 0)
    expected = Fraction(a * d - b * c, denominator) if denominator else Fraction(0)
    x, w = np.array(pairs).T
    assert scc(x, w) == pytest.approx(float(expected), abs=1e-12)
    assert -1 <= expected <= 1


@given(x=st.integers(1, 255), w=st.integers(1, 255))
def test_one_source_for_both_streams_correlates_them_fully(x, w):
    streams = stream(Comparator(source=Counter()), np.array([x, w]), 8, 256)
    assert scc(streams[0], streams[1]) == 1
    assert scc(streams[0], 1 - streams[1]) == -1


@pytest.mark.parametrize(("x", "w"), [([0, 1], [0, 1, 1]), ([], []), (1, 1)])
def test_scc_refuses_streams_of_different_or_no_length(x, w):
    with pytest.raises(CodesError, match="one length of at least 1"):
        scc(np.array(x, dtype=int), np.array(w, dtype=int))


def test_scc_refuses_what_is_no_bit():
    with pytest.raises(CodesError, match="zeros and ones only"):
        scc(np.array([0, 3]), np.array([0, 1]))
