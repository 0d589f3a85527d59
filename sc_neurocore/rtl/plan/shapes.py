"""Widths that several components derive in the same way."""

from __future__ import annotations

from amaranth.hdl import Shape, unsigned


def index_shape(count: int) -> Shape:
    """Shape of an index below `count`; at least one bit, because Verilog has no narrower port."""
    return unsigned(max(1, (count - 1).bit_length()))


def port_bits(width: int) -> int:
    """The smallest multiple of 8 that holds an element of `width` bits (contract §9)."""
    return -(-width // 8) * 8
