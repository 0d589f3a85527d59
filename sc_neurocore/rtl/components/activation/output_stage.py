# amaranth: UnusedElaboratable=no
"""The output stage of a serial or column layer: from preloaded totals to the next layer's codes."""

from __future__ import annotations

from typing import ClassVar

from amaranth.hdl import Cat, Module, Mux, Shape, Signal, Value, signed, unsigned
from amaranth.lib.wiring import In, Out

from ....spec.encoding import is_signed, zero_code
from ....spec.errors import SpecError
from ....spec.kinds import unknown_kind
from ....spec.layer import Clamp, Lif, Linear, Neuron, Relu
from ...loading.load_words import shift_of
from ..block import Block
from ..signals import index_shape, register

Stateless = Linear | Relu | Clamp
"""The neurons that an output stage computes: a result depends on one total alone."""


def stateless(neuron: Neuron) -> Stateless:
    """The neuron, if an output stage computes it.

    Raises:
        SpecError: it keeps a state.
        OptionError: the kind of neuron has no gates.
    """
    match neuron:
        case Linear() | Relu() | Clamp():
            return neuron
        case Lif():
            raise SpecError(f"neuron.kind {neuron.kind!r} has no gates in this architecture")
        case other:
            unknown_kind(other, "rtl output stages")


def rounding(neuron: Stateless) -> int:
    """What is added to a'·multiplier before the shift (contract §6)."""
    return (1 << (shift_of(neuron) or 0)) >> 1


def multiplier(neuron: Stateless) -> int:
    """The factor before the shift; 1 where there is none."""
    match neuron:
        case Linear():
            return 1
        case Relu(multiplier=factor) | Clamp(multiplier=factor):
            return factor
        case other:
            unknown_kind(other, "rtl output stages")


def folded_rounding(neuron: Stateless) -> int:
    """The part of the rounding that whoever loads the accumulator adds there: all of it, or 0 before a multiplier."""
    return rounding(neuron) if multiplier(neuron) == 1 else 0


class OutputStageNumbers:
    """Widths and clocks of an output stage.

    Args:
        neuron: the description.
        width: bits of a total.
        loadable: whether the shift comes from a port.
        shift_limit: the largest shift of a loadable one; None: what the width needs, a greater one gives the same
            results.
        flagged: whether it is a `FlaggedOutputStage`.
    """

    def __init__(
        self,
        neuron: Stateless,
        width: int,
        *,
        loadable: bool = False,
        shift_limit: int | None = None,
        flagged: bool = False,
    ) -> None:
        self.neuron, self.width, self.multiplier = neuron, width, multiplier(neuron)
        self.linear = neuron.code_bits is None
        self.bits = width if neuron.code_bits is None else neuron.code_bits
        factor = self.multiplier != 1
        self.latency = flagged + (0 if self.linear else 2 + 2 * factor + loadable)
        encoding = neuron.encoding
        self.symmetric = encoding is not None and is_signed(encoding)
        self.half = 0 if encoding is None else zero_code(encoding, self.bits)
        signed_result = self.linear or self.symmetric
        self.shape: Shape = signed(self.bits + self.symmetric) if signed_result else unsigned(self.bits)
        scaled = width + factor * self.multiplier.bit_length()
        self.value_bits = scaled + factor  # the rounding of a loadable one needs one bit more
        maximum = 0 if self.linear else scaled if factor else width - 1
        self.shift_limit = maximum if shift_limit is None else min(maximum, shift_limit)


