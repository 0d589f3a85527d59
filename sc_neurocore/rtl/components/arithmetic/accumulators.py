"""The accumulators of a neuron, of counts, preloaded, or restarting with each vector; and biases behind them."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal, Value
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..block import Block, flags_in
from ..signals import index_shape, register


class Accumulator(Block):
    """total = sum of the counts since the last `first`, that one included. It cannot wrap: its range holds full scale.

    Function    `width` bits (lanes) counted over `length` positions reach at most width·length, and as low as its
                negative where the counts are signed: the register's range is derived from these two.
    Latency     1 clock from `count` to `total`.
    Throughput  one count per clock.
    Reset       none needed: `first` starts a new sum whatever the register held.
    Strobes     `first` counts only together with `valid`; without `valid` the sum stays.

    Ports
        valid  in   1
        first  in   1
        count  in   as ParallelCounter of `width`
        total  out  unsigned, 0 … width·length; signed where the counts are

    Args:
        width: the largest magnitude of a count.
        length: counts of a sum.
        with_signs: whether a count may be negative.
    """

    latency = 1

    def __init__(self, width: int, length: int, *, with_signs: bool = False) -> None:
        full_scale = width * length
        bits = width.bit_length()
        self.shape = Shape.cast(range(-full_scale, full_scale + 1) if with_signs else range(full_scale + 1))
        count = Shape(bits + 1, signed=True) if with_signs else Shape(bits)
        super().__init__({"valid": In(1), "first": In(1), "count": In(count), "total": Out(self.shape)})

    def build(self, m: Module) -> None:
        total = Signal(self.shape, reset_less=True)
        with m.If(self.valid):
            m.d.sync += total.eq(Mux(self.first, 0, total) + self.count)
        m.d.comb += self.total.eq(total)


class PreloadAccumulator(Block):
    """total' = value if `load`, else total + (product XOR negative…negative), modulo 2^width.

    Function    a product of sign - counts as its complement 2^n - 1 - p: whoever loads the first value puts the
                correction -(2^n - 1) · (negative weights) into it. With `with_signs` (the sign is known only at run
                time) the product is truly subtracted.
                The sum may pass 2^width on its way; the total is right if it is within two's complement of `width`.
    Cost        without `with_signs` n tables and `width` tables with carry: above the product's bits `load` itself
                stands where the operand would be, so that value, total, `load` and carry are the table's four inputs;
                below, `choose` selects the operand and `load` passes it by. The two are always equal, but must come
                from two registers that synthesis cannot merge: it would simplify the tables and need n more.
    Latency     1 clock.
    Throughput  one product, or one load, a clock.
    Reset       none: the first load starts a sum.

    Ports
        enable    in   1      without it the total stays; comes with every load, too
        load      in   1
        choose    in   1      as `load`
        value     in   width
        product   in   n
        negative  in   1
        total     out  width

    Args:
        n: bits of a product.
        width: bits of the total.
        with_signs: whether a product's sign is known only at run time.
    """

    latency = 1

    def __init__(self, n: int, width: int, *, with_signs: bool = False) -> None:
        self.n, self.width, self.with_signs = n, width, with_signs
        super().__init__(
            {
                "enable": In(1),
                "load": In(1),
                "choose": In(1),
                "value": In(width),
                "product": In(n),
                "negative": In(1),
                "total": Out(width),
            }
        )

    def build(self, m: Module) -> None:
        n, width = self.n, self.width
        total = Signal(width, reset_less=True)
        flipped = self.product ^ self.negative.replicate(n)
        if self.with_signs:
            wide = Cat(flipped, self.negative.replicate(width - n))
            operand = Mux(self.choose, self.value, wide)
            addend, carry = operand, self.negative
            loaded: Value = operand
        else:
            operand = Mux(self.choose, self.value[:n], flipped)
            addend, carry = Cat(operand, self.load.replicate(width - n)), Const(0, 1)
            loaded = Value.cast(Cat(operand, self.value[n:]))
        with m.If(self.enable):
            m.d.sync += total.eq(Mux(self.load, loaded, total + addend + carry))
        m.d.comb += self.total.eq(total)


class RestartingAccumulator(Block):
    """sum = total + product, modulo 2^width; total' = sum, or 0 with `clear`.

    Function    whoever wants the sum of a vector takes `sum` in the clock of the last product and strobes `clear`.
                There is no enable: a clock without a product brings the product 0. A product of sign - comes as its
                complement 2^n - 1 - p, and counts as that: whoever takes the sum takes the correction (2^n - 1) ·
                (negative weights) from it. With `with_signs` (signs are known only at run time) a complemented product
                is truly subtracted.
    Cost        an adder of `width`, no table beside it.
    Latency     0 clocks to `sum`.
    Throughput  one product per clock, also the first of a vector right after the last of another.
    Reset       none: whoever resets it holds `clear`.

    Ports
        clear         in   1
        product       in   n
        complemented  in   1      of the product, looked at only with `with_signs`
        sum           out  width

    Args:
        n: bits of a product.
        width: bits of the total.
        with_signs: whether a product's sign is known only at run time.
    """

    def __init__(self, n: int, width: int, *, with_signs: bool = False) -> None:
        self.n, self.width, self.with_signs = n, width, with_signs
        super().__init__(flags_in("clear", "complemented") | {"product": In(n), "sum": Out(width)})

    def build(self, m: Module) -> None:
        total = Signal(self.width, reset_less=True)
        operand: Value = self.product
        if self.with_signs:
            extended = Cat(self.product, self.complemented.replicate(self.width - self.n))
            operand = extended + self.complemented
        m.d.comb += self.sum.eq(total + operand)
        m.d.sync += total.eq(self.sum)
        with m.If(self.clear):
            m.d.sync += total.eq(0)


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
