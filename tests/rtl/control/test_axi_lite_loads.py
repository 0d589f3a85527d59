# amaranth: UnusedElaboratable=no
"""Loads through the AXI4-Lite port: whole ones, cut ones, in the middle of samples, resets and bad frames."""

from __future__ import annotations

import pytest
from support.cores.controlled import (
    CODES,
    FIRST,
    OTHER,
    Loading,
    controlled,
    frames,
    load_script,
    signed,
    stream,
    words_of,
)
from support.simulation import axi_lite as axi
from support.simulation.axi_lite import Master
from support.simulation.channels import keeps_the_rules, run

from sc_neurocore.inference.engines import infer


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