class OutputStage(OutputStageNumbers, Block):
    """result = the neuron's output for a total a' + folded rounding (contract §6: linear, relu, clamp).

    Function    relu: clip((a'·multiplier + r) >> shift, 0, 2^m - 1); clamp: clip to ±(2^m - 1), or shifted by half the
                range and clipped to 0 … 2^m - 1. The clip looks at sign and overflow bits alone; it compares nothing.
    Latency     0 clocks for linear; else 2, and 2 more for a multiplier other than 1.
    Throughput  one value in each clock with `enable`; without it everything stays.
    Reset       none: nothing but the pipeline holds state.

    Ports
        enable  in   1
        total   in   signed, `width`
        result  out  linear: as total; else as the output encoding
    """

    flagged: ClassVar[bool] = False

    def __init__(self, neuron: Stateless, width: int) -> None:
        OutputStageNumbers.__init__(self, neuron, width, flagged=self.flagged)
        self._shift = shift_of(neuron) or 0
        Block.__init__(self, {"enable": In(1), "total": In(signed(width)), "result": Out(self.shape)})

    def build(self, m: Module) -> None:
        if self.linear:
            m.d.comb += self.result.eq(self.total)
            return
        negative, low, above = self._scaled(m)
        clipped = Signal(self.shape, reset_less=True)
        if self.symmetric:
            # -2^m and below are out of range, -(2^m - 1) is not
            below = negative & (~above.all() | (low == 0))
            body = Mux(negative, Mux(below, 1, low), low | Value.cast(above.any().replicate(self.bits)))
            with m.If(self.enable):
                m.d.sync += clipped.eq(Cat(body[: self.bits], negative).as_signed())
        else:
            over, under = (Value.cast(flag.replicate(self.bits)) for flag in (above.any(), negative))
            with m.If(self.enable):
                m.d.sync += clipped.eq((low | over) & ~under)
        m.d.comb += self.result.eq(clipped)

    def _scaled(self, m: Module) -> tuple[Value, Value, Value]:
        """The total times multiplier, shifted: whether it is negative, as many bits as a code has, and those above."""
        value: Value = self.total
        if self.multiplier != 1:
            width = self.width + self.multiplier.bit_length()
            value = register(m, value * self.multiplier, "product", enable=self.enable, shape=signed(width))
            value = register(m, value, "settled", enable=self.enable, shape=signed(width))
            value = value + (rounding(self.neuron) - folded_rounding(self.neuron))
        value = (value >> self._shift) + self.half
        # one bit more than the result needs: the bits above it say whether it must be clipped
        wide = max(len(value), self.bits + 2)
        scaled = register(m, value, "scaled", enable=self.enable, shape=signed(wide))
        return Value.cast(scaled[-1]), Value.cast(scaled[: self.bits]), Value.cast(scaled[self.bits : -1])


class FlaggedOutputStage(OutputStage):
    """result = the neuron's output for a total a' + folded rounding (contract §6: linear, relu, clamp).

    Function    as `OutputStage`; what lies above the result's bits becomes two flags in a register of their own, so
                that no bit of the result looks at all of it.
    Latency     1 clock for linear; else 3, and 2 more for a multiplier other than 1.
    Throughput  one value in each clock with `enable`; without it everything stays.
    Reset       none: nothing but the pipeline holds state.

    Ports
        enable  in   1
        total   in   signed, `width`
        result  out  linear: as total; else as the output encoding
    """

    flagged = True

    def build(self, m: Module) -> None:
        if self.linear:
            m.d.comb += self.result.eq(register(m, self.total, "held", enable=self.enable))
            return
        negative, low, above = self._scaled(m)
        # -2^m and below are out of a symmetric range, -(2^m - 1) is not
        below = negative & (~above.all() | (low == 0)) if self.symmetric else negative
        over, under = Signal(reset_less=True), Signal(reset_less=True)
        with m.If(self.enable):
            m.d.sync += [over.eq(~negative & above.any()), under.eq(below)]
        body = register(m, low, "body", enable=self.enable) | over.replicate(self.bits)
        if self.symmetric:
            sign = register(m, negative, "sign", enable=self.enable)
            body = Value.cast(
                Cat(body[0] | under, Value.cast(body[1:]) & (~under).replicate(self.bits - 1), sign)
            ).as_signed()
        else:
            body = body & (~under).replicate(self.bits)
        m.d.comb += self.result.eq(register(m, body, "clipped", enable=self.enable, shape=self.shape))


COARSE = 4
"""The least amount of the shifter's first stage."""


