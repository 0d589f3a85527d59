"""What all operators have in common: one position of their streams a clock, and a state that starts anew."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib.wiring import In, Member, Out

from ..components.block import Block, flags_in


class Operator(Block):
    """Base of the operators of the circuit contract.

    Function    `out` is the output at position t, from the bits of position t and the state; see the derived classes.
    Latency     0 clocks from `bits` to `out`.
    Throughput  one position for each clock of `enable`.
    Reset       none needed: `clear` for one clock before position 0 brings the state to its start.
    Strobes     `clear` wins over `enable`; without either the state stays.

    Ports
        clear, enable  in   1, 1      only of operators with a state
        bits           in   `inputs`  bit i is the stream that stands at place i of `of`
        out            out  `outputs` of two, a is bit 0 and b is bit 1

    Args:
        inputs: streams that come in.
        outputs: streams that go out.
        **more: further ports.
    """

    stateful = True
    """Whether there is a state."""

    def __init__(self, inputs: int, *, outputs: int = 1, **more: Member) -> None:
        self.inputs = inputs
        super().__init__(
            (flags_in("clear", "enable") if self.stateful else {}) | {"bits": In(inputs), "out": Out(outputs)} | more
        )

    def _hold(self, m: Module, state: Signal, first: int, following: Any) -> None:
        """Let the state be `first` at position 0, and `following` at the position after the one that is enabled."""
        with m.If(self.clear):
            m.d.sync += state.eq(first)
        with m.Elif(self.enable):
            m.d.sync += state.eq(following)


def bit_number(bits: Value, number: Value) -> Value:
    """The bit of this number; 0 where there is none."""
    places = 1 << len(number)
    padded = Value.cast(Cat(bits, Const(0, places - len(bits)))) if len(bits) < places else bits
    return Value.cast(padded.bit_select(number, 1))
