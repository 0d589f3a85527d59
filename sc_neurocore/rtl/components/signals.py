"""What many components do in the same way: widths of indices and ports, registers, choices between rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from amaranth.hdl import Module, Mux, Shape, Signal, Value, unsigned


def index_shape(count: int) -> Shape:
    """Shape of an index below `count`; at least one bit, because Verilog has no narrower port."""
    return unsigned(max(1, (count - 1).bit_length()))


def port_bits(width: int) -> int:
    """The smallest multiple of 8 that holds an element of `width` bits (contract §9)."""
    return -(-width // 8) * 8


def register(
    m: Module,
    value: Any,
    name: str,
    *,
    enable: Value | None = None,
    shape: Shape | int | None = None,
    reset: bool = False,
) -> Signal:
    """The value one clock later.

    Amaranth numbers ports by cells, and makes one cell of conditions that are alike and stand in one source line: two
    calls with one `enable` in one module share it, where two `m.If` do not.

    Args:
        m: the module that gets the register.
        value: what it takes: anything that Amaranth casts to a value.
        name: of the register.
        enable: without it the register keeps what it holds; None: it takes the value in every clock.
        shape: of the register; None: that of the value.
        reset: whether `rst` clears it; data that a flag accompanies needs no reset.
    """
    output = Signal(Value.cast(value).shape() if shape is None else shape, name=name, reset_less=not reset)
    if enable is None:
        m.d.sync += output.eq(value)
    else:
        with m.If(enable):
            m.d.sync += output.eq(value)
    return output


def delayed(
    m: Module, value: Any, name: str, clocks: int, *, enable: Value | None = None, reset: bool = False
) -> Value:
    """The value `clocks` clocks later, in the registers `name`_0, `name`_1 …; see `register`.

    Args:
        m: the module that gets the registers.
        value: what the first one takes.
        name: what their names begin with.
        clocks: how many registers stand one behind the other.
        enable: of all of them.
        reset: whether `rst` clears them.
    """
    value = Value.cast(value)
    for clock in range(clocks):
        value = register(m, value, f"{name}_{clock}", enable=enable, reset=reset)
    return value


def cyclic(m: Module, name: str, size: int, step: Value) -> Signal:
    """A counter 0 … size - 1, over and over, that goes on with each clock of `step`.

    Args:
        m: the module that gets the counter.
        name: of the counter.
        size: how many numbers it has.
        step: when it goes on.
    """
    count = Signal(index_shape(size), name=name)
    with m.If(step):
        m.d.sync += count.eq(Mux(count == size - 1, 0, count + 1))
    return count


def count_level(m: Module, count: Signal, up: Value, down: Value) -> None:
    """Count what came with `up` and has not gone with `down`; the two may meet.

    Args:
        m: the module that gets the gates.
        count: the counter.
        up: one comes.
        down: one goes.
    """
    with m.If(up & ~down):
        m.d.sync += count.eq(count + 1)
    with m.Elif(down & ~up):
        m.d.sync += count.eq(count - 1)


def raise_flag(m: Module, flag: Signal, up: Value, down: Value) -> None:
    """A flag that `up` raises and `down` lowers; `down` wins.

    Args:
        m: the module that gets the gates.
        flag: the flag.
        up: raises it.
        down: lowers it.
    """
    with m.If(up):
        m.d.sync += flag.eq(1)
    with m.If(down):
        m.d.sync += flag.eq(0)


def select_row(rows: Sequence[Value], index: Value) -> Value:
    """Row `index`, by a tree of two-way selections; an index beyond the last row selects the last one."""
    if len(rows) == 1:
        return rows[0]
    half = 1 << ((len(rows) - 1).bit_length() - 1)
    return Mux(index[half.bit_length() - 1], select_row(rows[half:], index), select_row(rows[:half], index))
