"""Sign and magnitude: of integers as memories hold them, and of codes in two's complement."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed
from amaranth.lib.wiring import In, Out

from ..block import Block


def sign_magnitude(code: int, n: int) -> int:
    """A code as memories hold it: the magnitude in the low n bits, the sign above it."""
    return abs(code) | (code < 0) << n


class SignMagnitude(Block):
    """magnitude = |code| and negative = [code < 0]; the code -2^n, which stands for no value, is read as -(2^n - 1).

    Latency     0 clocks.
    Throughput  one code per clock.
    Reset       none: it has no state.

    Ports
        code       in   n + 1, two's complement
        magnitude  out  n
        negative   out  1
    """

    def __init__(self, n: int) -> None:
        self.n = n
        super().__init__({"code": In(signed(n + 1)), "magnitude": Out(n), "negative": Out(1)})

    def build(self, m: Module) -> None:
        low = self.code[: self.n]
        lowest = Signal()
        m.d.comb += [
            lowest.eq(self.negative & (low == 0)),
            self.negative.eq(self.code < 0),
            self.magnitude.eq(Mux(lowest, 2**self.n - 1, Mux(self.negative, -low, low))),
        ]


def with_sign_above(m: Module, name: str, code: Value, n: int) -> Value:
    """A code in two's complement as magnitude with the sign above it.

    Args:
        m: the module that gets the `SignMagnitude`.
        name: of it.
        code: n + 1 bits.
        n: bits of the magnitude.
    """
    m.submodules[name] = split = SignMagnitude(n)
    m.d.comb += split.code.eq(code)
    return Value.cast(Cat(split.magnitude, split.negative))
