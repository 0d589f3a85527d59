# amaranth: UnusedElaboratable=no
"""The AXI4-Lite port: registers, counters and answers, at any pace of its five channels."""

from __future__ import annotations

import random

import numpy as np
import pytest
from support.cores.controlled import CODES, OTHER, controlled, frames, hash_of, static_words, stream, words_of
from support.simulation import axi_lite as axi
from support.simulation.axi_lite import Master, PlainRegisters
from support.simulation.channels import keeps_the_rules, run

ADDRESSES = range(0, 128, 4)


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
