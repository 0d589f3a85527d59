"""The binary reference core: the shell of the serial and column cores around an exact multiplier.

What a binary designer would build of the same weights: a = sum of x·k + bias·2^n, exact, and an output stage that
shifts by n bits more. One product per clock, as in the stream cores; ports, frames, memories and output stages are the
same components. It computes other integers than the contract: `binary_model` says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np
from amaranth.hdl import Cat, EnableInserter, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sc_neurocore.rtl import ColumnCore, SerialCore
from sc_neurocore.rtl.components.activation.output_stage import folded_rounding, stateless
from sc_neurocore.rtl.components.arithmetic.accumulators import PreloadAccumulator
from sc_neurocore.rtl.components.arithmetic.closed_form_multiplier import TERMS_PER_STAGE
from sc_neurocore.rtl.components.memory.memories import Rom
from sc_neurocore.rtl.components.signals import delayed, port_bits, register
from sc_neurocore.rtl.cores.dense_column import DenseColumn
from sc_neurocore.rtl.loading.load_words import shift_of
from sc_neurocore.rtl.plan.closed_forms import AccumulatorRange
from sc_neurocore.rtl.plan.column_plan import ColumnLayerNumbers, ColumnPlan
from sc_neurocore.rtl.plan.serial_plan import SerialNumbers, SerialPlan
from sc_neurocore.rtl.plan.supported import known_layers
from sc_neurocore.spec.layer import DenseLayer
from sc_neurocore.spec.network import NetworkSpec


def exact_latency(n: int, *, chain: bool) -> int:
    """Clocks of an exact product; a chain has as many additions between two registers as a closed-form product."""
    return max(1, -(-(n - 1) // TERMS_PER_STAGE)) if chain else 1


class ExactProduct(wiring.Component):
    """product = x · k, exact.

    Function    without `chain` one `*`: synthesis builds it from tables as it knows how, or from a multiplier block
                where it may. With `chain` by hand, as the closed-form product is: gated additions
                `k[q] ? partial + x : partial`, one 4-input table and carry a bit.
    Latency     `latency`, at least `exact_latency(n, chain)` clocks from `k` and `x_0`.
    Throughput  one product per clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        x_s      in   n   the input, s clocks later for each s = 0 … latency - 1
        k        in   n
        product  out  2n
    """

    def __init__(self, n: int, *, chain: bool, latency: int) -> None:
        self.n, self.chain, self.latency = n, chain, latency
        assert latency >= exact_latency(n, chain=chain), "the chain would be cut off"
        super().__init__({f"x_{s}": In(n) for s in range(latency)} | {"k": In(n), "product": Out(2 * n)})

    def elaborate(self, platform: object) -> Module:
        """Chain or operator, and registers."""
        m = Module()
        n, k = self.n, Value.cast(self.k)
        partial: Value = self.x_0 & k[0].replicate(n) if self.chain else self.x_0 * k
        begin = 1 if self.chain else n
        k = k[begin:]
        for stage in range(self.latency):
            x, end = getattr(self, f"x_{stage}"), min(n, begin + TERMS_PER_STAGE)
            for q in range(begin, end):
                upper = Signal(n, name=f"upper_{q}")
                m.d.comb += upper.eq(partial[q:])
                bit, total = k[q - begin], upper + x
                partial = Value.cast(Cat(partial[:q], Mux(bit, total[:n], upper), total[n] & bit))
            partial, k = register(m, partial, f"held_{stage}"), k[end - begin :]
            if len(k):  # the bits of the later stages wait beside it
                k = register(m, k, f"rest_{stage}")
            begin = end
        m.d.comb += self.product.eq(partial)
        return m


@dataclass(frozen=True)
class ExactAccumulatorRange(AccumulatorRange):
    """Totals of exact products: 2^n times finer than counts."""

    def __init__(self, layer: DenseLayer, weights: np.ndarray, biases: np.ndarray) -> None:
        n, neuron = layer.resolution_bits, stateless(layer.neuron)
        shift = shift_of(neuron)
        if shift is not None:
            neuron = neuron.model_copy(update={"shift": shift + n})
        object.__setattr__(self, "layer", layer.model_copy(update={"neuron": neuron}))
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "biases", biases.astype(np.int64) << n)

    @property
    def width(self) -> int:
        """Bits, two's complement, of every total."""
        n = self.layer.resolution_bits
        weights = self.weights.astype(np.int64) * (2**n - 1)
        start = self.biases + folded_rounding(stateless(self.layer.neuron))
        high = int((start + np.maximum(weights, 0).sum(axis=1)).max())
        low = int((start - np.maximum(-weights, 0).sum(axis=1)).min())
        return max(2 * n, max(high, 0).bit_length(), (-low - 1).bit_length() if low < 0 else 0) + 1

    def complement_correction(self, bits: int) -> np.ndarray:
        """4^n - 1 for each negative weight: a product has 2n bits."""
        return (self.weights < 0).sum(axis=1).astype(np.int64) * (4**self.layer.resolution_bits - 1)


class BinaryColumnNumbers(ColumnLayerNumbers):
    """Of a column layer with an exact multiplier per neuron, by `*` in the first `operators` of them."""

    range_type = ExactAccumulatorRange

    def __init__(self, *parts: Any, operators: int, latency: int, output: bool) -> None:
        self.operators, self.latency_wanted = operators, latency
        super().__init__(*parts, output=output)

    def _computed_latency(self) -> int:
        return self.latency_wanted


