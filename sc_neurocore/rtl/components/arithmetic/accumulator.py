"""The accumulator of one neuron: the sum of its counts over the positions of a stream."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Shape, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class Accumulator(wiring.Component):
    """total = sum of the counts since the last `first`, that one included. It cannot wrap: its range holds full scale.

    Function    `width` bits (lanes) counted over `length` positions reach at most width·length, and as low as its
                negative where the counts are signed: the register's range is derived from these two.
    Latency     1 clock from `count` to `total`.
    Throughput  one count a clock.
    Reset       none needed: `first` starts a new sum whatever the register held.
    Strobes     `first` counts only together with `valid`; without `valid` the sum stays.

    Ports
        valid  in   1
        first  in   1
        count  in   as ParallelCounter of `width`
        total  out  unsigned, 0 … width·length; signed where the counts are
    """

    latency = 1

    def __init__(self, width: int, length: int, *, with_signs: bool = False) -> None:
        largest = width * length
        bits = width.bit_length()
        self.shape = Shape.cast(range(-largest, largest + 1) if with_signs else range(largest + 1))
        count = Shape(bits + 1, signed=True) if with_signs else Shape(bits)
        super().__init__({"valid": In(1), "first": In(1), "count": In(count), "total": Out(self.shape)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        total = Signal(self.shape, reset_less=True)
        with m.If(self.valid):
            m.d.sync += total.eq(Mux(self.first, 0, total) + self.count)
        m.d.comb += self.total.eq(total)
        return m
