"""The exact parallel counter: how many of many bits are 1, or their signed sum."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Shape, Value, signed, unsigned
from amaranth.lib.wiring import In, Out

from ..block import Block
from ..signals import register


def counter_latency(width: int, levels_per_stage: int | None = 3) -> int:
    """Clocks of a `ParallelCounter`, whose tree has a level for each halving of the bits."""
    return -(-(width - 1).bit_length() // levels_per_stage) if levels_per_stage else 0


class ParallelCounter(Block):
    """count = sum of all bits; with `with_signs`, bits whose `negative` is 1 count as -1. Nothing is approximated.

    Function    a balanced tree of two-input adders, each as wide as its sum needs.
    Latency     ceil(levels / `levels_per_stage`) clocks, levels = ceil(log2 width): `latency`. 0 for `levels_per_stage`
                None, and for a single bit.
    Throughput  one count per clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        bits      in   width
        negative  in   width                  only with `with_signs`
        count     out  ceil(log2(width + 1))  two's complement and one bit wider with `with_signs`

    Args:
        width: bits that are counted.
        with_signs: whether each bit comes with a sign.
        levels_per_stage: levels of adders between two registers; None: no register but the last.
    """

    def __init__(self, width: int, *, with_signs: bool = False, levels_per_stage: int | None = 3) -> None:
        self.width, self.with_signs, self.levels_per_stage = width, with_signs, levels_per_stage
        self.latency = counter_latency(width, levels_per_stage)
        bits = width.bit_length()
        self.shape: Shape = signed(bits + 1) if with_signs else unsigned(bits)
        ports = {"bits": In(width), "count": Out(self.shape)}
        super().__init__(ports | {"negative": In(width)} if with_signs else ports)

    def build(self, m: Module) -> None:
        terms: list[Value] = list(self.bits)
        if self.with_signs:  # 0, +1 or -1 in two bits
            terms = [Cat(bit, bit & sign).as_signed() for bit, sign in zip(self.bits, self.negative, strict=True)]
        level, stage = 0, 0
        while len(terms) > 1:
            sums = [a + b for a, b in zip(terms[0::2], terms[1::2], strict=False)]
            terms = sums + terms[len(sums) * 2 :]
            level += 1
            if self.levels_per_stage and (level % self.levels_per_stage == 0 or len(terms) == 1):
                stage += 1
                terms = [register(m, term, f"stage{stage}_{i}") for i, term in enumerate(terms)]
        m.d.comb += self.count.eq(terms[0])
