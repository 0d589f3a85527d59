"""The clocks of an evaluation, the streams of its codes, and the frame in which its numbers leave."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from amaranth.hdl import Cat, Module, ResetSignal, Signal
from amaranth.lib.wiring import In, Out

from ...spec.generator import Generator
from ..components.block import Block, flags_in, flags_out
from ..components.signals import index_shape, port_bits, register
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


class ResultFrame(Block):
    """Counts ones, follows states, and sends what they are at the end as one AXI4-Stream frame.

    Function    a register a number. A count grows by its bit, a state is taken over. The frame is shifted out of the
                same registers: they are free for that, because no evaluation starts before its last beat is taken.
    Latency     1 clock from `last` to `tvalid`.
    Throughput  one position for each clock of `enable`, then one beat a clock.
    Reset       to no frame; `tvalid` is low under reset.
    Strobes     `clear` wins over `enable`. Neither comes while `full`.

    Ports
        clear, enable, last   in   1, 1, 1        `last` with the last `enable`
        bits                  in   one a number   0 at the place of a state
        states                in   one width each what a state is at the next position; nothing where there is none
        full                  out  1              a beat waits
        tdata, tvalid, tlast  out  width rounded up to 8, 1, 1
        tready                in   1

    Args:
        states: of each number, whether it is a state.
        width: bits of each number.
    """

    def __init__(self, states: Sequence[bool], width: int) -> None:
        self.follows, self.width = tuple(states), width
        numbers = {"bits": In(len(self.follows))}
        if any(self.follows):
            numbers["states"] = In(sum(self.follows) * width)
        super().__init__(
            flags_in("clear", "enable", "last", "tready")
            | numbers
            | flags_out("full", "tvalid", "tlast")
            | {"tdata": Out(port_bits(width))}
        )

    def build(self, m: Module) -> None:
        length = len(self.follows)
        numbers = [Signal(self.width, name=f"number{i}", reset_less=True) for i in range(length)]
        full = Signal()
        index = Signal(index_shape(length))
        taken = Signal()
        m.d.comb += taken.eq(self.tvalid & self.tready)
        with m.If(self.clear):
            m.d.sync += [number.eq(0) for number in numbers]
        with m.Elif(self.enable):
            place = 0
            for i, (number, follows) in enumerate(zip(numbers, self.follows, strict=True)):
                if follows:
                    m.d.sync += number.eq(self.states.word_select(place, self.width))
                    place += 1
                else:
                    m.d.sync += number.eq(number + self.bits[i])
        with m.Elif(taken):
            m.d.sync += [number.eq(after) for number, after in pairwise(numbers)]
        with m.If(self.last):
            m.d.sync += full.eq(1)
        with m.If(taken):
            with m.If(self.tlast):
                m.d.sync += [index.eq(0), full.eq(0)]
            with m.Else():
                m.d.sync += index.eq(index + 1)
        m.d.comb += [
            self.full.eq(full),
            self.tdata.eq(numbers[0]),
            self.tvalid.eq(full & ~ResetSignal()),
            self.tlast.eq(index == length - 1),
        ]
