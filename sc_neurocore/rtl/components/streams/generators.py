"""The generators in gates (contract §3): from a shared word and many codes to many stream bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from amaranth.hdl import Cat, Const, Module, Mux, Value
from amaranth.lib.wiring import In, Out

from ....spec.generator import Comparator, Generator, WeightedBinary
from ....spec.kinds import unknown_kind
from ..block import Block
from ..signals import register


class ComparatorGenerator(Block):
    """bit j of `bits` = [word < code j], or [word <= code j] if `inclusive` (for a source that never emits 0).

    Function    one comparator per lane; the word is shared by all lanes. Codes come from the port `codes`, or are the
                constants given as `codes`.
    Latency     2 clocks from `word` to `bits`; 1 clock from `codes` to `bits`: give a code one clock after its word.
    Throughput  one bit per lane and clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        word   in   n
        codes  in   lanes·n   lane 0 in the low bits; absent where the codes are constant
        bits   out  lanes

    Args:
        n: bits of a word and of a code.
        lanes: streams that are made side by side.
        inclusive: whether a bit is 1 where word and code are equal.
        codes: constants; None: a port brings the codes.
    """

    latency = 2

    def __init__(self, n: int, lanes: int, *, inclusive: bool, codes: Sequence[int] | None = None) -> None:
        self.n, self.lanes, self.inclusive, self.constants = n, lanes, inclusive, codes
        ports = {"word": In(n), "bits": Out(lanes)}
        super().__init__(ports if codes is not None else ports | {"codes": In(n * lanes)})

    def build(self, m: Module) -> None:
        word = register(m, self.word, "held_word")
        if self.constants is not None:
            bits = [self._compared(word, code) for code in self.constants]
        else:
            codes = [self.codes.word_select(lane, self.n) for lane in range(self.lanes)]
            bits = [word <= code if self.inclusive else word < code for code in codes]
        m.d.comb += self.bits.eq(register(m, Cat(bits), "held_bits", shape=self.lanes))

    def _compared(self, word: Value, code: int) -> Value:
        """The bit of a constant code; that of a code which all words meet, or none does, asks for no comparison."""
        if self.inclusive:
            return Const(1) if code == 2**self.n - 1 else word <= Const(code, self.n)
        return Const(0) if code == 0 else word < Const(code, self.n)


class WeightedBinaryGenerator(Block):
    """bit j of `bits` = the bit of code j at the place of the word's leading one; 0 where the word is 0.

    Function    one shared front end finds the leading one (one-hot); a lane is n ANDs and an OR. Codes come from the
                port `codes`, or are the constants given as `codes`.
    Latency     2 clocks from `word` to `bits`; 1 clock from `codes` to `bits`: give a code one clock after its word.
    Throughput  one bit per lane and clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        word   in   n
        codes  in   lanes·n   lane 0 in the low bits; absent where the codes are constant
        bits   out  lanes

    Args:
        n: bits of a word and of a code.
        lanes: streams that are made side by side.
        codes: constants; None: a port brings the codes.
    """

    latency = 2

    def __init__(self, n: int, lanes: int, *, codes: Sequence[int] | None = None) -> None:
        self.n, self.lanes, self.constants = n, lanes, codes
        ports = {"word": In(n), "bits": Out(lanes)}
        super().__init__(ports if codes is not None else ports | {"codes": In(n * lanes)})

    def build(self, m: Module) -> None:
        one_hot: Value = Const(0, self.n)
        for place in range(self.n):  # the highest place comes last, so it wins
            one_hot = Mux(self.word[place], Const(1 << place, self.n), one_hot)
        leading = register(m, one_hot, "leading")
        if self.constants is not None:
            codes = [Const(code, self.n) for code in self.constants]
        else:
            codes = [self.codes.word_select(lane, self.n) for lane in range(self.lanes)]
        bits = Cat((leading & code).any() for code in codes)
        m.d.comb += self.bits.eq(register(m, bits, "held_bits", shape=self.lanes))


def make_generator(
    generator: Generator, n: int, lanes: int, codes: Sequence[int] | None = None
) -> ComparatorGenerator | WeightedBinaryGenerator:
    """The component for a described generator; with `codes` its codes are constants and it has no port for them.

    Args:
        generator: the description.
        n: bits of a word and of a code.
        lanes: streams that are made side by side.
        codes: constants; None: a port brings the codes.

    Raises:
        OptionError: there is no component for this kind of generator.
    """
    return generator_component(generator)(n, lanes, codes=codes)


def add_generators(
    m: Module, name: str, generator: Generator, n: int, codes: Sequence[Value], word: Value, words: int = 1
) -> list[Value]:
    """Put a generator for each word of a clock into a module; the stream bits of all codes, word by word.

    Args:
        m: the module that gets them.
        name: of the first, `name`_1 … of the others.
        generator: the description.
        n: bits of a word and of a code.
        codes: a lane each.
        word: words of successive positions, the first in the low bits.
        words: how many.
    """
    bits: list[Value] = []
    for i in range(words):
        m.submodules[name + f"_{i}" * (i > 0)] = component = make_generator(generator, n, len(codes))
        m.d.comb += [component.word.eq(word.word_select(i, n)), component.codes.eq(Cat(codes))]
        bits.append(component.bits)
    return bits


def generator_component(generator: Generator) -> Callable[..., ComparatorGenerator | WeightedBinaryGenerator]:
    """What makes the component of a described generator from bits, lanes and codes.

    Raises:
        OptionError: there is no component for this kind of generator.
    """
    match generator:
        case Comparator(source=source):
            return partial(ComparatorGenerator, inclusive=not source.emits_zero)
        case WeightedBinary():
            return WeightedBinaryGenerator
        case other:
            unknown_kind(other, "rtl generators")
