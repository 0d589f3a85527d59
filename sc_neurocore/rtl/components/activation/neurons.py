# amaranth: UnusedElaboratable=no
"""The neurons in gates (contract §6): linear, relu, clamp and lif, and the requantizer before them."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Shape, Signal, Value, signed, unsigned
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ....spec.encoding import Encoding, code_range, is_signed, zero_code
from ....spec.kinds import strict, unknown_kind
from ....spec.layer import Clamp, Lif, Linear, Neuron, Relu
from ..block import Block
from ..signals import cyclic, delayed, index_shape, register


def clipped(m: Module, value: Value, low: int, high: int) -> Signal:
    """A register holding `value` clipped to `low` … `high`, one clock later.

    Args:
        m: the module that gets the register.
        value: what is clipped.
        low: the least result.
        high: the largest result.
    """
    register = Signal(Shape.cast(range(low, high + 1)), name="clipped", reset_less=True)
    with m.If(value < low):
        m.d.sync += register.eq(low)
    with m.Elif(value > high):
        m.d.sync += register.eq(high)
    with m.Else():
        m.d.sync += register.eq(value)
    return register


def requantizer_latency(multiplier: int, *, loadable: bool) -> int:
    """Clocks of a `Requantizer`."""
    return (1 if multiplier == 1 else 3) + loadable


class Requantizer(Block):
    """scaled = (biased · multiplier + r) >> shift, with r = 2^(shift - 1), or 0 where shift is 0; >> floors.

    Latency     `latency`: 1 clock for the shift, 1 more where it comes from a port, 2 more for a multiplier other than
                1 (a register on either side of the product's second half, so that synthesis may pipeline it).
    Throughput  one value per clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        biased   in   signed, ±`magnitude`
        setting  in   6   the shift, 0 … 46, where `shift` is None; it stays while values are on their way
        scaled   out  signed, as wide as the largest result needs

    Args:
        magnitude: the largest magnitude of a biased count.
        multiplier: factor before the shift.
        shift: how far is shifted; None: a port says it.
    """

    def __init__(self, magnitude: int, multiplier: int, shift: int | None) -> None:
        self.magnitude, self.multiplier, self.loadable = magnitude, multiplier, shift is None
        shift = shift or 0  # the largest results are those without one
        self.shift = shift
        self.rounding = 1 << (shift - 1) if shift else 0
        self.latency = requantizer_latency(multiplier, loadable=self.loadable)
        high = (magnitude * multiplier + self.rounding) >> shift
        low = (-magnitude * multiplier + self.rounding) >> shift
        # at least ±1, so that the port is a signed number whatever the shift leaves
        self.shape = Shape.cast(range(min(low, -1), max(high, 1) + 1))
        biased = Shape.cast(range(-magnitude, magnitude + 1))
        ports = {"biased": In(biased), "scaled": Out(self.shape)}
        super().__init__(ports | {"setting": In(6)} if self.loadable else ports)

    def build(self, m: Module) -> None:
        value = self.biased
        if self.multiplier != 1:
            limit = self.magnitude * self.multiplier
            shape = Shape.cast(range(-limit, limit + 1))
            product = register(m, value * self.multiplier, "product", shape=shape)
            value = register(m, product, "settled")
        if self.loadable:
            # (v + 2^(s-1)) >> s = (((2v) >> s) + 1) >> 1, and for s = 0 that is v
            doubled = value << 1
            halves = register(m, doubled >> self.setting, "halves", shape=doubled.shape())
            scaled = (halves + 1) >> 1
        else:
            scaled = (value + self.rounding) >> self.shift
        m.d.comb += self.scaled.eq(register(m, scaled, "scaled", shape=self.shape))


class LinearNeuron(Block):
    """result = biased.

    Latency     0 clocks: wiring.
    Throughput  one value per clock.
    Reset       none: it has no state.

    Ports
        biased  in   signed, ±`magnitude`
        result  out  the same
    """

    latency = 0

    def __init__(self, magnitude: int) -> None:
        self.shape = Shape.cast(range(-magnitude, magnitude + 1))
        super().__init__({"biased": In(self.shape), "result": Out(self.shape)})

    def build(self, m: Module) -> None:
        m.d.comb += self.result.eq(self.biased)


class ClampNeuron(Block):
    """result = clip(y, 0, 2^bits - 1) as unipolar (`relu`), clip(y, -(2^bits - 1), 2^bits - 1) as sign_magnitude, or
    clip(y + 2^(bits - 1), 0, 2^bits - 1) as bipolar; y from `Requantizer`.

    Latency     the requantizer's and 1 clock.
    Throughput  one value per clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        biased  in   signed, ±`magnitude`
        setting in   as `Requantizer`, where `shift` is None
        result  out  bits + 1, two's complement (sign_magnitude) | bits (unipolar, bipolar)

    Args:
        magnitude: the largest magnitude of a biased count.
        multiplier: factor before the shift.
        shift: how far is shifted; None: a port says it.
        bits: of an output code's magnitude.
        encoding: of the output codes; `relu` is "unipolar".
    """

    def __init__(
        self,
        magnitude: int,
        multiplier: int,
        shift: int | None,
        bits: int,
        encoding: Encoding,
    ) -> None:
        self.bits = bits
        self.encoding: Encoding = encoding
        self.requantizer = Requantizer(magnitude, multiplier, shift)
        self.latency = self.requantizer.latency + 1
        result: Shape = signed(bits + 1) if is_signed(encoding) else unsigned(bits)
        ports = {"biased": In(self.requantizer.biased.shape()), "result": Out(result)}
        super().__init__(ports | {"setting": In(6)} if shift is None else ports)

    def build(self, m: Module) -> None:
        m.submodules.requantizer = requantizer = self.requantizer
        m.d.comb += requantizer.biased.eq(self.biased)
        if requantizer.loadable:
            m.d.comb += requantizer.setting.eq(self.setting)
        low, high = code_range(self.encoding, self.bits)
        zero = zero_code(self.encoding, self.bits)
        value = requantizer.scaled + zero if zero else requantizer.scaled
        m.d.comb += self.result.eq(clipped(m, value, low, high))


class LifNeuron(Block):
    """v = saturate(v - (v >> leak_shift) + biased), result = [v >= v_threshold] (or >); on a spike v is reset.

    Function    the states of all neurons of the layer are in one memory; neuron after neuron passes through one
                pipeline: read, leak (if any), add, saturate, subtract the threshold, write. Saturated, the state less
                the threshold decides by its sign and is the state after a spike. In the first of `steps` steps the
                states count as 0, whatever the memory holds: so nothing must be cleared.
    Latency     2 clocks for a single step, which needs no memory; else 4, and 1 more with a leak.
    Throughput  one neuron per clock. The next step's first value must not come before the last one's result.
    Reset       to neuron 0 of the first step.

    Ports
        valid   in   1   `biased` is the next neuron's
        biased  in   signed, ±`magnitude`
        setting in   state_bits - 1   the threshold, where `loadable`; it stays while values are on their way
        result  out  1   the spike, `latency` clocks later

    Args:
        magnitude: the largest magnitude of a biased count.
        lif: the description: leak, threshold, comparator, reset.
        neurons: of the layer, whose states are kept.
        steps: time steps of a sample.
        loadable: the threshold comes from a port.
    """

    def __init__(self, magnitude: int, lif: Lif, neurons: int, steps: int, *, loadable: bool = False) -> None:
        self.lif, self.neurons, self.steps, self.loadable = lif, neurons, steps, loadable
        self.strict, self.to_zero = strict(lif.comparator), _resets_to_zero(lif)
        self.leaks = steps > 1 and lif.leak_shift is not None
        self.latency = neuron_latency(lif, steps)
        self.shape = Shape.cast(range(-magnitude, magnitude + 1))
        ports = {"valid": In(1), "biased": In(self.shape), "result": Out(unsigned(1))}
        super().__init__(ports | {"setting": In(lif.state_bits - 1)} if loadable else ports)

    def build(self, m: Module) -> None:
        lif, top = self.lif, 2 ** (self.lif.state_bits - 1)
        states = None
        charged: Value = self.biased
        if self.steps > 1:
            m.submodules.states = states = Memory(shape=signed(lif.state_bits), depth=max(2, self.neurons), init=[])
            charged = self._charge(m, states)
        state = clipped(m, charged, -top, top - 1)
        threshold = self.setting if self.loadable else lif.v_threshold
        unfired = register(m, state, "kept")
        above = register(m, state - threshold, "above", shape=signed(lif.state_bits + 1))  # v - v_threshold
        m.d.comb += self.result.eq((above > 0) if self.strict else (above >= 0))
        if states is not None:
            self._write(m, states, Mux(self.result, 0 if self.to_zero else above, unfired))

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
            leaked = state - (state >> self.lif.leak_shift)
            state = register(m, leaked, "leaked", shape=signed(self.lif.state_bits))
            addend = register(m, addend, "waiting")
        return register(m, state + addend, "charged")

    def _write(self, m: Module, states: Memory, state: Value) -> None:
        valid = delayed(m, self.valid, "valid", self.latency, reset=True)
        index = cyclic(m, "write_index", self.neurons, valid)
        write = states.write_port()
        m.d.comb += [write.en.eq(valid), write.addr.eq(index), write.data.eq(state)]


def _resets_to_zero(lif: Lif) -> bool:
    """Whether a spike leaves nothing of the state."""
    match lif.reset:
        case "subtract":
            return False
        case "zero":
            return True
        case other:
            unknown_kind(other, "rtl lif reset")


def neuron_latency(neuron: Neuron, steps: int = 1, *, loadable: bool = False) -> int:
    """Clocks of the component that `make_neuron` makes.

    Args:
        neuron: the description.
        steps: time steps of a sample.
        loadable: whether its setting comes from a port.

    Raises:
        OptionError: there is no component for this kind of neuron.
    """
    match neuron:
        case Linear():
            return LinearNeuron.latency
        case Relu(multiplier=multiplier) | Clamp(multiplier=multiplier):
            return requantizer_latency(multiplier, loadable=loadable) + 1
        case Lif():
            return 2 if steps == 1 else 4 + (neuron.leak_shift is not None)
        case other:
            unknown_kind(other, "rtl neurons")


def make_neuron(
    neuron: Neuron, magnitude: int, neurons: int = 1, steps: int = 1, *, loadable: bool = False
) -> LinearNeuron | ClampNeuron | LifNeuron:
    """The component for a described neuron whose biased count stays within ±`magnitude`.

    A `lif` keeps the states of all `neurons` of its layer over the `steps` of a sample; the others keep nothing.
    `loadable`: the shift, or the threshold, comes from a port `setting`; a linear neuron has neither.

    Args:
        neuron: the description.
        magnitude: the largest magnitude of a biased count.
        neurons: of the layer; a `lif` keeps the states of all.
        steps: time steps of a sample, over which a `lif` keeps them.
        loadable: the shift, or the threshold, comes from a port `setting`; a linear neuron has neither.

    Raises:
        OptionError: there is no component for this kind of neuron.
    """
    match neuron:
        case Linear():
            return LinearNeuron(magnitude)
        case (
            Relu(multiplier=multiplier, shift=shift, output_bits=bits)
            | Clamp(multiplier=multiplier, shift=shift, output_bits=bits)
        ):
            return ClampNeuron(magnitude, multiplier, None if loadable else shift, bits, neuron.encoding)
        case Lif():
            return LifNeuron(magnitude, neuron, neurons, steps, loadable=loadable)
        case other:
            unknown_kind(other, "rtl neurons")