@dataclass(frozen=True, kw_only=True)
class BinaryColumnPlan(ColumnPlan):
    """The plan of a `BinaryColumnCore`."""

    operators: int | None = None

    @cached_property
    def numbers(self) -> tuple[BinaryColumnNumbers, ...]:
        """Of the layers."""
        products = sum(how.neurons_in_parallel for how in self.layers)
        left = products if self.operators is None else self.operators
        chains, numbers = products > left, []
        parts = zip(known_layers(self.network), self.network.weights, self.network.biases, self.layers, strict=True)
        for i, (layer, *tensors) in enumerate(parts):
            here, latency = min(left, layer.neurons), exact_latency(layer.resolution_bits, chain=chains)
            output = i == len(self.layers) - 1
            numbers.append(BinaryColumnNumbers(layer, *tensors, operators=here, latency=latency, output=output))
            left -= here
        return tuple(numbers)


class BinaryColumn(DenseColumn):
    """A column layer of unsigned inputs with exact multipliers."""

    def _partial_products(self, m: Module) -> Value | None:
        """The input, once for all lanes, as late as each stage of the products needs it."""
        n = self.layer.resolution_bits
        self.x = [delayed(m, self.element[:n], "x", 1)]
        for stage in range(1, self.numbers.product_latency):
            self.x.append(delayed(m, self.x[-1], f"x_{stage}", 1))
        return None

    def _accumulators(self, m: Module, negative_input: Value | None) -> list[PreloadAccumulator]:
        n, word = self.layer.resolution_bits, self.layer.resolution_bits + 1
        codes = np.abs(self.weights.astype(np.int64)) | (self.weights < 0).astype(np.int64) << n
        rows = [sum(int(code) << (i * word) for i, code in enumerate(column)) for column in codes.T]
        m.submodules.weights = rom = Rom(rows, self.layer.neurons * word)
        m.d.comb += [rom.enable.eq(1), rom.address.eq(self.index)]
        accumulators = []
        for lane in range(self.layer.neurons):
            code = rom.data[lane * word : (lane + 1) * word]
            product = ExactProduct(n, chain=lane >= self.numbers.operators, latency=self.numbers.product_latency)
            total = PreloadAccumulator(2 * n, self.accumulator_range.width)
            m.submodules[f"product_{lane}"], m.submodules[f"total_{lane}"] = product, total
            negative = delayed(m, code[n], f"negative_{lane}", self.numbers.product_latency)
            m.d.comb += [getattr(product, f"x_{stage}").eq(x) for stage, x in enumerate(self.x)]
            m.d.comb += [product.k.eq(code[:n]), total.product.eq(product.product), total.negative.eq(negative)]
            accumulators.append(total)
        return accumulators


def _widen_output(core: ColumnCore | SerialCore, width: int) -> None:
    """Give a core's port of linear outputs room for totals of `width` bits: exact ones are longer than the stream's."""
    if known_layers(core.network)[-1].output_bits is not None:
        return
    members = dict(core.signature.members)
    for name in members:
        delattr(core, name)
    wiring.Component.__init__(core, members | {"m_axis_tdata": Out(port_bits(width))})


class BinaryColumnCore(ColumnCore):
    """The column core with an exact multiplier per neuron.

    Args:
        network: its codes and output stages; unsigned inputs.
        operators: how many products, from the first on, are a `*`, which may become a multiplier block; the others are
            chains of gated additions. None: all.
    """

    layer_types: ClassVar = {False: BinaryColumn}

    def __init__(self, network: NetworkSpec, *, operators: int | None = None) -> None:
        layers = ColumnPlan.of(network).layers
        super().__init__(BinaryColumnPlan(network=network, layers=layers, operators=operators))
        _widen_output(self, self.layers[-1].accumulator_range.width)


@dataclass(frozen=True, kw_only=True)
class BinarySerialPlan(SerialPlan):
    """The plan of a `BinarySerialCore`."""

    chain: bool = False

    @cached_property
    def numbers(self) -> SerialNumbers:
        """Widths and the program of exact products."""
        kinds = {"range_type": ExactAccumulatorRange, "latency_type": partial(exact_latency, chain=self.chain)}
        return SerialNumbers(self.network, self.bits_per_clock, loadable=False, **kinds)


class BinarySerialCore(SerialCore):
    """The serial core with one exact multiplier; unsigned inputs.

    Args:
        network: its codes and output stages.
        chain: the multiplier is a chain of gated additions; else a `*`, which may become a multiplier block.
    """

    def __init__(self, network: NetworkSpec, *, chain: bool = False) -> None:
        self.chain = chain
        super().__init__(BinarySerialPlan(network=network, layers=SerialPlan.of(network).layers, chain=chain))
        _widen_output(self, self.numbers.ranges[-1].width)

    def _product(
        self, m: Module, stages: list[dict[str, Value]], element: Value, go: Value
    ) -> tuple[Value, Value, Value]:
        n = self.numbers.n
        product = ExactProduct(n, chain=self.chain, latency=exact_latency(n, chain=self.chain))
        m.submodules.multiplier = EnableInserter(go)(product)
        x = Value.cast(element[:n])
        for stage in range(product.latency):
            after = Signal(n, name=f"x_{stage}", reset_less=True)
            with m.If(go):
                m.d.sync += after.eq(x)
            x = after
            m.d.comb += getattr(product, f"x_{stage}").eq(x)
        m.d.comb += product.k.eq(stages[2]["payload"][:n])
        return product.product, Value.cast(1), Value.cast(stages[-1]["payload"][n])
