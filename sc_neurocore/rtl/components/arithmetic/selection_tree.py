"""One of several values, by a tree of selections."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Mux, Value


def chosen(rows: Sequence[Value], index: Value) -> Value:
    """Row `index`, by a tree of two-way selections; beyond the last row the last one."""
    if len(rows) == 1:
        return rows[0]
    half = 1 << ((len(rows) - 1).bit_length() - 1)
    return Mux(index[half.bit_length() - 1], chosen(rows[half:], index), chosen(rows[:half], index))
