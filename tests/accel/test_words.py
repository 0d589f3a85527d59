"""The fast engines' words, made by another route than the reference's: equal in every period."""

from __future__ import annotations

import numpy as np
import pytest

from sc_neurocore.accel.words import cycle, thresholds, window_words
from sc_neurocore.bitstream.sources import period_words
from sc_neurocore.spec import Comparator, Lfsr, LfsrFull, Sobol, WeightedBinary


@pytest.mark.contract("source.lfsr", "source.lfsr_full")
@pytest.mark.parametrize("n", range(2, 17))
def test_shift_registers_at_every_width(n):
    for seed in {1, 2, 2**n - 1, 2 ** (n - 1)}:
        assert np.array_equal(cycle(Lfsr(seed=seed), n), period_words(Lfsr(seed=seed), n))
        assert np.array_equal(cycle(LfsrFull(seed=seed), n), period_words(LfsrFull(seed=seed), n))
    assert np.array_equal(cycle(LfsrFull(seed=0), n), period_words(LfsrFull(seed=0), n))


@pytest.mark.parametrize("kind", [Comparator, WeightedBinary])
def test_a_threshold_says_every_bit_of_every_code(kind):
    n, codes = 4, np.arange(16)[:, None]
    for source in (Lfsr(seed=3, skip=5), Sobol(dimension=2, reverse=True)):
        words = np.roll(period_words(source, n), -source.skip)
        s = window_words(kind(source=source), n, 0, len(words))
        assert np.array_equal(np.roll(thresholds(kind(source=source), n), -source.skip), s)
        if kind is Comparator:
            assert np.array_equal(s < codes, words < codes if source.emits_zero else words <= codes)
        else:
            leading = [int(word).bit_length() - 1 for word in words]
            expected = [[place >= 0 and code >> place & 1 for place in leading] for code in range(16)]
            assert np.array_equal(codes >> s & 1, np.array(expected))