class LoadableOutputStage(OutputStageNumbers, Block):
    """result = the neuron's output for a total a' + folded rounding and any shift (contract §6: linear, relu, clamp).

    Function    as `OutputStage`: who loads the accumulator adds `folded_rounding` there; before a multiplier
                nothing is folded, and 2^(shift-1) is added here. The neuron's own shift plays no part. A total below 0
                is complemented, so that the shifter fills with 0; it moves by the largest power of two first, and what
                then lies above the bits that the smaller ones can still bring into the result is nothing but a flag:
                the shifter becomes narrower from step to step.
    Latency     0 clocks for linear; else 3, and 2 more for a multiplier other than 1. `shift` must have stood still for
                as long before it counts.
    Throughput  one value in each clock with `enable`; without it everything stays.
    Reset       none: nothing but the pipeline holds state.

    Ports
        enable  in   1
        total   in   signed, `width`
        shift   in   bits for 0 … `shift_limit`; no other value may come
        result  out  linear: as total; else as the output encoding

    Args:
        neuron: the description; its own shift plays no part.
        width: bits of a total.
        shift_limit: the largest shift; None: what the width needs, a greater one gives the same results.
    """

    def __init__(self, neuron: Stateless, width: int, shift_limit: int | None = None) -> None:
        OutputStageNumbers.__init__(self, neuron, width, loadable=True, shift_limit=shift_limit)
        self.bipolar = self.half > 0
        shift = index_shape(self.shift_limit + 1)
        Block.__init__(
            self, {"enable": In(1), "total": In(signed(width)), "shift": In(shift), "result": Out(self.shape)}
        )

    def build(self, m: Module) -> None:
        if self.linear:
            m.d.comb += self.result.eq(self.total)
            return
        value = Value.cast(self.total)
        if self.multiplier != 1:
            half = register(m, (1 << self.shift) >> 1, "half", shape=self.value_bits - 1)
            value = register(
                m, value * self.multiplier, "product", enable=self.enable, shape=signed(self.value_bits - 1)
            )
            value = register(m, value + half, "rounded", enable=self.enable, shape=signed(self.value_bits))
        negative, bits = Value.cast(value[-1]), Value.cast(value[:-1])
        if self.symmetric or self.bipolar:
            bits = bits ^ negative.replicate(len(bits))
        outside = Value.cast(0)
        places = list(reversed(range(len(self.shift))))
        for coarse in (True, False):
            for place in places:
                if (1 << place >= COARSE) == coarse:
                    bits, outside = self._step(bits, outside, place)
            name = "coarse" if coarse else "fine"
            together = register(m, Value.cast(Cat(negative, outside[0], bits)), name, enable=self.enable)
            negative, outside, bits = (Value.cast(part) for part in (together[0], together[1], together[2:]))
        m.d.comb += self.result.eq(
            register(m, self._clipped(bits, negative, outside), "clipped", enable=self.enable, shape=self.shape)
        )

    @property
    def _kept(self) -> int:
        """Bits of the shifted value that a result in range has."""
        return self.bits - self.bipolar

    def _step(self, bits: Value, outside: Value, place: int) -> tuple[Value, Value]:
        """The bits after one step of the shifter that later steps can bring into the result; whether others are set."""
        amount = 1 << place
        bits = Value.cast(Mux(self.shift[place], bits >> amount, bits))
        keep = self._kept + amount - 1
        if len(bits) <= keep:
            return bits, outside
        return Value.cast(bits[:keep]), outside | bits[keep:].any()

    def _clipped(self, bits: Value, negative: Value, outside: Value) -> Value:
        """The result; `bits` are those of the complement where it is signed and `negative`."""
        low = Value.cast(Cat(bits, Value.cast(0).replicate(max(0, self._kept - len(bits)))))
        if self.bipolar:
            in_range = Cat(low ^ negative.replicate(self._kept), ~negative)
            return Mux(outside, (~negative).replicate(self.bits), in_range)
        if self.symmetric:
            # the complement of -2^m is 2^m - 1, of the lowest code 2^m - 2
            lowest = outside | low.all()
            below = Cat(lowest | ~low[0], ~low[1:] & ~lowest.replicate(self._kept - 1))
            body = Mux(negative, below, low | outside.replicate(self._kept))
            return Cat(body, negative).as_signed()
        return (low | outside.replicate(self._kept)) & (~negative).replicate(self._kept)
