"""The clocks of an evaluation, and in them the streams of the codes: each source and generator once."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib.wiring import In, Out

from ...spec.generator import Generator
from ..components.block import Block, flags_in, flags_out
from ..components.signals import index_shape, register
from ..components.streams.generators import make_generator
from ..components.streams.sources import SequenceSource, make_source


class StreamBank(Block):
    """Bit i of `bits` is the stream of code i by generator i.

    Function    codes whose generators are alike share one generator, generators whose sources are alike one source.
    Latency     3 clocks from `restart` to the bits of position 0.
    Throughput  one position for each clock of `enable`.
    Reset       none needed: `restart` for one clock before an evaluation.
    Strobes     `restart` wins over `enable`. `enable` is high in the clocks after it; codes stay as they are from the
                first clock of `enable` to the one after the last.

    Ports
        restart, enable  in   1, 1
        codes            in   codes·n  code 0 in the low bits
        bits             out  codes

    Args:
        n: bits of a code and of a word.
        generators: one a code.
    """

    latency = 3

    def __init__(self, n: int, generators: Sequence[Generator]) -> None:
        self.n, self.generators = n, tuple(generators)
        count = len(self.generators)
        super().__init__({"restart": In(1), "enable": In(1), "codes": In(n * count), "bits": Out(count)})

    def build(self, m: Module) -> None:
        lanes: dict[Generator, list[int]] = {}
        for lane, description in enumerate(self.generators):
            lanes.setdefault(description, []).append(lane)
        sources: dict[object, SequenceSource] = {}
        for i, (description, mine) in enumerate(lanes.items()):
            if description.source not in sources:
                m.submodules[f"source{len(sources)}"] = source = make_source(description.source, self.n)
                m.d.comb += [source.restart.eq(self.restart), source.enable.eq(self.enable)]
                sources[description.source] = source
            m.submodules[f"generator{i}"] = generator = make_generator(description, self.n, len(mine))
            m.d.comb += [
                generator.word.eq(sources[description.source].word),
                generator.codes.eq(Cat(self.codes.word_select(lane, self.n) for lane in mine)),
                *(self.bits[lane].eq(generator.bits[i]) for i, lane in enumerate(mine)),
            ]


class EvaluationSequencer(Block):
    """From one strobe to the L positions of an evaluation.

    Function    `start` (which also restarts the sources) is followed by L clocks of `words`; the bits that the words
                make, and with them the L clocks of `positions`, come `StreamBank.latency` clocks after `start`. `clear`
                is the clock before the first of these, `last` is the last of them.
    Latency     as said; `busy` is high from the clock after `start` to `last`.
    Throughput  one evaluation in L + 3 clocks: `start` may come in the clock after `last`.
    Reset       to idle: an evaluation that runs is dropped.
    Strobes     `start` comes only while `busy` is low.

    Ports
        start                          in   1
        busy, words, clear, positions  out  1 each
        last                           out  1

    Args:
        length: L.
    """

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(flags_in("start") | flags_out("busy", "words", "clear", "positions", "last"))

    def build(self, m: Module) -> None:
        left = Signal(index_shape(self.length))
        running, busy = Signal(), Signal()
        ends = Signal()
        m.d.comb += ends.eq(running & (left == 0))
        with m.If(self.start):
            m.d.sync += [running.eq(1), busy.eq(1), left.eq(self.length - 1)]
        with m.Elif(ends):
            m.d.sync += running.eq(0)
        with m.Elif(running):
            m.d.sync += left.eq(left - 1)
        with m.If(self.last):
            m.d.sync += busy.eq(0)
        strobes = {"clear": self.start, "positions": running, "last": ends}
        for name, value in strobes.items():
            for stage in range(StreamBank.latency - 1):
                value = register(m, value, f"{name}_{stage}", reset=True)
            m.d.comb += getattr(self, name).eq(value)
        m.d.comb += [self.busy.eq(busy), self.words.eq(running)]
