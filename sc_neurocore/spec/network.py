"""A whole network: its description, its integer tensors, and the rules that tie them together (contract §6 to §9)."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Literal

import numpy as np
from pydantic import ConfigDict, Field, field_validator, model_validator
from safetensors.numpy import save

from .base import Description, PositiveFloat, Resolution, bounded
from .coerce import finite, first_index, integer_array, short
from .encoding import Encoding, code_range, element_width, is_signed, is_spike
from .errors import OptionError, SpecError
from .keywords import checked_name
from .kinds import unknown_kind
from .layer import DenseLayer, MapShape, WeightedLayer
from .maps import MAP_ELEMENTS, AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer, Shape, check_map
from .methods import NetworkMethods

FORMAT = "sc-neurocore/network"
TENSOR_FILE = "weights.safetensors"
BIAS_LIMIT = 2**30
ACCUMULATOR_LIMIT = 2**31


class InputSpec(Description):
    """What one sample looks like."""

    features: bounded(1, MAP_ELEMENTS)  # type: ignore[valid-type]
    """Elements of one sample, or of one time step of it; without a `shape` at most 65,536."""
    encoding: Encoding
    resolution_bits: Resolution  # type: ignore[valid-type]
    """Bits of an input code; ignored for `spike`."""
    shape: Shape | None = None  # type: ignore[valid-type]
    """Rows, columns and channels of the sample's map; without it the map is 1 × 1 × features."""
    per_feature: bool = False
    """Whether each feature has a scale and an offset of its own, in tensors, in the place of `scale`."""
    scale: PositiveFloat | None = None
    """A real feature x becomes the code of x / scale; None exactly where `per_feature` is true."""
    time_steps: bounded(1, 65_536) = 1  # type: ignore[valid-type]
    repeat: bool = False
    """The sample is one vector, used at every time step."""

    @property
    def map_shape(self) -> MapShape:
        """Rows, columns and channels of the map that the first layer takes."""
        return (1, 1, self.features) if self.shape is None else self.shape

    @model_validator(mode="after")
    def _hangs_together(self) -> "InputSpec":
        if self.per_feature != (self.scale is None):
            rule = "must be absent where per_feature is true" if self.per_feature else "is required"
            raise ValueError(f"scale {rule}" + (f", got {self.scale}" if self.per_feature else ""))
        if self.shape is None and self.features > 65_536:
            raise ValueError(f"features must be at most 65536 without a shape, got {self.features}")
        if self.shape is not None:
            check_map(self.shape, "shape must have")
            _must_equal("features", self.features, "the elements of shape", math.prod(self.shape))
        return self


class OutputSpec(Description):
    """How the last layer's outputs over the time steps become the result."""

    reduce: Literal["none", "sum"] = "none"


