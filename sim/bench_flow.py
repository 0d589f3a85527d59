"""Sequencer, buffers, sample gate, frame reader and frame writer: who may do what, and when."""

from __future__ import annotations

import random

import cocotb
from cocotb.triggers import ReadOnly
from drivers import start

RANDOM = random.Random(50)


@cocotb.test()
async def sequencer_runs_three_groups_of_five(dut):
    part = await start(dut, "sequencer", full=0, reserved=0, vacant=1)
    part.set(full=1)
    await part.step()
    assert part.get("reserve") == 1
    part.set(reserved=1, vacant=0)
    trail = []
    for _ in range(16):
        names = ("active", "first", "last", "group_index", "sample_end")
        trail.append(tuple(part.get(name) for name in names))
        await part.step()
    expected = [(1, t == 0, t == 4, group, group == 2 and t == 4) for group in range(3) for t in range(5)]
    assert trail[:15] == expected
    assert trail[15][0] == 0  # `full` is still there, but the sink waits for this sample's results


@cocotb.test()
async def sequencer_waits_for_its_sink_after_the_first_group(dut):
    part = await start(dut, "sequencer", full=1, reserved=0, vacant=0)
    active = []
    for clock in range(40):
        await part.step()
        active.append(part.get("active"))
        assert part.get("reserve") == 0 or clock >= 20
        if clock == 20:
            part.set(vacant=1)
            await part.step()
            assert part.get("reserve") == 1
            part.set(vacant=0, reserved=1)
    assert active[:5] == [1] * 5
    assert active[5:21] == [0] * 16
    assert sum(active[21:]) in (9, 10)  # the clock that moved the reservation was not recorded


@cocotb.test()
async def sequencer_does_not_start_while_the_sink_waits_for_the_sample_before(dut):
    part = await start(dut, "sequencer", full=1, reserved=1, vacant=0)
    for _ in range(10):
        await part.step()
        assert part.get("active") == 0


@cocotb.test()
async def sequencer_stops_streams_early(dut):
    """Two groups of three lanes: 8, 4, 2 or 1 positions, never in fewer clocks than the lanes' results need."""
    part = await start(dut, "sequencer_halving", full=0, reserved=0, vacant=1, halvings=0)
    for halvings in (1, 3, 0, 2, 3):
        positions = 8 >> halvings
        idle = max(3 - positions, 0)
        part.set(full=1, reserved=0, vacant=1, halvings=halvings)
        await part.step()
        assert part.get("reserve") == 1
        part.set(full=0, reserved=1, vacant=0)
        trail = []
        for _ in range(2 * (positions + idle) + 3):
            names = ("active", "first", "last", "group_index", "sample_end")
            now = dict(zip(names, (part.get(name) for name in names), strict=True))
            trail.append(tuple(now.values()) if now["active"] else (0, now["first"], now["last"], 0, now["sample_end"]))
            await part.step()
        silent, expected = (0, 0, 0, 0, 0), []
        for group in range(2):
            ends = [t == positions - 1 for t in range(positions)]
            expected += [silent] * idle
            expected += [(1, int(t == 0), int(end), group, int(group and end)) for t, end in enumerate(ends)]
        assert trail == [*expected, silent, silent, silent]


@cocotb.test()
async def element_memory_hands_out_what_was_committed(dut):
    part = await start(dut, "element_memory", push=0, data=0, commit=0, drop=0, reserve=0, vacate=0, address=0)

    def state() -> tuple[int, int, int]:
        return part.get("vacant"), part.get("reserved"), part.get("full")

    async def push(elements: list[int], last: bool) -> None:
        for i, element in enumerate(elements):
            part.set(push=1, data=element, commit=last and i == len(elements) - 1, address=(i + 1) % 3)
            await part.step()
        part.set(push=0, commit=0)

    for vector, dropped in (([9, 4, 11], 0), ([6, 15, 0], 2), ([1, 2, 3], 1), ([8, 8, 7], 3)):
        assert state() == (1, 0, 0)
        part.set(reserve=1)
        await part.step()
        part.set(reserve=0)
        assert state() == (0, 1, 0)
        if dropped:
            await push([14, 13, 12][: dropped - 1], last=False)
            part.set(push=1, data=5, drop=1)  # the element of this clock does not count either
            await part.step()
            part.set(push=0, drop=0)
            assert state() == (0, 1, 0)
        await push(vector, last=True)
        assert state() == (0, 0, 1)
        for address in (2, 0, 1, 1, 2):
            part.set(address=address)
            await part.step()
            assert part.get("element") == vector[address]
        part.set(vacate=1)
        await part.step()
        part.set(vacate=0)


@cocotb.test()
async def sample_gate_counts_samples_in_and_out(dut):
    """Samples of two frames in and three frames out, two at most between the ports."""
    part = await start(dut, "sample_gate", hold=0, at_start=1, commit=0, sent=0)
    frames_in = frames_out = 0
    stops = idles = 0
    for _ in range(1500):
        within = frames_in // 2 - frames_out // 3
        begun = frames_in % 2
        hold, at_start = RANDOM.randrange(2), RANDOM.randrange(2)
        sent = within > 0 and RANDOM.random() < 0.5
        commit = within < 2 and RANDOM.random() < 0.3
        part.set(hold=hold, at_start=at_start, commit=commit, sent=sent)
        await ReadOnly()
        outside = at_start and not begun
        assert (part.get("stop"), part.get("idle")) == (hold and outside, int(outside and not within))
        stops, idles = stops + part.get("stop"), idles + part.get("idle")
        await part.step()
        frames_in, frames_out = frames_in + commit, frames_out + sent
    assert min(stops, idles, frames_in, frames_out) > 20


