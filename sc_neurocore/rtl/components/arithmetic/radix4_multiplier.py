"""One product of the default pair over its whole stream, two bits of the weight at a time, with its sign."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib.wiring import In, Out

from ..block import Block
from ..signals import register
from .closed_form_multiplier import partial_product


def digit_products(n: int) -> dict[str, int]:
    """Names and widths of the products of the digits from the second on: bits q and q + 1 of a weight, q = 2, 4 …"""
    widths = {}
    for q in range(2, n, 2):
        widths[f"low_{q}"] = q + 1
        if q + 1 < n:
            widths |= {f"high_{q}": q + 2, f"both_{q}": q + 2}
    return widths


class Radix4PartialProducts(Block):
    """low_q = share_q, high_q = share_(q+1), both_q = their sum, for q = 2, 4 …; and the two leading bits of x.

    Function    prod(k, x) = sum over q of k[q] · share_q, as in `Radix2PartialProducts`, taken two bits of k at a time:
                a digit's worth is 0 or one of these three. That of the first digit is a table of four bits, in the
                lane.
    Latency     1 clock.
    Throughput  one code per clock.
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
            {"x": In(n), "leading": Out(2)} | {name: Out(width) for name, width in digit_products(n).items()}
        )

    def build(self, m: Module) -> None:
        n = self.n
        values = {"leading": self.x[n - 2 :]}
        for q in range(2, n, 2):
            values[f"low_{q}"] = low = partial_product(self.x, n, q)
            if q + 1 < n:
                values[f"high_{q}"] = high = partial_product(self.x, n, q + 1)
                values[f"both_{q}"] = low + high
        for name, value in values.items():
            port = getattr(self, name)
            m.d.comb += port.eq(register(m, value, f"held_{name}", shape=len(port)))


def digit_latency(n: int) -> int:
    """Clocks from a weight and the partial products to the product: the digits, the levels of their sum, the last one's
    carry.
    """
    levels = ((n + 1) // 2 - 1).bit_length()
    return 1 + levels + (levels > 0)


def _registers(m: Module, values: list[Value]) -> list[Value]:
    return [register(m, value, "held") for value in values]


class Radix4Multiplier(Block):
    """product = sum over q of k[q] · share_q, or its complement 2^n - 1 - sum with `negative`; 0 without `enable`.

    Function    as `ClosedFormMultiplier`, which is smaller where a table has a carry beside four inputs (iCE40). Here
                each digit of two bits chooses its worth (`Radix4PartialProducts`), and a tree adds the digits: less
                depth between two registers, and fewer tables where a choice and a sum need two (ECP5). The last sum
                takes two clocks: its upper half sees no more than the lower one's carry, which leaves the tables room
                for the complement.
    Latency     `digit_latency(n)` clocks from `k`, `negative` and the partial products.
    Throughput  one product per clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        k, negative                     in   n, 1
        enable                          in   1         in the clock before the product: without it product and
                                                       complemented are 0
        leading, low_q, high_q, both_q  in   as `Radix4PartialProducts`
        product, complemented           out  n, 1
    """

    def __init__(self, n: int) -> None:
        self.n, self.latency = n, digit_latency(n)
        super().__init__(
            {"k": In(n), "negative": In(1), "enable": In(1), "leading": In(2)}
            | {name: In(width) for name, width in digit_products(n).items()}
            | {"product": Out(n), "complemented": Out(1)}
        )

    def build(self, m: Module) -> None:
        negative = Value.cast(self.negative)
        sums = self._digits()
        while len(sums) > 2:
            sums, negative = _registers(m, sums), register(m, negative, "held")
            # of a digit pair the sum has as many bits as the upper digit: it is at most 2^bits - 1
            pairs = zip(sums[::2], sums[1::2], strict=False)
            pair_sums = [Value.cast((low + high)[: len(high)]) for low, high in pairs]
            sums = pair_sums + sums[len(sums) & ~1 :]
        if len(sums) == 2:
            (low, high), negative = _registers(m, sums), register(m, negative, "held")
            split = len(low)
            parts = _registers(m, [low + high[:split], Value.cast(high[split:])])
            negative = register(m, negative, "held")
            sums = [Value.cast(Cat(parts[0][:split], (parts[1] + parts[0][split])[: len(parts[1])]))]
        product, complemented = Signal(self.n, reset_less=True), Signal(reset_less=True)
        flips = Value.cast(negative.replicate(self.n))
        m.d.sync += [product.eq(Value.cast(sums[0]) ^ flips), complemented.eq(negative)]
        with m.If(~self.enable):
            m.d.sync += [product.eq(0), complemented.eq(0)]
        m.d.comb += [self.product.eq(product), self.complemented.eq(complemented)]

    def _digits(self) -> list[Value]:
        """What the digits of k are worth, the lowest first."""
        k, low, high = self.k, self.leading[0], self.leading[1]
        digits = [Value.cast(((k[0] & high) + Mux(k[1], low + high, 0))[:2])]
        for q in range(2, self.n, 2):
            worth = Mux(k[q], getattr(self, f"low_{q}"), 0)
            if q + 1 < self.n:
                large = Mux(k[q], getattr(self, f"both_{q}"), getattr(self, f"high_{q}"))
                # the top bit by AND: as a choice between it and 0 it would become a reset and an inverter for it
                worth = Value.cast(Cat(Mux(k[q + 1], large, worth)[: q + 1], large[q + 1] & k[q + 1]))
            digits.append(worth)
        return digits