class NetworkSpec(NetworkMethods, Description):
    """A network description together with its tensors; valid by construction, immutable, comparable and hashable."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: str
    input: InputSpec
    output: OutputSpec = OutputSpec()
    layers: tuple[Layer, ...] = Field(min_length=1, max_length=64, strict=False)
    weights: tuple[np.ndarray, ...] = Field(exclude=True, repr=False, strict=False)
    """One read-only int32 array of codes per layer, of its `weight_shape`; that of a pool, which has none, is empty."""
    biases: tuple[np.ndarray, ...] = Field(exclude=True, repr=False, strict=False)
    """One read-only int32 array in counts per layer, of its `bias_shape`; that of a pool, which has none, is empty."""
    input_scale: np.ndarray | None = Field(default=None, exclude=True, repr=False)
    """Read-only float64 `(features,)`, present exactly where `input.per_feature` is true, as is the next."""
    input_offset: np.ndarray | None = Field(default=None, exclude=True, repr=False)
    """Feature f becomes the code of (x - offset_f) / scale_f."""

    @field_validator("name")
    @classmethod
    def _name_is_identifier(cls, name: str) -> str:
        return checked_name(name, 63)

    @field_validator("weights", "biases", mode="before")
    @classmethod
    def _own_arrays(cls, arrays: Any) -> tuple[np.ndarray, ...]:
        if not isinstance(arrays, Iterable) or isinstance(arrays, str | bytes | Mapping):
            raise ValueError(f"must hold one array per layer, got {short(arrays)}")
        return tuple(_frozen_int32(array, f"[{i}]") for i, array in enumerate(arrays))

    @field_validator("input_scale", "input_offset", mode="before")
    @classmethod
    def _own_feature_array(cls, array: Any) -> np.ndarray | None:
        return None if array is None else _frozen_float64(array)

    @model_validator(mode="after")
    def _hangs_together(self) -> "NetworkSpec":
        self._check_chain()
        for key in ("weights", "biases"):
            if len(getattr(self, key)) != len(self.layers):
                raise ValueError(
                    f"{key} must hold one array per layer, {len(self.layers)}; got {len(getattr(self, key))}"
                )
        for i, layer in enumerate(self.layers):
            _check_tensors(f"layer{i}", layer, self.weights[i], self.biases[i])
        self._check_features()
        return self

    def _check_chain(self) -> None:
        """What the input and each layer put out is what the layer after it takes."""
        if self.input.repeat and self.input.time_steps == 1:
            raise ValueError("input.repeat must be false where input.time_steps is 1, got true")
        if not any(isinstance(layer, WeightedLayer) for layer in self.layers):
            raise ValueError("layers must hold at least one layer with weights (dense or conv2d), got pools alone")
        shape, encoding, width = self.input.map_shape, self.input.encoding, self.input.resolution_bits
        count, encoding_key, bits = "input.features", "input.encoding", "input.resolution_bits"
        for i, layer in enumerate(self.layers):
            here = f"layers[{i}]"
            match layer:
                case DenseLayer():
                    _must_equal(count, math.prod(shape), f"{here}.inputs", layer.inputs)
                    count = f"{here}.neurons"
                case Conv2dLayer() | MaxPool2dLayer() | AvgPool2dLayer():
                    _must_equal(f"{here}.in_shape", list(layer.in_shape), "the map before it", list(shape))
                    count = f"{here}'s output elements"
                case other:
                    unknown_kind(other, "NetworkSpec")
            key = f"{here}.input_encoding" if isinstance(layer, WeightedLayer) else f"{here}.encoding"
            _must_equal(encoding_key, encoding, key, layer.input_encoding)
            if not is_spike(encoding):  # a spike feeds a layer of any resolution
                _must_equal(bits, width, f"{here}.resolution_bits", layer.resolution_bits)
            if i + 1 == len(self.layers):
                return
            if layer.output_encoding is None or layer.output_bits is None:
                rule = "is for the last layer only; take relu, clamp or lif"
                raise ValueError(f"{here}.neuron.kind 'linear' {rule}")
            shape, encoding, width = layer.out_shape, layer.output_encoding, layer.output_bits
            encoding_key = f"{here}'s output encoding"
            bits = f"{here}.neuron.output_bits" if isinstance(layer, WeightedLayer) else f"{here}.resolution_bits"

    def _check_features(self) -> None:
        """The tensors of the input are there exactly where it is scaled by feature."""
        for key, array in (("tensor input.scale", self.input_scale), ("tensor input.offset", self.input_offset)):
            if (array is not None) != self.input.per_feature:
                rule = "is required" if self.input.per_feature else "must be absent"
                raise ValueError(f"{key} {rule} where input.per_feature is {str(self.input.per_feature).lower()}")
            if array is not None and array.shape != (self.input.features,):
                raise ValueError(f"{key} must have shape ({self.input.features},), got {array.shape}")
            if array is not None:
                finite(key, array, error=SpecError)
        if self.input_scale is not None and not (self.input_scale > 0).all():
            raise ValueError(f"tensor input.scale must be above 0, got {self.input_scale.min()}")

    @property
    def time_steps(self) -> int:
        """Steps T of one sample."""
        return self.input.time_steps

    @property
    def output_neurons(self) -> int:
        """Elements of the last layer's output: its neurons, or the elements of its map."""
        return self.layers[-1].out_elements

    def dense_layers(self, room: str) -> tuple[DenseLayer, ...]:
        """The layers, for a room that runs no other kind than dense ones; see `dense_only`."""
        return dense_only(self.layers, room)

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
        else:  # only neurons put out plain integers
            assert isinstance(layer, WeightedLayer)
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
        is_sum = self.output.reduce == "sum" and self.time_steps > 1
        if layer.output_encoding is not None and layer.output_bits is not None and not is_sum:
            return element_width(layer.output_encoding, layer.output_bits)
        return self.output_magnitude.bit_length() + self.output_signed

    @property
    def format_version(self) -> int:
        """2 exactly where the description needs something that version 1 does not have."""
        needs = self.input.shape is not None or self.input.per_feature
        return 2 if needs or any(_is_new(layer) for layer in self.layers) else 1

    def tensors(self) -> dict[str, np.ndarray]:
        """The tensors by their names in the file; the number counts all layers, pools included."""
        arrays = {}
        for i, layer in enumerate(self.layers):
            if isinstance(layer, WeightedLayer):
                arrays[f"layer{i}.weight"], arrays[f"layer{i}.bias"] = self.weights[i], self.biases[i]
        if self.input_scale is not None and self.input_offset is not None:
            arrays["input.scale"], arrays["input.offset"] = self.input_scale, self.input_offset
        return arrays

    @cached_property
    def tensor_bytes(self) -> bytes:
        """Content of the tensor file."""
        return save(self.tensors())

    @cached_property
    def json_bytes(self) -> bytes:
        """Content of network.json in its written form: sorted keys, two-space indent, final newline."""
        tree = self.model_dump(mode="json")
        tree |= {"format": FORMAT, "format_version": self.format_version}
        tree["tensors"] = {"file": TENSOR_FILE, "sha256": hashlib.sha256(self.tensor_bytes).hexdigest()}
        for absent in ("shape", "scale"):  # None is for Python alone; a file leaves the key out
            if tree["input"][absent] is None:
                del tree["input"][absent]
        if not self.input.per_feature:
            del tree["input"]["per_feature"]
        for layer in tree["layers"]:
            if layer.get("input_generator", ...) is None:
                del layer["input_generator"]
        return (json.dumps(tree, sort_keys=True, indent=2, allow_nan=False) + "\n").encode()

    @cached_property
    def sha256(self) -> str:
        """Hash of `json_bytes`, which holds the hash of the tensors: equal exactly for equal networks."""
        return hashlib.sha256(self.json_bytes).hexdigest()

    def replace(self, **changes: Any) -> "NetworkSpec":
        """A new network with some fields changed, validated as a whole."""
        return self.model_copy(update=changes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NetworkSpec) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)


