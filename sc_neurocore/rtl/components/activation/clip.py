"""Saturation to a range, in a register."""

from __future__ import annotations

from amaranth.hdl import Module, Shape, Signal, Value


def clipped(m: Module, value: Value, low: int, high: int) -> Signal:
    """A register holding `value` clipped to `low` … `high`, one clock later."""
    register = Signal(Shape.cast(range(low, high + 1)), name="clipped", reset_less=True)
    with m.If(value < low):
        m.d.sync += register.eq(low)
    with m.Elif(value > high):
        m.d.sync += register.eq(high)
    with m.Else():
        m.d.sync += register.eq(value)
    return register
