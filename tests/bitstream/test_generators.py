from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc_neurocore.bitstream import sequence, stream
from sc_neurocore.spec import (
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    Comparator,
    Counter,
    Lfsr,
    LfsrFull,
    Sobol,
    VanDerCorput,
    WeightedBinary,
)

SOURCES = [
    Counter(skip=5),
    VanDerCorput(skip=1),
    Lfsr(seed=1),
    Lfsr(seed=2, reverse=True, skip=70),
    LfsrFull(seed=0),
    Sobol(dimension=1),
    Sobol(dimension=17, skip=3, reverse=True),
]


@pytest.mark.contract("generator.comparator", "generator.weighted_binary", "generator.shared")
@pytest.mark.parametrize("kind", [Comparator, WeightedBinary])
@pytest.mark.parametrize("source", SOURCES, ids=str)
@pytest.mark.parametrize("n", [2, 3, 5, 8, 11])
def test_every_code_has_exactly_that_many_ones_a_period(kind, source, n):
    streams = stream(kind(source=source), np.arange(2**n), n, source.period(n))
    assert np.array_equal(streams.sum(axis=1, dtype=np.int64), np.arange(2**n))


@pytest.mark.contract("generator.comparator")
def test_less_than_on_a_source_without_zero_would_lose_a_one():
    words = sequence(Lfsr(seed=1), 6, 63)
    assert [int((words < c).sum()) for c in range(1, 64)] == list(range(63))


@pytest.mark.contract("generator.comparator")
@given(n=st.integers(2, 10), data=st.data())
def test_comparator_streams_are_nested(n, data):
    low, high = sorted(data.draw(st.tuples(st.integers(0, 2**n - 1), st.integers(0, 2**n - 1))))
    source = data.draw(st.sampled_from(SOURCES))
    a, b = stream(Comparator(source=source), np.array([low, high]), n, 100)
    assert not (a & ~b & 1).any()


@pytest.mark.contract("generator.weighted_binary")
@given(n=st.integers(2, 10), data=st.data())
def test_weighted_binary_streams_are_disjoint_unions_of_their_bits(n, data):
    code = data.draw(st.integers(0, 2**n - 1))
    generator = WeightedBinary(source=data.draw(st.sampled_from(SOURCES)))
    whole = stream(generator, code, n, 100)
    parts = stream(generator, np.array([code & 1 << i for i in range(n)]), n, 100)
    assert np.array_equal(whole, parts.sum(axis=0))


@pytest.mark.contract("generator.weighted_binary")
def test_weighted_binary_by_hand():
    # counter words 0 1 2 3 4 5 6 7 have their leading one at - 0 1 1 2 2 2 2
    assert stream(WeightedBinary(source=Counter()), 0b101, 3, 8).tolist() == [0, 1, 0, 0, 1, 1, 1, 1]
    assert stream(WeightedBinary(source=Counter()), 0b010, 3, 8).tolist() == [0, 0, 1, 1, 0, 0, 0, 0]


def default_counts(n: int) -> np.ndarray:
    x = stream(DEFAULT_INPUT_GENERATOR, np.arange(2**n), n, 2**n).astype(np.int64)
    w = stream(DEFAULT_WEIGHT_GENERATOR, np.arange(2**n), n, 2**n).astype(np.int64)
    return x @ w.T


@pytest.mark.contract("generator.default_pair")
@pytest.mark.parametrize("n", range(2, 11))
def test_default_pair_is_its_closed_form(n):
    x, w = np.arange(2**n)[:, None], np.arange(2**n)[None, :]
    closed = sum((x >> (n - i) & 1) * ((w + 2 ** (i - 1)) // 2**i) for i in range(1, n + 1))
    assert np.array_equal(default_counts(n), closed)


@pytest.mark.contract("generator.default_pair")
@pytest.mark.parametrize(("n", "rms"), [(2, 0.167), (3, 0.232), (4, 0.279), (8, 0.407)])
def test_default_pair_has_no_bias_and_the_stated_error(n, rms):
    codes = np.arange(2**n)
    error = default_counts(n) - np.outer(codes, codes) / (2**n - 1)
    assert abs(error.mean()) < 1e-12
    assert np.sqrt((error**2).mean()) == pytest.approx(rms, abs=6e-4)


@pytest.mark.contract("generator.default_pair")
@pytest.mark.parametrize("n", [2, 4, 7])
def test_default_pair_needs_only_as_many_cycles_as_the_weight_says(n):
    # the down counter of the closed form: after w cycles the product is complete
    x = stream(DEFAULT_INPUT_GENERATOR, np.arange(2**n), n, 2**n).astype(np.int64)
    for w in range(2**n):
        assert np.array_equal(x[:, :w].sum(axis=1), default_counts(n)[:, w])


@pytest.mark.contract("generator.default_pair")
def test_sobol_pair_errs_more():
    x, w = (stream(Comparator(source=Sobol(dimension=d)), np.arange(256), 8, 256).astype(np.int64) for d in (1, 2))
    error = x @ w.T - np.outer(np.arange(256), np.arange(256)) / 255
    assert round(float(np.sqrt((error**2).mean())), 3) == 0.690
    assert round(float(error.mean()), 3) == -0.248
