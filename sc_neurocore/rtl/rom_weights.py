"""Weight streams of weights in a read-only memory, one generator a lane and input."""

from __future__ import annotations

from amaranth.hdl import Const, Module, Shape, Signal
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..spec.generator import Comparator, WeightedBinary
from .folding import Folding
from .generators import make_generator
from .shapes import index_shape


class RomWeights(wiring.Component):
    """The weight streams of all lanes, from codes read group by group.

    Function    the memory holds one word a group: sign and magnitude of every weight of the group. Cheaper than
                `SharedWeights` where a lane would have to choose between many groups.
    Latency     2 clocks from `word` and `group_index` to the bits and signs.
    Throughput  one bit a lane and input a clock; `group_index` may change at any clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        word        in   n
        group_index in   bits for the number of groups
        bits_P      out  stream bits of lane P's inputs (`Folding.columns`)
        negative_P  out  signs of the same weights
    """

    latency = 2

    def __init__(self, generator: Comparator | WeightedBinary, n: int, folding: Folding, *, with_signs: bool) -> None:
        self.generator, self.n, self.folding, self.with_signs = generator, n, folding, with_signs
        ports = {"word": In(n), "group_index": In(index_shape(folding.groups))}
        for lane, columns in enumerate(folding.columns):
            ports |= {f"bits_{lane}": Out(len(columns)), f"negative_{lane}": Out(len(columns))}
        super().__init__(ports)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        folding = self.folding
        for lane, columns in enumerate(folding.columns):
            width = len(columns)
            codes = folding.codes[:, lane, list(columns)]
            rows = [self._row([int(code) for code in row]) for row in codes]
            # depth 1 would leave a memory without an address
            rows += [0] * (2 - len(rows))
            row_bits = width * (self.n + self.with_signs)
            memory = Memory(shape=Shape(row_bits), depth=len(rows), init=rows)
            m.submodules[f"memory_{lane}"] = memory
            port = memory.read_port()
            generator = make_generator(self.generator, self.n, width)
            m.submodules[f"generator_{lane}"] = generator
            m.d.comb += [port.en.eq(1), port.addr.eq(self.group_index), generator.word.eq(self.word)]
            m.d.comb += generator.codes.eq(port.data[: width * self.n])
            m.d.comb += getattr(self, f"bits_{lane}").eq(generator.bits)
            if self.with_signs:
                negative = Signal(width, name=f"held_negative_{lane}", reset_less=True)
                m.d.sync += negative.eq(port.data[width * self.n :])
                m.d.comb += getattr(self, f"negative_{lane}").eq(negative)
            else:
                m.d.comb += getattr(self, f"negative_{lane}").eq(Const(0, width))
        return m

    def _row(self, codes: list[int]) -> int:
        """Magnitudes, first input in the low bits, and above them the signs."""
        magnitudes = sum(abs(code) << (i * self.n) for i, code in enumerate(codes))
        signs = sum((code < 0) << (len(codes) * self.n + i) for i, code in enumerate(codes))
        return magnitudes | signs
