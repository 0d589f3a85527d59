"""Weight streams of constant weights, each distinct code's stream made once."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ....spec.generator import Generator
from ...plan.folding import Folding
from ...plan.shapes import index_shape
from ..arithmetic.selection_tree import chosen
from .generators import make_generator


class SharedWeights(wiring.Component):
    """The weight streams of all lanes: a bank of one stream a distinct magnitude, and for each lane a choice by group.

    Function    all weights of a layer read one source, so equal codes have equal streams; at most 2^n - 1 of them
                exist.
    Latency     2 clocks from `word` and `group_index` to the bits and signs.
    Throughput  `words` bits a lane and input a clock; `group_index` may change at any clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        word        in   n · words
        group_index in   bits for the number of groups
        bits_P      out  stream bits of lane P's inputs (`Folding.columns`), word after word; of several groups
        streams     out  streams of the distinct magnitudes, word after word; of a single group
        negative_P  out  signs of the same weights
    """

    latency = 2

    def __init__(self, generator: Generator, n: int, folding: Folding, *, words: int = 1) -> None:
        self.generator, self.n, self.folding, self.words = generator, n, folding, words
        self.magnitudes = sorted({abs(int(code)) for code in folding.codes.flat} - {0}) or [0]
        ports = {"word": In(n * words), "group_index": In(index_shape(folding.groups))}
        if folding.groups == 1:  # a port that repeats bits would be wires that Verilog assigns from each other
            ports["streams"] = Out(len(self.magnitudes) * words)
        for lane, columns in enumerate(folding.columns):
            ports |= {f"bits_{lane}": Out(len(columns) * words)} if folding.groups > 1 else {}
            ports[f"negative_{lane}"] = Out(len(columns))
        super().__init__(ports)

    def stream_bits(self, lane: int) -> Value:
        """The stream bits of a lane's inputs, word after word."""
        if self.folding.groups > 1:
            return getattr(self, f"bits_{lane}")
        many = len(self.magnitudes)
        return self._chosen_of_row(lane, 0, [self.streams[i * many : (i + 1) * many] for i in range(self.words)])

    def _chosen_of_row(self, lane: int, group: int, banks: Sequence[Value]) -> Value:
        row = self.folding.codes[group, lane, list(self.folding.columns[lane])].tolist()
        place = {magnitude: i for i, magnitude in enumerate(self.magnitudes)}
        return Value.cast(Cat(bank[place[abs(code)]] if code else Const(0, 1) for bank in banks for code in row))

    def elaborate(self, platform: object) -> Module:
        m = Module()
        folding = self.folding
        banks = []
        for i in range(self.words):
            bank = make_generator(self.generator, self.n, len(self.magnitudes), self.magnitudes)
            m.submodules["bank" + f"_{i}" * (i > 0)] = bank
            m.d.comb += bank.word.eq(self.word.word_select(i, self.n))
            banks.append(bank.bits)
        if folding.groups == 1:
            m.d.comb += self.streams.eq(Cat(banks))
        group = self.group_index
        for stage in range(self.latency):
            delayed = Signal(group.shape(), name=f"group{stage + 1}", reset_less=True)
            m.d.sync += delayed.eq(group)
            group = delayed
        for lane, columns in enumerate(folding.columns):
            signs = []
            for row in folding.codes[:, lane, list(columns)].tolist():
                signs.append(Const(sum((code < 0) << i for i, code in enumerate(row)), len(row)))
            m.d.comb += getattr(self, f"negative_{lane}").eq(chosen(signs, group))
            if folding.groups > 1:
                streams = [self._chosen_of_row(lane, i, banks) for i in range(folding.groups)]
                m.d.comb += getattr(self, f"bits_{lane}").eq(chosen(streams, group))
        return m
