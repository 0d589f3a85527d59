# amaranth: UnusedElaboratable=no
"""The AXI4-Lite port: registers, counters and loads, at any pace of its five channels."""

from __future__ import annotations

import random

import numpy as np
import pytest
from support.cores.loadable_core import SumCore, sum_network
from support.simulation import axi_lite as axi
from support.simulation.axi_lite import Master, PlainRegisters
from support.simulation.channels import Sender, Taker, keeps_the_rules, run

from sc_neurocore.inference.engines import infer
from sc_neurocore.rtl.control.controlled_core import ControlledCore
from sc_neurocore.rtl.loading.load_words import load_words

FIRST = sum_network()
OTHER = sum_network(((1, -2, 3), (-4, 5, 6)), (7, -8))
CODES = [[1, 0, 1], [0, 1, 1], [1, 1, 1]]
ADDRESSES = range(0, 128, 4)


def controlled(**options):
    return ControlledCore(SumCore(FIRST, **options), "axi-lite")


def words_of(core, network):
    return load_words(core.load_map.image(network)).tolist()


def static_words(core):
    """The static registers from the network alone."""
    sha = core.network.sha256
    loadable = core.loadable
    words = {
        axi.IDENTITY: int.from_bytes(b"SCNC", "big"),
        axi.VERSION: 0x00010000,
        axi.CAPABILITIES: loadable | core.initialised << 1 | 1 << 8,
        axi.INPUT: 1 << 24 | 3,
        axi.OUTPUT: 1 << 31 | 7 << 24 | 2,
    }
    if loadable:
        words[axi.WORDS_EXPECTED] = 8 + 16
    value = int(sha, 16) if core.initialised else 0
    return words | {axi.HASH + 4 * i: value >> (224 - 32 * i) & 0xFFFFFFFF for i in range(8)}


def signed(taker, bits=8):
    values = [beat["data"] for _, beat in taker.taken]
    return np.reshape([v - (v >> (bits - 1) << bits) for v in values], (-1, 2)).tolist()


def stream(core, seed=None, chance=0.6):
    rng = random.Random(seed)
    chance = 1.0 if seed is None else chance
    return Sender(core, "s_axis_t", rng, chance), Taker(core, "m_axis_t", ("data", "last"), rng, chance)


def frames(rows):
    return [{"data": d, "last": int(i == len(row) - 1)} for row in rows for i, d in enumerate(row)]


@pytest.mark.parametrize("options", [{}, {"load": False}, {"initialised": False}], ids=str)
def test_every_register_reads_as_the_network_says(options):
    core = controlled(**options)
    master = Master(core)
    model = PlainRegisters(static_words(core), core.loadable, 24, 5, core.initialised)
    for address in ADDRESSES:
        master.read(address)
    run(core, master.agents, until=lambda: not master.busy)
    expected = [model.read(address) for address in ADDRESSES]
    for address, answer, wanted in zip(ADDRESSES, master.answers, expected, strict=True):
        if address != axi.CYCLES_LOW:
            assert answer == wanted, hex(address)


def random_write(rng, core):
    """Mostly what a driver writes, now and then nonsense."""
    address = rng.choice([axi.CONTROL, axi.CONTROL, *[axi.LOAD_WORD] * 7, rng.randrange(128)])
    strb = 0xF if rng.random() < 0.9 else rng.randrange(16)
    if address & ~3 == axi.CONTROL:
        return address, rng.choice([axi.BEGIN, axi.BEGIN, axi.COMMIT, axi.CLEAR, rng.randrange(8)]), strb
    data = rng.choice([rng.getrandbits(31), 1 << 31 | rng.randrange(64), rng.getrandbits(32)])
    return address, data, strb


