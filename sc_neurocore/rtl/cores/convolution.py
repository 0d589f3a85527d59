# amaranth: UnusedElaboratable=no
"""A layer of neurons on a map: the walk over its windows, where they wait, and the layer that takes them."""

from __future__ import annotations

from amaranth.hdl import Module

from ...spec.encoding import zero_code
from ..components.block import Block, connect_ports
from ..components.windows.window_buffers import WindowMemory, WindowRegisters
from ..components.windows.window_reader import WindowReader
from ..plan.folded_layers import FoldedLayerNumbers
from ..plan.windows import held_windows
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
