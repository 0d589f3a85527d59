"""A bench for loadable cores in Amaranth's simulator: frames and loads in any order, with pauses everywhere."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from amaranth.hdl import Signal
from support.simulation.amaranth_runs import simulate
from support.simulation.axis import Beat

Image = list[tuple[int, int]]


@dataclass(frozen=True)
class Load:
    """Words to be written as soon as the core is idle."""

    image: Image


@dataclass(frozen=True)
class Reset:
    """A clock with `rst`, once all results are taken or, with `at_once`, behind the beat before it in the script."""

    at_once: bool = False


class Pace:
    """How often each side takes part, between 0 and 1."""

    def __init__(self, seed: int, valid: float = 1.0, ready: float = 1.0, write: float = 1.0) -> None:
        self.rng = random.Random(seed)
        self.valid, self.ready, self.write = valid, ready, write

    def __call__(self, share: float) -> bool:
        return share == 1.0 or self.rng.random() < share


def play(core: Any, script: Sequence[Beat | Load | Reset], frames: int, pace: Pace, limit: int = 200_000) -> list[Any]:
    """The frames that came out, as lists of (tdata, edge); `frames` of them must come.

    The beats behind a load are offered while `hold` is high: none may be accepted before the last word is written.
    `hold` rises some clocks before the load, too, once the first beat of the frame before it was accepted.
    """
    found: list[list[int]] = []
    queue = list(script)
    rst = Signal()

    async def bench(ctx: Any) -> None:
        offered: Beat | None = None
        frame: list[int] = []
        inside, words = False, []
        loading: Load | None = None
        for _ in range(limit):
            first = queue[0] if queue and offered is None else None
            if isinstance(first, tuple) and pace(pace.valid):
                offered = first
                del queue[0]
            elif isinstance(first, Load) and loading is None:
                loading = first
                del queue[0]
                words = list(loading.image)
            head = queue[0] if queue and offered is None and loading is None else None
            resets = isinstance(head, Reset) and (head.at_once or ctx.get(core.idle))
            ahead = inside and any(isinstance(item, Load) for item in queue[:3]) and pace(0.5)
            ctx.set(core.hold, loading is not None or ahead)
            ctx.set(core.s_axis_tvalid, offered is not None)
            if offered is not None:
                ctx.set(core.s_axis_tdata, offered[0])
                ctx.set(core.s_axis_tlast, offered[1])
            ctx.set(core.m_axis_tready, pace(pace.ready))
            idle = ctx.get(core.idle)
            ctx.set(rst, resets)
            writes = loading is not None and idle and words and pace(pace.write)
            ctx.set(core.load_write, bool(writes))
            if writes:
                address, data = words.pop(0)
                ctx.set(core.load_address, address)
                ctx.set(core.load_data, data % 2**32)
            accepted = offered is not None and ctx.get(core.s_axis_tready)
            taken = ctx.get(core.m_axis_tvalid) and ctx.get(core.m_axis_tready)
            assert not (idle and (taken or ctx.get(core.m_axis_tvalid))), "idle with results on their way"
            if loading is not None:
                assert not accepted or inside, "a sample began while hold was high"
            if accepted and offered is not None:
                inside, offered = not offered[1], None
            if taken:
                frame.append(ctx.get(core.m_axis_tdata))
                if ctx.get(core.m_axis_tlast):
                    found.append(frame)
                    frame = []
            if resets:
                queue.pop(0)
                inside, frame = False, []
            await ctx.tick()
            if loading is not None and idle and not words:
                loading = None
            if len(found) == frames and not queue and offered is None and loading is None:
                return

    simulate(core, bench, rst)
    assert not queue, f"{len(queue)} items of the script are left"
    return found


def signed(frames: Sequence[Sequence[int]], width: int) -> list[list[int]]:
    """Elements of two's complement as integers."""
    return [[value - 2**width if value >> (width - 1) else value for value in frame] for frame in frames]