@pytest.mark.parametrize(("seed", "loadable"), [(0, True), (1, True), (2, True), (3, False)])
def test_random_writes_and_reads_are_answered_as_the_page_says(seed, loadable):
    """One access after the other, each channel at its own pace: data before addresses, answers late."""
    rng = random.Random(seed)
    core = controlled(load=loadable)
    model = PlainRegisters(static_words(core), loadable, 24, 5)
    master, expected, whole_loads = Master(core, seed), [], 0
    inner, memory = core.core, {}

    def watch(ctx, clock):
        nonlocal whole_loads
        if loadable:
            keeps_the_rules(inner)(ctx, clock)
            if ctx.get(inner.load_write):
                data = ctx.get(inner.load_data)
                memory[ctx.get(inner.load_address)] = data - (data >> 31 << 32)
        if master.busy:
            return
        if len(expected) % 97 == 50 and loadable:  # now and then a whole load, which chance would not find
            script = [(axi.CONTROL, axi.BEGIN, 15), *((axi.LOAD_WORD, w, 15) for w in words_of(core, OTHER))]
            script += [(axi.CONTROL, axi.COMMIT, 15)]
            for access in script:
                master.write(*access)
                assert model.write(*access) == axi.OKAY
            whole_loads += model.loaded
            expected.append(None)
        elif rng.random() < 0.6:
            access = random_write(rng, core)
            master.write(*access)
            expected.append(("write", access, model.write(*access)))
        else:
            address = rng.choice([axi.STATUS, axi.WORDS_TAKEN, axi.HASH, rng.randrange(128)])
            while address & ~3 == axi.CYCLES_LOW:
                address = rng.randrange(128)
            master.read(address)
            expected.append(("read", address, model.read(address)))

    run(core, master.agents, until=lambda: len(expected) == 400 and not master.busy, watch=watch)
    responses, answers = iter(master.responses), iter(master.answers)
    for entry in expected:
        if entry is None:
            assert all(next(responses) == axi.OKAY for _ in range(len(words_of(core, OTHER)) + 2))
            continue
        kind, what, wanted = entry
        got = next(responses) if kind == "write" else next(answers)
        if kind == "read" and wanted[0]:
            got, wanted = got[0], wanted[0]
        assert got == wanted, (kind, what)
    assert memory == model.memory
    assert not loadable or whole_loads >= 3


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_reads_and_writes_at_the_same_time_do_not_disturb_each_other(seed):
    """A load of the hash runs while its words and the count are read: no answer is lost, none is torn."""
    core = controlled()
    master = Master(core, seed)
    words = words_of(core, OTHER)
    master.write(axi.CONTROL, axi.BEGIN)
    for word in words:
        master.write(axi.LOAD_WORD, word)
    for i in range(60):
        master.read((axi.HASH + 4 * (i // 2 % 8)) if i % 2 else axi.WORDS_TAKEN)
    both = 0

    def watch(ctx, clock):
        nonlocal both
        both += ctx.get(core.s_axil_arvalid) & ctx.get(core.s_axil_awvalid) & ctx.get(core.s_axil_wvalid)

    run(core, master.agents, until=lambda: not master.busy, watch=watch)
    assert both > 5
    assert set(master.responses) == {axi.OKAY}
    counts = [data for _, data in master.answers[::2]]
    assert counts == sorted(counts)
    assert len(set(counts)) > 5
    old, new = static_words(core), static_words(controlled(load=True)) | hash_of(OTHER)
    for i, (response, data) in enumerate(master.answers[1::2]):
        place = axi.HASH + 4 * (i % 8)
        halves = [(old[place] >> s & 0xFFFF, new[place] >> s & 0xFFFF) for s in (16, 0)]
        assert response == axi.OKAY
        assert data >> 16 in halves[0]
        assert data & 0xFFFF in halves[1]


def hash_of(network):
    return {axi.HASH + 4 * i: int(network.sha256, 16) >> (224 - 32 * i) & 0xFFFFFFFF for i in range(8)}


class Loading:
    """A driver that loads as the page says: begin, wait for idle, words, commit."""

    def __init__(self, master, words):
        self.master, self.words, self.step, self.done = master, words, 0, False

    def go_on(self):
        if self.master.busy or self.done:
            return
        if self.step == 0:
            self.master.write(axi.CONTROL, axi.BEGIN)
        elif self.step % 2:
            self.master.read(axi.STATUS)
        else:
            status = self.master.answers[-1][1]
            if status & (axi.IDLE | axi.LOADING) == axi.IDLE | axi.LOADING:
                for word in self.words:
                    self.master.write(axi.LOAD_WORD, word)
                self.master.write(axi.CONTROL, axi.COMMIT)
                self.done = True
        self.step += 1


@pytest.mark.parametrize("begin_at", [6, 10, 13, 19, 60])
@pytest.mark.parametrize("seed", [None, 4])
def test_a_load_begun_while_samples_are_in_flight_changes_none_of_them(begin_at, seed):
    core = controlled()
    master = Master(core, seed)
    sender, taker = stream(core, seed)
    rows = [CODES[i % 3] for i in range(8)]
    sender.queue = frames(rows)
    loading = Loading(master, words_of(core, OTHER))
    at_first_write = []

    def watch(ctx, clock):
        keeps_the_rules(core.core)(ctx, clock)
        if ctx.get(core.core.load_write) and not at_first_write:
            at_first_write.append((len(sender.accepted), len(taker.taken)))
        if clock >= begin_at:
            loading.go_on()

    def over():
        return loading.done and not master.busy and len(taker.taken) == 16

    run(core, [*master.agents, sender, taker], until=over, watch=watch)
    (beats_in, beats_out) = at_first_write[0]
    before = beats_in // 3
    assert (beats_in, beats_out) == (3 * before, 2 * before)
    assert 0 < before < 8
    assert signed(taker) == [*infer(FIRST, rows[:before]).tolist(), *infer(OTHER, rows[before:]).tolist()]


def load_script(core, network, *, drop=0, extra=0):
    words = words_of(core, network)
    words = words[: len(words) - drop] + [5] * extra
    return [(axi.CONTROL, axi.BEGIN), *((axi.LOAD_WORD, word) for word in words), (axi.CONTROL, axi.COMMIT)]


@pytest.mark.parametrize("change", [{"drop": 1}, {"extra": 1}, {"drop": 24}], ids=str)
def test_a_load_that_is_not_whole_keeps_every_sample_out_until_a_good_one(change):
    core = controlled()
    master = Master(core)
    sender, taker = stream(core)
    ready_while_bad = []
    for address, data in load_script(core, OTHER, **change):
        master.write(address, data)
    master.read(axi.STATUS)

    def watch(ctx, clock):
        if clock == 90:
            sender.queue = frames(CODES)
        if 90 <= clock < 150:
            ready_while_bad.append(ctx.get(core.s_axis_tready))
            assert not ctx.get(core.m_axis_tvalid)
        if clock == 150:
            assert not master.busy
            for address, data in load_script(core, OTHER):
                master.write(address, data)
            master.read(axi.STATUS)

    run(core, [*master.agents, sender, taker], until=lambda: len(taker.taken) == 6, watch=watch)
    assert ready_while_bad == [0] * 60
    master.read(axi.STATUS)
    assert set(master.responses) == {axi.OKAY}
    assert signed(taker) == infer(OTHER, CODES).tolist()


def test_the_flags_of_a_bad_and_a_good_load():
    core = controlled()
    master = Master(core)
    seen = []
    scripts = [load_script(core, OTHER, drop=3), load_script(core, OTHER), [(axi.CONTROL, axi.COMMIT)]]
    scripts += [[(axi.CONTROL, axi.BEGIN), (axi.CONTROL, axi.COMMIT)], [(axi.CONTROL, axi.BEGIN), (axi.LOAD_WORD, 1)]]

    def watch(ctx, clock):
        if master.busy:
            return
        if len(seen) < len(master.r.taken):
            seen.append(master.answers[-1][1])
        if len(master.responses) == sum(map(len, scripts[: len(seen) + 1])):
            master.read(axi.STATUS)
        elif len(seen) < len(scripts):
            for access in scripts[len(seen)]:
                master.write(*access)

    run(core, master.agents, until=lambda: len(seen) == len(scripts), watch=watch)
    bad, good, commit_alone, empty, begun = seen
    assert bad == axi.IDLE | axi.LOAD_ERROR
    assert good == commit_alone == axi.IDLE | axi.LOADED
    assert empty == axi.IDLE | axi.LOADED | axi.LOAD_ERROR  # no word came: the weights are whole
    assert begun == axi.IDLE | axi.LOADING | axi.LOAD_ERROR
    assert [r for r in master.responses if r] == [axi.SLVERR]  # the commit without a load


@pytest.mark.parametrize("at", [20, 21, 22, 23, 40])
def test_reset_in_the_middle_of_a_load_leaves_the_core_unloaded(at):
    core = controlled()
    master = Master(core)
    sender, taker = stream(core)
    for access in load_script(core, OTHER)[:-1]:
        master.write(*access)
    states = []

    def watch(ctx, clock):
        if clock == at:
            assert ctx.get(core.core.load_write) == 0
            assert not any(ctx.get(getattr(core, f"s_axil_{c}ready")) for c in ("aw", "w", "ar"))
            master.asked = [len(master.b.taken), len(master.r.taken)]
        if clock == at + 4:
            master.read(axi.STATUS)
            master.read(axi.WORDS_TAKEN)
            sender.queue = frames(CODES)
        if clock == at + 30:
            states.append((len(sender.accepted), [data for _, data in master.answers]))
            for access in load_script(core, OTHER):
                master.write(*access)

    agents = [*master.agents, sender, taker]
    run(core, agents, until=lambda: len(taker.taken) == 6, watch=watch, reset_at=(at,))
    assert states == [(0, [axi.IDLE, 0])]
    assert signed(taker) == infer(OTHER, CODES).tolist()


@pytest.mark.parametrize("at", range(3, 8))
def test_nothing_is_written_in_the_clock_of_a_reset(at):
    """In that clock a word that waits is not performed: before the first one the weights stay as they were."""
    core = controlled()
    master = Master(core)
    for access in load_script(core, OTHER)[:4]:
        master.write(*access)
    written = []

    def watch(ctx, clock):
        if ctx.get(core.core.load_write):
            assert clock != at
            written.append(clock)
        if clock == at:
            master.asked = [len(master.b.taken), len(master.r.taken)]
        if clock == at + 2:
            master.read(axi.STATUS)

    run(core, master.agents, until=lambda: len(master.answers) == 1, watch=watch, reset_at=(at,))
    assert master.answers[0][1] == axi.IDLE | (0 if written else axi.LOADED)


def test_a_word_is_refused_while_a_sample_is_in_work():
    core = controlled()
    master = Master(core)
    sender, taker = stream(core)
    sender.queue = frames(CODES[:1])[:2]  # a frame that does not end: the core waits for the rest
    statuses = []

    def watch(ctx, clock):
        keeps_the_rules(core.core)(ctx, clock)
        if clock == 10:
            for access in [(axi.CONTROL, axi.BEGIN), (axi.LOAD_WORD, 1), (axi.CONTROL, axi.COMMIT)]:
                master.write(*access)
        if clock == 40:
            master.read(axi.STATUS)
        if clock == 50:
            statuses.append(master.answers[-1][1])
            sender.queue = frames(CODES[:1])[2:] + frames(CODES[1:])

    def over():
        return len(taker.taken) == 2 and len(statuses) == 1

    run(core, [*master.agents, sender, taker], until=over, watch=watch)
    assert master.responses == [axi.OKAY, axi.SLVERR, axi.SLVERR]
    assert statuses == [axi.LOADING | axi.LOADED]
    assert signed(taker) == infer(FIRST, CODES[:1]).tolist()
    assert len(sender.accepted) == 3  # the load is still begun: no other sample comes in


@pytest.mark.parametrize("load", [True, False])
def test_the_counters_count(load):
    core = controlled(load=load)
    master = Master(core)
    sender, taker = stream(core, 3)
    rows = [CODES[0], [1], CODES[1], [1, 1], [1] * 4, [1] * 7, CODES[2]]  # 7: two bits of a beat's number repeat
    sender.queue = frames(rows)
    clears = []

    def ask():
        for address in (axi.FRAME_ERRORS, axi.RESULTS, axi.CYCLES_LOW, axi.CYCLES_HIGH, axi.STATUS):
            master.read(address)

    def watch(ctx, clock):
        if len(taker.taken) == 6 and not master.busy and not clears:
            ask()
            clears.append(clock)
        elif len(clears) == 1 and not master.busy:
            master.write(axi.CONTROL, axi.CLEAR)
            clears.append(clock)
        elif len(clears) == 2 and not master.busy:
            ask()
            clears.append(clock)

    def over():
        return len(clears) == 3 and not master.busy

    run(core, [*master.agents, sender, taker], until=over, watch=watch)
    data = [data for _, data in master.answers]
    accepted = [clock for clock, _ in master.ar.accepted]
    performed = master.w.accepted[-1][0] + 1
    assert data[:2] == [4, 3]
    assert data[5:7] == [0, 0]
    assert data[2] == accepted[2]  # the bench counts clocks from 0, as the core does from its configuration
    assert data[7] == accepted[7] - (performed + 1)
    assert data[3] == data[8] == 0
    assert data[4] & axi.FRAME_ERROR


def test_a_write_and_a_read_take_two_clocks():
    core = controlled()
    master = Master(core)
    for _ in range(4):
        master.write(axi.CONTROL, 0)
    run(core, master.agents, until=lambda: not master.busy)
    writes = [clock for clock, _ in master.b.taken]
    assert np.diff(writes).tolist() == [2, 2, 2]
    assert writes[0] - master.w.accepted[0][0] == 2
    master = Master(core := controlled())
    for _ in range(4):
        master.read(axi.STATUS)
    run(core, master.agents, until=lambda: not master.busy)
    reads = [clock for clock, _ in master.r.taken]
    assert np.diff(reads).tolist() == [2, 2, 2]
    assert reads[0] - master.ar.accepted[0][0] == 1
