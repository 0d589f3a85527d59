"""A bench for the core in Amaranth's simulator: frames in, frames out, both sides with or without stalls.

It knows the contract's ports and nothing of what is behind them. A frame is a list of (tdata, tlast) beats or a
list of integers; everything is sampled at rising clock edges, and edges are numbered from 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from amaranth.hdl import Signal
from support.simulation.amaranth_runs import simulate

Beat = tuple[int, bool] | tuple[int, bool, bool]
"""tdata, tlast and, of a core that is loaded over its input stream, tuser (0 where it is not given)."""


@dataclass
class Observed:
    """What the bench saw."""

    frames: list[list[int]] = field(default_factory=list)
    """Elements of each whole output frame, as plain integers."""
    accepted: list[int] = field(default_factory=list)
    """Edges that accepted an input beat."""
    sent: list[int] = field(default_factory=list)
    """Edges that passed an output beat."""
    valid: list[int] = field(default_factory=list)
    """Edges at which the output was valid, taken or not."""
    frame_error: list[int] = field(default_factory=list)
    """Value of `frame_error` at each edge."""


def beats(elements: Sequence[int] | np.ndarray, width: int) -> list[Beat]:
    """The beats of a correct frame; negative elements in two's complement."""
    return [(int(e) % 2**width, i == len(elements) - 1) for i, e in enumerate(elements)]


def wide_beats(elements: Sequence[int] | np.ndarray, width: int, together: int) -> list[Beat]:
    """The beats of a correct frame on a port of `width` bits with `together` elements a beat, each in its part."""
    size = width // together
    words = [int(e) % 2**size for e in elements]
    groups = [words[i : i + together] for i in range(0, len(words), together)]
    packed = [sum(word << (i * size) for i, word in enumerate(group)) for group in groups]
    return [(word, i == len(packed) - 1) for i, word in enumerate(packed)]


def run_core(
    core: Any,
    stimulus: Iterable[Beat | None],
    *,
    frames: int,
    signed: bool,
    valid: Callable[[], bool] = lambda: True,
    ready: Callable[[], bool] = lambda: True,
    reset_at: Sequence[int] = (),
    then: Iterable[Beat | None] = (),
    constants: Mapping[str, int] | None = None,
    limit: int = 20_000,
) -> Observed:
    """Drive `stimulus` into `core` until `frames` output frames have come, or `limit` clocks have passed.

    A None in the stimulus is an idle clock. `valid` and `ready` are asked once a clock whether that side takes part; an
    offered beat stays until it is accepted, as AXI4-Stream demands; the bench asserts the same of the core. `rst` is
    high at the edges of `reset_at`; what was left of the stimulus is forgotten there, and `then` is driven; output
    frames are counted anew. `constants`: values of further input ports.
    """
    seen, queue = Observed(), list(stimulus)
    width = len(core.m_axis_tdata)

    rst = Signal()

    async def bench(ctx: Any) -> None:
        offered: Beat | None = None
        frame: list[int] = []
        waiting: tuple[int, int] | None = None
        before_reset = 0
        for name, value in (constants or {}).items():
            ctx.set(getattr(core, name), value)
        for edge in range(limit):
            reset = edge in reset_at
            if reset:
                offered, frame, waiting = None, [], None
                queue[:] = list(then)
                before_reset = len(seen.frames)
            elif offered is None and queue and valid():
                offered = queue.pop(0)
            ctx.set(core.s_axis_tvalid, offered is not None)
            if offered is not None:
                ctx.set(core.s_axis_tdata, offered[0])
                ctx.set(core.s_axis_tlast, offered[1])
                if hasattr(core, "s_axis_tuser"):
                    ctx.set(core.s_axis_tuser, len(offered) > 2 and offered[2])
            ctx.set(core.m_axis_tready, ready())
            ctx.set(rst, reset)
            takes = ctx.get(core.m_axis_tready)
            tready, tvalid = ctx.get(core.s_axis_tready), ctx.get(core.m_axis_tvalid)
            data, last = ctx.get(core.m_axis_tdata), ctx.get(core.m_axis_tlast)
            seen.frame_error.append(ctx.get(core.frame_error))
            assert not (reset and (tvalid or tready)), "the core must not handshake under reset"
            if waiting is not None:
                assert (tvalid, data, last) == (1, *waiting), "an output beat changed before it was taken"
            waiting = (data, last) if tvalid and not takes else None
            if tvalid:
                seen.valid.append(edge)
            if tvalid and takes:
                seen.sent.append(edge)
                frame.append(data - 2**width if signed and data >> (width - 1) else data)
                if last:
                    seen.frames.append(frame)
                    frame = []
            if offered is not None and tready:
                seen.accepted.append(edge)
                offered = None
            await ctx.tick()
            if (
                len(seen.frames) - before_reset == frames
                and not queue
                and offered is None
                and edge > max(reset_at, default=-1)
            ):
                return

    simulate(core, bench, rst)
    return seen
