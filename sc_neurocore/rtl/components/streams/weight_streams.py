"""The weight streams of a layer: one stream per distinct code, or one generator per weight behind a memory."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Cat, Const, Module, Shape, Value
from amaranth.lib.memory import Memory, WritePort
from amaranth.lib.wiring import In, Out

from ....spec.generator import Generator
from ...plan.folding import Folding
from ..arithmetic.sign_magnitude import sign_magnitude
from ..block import Block
from ..signals import index_shape, register, select_row
from .generators import add_generators, make_generator


class SharedWeights(Block):
    """The weight streams of all processing elements: one stream per distinct magnitude, and a choice by group for each.

    Function    all weights of a layer read one source, so equal codes have equal streams; at most 2^n - 1 of them
                exist.
    Latency     2 clocks from `word` and `group_index` to the bits and signs.
    Throughput  `words` bits per processing element, input and clock; `group_index` may change at any clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        word        in   n · words
        group_index in   bits for the number of groups
        bits_P      out  stream bits of the inputs of processing element P (`Folding.active_inputs`), word after word;
                         of several groups
        streams     out  streams of the distinct magnitudes, word after word; of a single group
        negative_P  out  signs of the same weights

    Args:
        generator: of the weights' streams.
        n: bits of a code.
        folding: the weights, and which neuron is computed where and when.
        words: words of successive positions per clock.
    """

    latency = 2

    def __init__(self, generator: Generator, n: int, folding: Folding, *, words: int = 1) -> None:
        self.generator, self.n, self.folding, self.words = generator, n, folding, words
        self.magnitudes = sorted({abs(int(code)) for code in folding.codes.flat} - {0}) or [0]
        ports = {"word": In(n * words), "group_index": In(index_shape(folding.groups))}
        if folding.groups == 1:  # a port that repeats bits would be wires that Verilog assigns from each other
            ports["streams"] = Out(len(self.magnitudes) * words)
        for pe, active in enumerate(folding.active_inputs):
            ports |= {f"bits_{pe}": Out(len(active) * words)} if folding.groups > 1 else {}
            ports[f"negative_{pe}"] = Out(len(active))
        super().__init__(ports)

    def stream_bits(self, pe: int) -> Value:
        """The stream bits of a processing element's inputs, word after word."""
        if self.folding.groups > 1:
            return getattr(self, f"bits_{pe}")
        many = len(self.magnitudes)
        return self._bits_of_row(pe, 0, [self.streams[i * many : (i + 1) * many] for i in range(self.words)])

    def _bits_of_row(self, pe: int, group: int, banks: Sequence[Value]) -> Value:
        row = self.folding.codes[group, pe, list(self.folding.active_inputs[pe])].tolist()
        place = {magnitude: i for i, magnitude in enumerate(self.magnitudes)}
        return Value.cast(Cat(bank[place[abs(code)]] if code else Const(0, 1) for bank in banks for code in row))

    def build(self, m: Module) -> None:
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
            group = register(m, group, f"group{stage + 1}")
        for pe, active in enumerate(folding.active_inputs):
            signs = []
            for row in folding.codes[:, pe, list(active)].tolist():
                signs.append(Const(sum((code < 0) << i for i, code in enumerate(row)), len(row)))
            m.d.comb += getattr(self, f"negative_{pe}").eq(select_row(signs, group))
            if folding.groups > 1:
                streams = [self._bits_of_row(pe, i, banks) for i in range(folding.groups)]
                m.d.comb += getattr(self, f"bits_{pe}").eq(select_row(streams, group))


