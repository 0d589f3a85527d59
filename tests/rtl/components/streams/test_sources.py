"""The source components against the outside oracle's sequences, and against what a period must be."""

from __future__ import annotations

import pytest
from support import oracle
from support.simulation.amaranth_runs import trace

from sc_neurocore.rtl.components.streams.sources import make_source
from sc_neurocore.spec import Counter, Lfsr, LfsrFull, Sobol, VanDerCorput

KINDS = [Counter(), VanDerCorput(), Lfsr(seed=1), LfsrFull(seed=0), Sobol(dimension=2)]


def words(source, n: int, clocks: int) -> list[int]:
    """The words after a restart; the first clock restarts, and is not part of them."""
    run = trace(make_source(source, n), {"restart": [1] + [0] * clocks, "enable": [1]}, ["word"])
    return run["word"][1:]


@pytest.mark.contract(
    "source.counter", "source.van_der_corput", "source.lfsr", "source.lfsr_full", "source.sobol", "source.taps"
)
@pytest.mark.parametrize("n", range(2, 11))
@pytest.mark.parametrize("source", KINDS, ids=lambda s: s.kind)
def test_a_period_holds_every_word_once_and_then_repeats(source, n):
    period = source.period(n)
    seen = words(source, n, period + 3)
    assert sorted(seen[:period]) == list(range(0 if source.emits_zero else 1, 2**n))
    assert seen[period:] == seen[:3]


@pytest.mark.contract("source.lfsr", "source.lfsr_full", "source.taps")
@pytest.mark.parametrize("n", range(11, 17))
@pytest.mark.parametrize("kind", [Lfsr, LfsrFull], ids=["lfsr", "lfsr_full"])
def test_long_registers_step_as_the_taps_say(kind, n):
    seed = 2**n - 3
    source = kind(seed=seed, skip=2**n - 40)  # from there past the end of the period
    json = {"kind": source.kind, "seed": seed, "skip": source.skip}
    assert words(source, n, 80) == [oracle.word(json, n, t) for t in range(80)]


@pytest.mark.contract("source.sobol")
@pytest.mark.parametrize(("dimension", "n"), [(1, 5), (3, 8), (7, 6), (1111, 9), (40, 16), (1000, 16)])
def test_sobol_words_are_those_of_scipy(dimension, n):
    source = Sobol(dimension=dimension, skip=(2**n - 50) % 2**n)
    json = {"kind": "sobol", "dimension": dimension, "skip": source.skip}
    assert words(source, n, 100) == [oracle.word(json, n, t) for t in range(100)]


@pytest.mark.contract("source.skip", "source.reverse")
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("skip", [1, 5, 15, 16, 17, 65_535])
@pytest.mark.parametrize(
    "source", [Counter(), VanDerCorput(), Lfsr(seed=9), LfsrFull(seed=12), Sobol(dimension=5)], ids=lambda s: s.kind
)
def test_skip_reads_from_a_later_position_and_reverse_turns_the_bits(source, skip, reverse):
    n = 4
    plain = words(source, n, source.period(n))
    expected = [plain[(t + skip) % len(plain)] for t in range(20)]
    if reverse:
        expected = [int(f"{word:04b}"[::-1], 2) for word in expected]
    assert words(source.model_copy(update={"skip": skip, "reverse": reverse}), n, 20) == expected


def rows(source, n: int, many: int, clocks: int) -> list[list[int]]:
    """The words of each clock after a restart, `many` a clock."""
    run = trace(make_source(source, n, many), {"restart": [1] + [0] * clocks, "enable": [1]}, ["word"])
    return [[word >> (n * i) & (2**n - 1) for i in range(many)] for word in run["word"][1:]]


@pytest.mark.contract("source.skip", "source.reverse")
@pytest.mark.parametrize(("n", "many"), [(2, 8), (3, 2), (4, 3), (5, 4), (5, 7), (9, 5)])
@pytest.mark.parametrize("source", KINDS, ids=lambda s: s.kind)
def test_several_words_a_clock_are_those_that_follow_each_other(source, n, many):
    """Through the end of the period and, in two bits, over it within one clock."""
    source = source.model_copy(update={"skip": 2**n - 3, "reverse": many % 2 == 1})
    json = source.model_dump()
    seen = rows(source, n, many, 2**n // many + 9)
    assert seen == [[oracle.word(json, n, many * t + i) for i in range(many)] for t in range(len(seen))]


@pytest.mark.contract("source.skip")
@pytest.mark.parametrize("source", KINDS, ids=lambda s: s.kind)
def test_four_words_of_sixteen_bits_a_clock(source):
    source = source.model_copy(update={"skip": 2**16 - 17})
    json = source.model_dump()
    assert rows(source, 16, 4, 12) == [[oracle.word(json, 16, 4 * t + i) for i in range(4)] for t in range(12)]


@pytest.mark.contract("source.restart")
@pytest.mark.parametrize("source", KINDS, ids=lambda s: s.kind)
def test_several_words_restart_and_stay_together(source):
    n, many = 5, 3
    component = make_source(source.model_copy(update={"skip": 3}), n, many)
    restart, enable = [1, 0, 0, 0, 1, 0, 0, 0, 0], [0, 1, 1, 1, 1, 0, 0, 1, 1]
    seen = trace(component, {"restart": restart, "enable": enable}, ["word"])["word"]
    u = words(source.model_copy(update={"skip": 3}), n, 12)
    clocks = [sum(word << (n * i) for i, word in enumerate(u[t : t + many])) for t in (0, 3, 6, 9)]
    assert seen[1:] == [clocks[t] for t in (0, 1, 2, 3, 0, 0, 0, 1)]


@pytest.mark.contract("source.restart")
@pytest.mark.parametrize("source", KINDS, ids=lambda s: s.kind)
def test_restart_wins_over_enable_and_without_either_the_word_stays(source):
    n = 5
    source = source.model_copy(update={"skip": 3})
    restart = [1, 0, 0, 0, 1, 0, 0, 0, 0]
    enable = [0, 1, 1, 1, 1, 0, 0, 1, 1]
    seen = trace(make_source(source, n), {"restart": restart, "enable": enable}, ["word"])["word"]
    u = words(source, n, 5)
    assert seen[1:] == [u[0], u[1], u[2], u[3], u[0], u[0], u[0], u[1]]


def test_a_wrong_tap_would_be_seen():
    """Negative control: the register of another tap set has another sequence, so the tests above can fail."""
    right = words(Lfsr(seed=1), 8, 255)
    state, other = 1, []
    for _ in range(255):
        other.append(state)
        state = (state << 1 | ((state >> 7 ^ state >> 5 ^ state >> 4 ^ state >> 2) & 1)) % 256
    assert right != other
