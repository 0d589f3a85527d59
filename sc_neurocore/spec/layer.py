"""One dense layer: its codes, generators, accumulator and neuron (contract §3 to §6)."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .base import Description, PositiveFloat, Resolution, bounded
from .encoding import Encoding
from .generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, Comparator, Generator, WeightedBinary
from .source import Lfsr, LfsrFull, Source

LEGAL_PRODUCTS = (
    ("unipolar", "unipolar"),
    ("unipolar", "sign_magnitude"),
    ("sign_magnitude", "sign_magnitude"),
    ("spike", "sign_magnitude"),
    ("bipolar", "bipolar"),
)
"""Pairs (input encoding, weight encoding) that have a product."""


class ParallelCounter(Description):
    """Exact signed sum of all product bits."""

    kind: Literal["parallel_counter"] = "parallel_counter"


class Mux(Description):
    """One product bit a position, chosen by the words of a source of its own."""

    kind: Literal["mux"] = "mux"
    select: Source


class Or(Description):
    """OR of the positive products less OR of the negative ones."""

    kind: Literal["or"] = "or"


Accumulator = Annotated[ParallelCounter | Mux | Or, Field(discriminator="kind")]


class Linear(Description):
    """Output a' itself; last layer only."""

    kind: Literal["linear"] = "linear"


class _Requantizing(Description):
    """y = (a'·multiplier + r) >> shift, with r = 2^(shift-1), or 0 where shift is 0."""

    multiplier: bounded(1, 32_767) = 1  # type: ignore[valid-type]
    shift: bounded(0, 46) = 0  # type: ignore[valid-type]
    output_bits: Resolution  # type: ignore[valid-type]


class Relu(_Requantizing):
    """clip(y, 0, 2^output_bits - 1), unipolar."""

    kind: Literal["relu"] = "relu"


class Clamp(_Requantizing):
    """y clipped symmetrically as sign_magnitude, or offset and clipped as bipolar."""

    kind: Literal["clamp"] = "clamp"
    output_encoding: Literal["sign_magnitude", "bipolar"]


class Lif(Description):
    """Leaky integrate-and-fire on integers; its output is a spike."""

    kind: Literal["lif"] = "lif"
    leak_shift: bounded(1, 31) | None  # type: ignore[valid-type]
    v_threshold: bounded(1, 2**31 - 1)  # type: ignore[valid-type]
    comparator: Literal["ge", "gt"] = "ge"
    reset: Literal["subtract", "zero"] = "subtract"
    state_bits: bounded(2, 32)  # type: ignore[valid-type]

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


class DenseLayer(Description):
    """A fully connected layer on streams."""

    kind: Literal["dense"] = "dense"
    inputs: bounded(1, 65_536)  # type: ignore[valid-type]
    neurons: bounded(1, 65_536)  # type: ignore[valid-type]
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
        if isinstance(self.neuron, Clamp):
            return self.neuron.output_encoding
        return {"linear": None, "relu": "unipolar", "lif": "spike"}[self.neuron.kind]

    @property
    def generators(self) -> tuple[Comparator | WeightedBinary, ...]:
        """The layer's generators: input (where it has one), then weight."""
        return tuple(g for g in (self.input_generator, self.weight_generator) if g is not None)

    @model_validator(mode="after")
    def _parts_fit(self) -> "DenseLayer":
        pair = (self.input_encoding, self.weight_encoding)
        if pair not in LEGAL_PRODUCTS:
            legal = ", ".join(f"({x}, {w})" for x, w in LEGAL_PRODUCTS)
            raise ValueError(f"(input_encoding, weight_encoding) must be one of {legal}; got ({pair[0]}, {pair[1]})")
        if (self.input_encoding == "spike") != (self.input_generator is None):
            rule = "must be absent" if self.input_encoding == "spike" else "is required"
            raise ValueError(f"input_generator {rule} where input_encoding is {self.input_encoding!r}")
        if isinstance(self.accumulator, Or) and self.input_encoding == "bipolar":
            raise ValueError("accumulator 'or' is not defined for bipolar streams; take parallel_counter or mux")
        for generator, key in ((self.input_generator, "input_generator"), (self.weight_generator, "weight_generator")):
            if generator is not None:
                self._check_source(generator.source, f"{key}.source", self.resolution_bits)
        if isinstance(self.accumulator, Mux):
            if isinstance(self.accumulator.select, Lfsr):
                raise ValueError(
                    "accumulator.select must not be 'lfsr': it never emits 0, so input 0 would never be named"
                )
            self._check_source(self.accumulator.select, "accumulator.select", self.select_bits)
        return self

    def _check_source(self, source: Source, key: str, n: int) -> None:
        if source.lane_skip and not isinstance(self.accumulator, Or):
            raise ValueError(
                f"{key}.lane_skip is only for accumulator 'or', got {source.lane_skip} with {self.accumulator.kind!r}"
            )
        if isinstance(source, Lfsr | LfsrFull) and source.seed > 2**n - 1:
            raise ValueError(f"{key}.seed must be at most 2^{n} - 1 = {2**n - 1}, got {source.seed}")
