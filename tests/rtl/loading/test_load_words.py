# amaranth: UnusedElaboratable=no
"""Load words: encoded, decoded by gates, and counted."""

from __future__ import annotations

import numpy as np
import pytest
from support.cores.loadable_core import sum_network
from support.simulation.amaranth_runs import trace

from sc_neurocore.rtl import ControlledCore, NetworkCore
from sc_neurocore.rtl.loading.load_gates import LoadDecoder
from sc_neurocore.rtl.loading.load_words import load_bytes, load_words
from sc_neurocore.rtl.plan.folded_plan import FoldedPlan
from sc_neurocore.spec.errors import OptionError


def decoded(words, bits=31):
    """The image back from its words, by the rules alone."""
    address, image = 0, []
    for word in map(int, words):
        if word >> 31:
            address = word & (2**bits - 1)
        else:
            image.append((address, word - 2**31 if word >> 30 else word))
            address = (address + 1) % 2**bits
    return image


def test_an_address_word_stands_only_where_the_address_does_not_follow():
    image = [(0, 5), (1, -1), (2, 0), (8, 7), (9, -(2**30)), (4, 2**30 - 1)]
    words = load_words(image)
    assert words.dtype == np.uint32
    expected = [5, 0x7FFFFFFF, 0, 0x80000008, 7, 0x40000000, 0x80000004, 0x3FFFFFFF]
    assert words.tolist() == expected
    assert load_words([(3, 1)]).tolist() == [0x80000003, 1]
    assert load_words([]).tolist() == []


def test_bytes_are_little_endian():
    assert load_bytes(load_words([(1, 2)])) == bytes([1, 0, 0, 0x80, 2, 0, 0, 0])


@pytest.mark.parametrize("seed", range(5))
def test_what_is_encoded_is_decoded(seed):
    rng = np.random.default_rng(seed)
    addresses = np.sort(rng.choice(60, 40, replace=False)).tolist()
    image = [(a, int(d)) for a, d in zip([*addresses, 2**31 - 1], rng.integers(-(2**30), 2**30, 41))]
    assert decoded(load_words(image)) == image


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ([(2**31, 0)], "an address must be 0 … 2^31 − 1; got 2147483648"),
        ([(-1, 0)], "an address must be 0 … 2^31 − 1; got -1"),
        ([(0, 2**30)], "data must be −2^30 … 2^30 − 1; got 1073741824 at address 0"),
        ([(0, 0), (1, -(2**30) - 1)], "data must be −2^30 … 2^30 − 1; got -1073741825 at address 1"),
    ],
)
def test_what_does_not_fit_is_refused(image, message):
    with pytest.raises(OptionError) as refusal:
        load_words(image)
    assert str(refusal.value) == f"image: {message}"


def run_decoder(loads, words=6, bits=5, gaps=True, by_itself=None):
    """Loads (lists of words) through the gates; per load the image and what `complete` says in its last clock, which is
    that of the last word or one without a word.
    """
    rng = np.random.default_rng(7)
    rows = []
    for load in loads:
        for word in load:
            rows += [(0, 0, int(rng.integers(2**32)))] * (int(rng.integers(3)) if gaps else 0) + [(0, 1, int(word))]
        if rng.integers(2) and gaps if by_itself is None else by_itself:
            rows.append((1, 0, 0))
        else:
            rows[-1] = (1, *rows[-1][1:])  # it ends with its last word
    names = ("restart", "take", "word")
    inputs = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    seen = trace(LoadDecoder(bits, words), inputs, ("write", "address", "data", "complete", "taken"))
    results, image = [], []
    for i, row in enumerate(rows):
        if seen["write"][i]:
            data = seen["data"][i]
            image.append((seen["address"][i], data - 2**32 if data >> 31 else data))
        if row[0]:
            results.append((image, seen["complete"][i]))
            image = []
    return results


@pytest.mark.parametrize("by_itself", [False, True])
def test_the_gates_write_what_was_encoded_and_count_the_words(by_itself):
    """Too few, enough and too many; as many beyond as bring a counter of their number back to its end."""
    counts = [6, 5, 6, 7, 12, 13, 14, 22, 6, 1]
    rng = np.random.default_rng(3)
    images = []
    for count in counts:
        start = rng.integers(32 - min(count, 16))
        images.append([(int((start + i) % 32), int(rng.integers(-(2**30), 2**30))) for i in range(count)])
    results = run_decoder([load_words(image) for image in images], by_itself=by_itself)
    assert [image for image, _ in results] == images
    assert [bool(complete) for _, complete in results] == [count == 6 for count in counts]


def test_an_address_word_behind_a_whole_image_is_no_data():
    loads = [[1, 2, 3, 4, 5, 6, 0x80000009], [1, 2, 3, 4, 5, 0x80000009]]
    (image, complete), (_, again) = run_decoder(loads, gaps=False)
    assert len(image) == 6
    assert complete
    assert not again


def test_a_load_begins_at_address_0_whatever_came_before():
    results = run_decoder([load_words([(9, 1), (10, 2)]), load_words([(0, 3)])])
    assert results[1][0] == [(0, 3)]


@pytest.mark.parametrize("inputs", [1, 2, 3, 9])
def test_the_hash_lies_on_no_address_of_even_the_smallest_core(inputs):
    core = ControlledCore(NetworkCore(FoldedPlan.of(sum_network([[1] * inputs], [0]), [1], loadable=True)), "axi-lite")
    image = core.load_map.image(core.network)
    addresses = [address for address, _ in image]
    assert len(set(addresses)) == len(addresses) == core.load_map.words
    assert max(addresses) < 1 << core.load_map.address_bits
    marker = 1 << (core.load_map.address_bits - 1)
    halves = [address for address in addresses if address & marker]
    assert [address % marker for address in halves] == list(range(16))