@cocotb.test()
async def buffer_shifts_and_keeps_its_state(dut):
    part = await start(dut, "element_buffer", push=0, data=0, commit=0, reserve=0, vacate=0)

    def state() -> tuple[int, int, int]:
        return part.get("vacant"), part.get("reserved"), part.get("full")

    assert state() == (1, 0, 0)
    part.set(reserve=1)
    await part.step()
    part.set(reserve=0)
    assert state() == (0, 1, 0)
    for i, element in enumerate((9, 9, 4, 11, 6)):  # the first two are pushed out by the rest
        part.set(push=1, data=element, commit=i == 4)
        await part.step()
    part.set(push=0, commit=0)
    assert state() == (0, 0, 1)
    assert [part.get("elements") >> (4 * i) & 15 for i in range(3)] == [4, 11, 6]
    part.set(vacate=1)
    await part.step()
    assert state() == (1, 0, 0)


@cocotb.test()
async def reader_commits_frames_of_three_and_reports_all_others(dut):
    part = await start(dut, "reader", tvalid=0, tdata=0, tlast=0, ready=1)
    pushed, commits = [], 0
    for frame in ([1, 2, 3], [4, 5], [7, 8, 9], [10, 11, 12, 13, 14], [15], [16, 17, 31]):
        for i, element in enumerate(frame):
            part.set(tvalid=1, tdata=element | 0xE0, tlast=i == len(frame) - 1)  # bits above the element are noise
            await part.step(0)
            part.set(ready=0)  # no room: nothing happens
            await part.step()
            assert part.get("tready") == 0
            assert part.get("push") == 0
            part.set(ready=1)
            await cocotb.triggers.ReadOnly()
            if part.get("push"):
                pushed.append(part.get("data"))
            if part.get("commit"):
                commits += 1
                assert pushed[-3:] == frame
            await part.step()
        assert part.get("error") == int(frame != [1, 2, 3])
    assert commits == 3
    part.set(tvalid=0)
    dut.rst.value = 1
    await part.step()
    assert part.get("tready") == 0
    assert part.get("error") == 0
    dut.rst.value = 0


@cocotb.test()
async def reader_says_where_frames_begin_and_what_is_void(dut):
    part = await start(dut, "reader_observed", tvalid=0, tdata=0, tlast=0, ready=1)
    for length in (3, 2, 3, 5, 1, 4, 3):
        for i in range(length):
            last = i == length - 1
            for valid, ready in ((0, 1), (1, 0), (1, 1)):
                part.set(tvalid=valid, tlast=last, tdata=i, ready=ready)
                await ReadOnly()
                moves = valid and ready
                # short frames turn out wrong at their end, long ones with their third element
                wrong = moves and (i == 2) != last and i < 3
                assert part.get("at_start") == (i == 0)
                assert part.get("push") == (moves and i < 3)
                assert (part.get("drop"), part.get("commit")) == (wrong, moves and last and i == 2)
                await part.step()


@cocotb.test()
async def writer_sends_three_results_and_is_free_again(dut):
    part = await start(dut, "writer", push=0, data=0, commit=0, reserve=0, tready=0)
    for results in ([-16, 0, 15], [1, -2, 3]):
        part.set(reserve=1)
        await part.step()
        part.set(reserve=0)
        for i, result in enumerate(results):
            assert part.get("tvalid") == 0
            part.set(push=1, data=result, commit=i == 2)
            await part.step()
        part.set(push=0, commit=0)
        for i, result in enumerate(results):
            for ready in (0, 0, 1):
                part.set(tready=ready)
                await cocotb.triggers.ReadOnly()
                assert (part.get("tvalid"), part.get_signed("tdata"), part.get("tlast")) == (1, result, int(i == 2))
                await part.step()
        part.set(tready=0)
        assert (part.get("tvalid"), part.get("vacant")) == (0, 1)


@cocotb.test()
async def repeater_lets_every_third_strobe_through(dut):
    part = await start(dut, "step_repeater", read=0)
    passed = []
    for clock in range(20):
        part.set(read=clock % 2)
        await ReadOnly()
        passed.append(part.get("vacate"))
        await part.step()
    assert [clock for clock, strobe in enumerate(passed) if strobe] == [5, 11, 17]


@cocotb.test()
async def step_sum_reserves_its_sink_for_the_last_step_alone(dut):
    part = await start(dut, "step_sum", push=0, data=0, commit=0, reserve=0, sum_vacant=0)
    sums = []
    for step, vector in enumerate([[1, -16], [15, -16], [-3, -16], [0, 2], [0, 3], [7, 4]]):
        last = step % 3 == 2
        assert part.get("vacant") == (not last)  # the sink is not vacant: only the last step waits for it
        part.set(sum_vacant=last, reserve=1)
        await ReadOnly()
        assert (part.get("vacant"), part.get("sum_reserve")) == (1, last)
        await part.step()
        part.set(reserve=0, sum_vacant=0)
        for clock in range(4):
            part.set(push=clock < 2, data=vector[clock % 2], commit=clock == 1)
            await ReadOnly()
            assert (part.get("reserved"), part.get("vacant")) == (1, 0)
            if part.get("sum_push"):
                sums.append((part.get_signed("sum_data"), part.get("sum_commit")))
            await part.step()
        assert part.get("reserved") == 0
    assert sums == [(13, 0), (-48, 1), (7, 0), (9, 1)]
