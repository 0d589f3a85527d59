# amaranth: UnusedElaboratable=no
"""Loads over the input stream: whole or not at all, between samples, whatever either side's pace is."""

from __future__ import annotations

import random

import numpy as np
import pytest
from support.cores.loadable_core import SumCore, sum_network
from support.simulation.channels import Sender, Taker, keeps_the_rules, run

from sc_neurocore.inference.engines import infer
from sc_neurocore.rtl.control.controlled_core import ControlledCore
from sc_neurocore.rtl.loading.load_words import load_bytes, load_words
from sc_neurocore.spec.errors import OptionError

FEATURES = 3
FIRST = sum_network()
WORDS = 8


def network(rng):
    weights = [[rng.randint(-15, 15) for _ in range(FEATURES)] for _ in range(2)]
    return sum_network(weights, [rng.randint(-99, 99) for _ in range(2)])


def frame(data, user=0):
    return [{"tdata": d, "tlast": int(i == len(data) - 1), "tuser": user} for i, d in enumerate(data)]


def load(core, new):
    return frame(load_bytes(load_words(core.load_map.image(new))), 1)


class Bench:
    """The core between a sender and a taker, and what stood on its flags in each clock."""

    def __init__(self, core, seed=None, **cuts):
        rng = random.Random(seed)
        chance = 1.0 if seed is None else 0.6
        self.core = ControlledCore(core, "stream")
        self.sender = Sender(self.core, "s_axis_t", rng, chance)
        self.taker = Taker(self.core, "m_axis_t", ("data", "last"), rng, chance)
        self.flags = []

    def run(self, *frames, then=(), reset_at=(), settle=60):
        """Send the frames and, after the reset, `then`; ends some clocks after the last beat. Returns the outputs."""
        self.sender.queue = [{key[1:]: v for key, v in beat.items()} for part in frames for beat in part]
        after = [{key[1:]: v for key, v in beat.items()} for part in then for beat in part]
        rules, quiet = keeps_the_rules(self.core.core), [0]

        def watch(ctx, clock):
            rules(ctx, clock)
            names = ("loaded", "load_error", "frame_error")
            self.flags.append(tuple(ctx.get(getattr(self.core, name)) for name in names))
            if reset_at and clock == max(reset_at):
                assert not ctx.get(self.core.s_axis_tready)
                self.sender.queue = after
            quiet[0] = 0 if self.sender.busy else quiet[0] + 1

        def over():
            return quiet[0] > settle and len(self.flags) > max(reset_at, default=0)

        run(self.core, [self.sender, self.taker], until=over, reset_at=reset_at, watch=watch)
        bits = len(self.core.m_axis_tdata)
        values = [beat["data"] for _, beat in self.taker.taken]
        assert [beat["last"] for _, beat in self.taker.taken] == [0, 1] * (len(values) // 2)
        return np.reshape([v - (v >> (bits - 1) << bits) for v in values], (-1, 2)).tolist()


class Model:
    """What a core with a stream loader must do with one frame after the other."""

    def __init__(self, initial, words):
        self.network, self.words, self.loaded = initial, words, True
        self.load_error = self.frame_error = False
        self.outputs = []

    def codes(self, data):
        if not self.loaded or len(data) != FEATURES:
            self.frame_error = True
        else:
            self.outputs += infer(self.network, [data]).tolist()

    def load(self, new, data):
        good = len(data) % 4 == 0 and sum(byte < 0x80 for byte in data[3::4]) == self.words
        if len(data) >= 4:
            self.loaded = False
        self.load_error = not good
        if good:
            self.network, self.loaded = new, True

    @property
    def flags(self):
        return tuple(map(int, (self.loaded, self.load_error, self.frame_error)))


@pytest.mark.parametrize("seed", range(4))
def test_random_frames_and_loads_do_what_the_rules_say(seed):
    """Good and broken frames, good, truncated and overlong loads in any order, both sides stalled at random."""
    rng = random.Random(seed)
    bench = Bench(SumCore(FIRST), seed)
    model, frames = Model(FIRST, WORDS), []
    bad_loads = ["truncated", "bytes", "bytes beyond", "overlong"]
    for _ in range(40):
        kind = rng.choice(["codes"] * 6 + ["short", "long"] + ["load"] * 4 + bad_loads)
        if kind in ("codes", "short", "long"):
            count = {"codes": FEATURES, "short": rng.randrange(1, FEATURES), "long": FEATURES + rng.randint(1, 3)}[kind]
            data = [rng.randint(0, 1) for _ in range(count)]
            model.codes(data)
            frames.append(frame(data))
            continue
        new = network(rng)
        words = load_words(bench.core.load_map.image(new))
        data = load_bytes(words)
        if kind == "truncated":
            data = data[: 4 * rng.randrange(1, len(words))]
        elif kind == "bytes":
            data = data[: rng.choice([rng.randrange(1, 4), 4 * rng.randrange(len(words)) + rng.randrange(1, 4)])]
        elif kind == "bytes beyond":
            data += bytes(rng.randint(1, 3))
        elif kind == "overlong":
            data += bytes([1, 2, 3, 0]) * rng.randint(1, 9)
        model.load(new, data)
        frames.append(frame(data, 1))
    assert bench.run(*frames) == model.outputs
    assert len(model.outputs) > 3
    assert bench.flags[-1] == model.flags


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_a_load_waits_for_the_samples_before_it_and_those_after_use_it(seed):
    rng = random.Random(5)
    networks = [FIRST, *(network(rng) for _ in range(4))]
    samples = [[[rng.randint(0, 1) for _ in range(FEATURES)] for _ in range(3)] for _ in networks]
    bench = Bench(SumCore(FIRST), seed)
    frames = [frame(row) for row in samples[0]]
    for new, rows in zip(networks[1:], samples[1:]):
        frames += [load(bench.core, new), *(frame(row) for row in rows)]
    expected = np.concatenate([infer(n, rows) for n, rows in zip(networks, samples)])
    assert bench.run(*frames) == expected.tolist()
    assert bench.flags[-1] == (1, 0, 0)


def test_a_load_takes_one_clock_a_byte_and_the_next_sample_follows_at_once():
    bench = Bench(SumCore(FIRST))
    sent = load(bench.core, FIRST)
    bench.run(sent, frame([1, 0, 1]))
    clocks = [clock for clock, _ in bench.sender.accepted]
    assert clocks == list(range(clocks[0], clocks[0] + len(sent) + FEATURES))


def test_while_not_loaded_frames_are_swallowed_whole_and_say_so():
    bench = Bench(SumCore(FIRST))
    cut = load(bench.core, FIRST)[:12]
    cut[-1]["tlast"] = 1
    swallowed = [frame([1, 1, 1]), frame([1]), frame([1] * 7)]
    assert bench.run(cut, *swallowed, load(bench.core, FIRST), frame([1, 1, 1])) == infer(FIRST, [[1, 1, 1]]).tolist()
    assert (0, 1, 0) in bench.flags  # before the first code
    assert (0, 1, 1) in bench.flags
    assert bench.flags[-1] == (1, 0, 1)


def test_a_whole_image_with_a_byte_too_many_is_no_load():
    bench = Bench(SumCore(FIRST))
    sent = load(bench.core, FIRST)
    sent[-1]["tlast"] = 0
    bench.run([*sent, *frame([0], 1)])
    assert bench.flags[-1] == (0, 1, 0)


def test_a_core_without_initial_weights_begins_with_its_first_load():
    bench = Bench(SumCore(FIRST, initialised=False))
    assert bench.core.initialised is False
    assert bench.run(frame([1, 1, 1]), load(bench.core, FIRST), frame([1, 1, 1])) == infer(FIRST, [[1, 1, 1]]).tolist()
    assert bench.flags[0] == (0, 0, 0)
    assert bench.flags[-1] == (1, 0, 1)


@pytest.mark.parametrize("at", [2, 3, 4, 5, 17, 38, 39, 40])
def test_reset_in_the_middle_of_a_load_leaves_the_core_unloaded_from_the_first_word_on(at):
    """The image has 9 words of 4 bytes, one accepted a clock; the first word is whole with the byte of clock 3."""
    new = sum_network(((1, 2, 3), (4, 5, 6)), (7, 8))
    bench = Bench(SumCore(FIRST))
    assert len(load(bench.core, new)) == 4 * 9
    codes, again = frame([1, 1, 1]), load(bench.core, new)
    seen = bench.run(load(bench.core, new), then=[codes, again, codes], reset_at=(at,))
    intact, whole = at <= 3, at >= 36
    before = infer(FIRST if intact else new, [[1, 1, 1]]).tolist() if intact or whole else []
    assert seen == before + infer(new, [[1, 1, 1]]).tolist()
    assert bench.flags[at + 1][0] == int(intact or whole)
    assert bench.flags[-1] == (1, 0, int(not (intact or whole)))


def test_reset_clears_load_error_and_leaves_loaded():
    bench = Bench(SumCore(FIRST))
    bench.run(frame([1, 2, 3], 1), frame([1, 1, 1]), reset_at=(30,))
    assert bench.flags[29] == (1, 1, 0)  # a load of less than a word has changed nothing
    assert bench.flags[31] == (1, 0, 0)


def test_the_stream_control_needs_a_core_that_takes_loads():
    with pytest.raises(OptionError, match="control 'stream' carries loads, and this core's weights are fixed"):
        ControlledCore(SumCore(FIRST, load=False), "stream")
    with pytest.raises(OptionError, match="control must be one of stream, axi-lite; got 'spi'"):
        ControlledCore(SumCore(FIRST), "spi")
