"""A whole network: its description, its integer tensors, and the rules that tie them together (contract §6 to §9)."""

import hashlib
import json
import re
from functools import cached_property
from typing import Any, Literal

import numpy as np
from pydantic import ConfigDict, Field, field_validator, model_validator
from safetensors.numpy import save

from .base import Description, PositiveFloat, Resolution, bounded
from .encoding import Encoding, code_range, element_width, is_signed, is_spike
from .keywords import KEYWORDS
from .layer import DenseLayer

FORMAT = "sc-neurocore/network"
FORMAT_VERSION = 1
TENSOR_FILE = "weights.safetensors"
BIAS_LIMIT = 2**30
ACCUMULATOR_LIMIT = 2**31


class InputSpec(Description):
    """What one sample looks like."""

    features: bounded(1, 65_536)  # type: ignore[valid-type]
    encoding: Encoding
    resolution_bits: Resolution  # type: ignore[valid-type]
    """Bits of an input code; ignored for `spike`."""
    scale: PositiveFloat
    """A real feature x becomes the code of x / scale."""
    time_steps: bounded(1, 65_536) = 1  # type: ignore[valid-type]
    repeat: bool = False
    """The sample is one vector, used at every time step."""


class OutputSpec(Description):
    """How the last layer's outputs over the time steps become the result."""

    reduce: Literal["none", "sum"] = "none"


class NetworkSpec(Description):
    """A network description together with its tensors; valid by construction, immutable, comparable and hashable."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: str
    input: InputSpec
    output: OutputSpec = OutputSpec()
    layers: tuple[DenseLayer, ...] = Field(min_length=1, max_length=64, strict=False)
    weights: tuple[np.ndarray, ...] = Field(exclude=True, repr=False, strict=False)
    """One int32 array `(neurons, inputs)` of codes a layer, read-only."""
    biases: tuple[np.ndarray, ...] = Field(exclude=True, repr=False, strict=False)
    """One int32 array `(neurons,)` in counts a layer, read-only."""

    @field_validator("name")
    @classmethod
    def _name_is_identifier(cls, name: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
            raise ValueError(f"must match [a-z][a-z0-9_]{{0,62}}, got {name[:80]!r}")
        if name in KEYWORDS:
            raise ValueError(f"must be no keyword of Verilog, SystemVerilog or VHDL, got {name!r}")
        return name

    @field_validator("weights", "biases", mode="before")
    @classmethod
    def _own_arrays(cls, arrays: Any) -> tuple[np.ndarray, ...]:
        return tuple(_frozen_int32(array, f"[{i}]") for i, array in enumerate(arrays))

    @model_validator(mode="after")
    def _hangs_together(self) -> "NetworkSpec":
        self._check_borders()
        for key in ("weights", "biases"):
            if len(getattr(self, key)) != len(self.layers):
                raise ValueError(
                    f"{key} must hold one array a layer, {len(self.layers)}; got {len(getattr(self, key))}"
                )
        for i, layer in enumerate(self.layers):
            _check_tensors(f"layer{i}", layer, self.weights[i], self.biases[i])
        return self

    def _check_borders(self) -> None:
        head, first = self.input, self.layers[0]
        if head.repeat and head.time_steps == 1:
            raise ValueError("input.repeat must be false where input.time_steps is 1, got true")
        _must_equal("input.features", head.features, "layers[0].inputs", first.inputs)
        _must_equal("input.encoding", head.encoding, "layers[0].input_encoding", first.input_encoding)
        if not is_spike(head.encoding):
            _must_equal(
                "input.resolution_bits", head.resolution_bits, "layers[0].resolution_bits", first.resolution_bits
            )
        for i, (layer, after) in enumerate(zip(self.layers[:-1], self.layers[1:], strict=True)):
            here, there = f"layers[{i}]", f"layers[{i + 1}]"
            if layer.output_encoding is None:
                rule = "is for the last layer only; take relu, clamp or lif"
                raise ValueError(f"{here}.neuron.kind {layer.neuron.kind!r} {rule}")
            _must_equal(f"{here}.neurons", layer.neurons, f"{there}.inputs", after.inputs)
            _must_equal(
                f"{here}'s output encoding", layer.output_encoding, f"{there}.input_encoding", after.input_encoding
            )
            if not is_spike(layer.output_encoding):  # a spike feeds a layer of any resolution
                bits = layer.output_bits
                _must_equal(f"{here}.neuron.output_bits", bits, f"{there}.resolution_bits", after.resolution_bits)

    @property
    def time_steps(self) -> int:
        """Steps T of one sample."""
        return self.input.time_steps

    @property
    def output_neurons(self) -> int:
        """Neurons of the last layer."""
        return self.layers[-1].neurons

    def dense_layers(self, room: str) -> tuple[DenseLayer, ...]:
        """The layers, for a room that runs no other kind than dense ones.

        Args:
            room: who asks, as the subject of a message: "engine packed".
        """
        del room  # every layer is dense yet
        return self.layers

    def codes_shape(self, batch: int) -> tuple[int, ...]:
        """Shape of the input codes of `batch` samples."""
        if self.time_steps == 1 or self.input.repeat:
            return (batch, self.input.features)
        return (batch, self.time_steps, self.input.features)

    def output_shape(self, batch: int) -> tuple[int, ...]:
        """Shape of the outputs of `batch` samples."""
        if self.time_steps == 1 or self.output.reduce == "sum":
            return (batch, self.output_neurons)
        return (batch, self.time_steps, self.output_neurons)

    @property
    def output_magnitude(self) -> int:
        """Largest magnitude an output can have, by the layer's size alone (inputs, L, largest bias, steps)."""
        layer = self.layers[-1]
        if layer.output_bits is not None:
            one_step = 2**layer.output_bits - 1
        else:
            one_step = layer.inputs * layer.stream_length + int(np.abs(self.biases[-1].astype(np.int64)).max())
        return one_step * (self.time_steps if self.output.reduce == "sum" else 1)

    @property
    def output_signed(self) -> bool:
        """Whether outputs are two's-complement numbers on the port."""
        encoding = self.layers[-1].output_encoding
        return encoding is None or is_signed(encoding)

    @property
    def output_width(self) -> int:
        """Bits of one output element on the port (contract §9)."""
        layer = self.layers[-1]
        summed = self.output.reduce == "sum" and self.time_steps > 1
        if layer.output_encoding is not None and layer.output_bits is not None and not summed:
            return element_width(layer.output_encoding, layer.output_bits)
        return self.output_magnitude.bit_length() + self.output_signed

    def tensors(self) -> dict[str, np.ndarray]:
        """The tensors by their names in the file."""
        named = {}
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            named[f"layer{i}.weight"], named[f"layer{i}.bias"] = weight, bias
        return named

    @cached_property
    def tensor_bytes(self) -> bytes:
        """Content of the tensor file."""
        return save(self.tensors())

    @cached_property
    def json_bytes(self) -> bytes:
        """Content of network.json in its written form: sorted keys, two-space indent, final newline."""
        tree = self.model_dump(mode="json")
        tree |= {"format": FORMAT, "format_version": FORMAT_VERSION}
        tree["tensors"] = {"file": TENSOR_FILE, "sha256": hashlib.sha256(self.tensor_bytes).hexdigest()}
        for layer in tree["layers"]:
            if layer["input_generator"] is None:
                del layer["input_generator"]
        return (json.dumps(tree, sort_keys=True, indent=2, allow_nan=False) + "\n").encode()

    @cached_property
    def sha256(self) -> str:
        """Hash of `json_bytes`, which holds the hash of the tensors: equal exactly for equal networks."""
        return hashlib.sha256(self.json_bytes).hexdigest()

    def replace(self, **changes: Any) -> "NetworkSpec":
        """A new network with some fields changed, validated as a whole."""
        fields = {key: getattr(self, key) for key in type(self).model_fields}
        return NetworkSpec(**(fields | changes))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NetworkSpec) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)


