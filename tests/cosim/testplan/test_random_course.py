"""The course that is drawn: it repeats itself, keeps to its bounds, and loads what it says."""

from __future__ import annotations

import random

import numpy as np
import pytest
from support.networks.two_layers import two_layers

from sc_neurocore.cosim.drivers.loads import Loads
from sc_neurocore.cosim.testplan.frames import FrameMaker
from sc_neurocore.cosim.testplan.loads.decoy import further_networks
from sc_neurocore.cosim.testplan.loads.episodes import data_words, in_any_order
from sc_neurocore.cosim.testplan.random_course import course
from sc_neurocore.rtl import build_core
from sc_neurocore.rtl.loading.load_words import load_words

NETWORK = two_layers()
CODES = np.arange(6 * NETWORK.input.features).reshape(6, -1) % 4
ROWS = 10


def drawn(seed=0, *, latency=20, loads=None, halvings=0):
    return course(FrameMaker(NETWORK, seed), CODES, ROWS, latency, loads=loads, halvings=halvings)


def written(words):
    """Memory after a load, as the format of load words says."""
    memory, address = {}, 0
    for word in words.tolist():
        if word >> 31:
            address = word & 0x7FFFFFFF
        else:
            memory[address] = word
            address += 1
    return memory


def test_the_same_seed_draws_the_same_course():
    assert drawn(3) == drawn(3) != drawn(4)


def test_longer_samples_make_fewer_segments():
    assert len(drawn(latency=20)) > len(drawn(latency=200)) > len(drawn(latency=10**6)) == 3


def test_every_kind_of_end_and_of_reset_comes():
    segments = drawn()
    for name in ("cut_after_beats", "cut_after_cycles", "cut_after_outputs", "cut_after_valid"):
        assert any(getattr(segment, name) is not None for segment in segments), name
    assert {segment.reset_cycles for segment in segments} >= {1, 2, 3, 5, 17}
    assert {segment.stall for segment in segments} == {True, False}
    assert any(not frame.good for segment in segments for frame in segment.frames)
    assert all(segment.samples for segment in segments)


def test_rows_are_those_of_the_frames():
    maker = FrameMaker(NETWORK, 0)
    mask = (1 << maker.width) - 1
    for segment in drawn():
        frames = [[beat & mask for beat in frame.beats] for frame in segment.frames if frame.good]
        assert frames == [(CODES[row - ROWS] & mask).tolist() for row in segment.samples]


def image_of(frame, memories):
    """Which image a load frame is; None of a wrong one."""
    words = np.frombuffer(bytes(frame.beats[: len(frame.beats) // 4 * 4]), dtype="<u4")
    assert frame.good == (len(frame.beats) % 4 == 0 and data_words(words) == 3)
    return memories.index(written(words)) if frame.good else None


def left_in(segment, images, held):
    """What is in the core behind a segment: an image, None, or "unknown" where a load may have begun."""
    ends_early = segment.cut_after_outputs is not None or segment.cut_after_valid is not None
    beats = sum(len(frame.beats) for frame in segment.frames)
    surely, perhaps = (0, beats) if ends_early else (segment.cut_after_beats or beats + 1,) * 2
    place = 0
    for frame, image in zip(segment.frames, images, strict=True):
        if frame.load and surely > place + len(frame.beats):
            held = image
        elif frame.load and perhaps > place:
            held = "unknown"
        place += len(frame.beats)
    return held


@pytest.mark.parametrize("control", ["stream", "axi-lite"])
def test_what_is_in_the_core_is_what_its_samples_are_held_against(control):
    words = [load_words(enumerate([i, 7 * i, -i])) for i in range(1, 4)]
    loads = Loads(control, words[0], NETWORK, words[1], 1, (NETWORK,), (words[2],))
    rows_of = [range(ROWS + i * len(CODES), ROWS + (i + 1) * len(CODES)) for i in range(3)]
    memories = [written(image) for image in words]
    held, seen = 0, []
    for segment in drawn(5, loads=loads):
        images = [image_of(frame, memories) if frame.load else None for frame in segment.frames]
        assert held != "unknown" or images[0] is not None
        here, samples = held, iter(segment.samples)
        for frame, image in zip(segment.frames, images, strict=True):
            if frame.load:
                here = image
            elif frame.good:
                assert next(samples) in rows_of[here]
        assert next(samples, None) is None
        held = left_in(segment, images, held)
        seen += [held, *("wrong" for frame in segment.frames if frame.load and not frame.good)]
    assert {0, 1, 2, "unknown", "wrong"} <= {*seen}


def test_words_in_any_order_write_the_same():
    words = load_words([(0, 5), (1, -1), (7, 3), (8, 4)])
    orders = {tuple(in_any_order(words, random.Random(seed)).tolist()) for seed in range(8)}
    assert len(orders) > 4
    assert all(written(np.array(order, dtype=np.uint32)) == written(words) for order in orders)
    assert {order[-1] >> 31 for order in orders} == {0, 1}  # an address word may come last


def test_few_bits_of_what_is_loaded_are_the_same_in_all_networks():
    core, _ = build_core(NETWORK, architecture="row", weights="loadable", control="stream")
    images = [dict(core.load_map.image(each)) for each in (NETWORK, *further_networks(NETWORK, settings=False))]
    bits = [
        {image[address] >> bit & 1 for image in images}
        for address in images[0]
        for bit in range(3)  # of a weight of a few bits, and the low ones of a bias
    ]
    assert sum(len(each) == 2 for each in bits) > 0.95 * len(bits)
