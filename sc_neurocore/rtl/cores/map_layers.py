# amaranth: UnusedElaboratable=no
"""Layers on maps: neurons on windows, with the walk over them and where they wait; and pools."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Shape, Signal, Value
from amaranth.lib.wiring import Out

from ...spec.encoding import zero_code
from ..components.activation.neurons import ClampNeuron
from ..components.block import Block, connect_ports, flags_in, flags_out
from ..components.signals import cyclic, delayed, register
from ..components.windows.window_buffers import WindowMemory, WindowRegisters
from ..components.windows.window_reader import WindowReader
from ..plan.folded_layers import FoldedLayerNumbers
from ..plan.windows import PoolNumbers, held_windows
from .folded_layer import FoldedLayer


class Convolution(Block):
    """`conv2d` of the contract (§5a): a `FoldedLayer` on the windows of a map, position by position.

    Windows     gathered one element per clock into a memory of several (`WindowMemory`, where the layer asks for one
                element at a time) or into registers (`WindowRegisters`), while the layer works on those before.
    Latency     as `flow.ConvolutionFlow` says.
    Throughput  a window in the clocks of its groups or in as many as it has elements, whichever are more.
    Reset       drops all that is in work.

    Ports
        held, release, address, element   as `WindowReader`
        the others                        as `FoldedLayer`, a row of outputs being its vector

    Args:
        numbers: what the layer is built from.
    """

    def __init__(self, numbers: FoldedLayerNumbers) -> None:
        assert numbers.windows is not None
        self.numbers, self.layer = numbers, FoldedLayer(numbers)
        zero = zero_code(numbers.layer.input_encoding, numbers.layer.resolution_bits)
        self.reader = WindowReader(numbers.windows, numbers.element_bits, zero)
        members = self.reader.signature.members
        inner = {"full", "another", "leave", "address", "element", "elements"}
        self._passed = {k: v for k, v in self.layer.signature.members.items() if k not in inner}
        super().__init__({name: members[name] for name in ("held", "release", "address", "element")} | self._passed)

    def build(self, m: Module) -> None:
        m.submodules.reader, m.submodules.neurons = reader, layer = self.reader, self.layer
        m.submodules.windows = windows = self._windows()
        connect_ports(m, self, layer, self._passed)
        m.d.comb += [
            reader.held.eq(self.held),
            reader.element.eq(self.element),
            self.release.eq(reader.release),
            self.address.eq(reader.address),
            reader.room.eq(windows.room),
            windows.start.eq(reader.start),
            windows.push.eq(reader.push),
            windows.commit.eq(reader.commit),
            windows.data.eq(reader.data),
            windows.leave.eq(layer.leave),
            layer.full.eq(windows.full),
            layer.another.eq(windows.another),
        ]
        if isinstance(windows, WindowMemory):
            m.d.comb += [windows.address.eq(layer.address), layer.element.eq(windows.element)]
        else:
            m.d.comb += layer.elements.eq(windows.elements)

    def _windows(self) -> WindowMemory | WindowRegisters:
        inputs, bits = self.numbers.layer.inputs, self.numbers.element_bits
        if self.numbers.addressed:
            return WindowMemory(inputs, bits, held_windows(inputs, addressed=True), len(self.layer.address))
        return WindowRegisters(inputs, bits)


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
