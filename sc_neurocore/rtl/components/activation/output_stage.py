"""The border of a layer with loadable accumulators: from totals that carry their rounding to the next layer's codes."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Shape, Signal, Value, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ....spec.encoding import is_signed, zero_code
from ....spec.errors import SpecError
from ....spec.kinds import unknown_kind
from ....spec.layer import Clamp, Lif, Linear, Neuron, Relu
from ...loading.setting import shift_of

Stateless = Linear | Relu | Clamp
"""The neurons that a border computes: a result depends on one total alone."""


def stateless(neuron: Neuron) -> Stateless:
    """The neuron, if a border computes it.

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
            unknown_kind(other, "rtl borders")


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
            unknown_kind(other, "rtl borders")


def folded_rounding(neuron: Stateless) -> int:
    """The part of the rounding that whoever loads the accumulator adds there: all of it, or 0 before a multiplier."""
    return rounding(neuron) if multiplier(neuron) == 1 else 0


class OutputStage(wiring.Component):
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

    def __init__(self, neuron: Stateless, width: int) -> None:
        self.neuron, self.width = neuron, width
        self.linear = neuron.code_bits is None
        self.bits = width if neuron.code_bits is None else neuron.code_bits
        self.multiplier, self._shift = multiplier(neuron), shift_of(neuron) or 0
        self.latency = 0 if self.linear else 2 if self.multiplier == 1 else 4
        encoding = neuron.encoding
        self.symmetric = encoding is not None and is_signed(encoding)
        self.half = 0 if encoding is None else zero_code(encoding, self.bits)
        signed_result = self.linear or self.symmetric
        self.shape: Shape = signed(self.bits + self.symmetric) if signed_result else unsigned(self.bits)
        super().__init__({"enable": In(1), "total": In(signed(width)), "result": Out(self.shape)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        if self.linear:
            m.d.comb += self.result.eq(self.total)
            return m
        value: Value = self.total
        if self.multiplier != 1:
            width = self.width + self.multiplier.bit_length()
            value = self._held(m, value * self.multiplier, width, "product")
            value = self._held(m, value, width, "settled")
            value = value + (rounding(self.neuron) - folded_rounding(self.neuron))
        value = (value >> self._shift) + self.half
        # one bit more than the result needs: the bits above it say whether it must be clipped
        wide = max(len(value), self.bits + 2)
        scaled = self._held(m, value, wide, "scaled")
        negative, low = Value.cast(scaled[-1]), Value.cast(scaled[: self.bits])
        above = Value.cast(scaled[self.bits : -1])
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
        return m

    def _held(self, m: Module, value: Value, width: int, name: str) -> Value:
        held = Signal(signed(width), name=name, reset_less=True)
        with m.If(self.enable):
            m.d.sync += held.eq(value)
        return held
