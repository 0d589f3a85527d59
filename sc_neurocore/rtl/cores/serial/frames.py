"""The input port of a serial core: which beats are accepted, and what becomes of frames of a wrong length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amaranth.hdl import Module, ResetSignal, Signal, Value

if TYPE_CHECKING:
    from .core import SerialCore


def take_frames(m: Module, core: SerialCore, is_load: Value, last: Value, restart: Signal) -> None:
    """Frames and their lengths: a wrong one starts the program anew and is swallowed up to its end."""
    discarding, error = Signal(), Signal()
    m.d.comb += [
        core.s_axis_tready.eq(is_load & ~ResetSignal()),
        core.frame_error.eq(error),
        restart.eq(_is_wrong(core, is_load, last, discarding)),
    ]
    with m.If(restart):
        m.d.sync += [discarding.eq(~core.s_axis_tlast), error.eq(1)]


def take_frames_or_hold(m: Module, core: SerialCore, is_load: Value, last: Value, sent: Value, restart: Signal) -> None:
    """The same of a loadable core: with `hold` no frame begins, and where none has begun, the program starts anew in
    every clock. `sent`: the last result of a frame is taken.
    """
    discarding, error, busy, parked, wrong = Signal(), Signal(), Signal(), Signal(), Signal()
    m.d.comb += [
        core.s_axis_tready.eq(is_load & ~parked & ~ResetSignal()),
        core.frame_error.eq(error),
        core.idle.eq(~busy),
        parked.eq(core.hold & ~busy),
        wrong.eq(_is_wrong(core, is_load, last, discarding)),
        restart.eq(wrong | parked),
    ]
    with m.If(is_load & core.s_axis_tvalid & ~parked):
        m.d.sync += busy.eq(1)
        with m.If(wrong):
            m.d.sync += [discarding.eq(~core.s_axis_tlast), error.eq(1), busy.eq(~core.s_axis_tlast)]
    with m.If(sent):
        m.d.sync += busy.eq(0)


def _is_wrong(core: SerialCore, is_load: Value, last: Value, discarding: Value) -> Value:
    """This beat ends a frame too early or too late, or the rest of such a frame."""
    return is_load & core.s_axis_tvalid & ((last ^ core.s_axis_tlast) | (discarding & core.s_axis_tlast))
