"""The streams of a circuit's codes: sources and generators, each built once however many codes share it."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Cat, Module
from amaranth.lib.wiring import In, Out

from ...spec.generator import Generator
from ..components.block import Block
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
