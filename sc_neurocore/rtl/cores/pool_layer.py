# amaranth: UnusedElaboratable=no
"""A pool: the largest code, or the average, of each window of a map."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Shape, Signal, Value
from amaranth.lib.wiring import Out

from ..components.activation.neurons import ClampNeuron
from ..components.block import Block, flags_in, flags_out
from ..components.signals import cyclic, delayed, register
from ..components.windows.window_reader import WindowReader
from ..plan.pools import PoolNumbers


class PoolLayer(Block):
    """The pools of the contract (§5a): largest code, or clip((S·multiplier + r) >> shift) of the sum S.

    Function    a row of outputs begins when the rows of the map that it sees are there and the sink is reserved for it.
                Signed codes are two's complement here; -2^n, which an input may bring, is read as -(2^n - 1).
    Latency     from the last address of a window `latency` + 2 clocks to its result.
    Throughput  one element of a window per clock; rows of outputs follow each other as the sink has room.
    Reset       drops all that is in work.

    Ports
        held, release, address, element   as `WindowReader`
        reserved, vacant                  in   1, 1   state of the sink (`reserved` is not looked at)
        reserve                           out  1
        push, data                        out  1, as the encoding
        commit                            out  1   with the push of a row's last element

    Args:
        numbers: what the layer is built from.
    """

    def __init__(self, numbers: PoolNumbers) -> None:
        self.numbers = numbers
        self.reader = WindowReader(numbers.windows, numbers.element_bits, numbers.zero)
        super().__init__(
            {name: self.reader.signature.members[name] for name in ("held", "release", "address", "element")}
            | flags_in("reserved", "vacant")
            | flags_out("reserve", "push", "commit")
            | {"data": Out(numbers.shape)}
        )

    def build(self, m: Module) -> None:
        numbers, windows = self.numbers, self.numbers.windows
        m.submodules.reader = reader = self.reader
        granted = Signal()
        m.d.comb += [
            reader.held.eq(self.held),
            reader.element.eq(self.element),
            self.release.eq(reader.release),
            self.address.eq(reader.address),
            self.reserve.eq(reader.asks & ~granted & self.vacant),
            reader.room.eq(granted),
        ]
        with m.If(self.reserve):
            m.d.sync += granted.eq(1)
        with m.Elif(reader.row_end):
            m.d.sync += granted.eq(0)
        window = cyclic(m, "window", windows.windows, reader.commit)
        push = delayed(m, reader.commit, "push", numbers.latency, reset=True)
        ends = reader.commit & (window == windows.windows - 1)
        m.d.comb += [self.push.eq(push), self.commit.eq(delayed(m, ends, "commit", numbers.latency, reset=True))]
        m.d.comb += self.data.eq(self._averages(m) if numbers.averages else self._largest(m))

    def _element(self) -> Value:
        """The code that the reader brings."""
        data = Value.cast(self.reader.data)
        if not self.numbers.shape.signed:
            return data
        lowest = -(2 ** (self.numbers.element_bits - 1))
        code = data.as_signed()
        return Mux(code == lowest, lowest + 1, code)

    def _first(self, m: Module) -> Value:
        """Whether the element that comes is the first of its window."""
        among = register(m, ~self.reader.commit, "among", enable=self.reader.push, reset=True)
        return ~among

    def _largest(self, m: Module) -> Value:
        code, first = Signal(self.numbers.shape, name="code"), self._first(m)
        largest = Signal(self.numbers.shape, reset_less=True)
        m.d.comb += code.eq(self._element())
        with m.If(self.reader.push & (first | (code > largest))):
            m.d.sync += largest.eq(code)
        return largest

    def _averages(self, m: Module) -> Value:
        numbers, layer = self.numbers, self.numbers.layer
        m.submodules.average = average = ClampNeuron(
            numbers.magnitude, *numbers.scaling, layer.resolution_bits, layer.encoding
        )
        total = Signal(Shape.cast(range(-numbers.magnitude, numbers.magnitude + 1)), reset_less=True)
        first, code = self._first(m), self._element() - numbers.zero if numbers.zero else self._element()
        with m.If(self.reader.push):
            m.d.sync += total.eq(Mux(first, 0, total) + code)
        m.d.comb += average.biased.eq(total)
        return average.result
