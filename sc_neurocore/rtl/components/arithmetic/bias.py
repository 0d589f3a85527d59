"""From an accumulated total to the biased count a', with offsets that are constants or may be written."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Module, Shape, Value
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..block import Block
from ..signals import index_shape, register


class Bias(Block):
    """biased = total · scale + offset[index].

    Function    the offset of a neuron is its bias plus whatever constant its products left to be added: -(negative
                lanes)·L for `AndProducts`, -inputs·L (and scale 2) for `XnorProducts`, nothing for `SignedProducts`.
    Latency     1 clock.
    Throughput  one neuron per clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        total   in   as Accumulator
        index   in   number of the neuron
        biased  out  signed, wide enough for ±`magnitude`

    Args:
        total: shape of an accumulated total.
        scale: 1, or 2 where a count stands for two (bipolar).
        offsets: of the neurons, in order.
        magnitude: the largest magnitude of a biased count.
    """

    latency = 1

    def __init__(
        self, total: Shape, scale: int, offsets: Sequence[int], magnitude: int, offset: Shape | None = None
    ) -> None:
        self.scale, self.offsets = scale, tuple(offsets)
        self.offset_shape = offset or Shape.cast(range(min(*self.offsets, -1), max(*self.offsets, 0) + 1))
        self.shape = Shape.cast(range(-magnitude, magnitude + 1))
        index = index_shape(len(self.offsets))
        ports = {"total": In(total), "index": In(index), "biased": Out(self.shape)}
        write_ports = {"write": In(1), "write_index": In(index), "write_data": In(self.offset_shape)}
        super().__init__(ports if offset is None else ports | write_ports)

    def _memory(self, m: Module) -> Memory:
        rows = [*self.offsets, 0][: max(2, len(self.offsets))]  # a memory of one row would have no address
        m.submodules.offsets = memory = Memory(shape=self.offset_shape, depth=len(rows), init=rows)
        return memory

    def _biased(self, m: Module, offset: Value) -> Value:
        return register(m, (self.total << (self.scale - 1)) + offset, "biased", shape=self.shape)

    def build(self, m: Module) -> None:
        port = self._memory(m).read_port(domain="comb")
        m.d.comb += port.addr.eq(self.index)
        m.d.comb += self.biased.eq(self._biased(m, port.data))


class LoadableBias(Bias):
    """biased = total · scale + offset[index of the clock before], see `Bias`.

    Function    the offsets are in a memory that is read one clock ahead, so that it may be block memory.
    Latency     1 clock from `total`, 2 from `index`.
    Throughput  one neuron per clock, or one write.
    Reset       none: nothing but the pipeline holds state.

    Ports
        total   in   as Accumulator
        index   in   number of the neuron whose total comes in the next clock
        biased  out  signed, wide enough for ±`magnitude`
        write, write_index, write_data   in   1, bits for the neurons, as an offset

    Args:
        total: shape of an accumulated total.
        scale: 1, or 2 where a count stands for two (bipolar).
        offsets: of the neurons, in order, before any load.
        magnitude: the largest magnitude of a biased count.
        offset: shape of an offset that may be loaded.
    """

    def build(self, m: Module) -> None:
        memory = self._memory(m)
        read, write = memory.read_port(), memory.write_port()
        biased = self._biased(m, read.data)
        m.d.comb += [
            read.en.eq(1),
            read.addr.eq(self.index),
            write.en.eq(self.write),
            write.addr.eq(self.write_index),
            write.data.eq(self.write_data),
            self.biased.eq(biased),
        ]
