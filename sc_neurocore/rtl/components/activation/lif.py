"""The leaky integrate-and-fire neuron: a state that lives from step to step of one sample, and spikes."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Shape, Signal, Value, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ....spec.kinds import unknown_kind
from ....spec.layer import Lif
from ...plan.shapes import index_shape
from .clip import clipped


class LifNeuron(wiring.Component):
    """v = saturate(v - (v >> leak_shift) + biased), result = [v >= v_threshold] (or >); on a spike v is reset.

    Function    the states of all neurons of the layer are in one memory; neuron after neuron passes through one
                pipeline: read, leak (if any), add, saturate, subtract the threshold, write. Saturated, the state less
                the threshold decides by its sign and is the state after a spike. In the first of `steps` steps the
                states count as 0, whatever the memory holds: so nothing must be cleared.
    Latency     2 clocks for a single step, which needs no memory; else 4, and 1 more with a leak.
    Throughput  one neuron a clock. The next step's first value must not come before the last one's result.
    Reset       to neuron 0 of the first step.

    Ports
        valid   in   1   `biased` is the next neuron's
        biased  in   signed, ±`magnitude`
        setting in   state_bits - 1   the threshold, where `loadable`; it stays while values are on their way
        result  out  1   the spike, `latency` clocks later
    """

    def __init__(self, magnitude: int, lif: Lif, neurons: int, steps: int, *, loadable: bool = False) -> None:
        self.lif, self.neurons, self.steps, self.loadable = lif, neurons, steps, loadable
        self.strict, self.to_zero = _is_strict(lif), _resets_to_zero(lif)
        self.leaks = steps > 1 and lif.leak_shift is not None
        self.latency = 2 if steps == 1 else 4 + self.leaks
        self.shape = Shape.cast(range(-magnitude, magnitude + 1))
        ports = {"valid": In(1), "biased": In(self.shape), "result": Out(unsigned(1))}
        super().__init__(ports | {"setting": In(lif.state_bits - 1)} if loadable else ports)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        lif, top = self.lif, 2 ** (self.lif.state_bits - 1)
        states = None
        if self.steps == 1:
            charged: Value = self.biased
        else:
            states = Memory(shape=signed(lif.state_bits), depth=max(2, self.neurons), init=[])
            m.submodules.states = states
            charged = self._charge(m, states)
        state = clipped(m, charged, -top, top - 1)
        kept = Signal(signed(lif.state_bits), reset_less=True)
        above = Signal(signed(lif.state_bits + 1), reset_less=True)  # v - v_threshold
        threshold = self.setting if self.loadable else lif.v_threshold
        m.d.sync += [kept.eq(state), above.eq(state - threshold)]
        m.d.comb += self.result.eq((above > 0) if self.strict else (above >= 0))
        if states is not None:
            self._write(m, states, Mux(self.result, 0 if self.to_zero else above, kept))
        return m

    def _charge(self, m: Module, states: Memory) -> Value:
        """The state after leak and addition, not yet saturated, `latency` - 2 clocks after `biased`."""
        index = Signal(index_shape(self.neurons))
        step = Signal(index_shape(self.steps))
        first = Signal(reset_less=True)
        with m.If(self.valid):
            m.d.sync += index.eq(index + 1)
            with m.If(index == self.neurons - 1):
                m.d.sync += [index.eq(0), step.eq(Mux(step == self.steps - 1, 0, step + 1))]
        read = states.read_port()
        m.d.comb += [read.en.eq(self.valid), read.addr.eq(index)]
        addend: Value = Signal(self.shape, name="addend", reset_less=True)
        m.d.sync += [first.eq(step == 0), addend.eq(self.biased)]
        state: Value = Signal(signed(self.lif.state_bits), name="state")
        m.d.comb += state.eq(Mux(first, 0, read.data))
        if self.leaks:
            leaked = Signal(signed(self.lif.state_bits), reset_less=True)
            waiting = Signal(self.shape, reset_less=True)
            m.d.sync += [leaked.eq(state - (state >> self.lif.leak_shift)), waiting.eq(addend)]
            state, addend = leaked, waiting
        total = state + addend
        charged = Signal(total.shape(), reset_less=True)
        m.d.sync += charged.eq(total)
        return charged

    def _write(self, m: Module, states: Memory, state: Value) -> None:
        valid: Value = self.valid
        for clock in range(self.latency):
            after = Signal(name=f"valid_{clock}")
            m.d.sync += after.eq(valid)
            valid = after
        index = Signal(index_shape(self.neurons), name="write_index")
        with m.If(valid):
            m.d.sync += index.eq(Mux(index == self.neurons - 1, 0, index + 1))
        write = states.write_port()
        m.d.comb += [write.en.eq(valid), write.addr.eq(index), write.data.eq(state)]


def _is_strict(lif: Lif) -> bool:
    """Whether a state at the threshold is no spike yet."""
    match lif.comparator:
        case "ge":
            return False
        case "gt":
            return True
        case other:
            unknown_kind(other, "rtl lif comparator")


def _resets_to_zero(lif: Lif) -> bool:
    """Whether a spike leaves nothing of the state."""
    match lif.reset:
        case "subtract":
            return False
        case "zero":
            return True
        case other:
            unknown_kind(other, "rtl lif reset")
