"""Layers of neurons: their codes, generators, accumulator and neuron (contract §3 to §6), and the dense one."""

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from .base import Description, PositiveFloat, Resolution, bounded
from .encoding import Encoding, is_signed, is_spike
from .generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, Generator
from .kinds import unknown_kind
from .source import Source

MapShape = tuple[int, int, int]
"""Rows, columns and channels of a map (contract §2a)."""

Product = Literal["and", "xnor"]
"""The gate that multiplies two stream bits."""

PRODUCTS: dict[tuple[Encoding, Encoding], Product] = {
    ("unipolar", "unipolar"): "and",
    ("unipolar", "sign_magnitude"): "and",
    ("sign_magnitude", "sign_magnitude"): "and",
    ("spike", "sign_magnitude"): "and",
    ("bipolar", "bipolar"): "xnor",
}
"""The product of each legal pair (input encoding, weight encoding)."""


class ParallelCounter(Description):
    """Exact signed sum of all product bits."""

    kind: Literal["parallel_counter"] = "parallel_counter"


class Mux(Description):
    """One product bit per position, chosen by the words of a source of its own."""

    kind: Literal["mux"] = "mux"
    select: Source

    @field_validator("select")
    @classmethod
    def _names_input_0(cls, select: Source) -> Source:
        if not select.emits_zero:
            raise ValueError(f"must not be {select.kind!r}: it never emits 0, so input 0 would never be named")
        return select


class Or(Description):
    """OR of the positive products less OR of the negative ones."""

    kind: Literal["or"] = "or"


Accumulator = Annotated[ParallelCounter | Mux | Or, Field(discriminator="kind")]


Multiplier = bounded(1, 32_767)
Shift = bounded(0, 46)


class _Neuron(Description, ABC):
    """What every neuron says of its output."""

    keeps_state: ClassVar[bool] = False
    """Whether something is kept from one time step of a sample to the next."""

    @property
    @abstractmethod
    def encoding(self) -> Encoding | None:
        """Encoding of the outputs; None for plain integers, which no layer takes."""

    @property
    @abstractmethod
    def code_bits(self) -> int | None:
        """Bits of an output code, 1 of a spike; None for plain integers, whose width depends on the layer."""


class Linear(_Neuron):
    """Output a' itself; last layer only."""

    kind: Literal["linear"] = "linear"

    @property
    def encoding(self) -> None:
        """None: a' is an integer, no code."""

    @property
    def code_bits(self) -> None:
        """None: a' is as wide as the sum."""


class _Requantizing(_Neuron):
    """y = (a'·multiplier + r) >> shift, with r = 2^(shift-1), or 0 where shift is 0."""

    @property
    def code_bits(self) -> int:
        """The field `output_bits`."""
        return self.output_bits

    multiplier: Multiplier = 1  # type: ignore[valid-type]
    shift: Shift = 0  # type: ignore[valid-type]
    output_bits: Resolution  # type: ignore[valid-type]


class Relu(_Requantizing):
    """clip(y, 0, 2^output_bits - 1), unipolar."""

    kind: Literal["relu"] = "relu"

    @property
    def encoding(self) -> Encoding:
        """Always unipolar."""
        return "unipolar"


class Clamp(_Requantizing):
    """y clipped symmetrically as sign_magnitude, or offset and clipped as bipolar."""

    kind: Literal["clamp"] = "clamp"
    output_encoding: Literal["sign_magnitude", "bipolar"]

    @property
    def encoding(self) -> Encoding:
        """The field `output_encoding`."""
        return self.output_encoding


class Lif(_Neuron):
    """Leaky integrate-and-fire on integers; its output is a spike."""

    keeps_state: ClassVar[bool] = True

    kind: Literal["lif"] = "lif"
    leak_shift: bounded(1, 31) | None  # type: ignore[valid-type]
    v_threshold: bounded(1, 2**31 - 1)  # type: ignore[valid-type]
    comparator: Literal["ge", "gt"] = "ge"
    reset: Literal["subtract", "zero"] = "subtract"
    state_bits: bounded(2, 32)  # type: ignore[valid-type]

    @property
    def encoding(self) -> Encoding:
        """Always a spike."""
        return "spike"

    @property
    def code_bits(self) -> int:
        """One bit."""
        return 1

    @model_validator(mode="after")
    def _fits_state(self) -> "Lif":
        if self.leak_shift is not None and self.leak_shift > self.state_bits - 1:
            raise ValueError(
                f"leak_shift must be null or 1 to state_bits - 1 = {self.state_bits - 1}, got {self.leak_shift}"
            )
        if self.v_threshold > 2 ** (self.state_bits - 1) - 1:
            limit = 2 ** (self.state_bits - 1) - 1
            raise ValueError(f"v_threshold must be 1 to 2^(state_bits - 1) - 1 = {limit}, got {self.v_threshold}")
        return self


Neuron = Annotated[Linear | Relu | Clamp | Lif, Field(discriminator="kind")]


