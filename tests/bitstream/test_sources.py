from __future__ import annotations

from functools import reduce
from operator import xor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import qmc

from sc_neurocore.bitstream import sequence
from sc_neurocore.spec import Counter, Lfsr, LfsrFull, OptionError, Sobol, Source, VanDerCorput
from sc_neurocore.spec.kinds import kinds

WIDTHS = range(2, 17)


def digits_reversed(word: int, n: int) -> int:
    return int(f"{word:0{n}b}"[::-1], 2)


@pytest.mark.contract("source.counter")
@pytest.mark.parametrize("n", WIDTHS)
def test_counter_is_time_modulo_two_to_the_n(n):
    assert sequence(Counter(), n, 3 * 2**n // 2).tolist() == [t % 2**n for t in range(3 * 2**n // 2)]


@pytest.mark.contract("source.van_der_corput")
@pytest.mark.parametrize("n", WIDTHS)
def test_van_der_corput_is_the_radical_inverse_of_time(n):
    published = qmc.Halton(1, scramble=False).random(2**n)[:, 0] * 2**n
    assert np.array_equal(sequence(VanDerCorput(), n, 2**n), np.rint(published).astype(np.int64))


@pytest.mark.contract("source.sobol")
@pytest.mark.parametrize("dimension", [1, 2, 3, 7, 40, 1111])
@pytest.mark.parametrize("n", [2, 5, 8, 11, 16])
def test_sobol_is_scipys_sequence_in_its_order_and_starts_again(dimension, n):
    if dimension * 2**n > 2**23:
        n = 12  # SciPy makes all dimensions up to this one
    # made of more bits and cut off: SciPy 1.17 fails where there are fewer bits than a polynomial has coefficients
    published = np.floor(qmc.Sobol(dimension, scramble=False, bits=30).random(2**n)[:, -1] * 2**n)
    twice = sequence(Sobol(dimension=dimension), n, 2 * 2**n)
    assert np.array_equal(twice, np.tile(published.astype(np.int64), 2))


@pytest.mark.contract("source.lfsr", "source.taps")
@pytest.mark.parametrize("n", WIDTHS)
def test_lfsr_meets_every_word_but_zero_once_a_period(n):
    words = sequence(Lfsr(seed=2**n - 1), n, 2**n)
    assert sorted(words[:-1].tolist()) == list(range(1, 2**n))
    assert words[-1] == words[0] == 2**n - 1


@pytest.mark.contract("source.lfsr_full")
@pytest.mark.parametrize("n", WIDTHS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_full_lfsr_meets_every_word_once_a_period_and_differs_only_around_zero(n, seed):
    words = sequence(LfsrFull(seed=seed), n, 2**n + 1)
    assert sorted(words[:-1].tolist()) == list(range(2**n))
    assert words[0] == words[-1] == seed
    zero = words[:-1].tolist().index(0)
    assert words[zero - 1 if zero else -2] == 2 ** (n - 1)  # 0 follows 10...0
    without = np.roll(words[:-1], -zero)[1:]
    assert np.array_equal(sequence(Lfsr(seed=int(without[0])), n, 2**n - 1), without)


@pytest.mark.contract("source.lfsr", "source.taps")
@given(seed=st.integers(1, 255))
def test_eight_bit_lfsr_steps_by_hand(seed):
    state, expected = [seed >> i & 1 for i in range(8)], []
    for _ in range(12):
        expected.append(sum(b << i for i, b in enumerate(state)))
        state = [reduce(xor, (state[7], state[5], state[4], state[3])), *state[:7]]  # taps 8, 6, 5, 4; shift left
    assert sequence(Lfsr(seed=seed), 8, 12).tolist() == expected


@pytest.mark.contract("source.taps")
def test_other_taps_would_show():
    # x^8 + x^5 + 1 is not primitive: its cycles are shorter, so a slipped tap cannot meet every word.
    state, seen = 1, set()
    while state not in seen:
        seen.add(state)
        state = (state << 1 | (state >> 7 ^ state >> 4) & 1) % 256
    assert len(seen) < 255


@pytest.mark.contract("source.skip", "source.reverse", "source.lane_skip")
@given(
    kind=st.sampled_from([Counter, VanDerCorput, Lfsr, LfsrFull, Sobol]),
    n=st.integers(2, 9),
    skip=st.integers(0, 65_535),
    lane_skip=st.integers(0, 65_535),
    lane=st.integers(0, 70_000),
    reverse=st.booleans(),
)
def test_skips_read_further_on_periodically_and_reverse_mirrors_words(kind, n, skip, lane_skip, lane, reverse):
    fields = {Lfsr: {"seed": 3}, LfsrFull: {"seed": 3}, Sobol: {"dimension": 5}}.get(kind, {})
    plain = sequence(kind(**fields), n, 2**n).tolist()
    period = 2**n - 1 if kind is Lfsr else 2**n
    words = sequence(kind(**fields, skip=skip, lane_skip=lane_skip, reverse=reverse), n, 40, lane).tolist()
    expected = [plain[(t + skip + lane * lane_skip) % period] for t in range(40)]
    assert words == ([digits_reversed(u, n) for u in expected] if reverse else expected)


@pytest.mark.contract("source.restart")
def test_a_sequence_begins_again_at_every_call():
    source = Lfsr(seed=9, skip=4)
    assert np.array_equal(sequence(source, 6, 100)[:50], sequence(source, 6, 50))


def test_a_sequence_has_at_most_2_to_the_20_words():
    assert len(sequence(Counter(), 2, 2**20)) == 2**20
    for n, length, lane in ((2, 2**20 + 1, 0), (2, -1, 0), (1, 1, 0), (17, 1, 0), (2, 1, -1), (2, 1, 2**31 + 1)):
        with pytest.raises(OptionError):
            sequence(Counter(), n, length, lane)


ONE_OF_EACH = [Counter(), VanDerCorput(), Lfsr(seed=1), LfsrFull(seed=3), Sobol(dimension=2)]


def test_there_is_one_of_each_kind():
    assert {type(source) for source in ONE_OF_EACH} == set(kinds(Source).values())


@pytest.mark.contract("source.once")
@pytest.mark.parametrize("source", ONE_OF_EACH, ids=lambda source: source.kind)
@pytest.mark.parametrize("changes", [{}, {"skip": 5}, {"reverse": True}, {"skip": 65_535, "reverse": True}], ids=str)
def test_every_word_that_a_source_emits_comes_once_a_period(source, changes):
    bent = type(source)(**{**source.model_dump(), **changes})
    for n in (2, 3, 8, 11):
        period = 2**n - 1 if source.kind == "lfsr" else 2**n
        twice = sequence(bent, n, 2 * period)
        assert sorted(twice[:period].tolist()) == list(range(2**n - period, 2**n))
        assert np.array_equal(twice[:period], twice[period:])
