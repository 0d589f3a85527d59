"""The sequencer of a layer: positions and idle clocks of each group, with streams that are stopped early."""

from __future__ import annotations

from typing import Any

import pytest
from support.simulation.amaranth_runs import simulate

from sc_neurocore.rtl.cores.folded_layer import RowSequencer
from sc_neurocore.rtl.plan.folded_layers import group_clocks

FLAGS = ("active", "first", "last", "sample_end", "group_index")
SHAPES = [(1, 1, 8, 3), (2, 3, 8, 3), (3, 5, 4, 2), (4, 2, 16, 0), (1, 9, 6, 1), (2, 4, 12, 2)]


def group(sequencer: RowSequencer, number: int, halvings: int) -> list[tuple[Any, ...]]:
    """The clocks of one group: idle ones, then positions."""
    positions = sequencer.length >> halvings
    rows = [(0, 0, 0, 0, number)] * (max(positions, sequencer.processing_elements) - positions)
    for t in range(positions):
        last = t == positions - 1
        rows.append((1, int(t == 0), int(last), int(last and number == sequencer.groups - 1), number))
    return rows


def sample(sequencer: RowSequencer, halvings: int | None, free_after: int) -> list[tuple[Any, ...]]:
    """One sample from `full` on; the sink becomes vacant `free_after` clocks after it. Ends when nothing moves."""
    seen = []

    async def bench(ctx: Any) -> None:
        reserved = False
        for clock in range(free_after + 120):
            ctx.set(sequencer.full, clock == 0)
            if halvings is not None:
                ctx.set(sequencer.halvings, halvings)
            ctx.set(sequencer.vacant, clock >= free_after and not reserved)
            ctx.set(sequencer.reserved, reserved)
            row = tuple(ctx.get(getattr(sequencer, name)) for name in FLAGS)
            reserve = bool(ctx.get(sequencer.reserve))
            assert not reserve or clock >= max(free_after, 1), "reserved a sink that is not free"
            reserved |= reserve
            seen.append(row)
            await ctx.tick()
        assert reserved

    simulate(sequencer, bench)
    return seen


@pytest.mark.parametrize("free_after", [0, 3, 40])
@pytest.mark.parametrize(("groups", "lanes", "length", "most"), SHAPES)
def test_every_number_of_halvings(groups, lanes, length, most, free_after):
    """The first group runs in any case; the others begin once the sink is reserved, and follow without a gap."""
    for halvings in range(most + 1):
        sequencer = RowSequencer(groups, lanes, length, halvings=most)
        period = max(length >> halvings, lanes)
        assert group_clocks(length, lanes, halvings) == period
        seen = sample(sequencer, halvings if most else None, free_after)
        first = group(sequencer, 0, halvings)
        assert seen[1 : period + 1] == first  # the clock after `full`
        rest = [row for number in range(1, groups) for row in group(sequencer, number, halvings)]
        begin = max(period, free_after) + 1
        assert [row[:4] for row in seen[period + 1 : begin]] == [(0, 0, 0, 0)] * (begin - period - 1)
        assert seen[begin : begin + len(rest)] == rest
        assert not any(row[0] or row[2] for row in seen[begin + len(rest) :])


def test_a_sample_after_the_other_with_other_halvings():
    """The number may change between samples, up and down."""
    sequencer = RowSequencer(2, 2, 8, halvings=3)

    async def bench(ctx: Any) -> None:
        for halvings in (0, 3, 1, 2, 0):
            ctx.set(sequencer.halvings, halvings)
            ctx.set(sequencer.vacant, 1)
            ctx.set(sequencer.full, 1)
            await ctx.tick()
            assert ctx.get(sequencer.reserve)
            rows = []
            for clock in range(2 * max(8 >> halvings, 2) + 4):
                ctx.set(sequencer.full, 0)
                ctx.set(sequencer.reserved, clock > 0)
                ctx.set(sequencer.vacant, clock == 0)
                rows.append(tuple(ctx.get(getattr(sequencer, name)) for name in FLAGS))
                await ctx.tick()
            expected = group(sequencer, 0, halvings) + group(sequencer, 1, halvings)
            assert rows[: len(expected)] == expected
            assert not any(row[0] for row in rows[len(expected) :])
            ctx.set(sequencer.reserved, 0)

    simulate(sequencer, bench)