class WeightedLayer(Description, ABC):
    """What `dense` and `conv2d` share: neurons that each sum the products of `inputs` codes and weights (§3 to §6)."""

    resolution_bits: Resolution  # type: ignore[valid-type]
    stream_length: bounded(1, 2**20)  # type: ignore[valid-type]
    input_encoding: Encoding
    weight_encoding: Encoding
    input_generator: Generator | None = None
    """Shared by all inputs; None exactly for `spike` inputs, whose key is absent from the file."""
    weight_generator: Generator
    accumulator: Accumulator
    neuron: Neuron
    output_scale: PositiveFloat
    """Real value of one unit of the output; changes no bit."""

    if TYPE_CHECKING:  # fields of `dense`, derived from the window by `conv2d`

        @property
        def inputs(self) -> int:
            """Codes that one neuron sums at one position."""
            ...

        @property
        def neurons(self) -> int:
            """Neurons at one position."""
            ...

    @property
    @abstractmethod
    def in_elements(self) -> int:
        """Elements of the map that the layer takes."""

    @property
    @abstractmethod
    def out_shape(self) -> MapShape:
        """Rows, columns and channels of the map that the layer puts out."""

    @property
    @abstractmethod
    def weight_shape(self) -> tuple[int, ...]:
        """Shape of the tensor of weights."""

    @property
    def out_elements(self) -> int:
        """Elements of the map that the layer puts out."""
        return math.prod(self.out_shape)

    @property
    def bias_shape(self) -> tuple[int, ...]:
        """Shape of the tensor of biases."""
        return (self.neurons,)

    @property
    def select_bits(self) -> int:
        """Width m of a `mux` select word: max(2, ceil(log2 inputs))."""
        return max(2, (self.inputs - 1).bit_length())

    @property
    def default_pair(self) -> bool:
        """Whether both generators are the contract's default pair."""
        return self.input_generator == DEFAULT_INPUT_GENERATOR and self.weight_generator == DEFAULT_WEIGHT_GENERATOR

    @property
    def output_encoding(self) -> Encoding | None:
        """Encoding of the outputs; None for `linear`, whose outputs are plain integers."""
        return self.neuron.encoding

    @property
    def output_bits(self) -> int | None:
        """Bits of an output code, 1 of a spike; None for `linear`."""
        return self.neuron.code_bits

    @property
    def product(self) -> Product:
        """The gate that multiplies an input's bit by a weight's."""
        return PRODUCTS[self.input_encoding, self.weight_encoding]

    @property
    def bipolar(self) -> bool:
        """Whether products are XNOR, each worth +1 or -1, rather than AND, worth 0 or the sign of its operands."""
        match self.product:
            case "xnor":
                return True
            case "and":
                return False
            case other:
                unknown_kind(other, "WeightedLayer.bipolar")

    @property
    def signed_inputs(self) -> bool:
        """Whether an input code carries a sign beside its magnitude."""
        return is_signed(self.input_encoding)

    @property
    def signed_weights(self) -> bool:
        """Whether a weight code carries a sign beside its magnitude."""
        return is_signed(self.weight_encoding)

    @property
    def spike_inputs(self) -> bool:
        """Whether the inputs are spikes, which need no generator."""
        return is_spike(self.input_encoding)

    @property
    def generators(self) -> tuple[Generator, ...]:
        """The layer's generators: input (where it has one), then weight."""
        return tuple(g for g in (self.input_generator, self.weight_generator) if g is not None)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source of the layer: input (where it has one), weight, select (of a `mux`)."""
        sources = tuple(generator.source for generator in self.generators)
        match self.accumulator:
            case Mux(select=select):
                return (*sources, select)
            case ParallelCounter() | Or():
                return sources
            case other:
                unknown_kind(other, "WeightedLayer.sources")

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        pair = (self.input_encoding, self.weight_encoding)
        if pair not in PRODUCTS:
            pairs = ", ".join(f"({x}, {w})" for x, w in PRODUCTS)
            raise ValueError(f"(input_encoding, weight_encoding) must be one of {pairs}; got ({pair[0]}, {pair[1]})")
        if self.spike_inputs != (self.input_generator is None):
            rule = "must be absent" if self.spike_inputs else "is required"
            raise ValueError(f"input_generator {rule} where input_encoding is {self.input_encoding!r}")
        lanes = self._check_accumulator()
        for generator, key in ((self.input_generator, "input_generator"), (self.weight_generator, "weight_generator")):
            if generator is not None:
                self._check_source(generator.source, f"{key}.source", self.resolution_bits, lanes)
        return self

    def _check_accumulator(self) -> bool:
        """Check what the accumulator asks of the layer; whether its inputs may read a source at places of their own."""
        match self.accumulator:
            case ParallelCounter():
                return False
            case Mux(select=select):
                self._check_source(select, "accumulator.select", self.select_bits, lanes=False)
                return False
            case Or():
                if self.bipolar:
                    rule = "is not defined for bipolar streams; take parallel_counter or mux"
                    raise ValueError(f"accumulator 'or' {rule}")
                return True
            case other:
                unknown_kind(other, "WeightedLayer")

    def _check_source(self, source: Source, key: str, n: int, lanes: bool) -> None:
        if source.lane_skip and not lanes:
            raise ValueError(
                f"{key}.lane_skip is only for accumulator 'or', got {source.lane_skip} with {self.accumulator.kind!r}"
            )
        try:
            source.check_width(n)
        except ValueError as error:
            raise ValueError(f"{key}.{error}") from None


class DenseLayer(WeightedLayer):
    """A fully connected layer: every neuron takes every element of the map before it, in the map's order."""

    kind: Literal["dense"] = "dense"
    inputs: bounded(1, 65_536)  # type: ignore[valid-type]
    neurons: bounded(1, 65_536)  # type: ignore[valid-type]

    @property
    def in_elements(self) -> int:
        """The field `inputs`."""
        return self.inputs

    @property
    def out_shape(self) -> MapShape:
        """1 × 1 × neurons."""
        return 1, 1, self.neurons

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """`(neurons, inputs)`."""
        return self.neurons, self.inputs