class RomWeights(Block):
    """The weight streams of all processing elements, from codes read group by group.

    Function    the memory holds one word per group: magnitude and, above it, sign of every weight of the group. Cheaper
                than `SharedWeights` where a processing element would choose between many groups; and it may be written.
    Latency     2 clocks from `word` and `group_index` to the bits and signs.
    Throughput  `words` bits per processing element, input and clock; `group_index` may change at any clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        word          in   n · words
        group_index   in   bits for the number of groups
        bits_P        out  stream bits of processing element P's inputs (`Folding.active_inputs`), word after word
        negative_P    out  signs of the same weights
        write_P       in   1   `loadable`: the code of group `write_group`, input `write_column` becomes `write_data`
        write_group, write_column, write_data   in   bits for the groups, 16, code bits

    Args:
        generator: of the weights' streams.
        n: bits of a code.
        folding: the weights, and which neuron is computed where and when.
        with_signs: whether a weight may be negative.
        words: words of successive positions per clock.
        loadable: whether the codes are written at run time.
        numbers: what `write_column` calls the folding's inputs; None: their places.
    """

    latency = 2

    def __init__(
        self,
        generator: Generator,
        n: int,
        folding: Folding,
        *,
        with_signs: bool,
        words: int = 1,
        loadable: bool = False,
        numbers: Sequence[int] | None = None,
    ) -> None:
        self.generator, self.n, self.folding, self.with_signs = generator, n, folding, with_signs
        self.words, self.loadable = words, loadable
        self.numbers = range(folding.weights.shape[1]) if numbers is None else numbers
        ports = {"word": In(n * words), "group_index": In(index_shape(folding.groups))}
        for pe, active in enumerate(folding.active_inputs):
            ports |= {f"bits_{pe}": Out(len(active) * words), f"negative_{pe}": Out(len(active))}
            ports |= {f"write_{pe}": In(1)} if loadable else {}
        if loadable:
            ports |= {"write_group": In(index_shape(folding.groups)), "write_data": In(n + with_signs)}
            ports["write_column"] = In(16)  # of any layer
        super().__init__(ports)

    def stream_bits(self, pe: int) -> Value:
        """The stream bits of a processing element's inputs, word after word."""
        return getattr(self, f"bits_{pe}")

    def build(self, m: Module) -> None:
        folding, code_bits = self.folding, self.n + self.with_signs
        for pe, active in enumerate(folding.active_inputs):
            width = len(active)
            codes = folding.codes[:, pe, list(active)]
            rows = [self._row([int(code) for code in row]) for row in codes]
            # depth 1 would leave a memory without an address
            rows += [0] * (2 - len(rows))
            memory = Memory(shape=Shape(width * code_bits), depth=len(rows), init=rows)
            m.submodules[f"memory_{pe}"] = memory
            port = memory.read_port()
            if self.loadable:
                self._write(m, pe, memory.write_port(granularity=code_bits))
            m.d.comb += [port.en.eq(1), port.addr.eq(self.group_index)]
            codes_of_row = [port.data.word_select(i, code_bits) for i in range(width)]
            magnitudes, name = [code[: self.n] for code in codes_of_row], f"generator_{pe}"
            bits = add_generators(m, name, self.generator, self.n, magnitudes, self.word, self.words)
            m.d.comb += getattr(self, f"bits_{pe}").eq(Cat(bits))
            if self.with_signs:
                negative: Value = register(m, Cat(code[self.n] for code in codes_of_row), f"held_negative_{pe}")
            else:
                negative = Const(0, width)
            m.d.comb += getattr(self, f"negative_{pe}").eq(negative)

    def _row(self, codes: list[int]) -> int:
        """The first input in the low bits; each the magnitude with the sign above it."""
        bits = self.n + self.with_signs
        return sum(sign_magnitude(code, self.n) << (i * bits) for i, code in enumerate(codes))

    def _write(self, m: Module, pe: int, port: WritePort) -> None:
        active = [self.numbers[j] for j in self.folding.active_inputs[pe]]
        write = getattr(self, f"write_{pe}")
        m.d.comb += [
            port.addr.eq(self.write_group),
            port.data.eq(self.write_data.replicate(len(active))),
            port.en.eq(Cat(write & (self.write_column == column) for column in active)),
        ]
