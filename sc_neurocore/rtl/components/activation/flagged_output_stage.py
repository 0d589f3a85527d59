# amaranth: UnusedElaboratable=no
"""The output stage of an unrolled layer: a register more than `OutputStage`, and fewer tables."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Signal, Value, signed
from amaranth.lib.wiring import In, Out

from ...loading.setting import shift_of
from ..block import Block
from ..signals import register
from .output_stage import OutputStageNumbers, Stateless, folded_rounding, rounding


class FlaggedNumbers(OutputStageNumbers):
    """Widths and clocks of a `FlaggedOutputStage`.

    Args:
        neuron: the description.
        width: bits of a total.
    """

    def __init__(self, neuron: Stateless, width: int) -> None:
        super().__init__(neuron, width)
        self.latency = 1 if self.linear else self.latency + 1


class FlaggedOutputStage(FlaggedNumbers, Block):
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

    def __init__(self, neuron: Stateless, width: int) -> None:
        FlaggedNumbers.__init__(self, neuron, width)
        self._shift = shift_of(neuron) or 0
        Block.__init__(self, {"enable": In(1), "total": In(signed(width)), "result": Out(self.shape)})

    def build(self, m: Module) -> None:
        if self.linear:
            m.d.comb += self.result.eq(register(m, self.total, "held", enable=self.enable))
            return
        value: Value = self.total
        if self.multiplier != 1:
            wide = signed(self.width + self.multiplier.bit_length())
            value = register(m, value * self.multiplier, "product", enable=self.enable, shape=wide)
            value = register(m, value, "settled", enable=self.enable, shape=wide)
            value = value + (rounding(self.neuron) - folded_rounding(self.neuron))
        value = (value >> self._shift) + self.half
        wide = max(len(value), self.bits + 2)
        scaled = register(m, value, "scaled", enable=self.enable, shape=signed(wide))
        negative, low = Value.cast(scaled[-1]), Value.cast(scaled[: self.bits])
        above = Value.cast(scaled[self.bits : -1])
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
