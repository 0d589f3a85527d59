# amaranth: UnusedElaboratable=no
"""The parts of layers on maps by themselves: the walk over windows, the ring of rows, frames of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from amaranth.hdl import Module, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from support.oracle.maps import windows
from support.simulation.amaranth_runs import simulate, trace

from sc_neurocore.rtl.components.ports.output_frames import MapWriter, RowCollector
from sc_neurocore.rtl.components.windows.window_buffers import MapMemory, WindowMemory, WindowRegisters
from sc_neurocore.rtl.components.windows.window_reader import WindowReader
from sc_neurocore.rtl.plan.windows import WindowNumbers

WIDTH = 8
MAPS = [
    {"in_shape": [4, 5, 2], "kernel": [3, 2], "stride": [1, 1], "padding": [0, 0, 0, 0], "groups": 1},
    {"in_shape": [4, 3, 4], "kernel": [3, 3], "stride": [2, 1], "padding": [2, 1, 1, 2], "groups": 2},
    {"in_shape": [5, 5, 1], "kernel": [1, 1], "stride": [3, 2], "padding": [0, 0, 0, 0], "groups": 1},
    {"in_shape": [2, 2, 3], "kernel": [4, 4], "stride": [1, 1], "padding": [3, 3, 3, 3], "groups": 3},
]


class Walk(wiring.Component):
    """A ring of rows and the walk over it."""

    def __init__(self, numbers: WindowNumbers, zero: int) -> None:
        self.rows = MapMemory(numbers.units, numbers.unit_elements, WIDTH)
        self.reader = WindowReader(numbers, WIDTH, zero)
        names_in = {"give": In(1), "commit": In(1), "room": In(1), "reserve": In(1)}
        names_out = {name: Out(1) for name in ("vacant", "push", "window_end")}
        super().__init__(names_in | names_out | {"given": In(WIDTH), "data": Out(WIDTH)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.rows, m.submodules.reader = rows, reader = self.rows, self.reader
        m.d.comb += [
            *(rows.push.eq(self.give), rows.data.eq(self.given), rows.commit.eq(self.commit)),
            *(rows.reserve.eq(self.reserve), self.vacant.eq(rows.vacant), rows.release.eq(reader.release)),
            *(rows.address.eq(reader.address), reader.element.eq(rows.element), reader.held.eq(rows.held)),
            *(reader.room.eq(self.room), self.push.eq(reader.push), self.data.eq(reader.data)),
            self.window_end.eq(reader.commit),
        ]
        return m


def numbers_of(layer: dict[str, Any], *, by_rows: bool) -> WindowNumbers:
    (rows, columns, _), (top, bottom, left, right) = layer["in_shape"], layer["padding"]
    out = [
        (side + sum(margins) - size) // step + 1
        for side, margins, size, step in zip(
            (rows, columns), ((top, bottom), (left, right)), layer["kernel"], layer["stride"], strict=True
        )
    ]
    sides = (tuple(layer["in_shape"]), tuple(layer["kernel"]), tuple(layer["stride"]))
    return WindowNumbers(*sides, top, left, layer["groups"], *out, by_rows=by_rows)


@pytest.mark.contract("conv.window", "maps.order")
@pytest.mark.one_in(2)
@pytest.mark.parametrize("rate", [1.0, 0.4])
@pytest.mark.parametrize("by_rows", [True, False])
@pytest.mark.parametrize("layer", MAPS, ids=lambda layer: "x".join(map(str, layer["in_shape"])))
def test_the_walk_brings_the_windows_of_the_contract(layer, by_rows, rate):
    """Three maps in succession, given as fast as the ring has room, or not always."""
    rng, zero = np.random.default_rng(int(10 * rate)), 2 ** (WIDTH - 1)
    numbers = numbers_of(layer, by_rows=by_rows)
    described = layer | {"resolution_bits": WIDTH, "input_encoding": "bipolar"}
    codes = rng.integers(0, 2**WIDTH, (3, int(np.prod(layer["in_shape"]))))
    groups = np.stack([windows(described, codes, group) for group in range(layer["groups"])], axis=2)
    wanted = groups.reshape(-1, numbers.inputs).tolist()
    walk, seen, window = Walk(numbers, zero), [], []
    flat = codes.reshape(-1, numbers.unit_elements).tolist()

    async def bench(ctx: Any) -> None:
        unit = place = 0
        reserved = False
        for _ in range(60 * codes.size + 4 * len(wanted) * numbers.inputs):
            if len(seen) == len(wanted):
                break
            gives = reserved and bool(rng.random() < rate)
            takes = not reserved and unit < len(flat) and ctx.get(walk.vacant)
            ctx.set(walk.reserve, takes)
            ctx.set(walk.give, gives)
            ends = gives and place == numbers.unit_elements - 1
            ctx.set(walk.commit, ends)
            if gives:
                ctx.set(walk.given, flat[unit][place])
            ctx.set(walk.room, bool(rng.random() < rate))
            if ctx.get(walk.push):
                window.append(ctx.get(walk.data))
                if ctx.get(walk.window_end):
                    seen.append(list(window))
                    window.clear()
            await ctx.tick()
            place = 0 if ends else place + gives
            unit, reserved = unit + ends, (reserved or bool(takes)) and not ends

    simulate(walk, bench)
    assert seen == wanted


def test_rows_of_a_vector_are_reserved_one_by_one_and_complete_it_together():
    inputs = {"reserve": [1, 0, 0, 1, 0, 0], "commit": [0, 0, 1, 0, 0, 1, 0, 0], "full": [0, 0, 0, 0, 0, 0, 1, 0]}
    seen = trace(RowCollector(2), inputs, ["vacant", "reserved", "complete"])
    assert seen["reserved"] == [0, 1, 1, 0, 1, 1, 0, 0]
    assert seen["vacant"] == [1, 0, 0, 1, 0, 0, 0, 1]
    assert seen["complete"] == [0, 0, 0, 0, 0, 1, 0, 0]


def test_a_map_leaves_row_by_row_as_one_frame():
    inputs = {
        "push": [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
        "data": [1, 2, 0, 0, 0, 3, 4, 0, 0, 0, 0, 0],
        "commit": [0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0],
        "tready": [1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1],
    }
    seen = trace(MapWriter(2, 2, unsigned(8)), inputs, ["tdata", "tvalid", "tlast"])
    taken = [
        (data, last)
        for data, last, valid, ready in zip(seen["tdata"], seen["tlast"], seen["tvalid"], inputs["tready"], strict=True)
        if valid and ready
    ]
    assert taken == [(1, 0), (2, 0), (3, 0), (4, 1)]
    assert seen["tvalid"][3] == 1  # two clocks after the first row's commit


@pytest.mark.parametrize("kind", [WindowMemory, WindowRegisters])
def test_room_counts_windows_that_begin_and_are_left(kind):
    buffer = WindowMemory(1, 4, 2, 1) if kind is WindowMemory else WindowRegisters(1, 4)
    inputs = {
        "start": [1, 1, 0, 0, 0, 0, 0, 0],
        "push": [0, 0, 1, 1, 0, 0, 0, 0],
        "commit": [0, 0, 1, 1, 0, 0, 0, 0],
        "data": [0, 0, 5, 6, 0, 0, 0, 0],
        "leave": [0, 0, 0, 0, 0, 1, 0, 0, 0],
    }
    seen = trace(buffer, inputs, ["room", "full", "another"])
    assert seen["room"] == [1, 0, 0, 0, 0, 0, 1, 1, 1]
    if kind is WindowMemory:
        assert seen["full"] == [0, 0, 0, 1, 1, 1, 1, 1, 1]
        assert seen["another"] == [0, 0, 0, 0, 1, 1, 0, 0, 0]
    else:  # taken over after two clocks in which the one that is left stays
        assert seen["full"] == [0, 0, 0, 0, 1, 1, 0, 0, 1]
        assert not any(seen["another"])
