"""What each base-4 digit of a weight is worth against one input code: the half of a digit product that lanes share."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from .radix2_partial_products import share


def digit_values(n: int) -> dict[str, int]:
    """Names and widths of the shares of the digits from the second on: bits q and q + 1 of a weight, q = 2, 4 …"""
    widths = {}
    for q in range(2, n, 2):
        widths[f"low_{q}"] = q + 1
        if q + 1 < n:
            widths |= {f"high_{q}": q + 2, f"both_{q}": q + 2}
    return widths


class Radix4PartialProducts(wiring.Component):
    """low_q = share_q, high_q = share_(q+1), both_q = their sum, for q = 2, 4 …; and the two leading bits of x.

    Function    prod(k, x) = sum over q of k[q] · share_q, as in `Radix2PartialProducts`, taken two bits of k at a time:
                a digit's worth is 0 or one of these three. That of the first digit is a table of four bits, in the
                lane.
    Latency     1 clock.
    Throughput  one code a clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        x                in   n
        leading          out  2               x[n-2] and x[n-1]
        low_q            out  q + 1
        high_q, both_q   out  q + 2           not of an odd n's last bit
    """

    def __init__(self, n: int) -> None:
        self.n = n
        super().__init__(
            {"x": In(n), "leading": Out(2)} | {name: Out(width) for name, width in digit_values(n).items()}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        n = self.n
        values = {"leading": self.x[n - 2 :]}
        for q in range(2, n, 2):
            values[f"low_{q}"] = low = share(self.x, n, q)
            if q + 1 < n:
                values[f"high_{q}"] = high = share(self.x, n, q + 1)
                values[f"both_{q}"] = low + high
        for name, value in values.items():
            port = getattr(self, name)
            held = Signal(len(port), name=f"held_{name}", reset_less=True)
            m.d.sync += held.eq(value)
            m.d.comb += port.eq(held)
        return m
