"""Sequencer, buffer, frame reader and frame writer: who may do what, and when."""

from __future__ import annotations

import cocotb
from cocotb.triggers import ReadOnly
from drivers import start


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