def dense_only(layers: Iterable[Layer], room: str) -> tuple[DenseLayer, ...]:
    """The layers, for a room that runs no other kind than dense ones.

    Args:
        layers: in order.
        room: who asks, as the subject of a message: "sweep".

    Raises:
        OptionError: a layer is of another kind; the message names it.
    """
    dense = []
    for i, layer in enumerate(layers):
        match layer:
            case DenseLayer():
                dense.append(layer)
            case Conv2dLayer() | MaxPool2dLayer() | AvgPool2dLayer():
                raise OptionError(f"{room} runs no {layer.kind!r} layers yet, got layers[{i}]; the engines do")
            case other:
                unknown_kind(other, room)
    return tuple(dense)


def _is_new(layer: Layer) -> bool:
    """Whether version 1 does not know the layer's kind."""
    match layer:
        case DenseLayer():
            return False
        case Conv2dLayer() | MaxPool2dLayer() | AvgPool2dLayer():
            return True
        case other:
            unknown_kind(other, "NetworkSpec")


def _must_equal(what: str, value: Any, other: str, expected: Any) -> None:
    if value != expected:
        raise ValueError(f"{what} must equal {other} = {expected!r}, got {value!r}")


def _frozen_float64(array: Any) -> np.ndarray:
    """A read-only C-ordered float64 copy; refuses what is no float64, which a file would not give back as it was."""
    a = np.asarray(array)
    if a.dtype != np.float64:
        raise ValueError(f"must be a float64 array, got dtype {a.dtype}")
    return np.frombuffer(a.tobytes(), dtype=np.float64).reshape(a.shape)


def _frozen_int32(array: Any, what: str) -> np.ndarray:
    """A read-only C-ordered int32 copy; refuses what int32 cannot hold and what is no integer."""
    a = integer_array(what, array, error=SpecError)
    if a.size and (int(a.max()) >= 2**31 or int(a.min()) < -(2**31)):
        raise ValueError(f"{what} must fit int32, got values {a.min()} to {a.max()}")
    # Over immutable bytes: an array that owns its memory could be made writable again behind the cached hash.
    return np.frombuffer(a.astype(np.int32).tobytes(), dtype=np.int32).reshape(a.shape)


def _check_tensors(name: str, layer: Layer, weight: np.ndarray, bias: np.ndarray) -> None:
    for key, array, shape in (("weight", weight, layer.weight_shape), ("bias", bias, layer.bias_shape)):
        if array.shape != shape:
            raise ValueError(f"{name}.{key} must have shape {shape}, got {array.shape}")
    if not isinstance(layer, WeightedLayer):
        return
    low, high = code_range(layer.weight_encoding, layer.resolution_bits)
    if int(weight.min()) < low or int(weight.max()) > high:
        index = first_index((weight < low) | (weight > high))
        rule = f"{layer.weight_encoding} codes of {layer.resolution_bits} bits, {low} to {high}"
        raise ValueError(f"{name}.weight must hold {rule}; got {weight[index]} at {[*index]}")
    peak = int(np.abs(bias.astype(np.int64)).max())
    if peak >= BIAS_LIMIT:
        raise ValueError(f"{name}.bias must be below 2^30 in magnitude, got {peak}")
    total = layer.inputs * layer.stream_length + peak
    if total >= ACCUMULATOR_LIMIT:
        raise ValueError(f"{name}: inputs * stream_length + largest |bias| must be below 2^31, got {total}")
