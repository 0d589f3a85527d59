"""Products of two sign-magnitude streams: AND of the magnitudes, XOR of the signs."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class SignedProducts(wiring.Component):
    """bits = x AND w and negative = x_negative XOR w_negative, lane by lane.

    Function    both signs are known only at run time, so the sign stays beside its bit (see `AndProducts` for the
                cheaper case).
    Latency     1 clock.
    Throughput  one bit a lane a clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        x, w                    in   width   stream bits of the magnitudes
        x_negative, w_negative  in   width   signs
        bits, negative          out  width   product bit, and whether it counts as -1
    """

    latency = 1

    def __init__(self, width: int) -> None:
        self.width = width
        names_in = ("x", "w", "x_negative", "w_negative")
        super().__init__({name: In(width) for name in names_in} | {name: Out(width) for name in ("bits", "negative")})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        bits = Signal(self.width, reset_less=True)
        negative = Signal(self.width, reset_less=True)
        m.d.sync += [bits.eq(self.x & self.w), negative.eq(self.x_negative ^ self.w_negative)]
        m.d.comb += [self.bits.eq(bits), self.negative.eq(negative)]
        return m