def _must_equal(what: str, value: Any, other: str, wanted: Any) -> None:
    if value != wanted:
        raise ValueError(f"{what} must equal {other} = {wanted!r}, got {value!r}")


def _frozen_int32(array: Any, what: str) -> np.ndarray:
    """A read-only C-ordered int32 copy; refuses what int32 cannot hold and what is no integer."""
    a = np.asarray(array)
    if a.dtype.kind not in "iu":
        raise ValueError(f"{what} must be an integer array, got dtype {a.dtype}")
    if a.size and (int(a.max()) >= 2**31 or int(a.min()) < -(2**31)):
        raise ValueError(f"{what} must fit int32, got values {a.min()} to {a.max()}")
    # Over immutable bytes: an array that owns its memory could be made writable again behind the cached hash.
    return np.frombuffer(a.astype(np.int32).tobytes(), dtype=np.int32).reshape(a.shape)


def _check_tensors(name: str, layer: DenseLayer, weight: np.ndarray, bias: np.ndarray) -> None:
    for key, array, shape in (("weight", weight, (layer.neurons, layer.inputs)), ("bias", bias, (layer.neurons,))):
        if array.shape != shape:
            raise ValueError(f"{name}.{key} must have shape {shape}, got {array.shape}")
    low, high = code_range(layer.weight_encoding, layer.resolution_bits)
    if int(weight.min()) < low or int(weight.max()) > high:
        bad = np.argwhere((weight < low) | (weight > high))[0]
        value = weight[tuple(bad)]
        rule = f"{layer.weight_encoding} codes of {layer.resolution_bits} bits, {low} to {high}"
        raise ValueError(f"{name}.weight must hold {rule}; got {value} at {[int(i) for i in bad]}")
    largest = int(np.abs(bias.astype(np.int64)).max())
    if largest >= BIAS_LIMIT:
        raise ValueError(f"{name}.bias must be below 2^30 in magnitude, got {largest}")
    total = layer.inputs * layer.stream_length + largest
    if total >= ACCUMULATOR_LIMIT:
        raise ValueError(f"{name}: inputs * stream_length + largest |bias| must be below 2^31, got {total}")
