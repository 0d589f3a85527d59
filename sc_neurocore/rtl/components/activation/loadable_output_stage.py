# amaranth: UnusedElaboratable=no
"""The border of a layer whose shift is a number beside the totals: from totals to the next layer's codes."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Shape, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...plan.shapes import index_shape
from .output_stage import OutputStage, Stateless

COARSE = 4
"""The least amount of the shifter's first stage."""


class LoadableOutputStage(wiring.Component):
    """result = the neuron's output for a total a' + folded rounding and any shift (contract §6: linear, relu, clamp).

    Function    as `OutputStage`: who loads the accumulator adds `border.folded_rounding` there; before a multiplier
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
    """

    def __init__(self, neuron: Stateless, width: int, shift_limit: int | None = None) -> None:
        """`shift_limit` is what the width needs, if not given: a greater shift gives the same results as it."""
        same = OutputStage(neuron, width)
        self.neuron, self.width, self.shape = neuron, width, same.shape
        self.linear, self.symmetric, self.bits, self.multiplier = (
            same.linear,
            same.symmetric,
            same.bits,
            same.multiplier,
        )
        self.bipolar = same.half > 0
        self.latency = 0 if self.linear else 3 if self.multiplier == 1 else 5
        scaled = width + (self.multiplier.bit_length() if self.multiplier != 1 else 0)
        self.value_bits = scaled + (self.multiplier != 1)  # the rounding needs one bit more
        most = 0 if self.linear else width - 1 if self.multiplier == 1 else scaled
        self.shift_limit = most if shift_limit is None else min(most, shift_limit)
        shift = index_shape(self.shift_limit + 1)
        super().__init__({"enable": In(1), "total": In(signed(width)), "shift": In(shift), "result": Out(self.shape)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        if self.linear:
            m.d.comb += self.result.eq(self.total)
            return m
        value = Value.cast(self.total)
        if self.multiplier != 1:
            half = Signal(self.value_bits - 1, reset_less=True)
            m.d.sync += half.eq((1 << self.shift) >> 1)
            value = self._held(m, value * self.multiplier, signed(self.value_bits - 1), "product")
            value = self._held(m, value + half, signed(self.value_bits), "rounded")
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
            together = self._held(m, Value.cast(Cat(negative, outside[0], bits)), len(bits) + 2, name)
            negative, outside, bits = (Value.cast(part) for part in (together[0], together[1], together[2:]))
        m.d.comb += self.result.eq(self._held(m, self._clipped(bits, negative, outside), self.shape, "clipped"))
        return m

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

    def _held(self, m: Module, value: Value, shape: Shape | int, name: str) -> Value:
        held = Signal(shape, name=name, reset_less=True)
        with m.If(self.enable):
            m.d.sync += held.eq(value)
        return held
