"""A Keras configuration as the chain of layer calls from its input to its output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ...spec.errors import OptionError

T = TypeVar("T")
ENDINGS = ("_initializer", "_regularizer", "_constraint")
WITHOUT_EFFECT = frozenset(
    {
        "name", "trainable", "batch_shape", "batch_input_shape", "input_dtype", "sparse",
        "ragged", "optional", "momentum", "synchronized", "seed", "rate",
        "noise_shape", "stddev", "fused", "renorm_momentum",
    }
)  # fmt: skip
"""Fields that change no result in evaluation mode."""
PRECISIONS = ("float16", "bfloat16", "float32", "float64", "mixed_float16", "mixed_bfloat16")


@dataclass
class Layer:
    """One layer's description; fields are taken out one by one, and what is left at the end must have no effect."""

    name: str
    kind: str
    fields: dict[str, Any]
    inbound: list[Any] = field(default_factory=list)
    shape: list[Any] | None = None
    """The input's, where the layer says it."""

    @property
    def at(self) -> str:
        """The layer in errors."""
        return f"layer {self.name!r} ({self.kind})"

    def take(self, key: str, check: Callable[[Any], T | None], what: str, default: Any) -> T:
        """A field's value, as `check` gives it; None from `check` is a refusal.

        Args:
            key: name of the field.
            check: gives the value, or None.
            what: what it must be, for the error.
            default: value of a field that is not there.
        """
        value = self.fields.pop(key, default)
        result = check(value)
        if result is None:
            raise OptionError(f"{self.at}: {key} must be {what}, got {_short(value)}")
        return result

    def flag(self, key: str, default: bool) -> bool:
        """A field that is true or false."""
        return self.take(key, lambda value: value if isinstance(value, bool) else None, "true or false", default)

    def number(self, key: str, default: float) -> float:
        """A field that is a finite number."""
        return self.take(key, _number, "a finite number", default)

    def only(self, key: str, *legal: Any) -> None:
        """A field that may be left out, or be one of these."""
        value = self.fields.pop(key, legal[0])
        if not any(type(value) is type(each) and value == each for each in legal):
            raise OptionError(f"{self.at}: {key} must be {' or '.join(map(repr, legal))}, got {_short(value)}")

    def done(self) -> None:
        """Refuse fields that nobody took, where they are on."""
        self.take("dtype", _precision, f"one of {', '.join(PRECISIONS)}", "float32")
        for key, value in self.fields.items():
            harmless = key in WITHOUT_EFFECT or key.endswith(ENDINGS) or value is None or value is False
            if not harmless:
                raise OptionError(f"{self.at}: field {key!r} ({_short(value)}) is not supported")


def _short(value: Any) -> str:
    return repr(value)[:60]


def _number(value: Any) -> float | None:
    if isinstance(value, dict):  # an array of one number: {"class_name": "__numpy__", "config": {"value": …}}
        inner = value.get("config", {})
        value = inner.get("value") if isinstance(inner, dict) else None
    good = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
    return float(value) if good else None  # type: ignore[arg-type]  # good says that it is a number


def _precision(value: Any) -> str | None:
    if isinstance(value, dict):
        inner = value.get("config")
        value = inner.get("name") if isinstance(inner, dict) else None
    return value if value in PRECISIONS else None


def chain(document: Mapping[str, Any]) -> tuple[list[Layer], list[Layer]]:
    """All layers of a model, and those called between input and output, in order; a shared one stands there twice.

    Raises:
        OptionError: the model is no chain, or its description breaks its own form.
    """
    kind, config = document.get("class_name"), document.get("config")
    _built_in(document, "the model")
    if kind not in ("Sequential", "Functional", "Model"):
        raise OptionError(f"the model's class {kind!r} is not supported; supported are Sequential and Functional")
    described = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(described, list) or not described:
        raise OptionError(f"the {kind} model's configuration holds no list of layers")
    layers = [_layer(each, index) for index, each in enumerate(described)]
    if kind == "Sequential":
        return layers, layers
    assert isinstance(config, dict)  # a Functional model's layers came from a dict, or were refused above
    return layers, _calls({each.name: each for each in layers}, config)


def _built_in(document: Mapping[str, Any], at: str) -> None:
    module, registered = document.get("module"), document.get("registered_name")
    foreign = isinstance(module, str) and module.split(".")[0] not in ("keras", "tf_keras", "tensorflow", "builtins")
    if foreign or (isinstance(registered, str) and ">" in registered):
        raise OptionError(f"{at}: {_short(registered or module)} is a class of one's own; supported are those of Keras")


def _layer(described: Any, index: int) -> Layer:
    good = isinstance(described, dict) and isinstance(described.get("class_name"), str)
    if not good or not isinstance(described.get("config"), dict | list):
        raise OptionError(f"layer {index} must have class_name and config, got {_short(described)}")
    kind, config = described["class_name"], described["config"]
    name = described.get("name") or (config.get("name") if isinstance(config, dict) else None) or str(index)
    if not isinstance(name, str):
        raise OptionError(f"layer {index}: its name must be a text, got {_short(name)}")
    layer = Layer(name, kind, dict(config) if isinstance(config, dict) else {"layers": config})
    _built_in(described, layer.at)
    inbound, build_config = described.get("inbound_nodes", []), described.get("build_config")
    if not isinstance(inbound, list):
        raise OptionError(f"{layer.at}: inbound_nodes must be a list")
    layer.inbound = inbound
    shapes = [layer.fields.get("batch_shape"), layer.fields.get("batch_input_shape")]
    shapes.append(build_config.get("input_shape") if isinstance(build_config, dict) else None)
    layer.shape = next((each for each in shapes if isinstance(each, list)), None)
    return layer


def _calls(layers: Mapping[str, Layer], config: Mapping[str, Any]) -> list[Layer]:
    (start, *_), (name, node, tensor) = (_one(config.get(key), key) for key in ("input_layers", "output_layers"))
    calls: list[Layer] = []
    visited: set[tuple[str, int]] = set()
    while True:
        layer = layers.get(name)
        if layer is None or (name, node) in visited or tensor != 0:
            raise OptionError(f"the graph calls {name!r} at node {node}, output {tensor}, which is none of its layers'")
        visited.add((name, node))
        calls.append(layer)
        if layer.kind == "InputLayer":
            if name != start:
                raise OptionError(f"{layer.at}: the output depends on it, and the model's input is {start!r}")
            return calls[::-1]
        if not 0 <= node < len(layer.inbound):
            raise OptionError(f"{layer.at}: its call {node} is none of {len(layer.inbound)}")
        name, node, tensor = _inbound(layer, layer.inbound[node])


def _one(value: Any, key: str) -> tuple[str, int, int]:
    """One tensor of ["name", node, tensor], or of a list of one such."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    history = _history(value)
    if history is None:
        raise OptionError(f"the model must have one entry in {key}, got {_short(value)}")
    return history


def _history(value: Any) -> tuple[str, int, int] | None:
    good = isinstance(value, list) and len(value) >= 3 and isinstance(value[0], str)
    good = good and all(type(each) is int for each in value[1:3])
    return (value[0], value[1], value[2]) if good else None


def _entry(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _inbound(layer: Layer, call: Any) -> tuple[str, int, int]:
    """The tensor that one call of a layer takes."""
    if isinstance(call, dict):  # Keras 3
        arguments, options = call.get("args") or [], call.get("kwargs") or {}
        if not isinstance(arguments, list) or not isinstance(options, dict):
            raise OptionError(f"{layer.at}: it must be called with a list args and a dict kwargs, got {_short(call)}")
        if len(arguments) == 1 and isinstance(arguments[0], list):
            arguments = arguments[0]
        tensors = [_entry(_entry(each, "config"), "keras_history") for each in arguments]
    else:  # Keras 2: [["name", node, tensor, {…}]]
        tensors = call if isinstance(call, list) else []
        options = {}
        for each in tensors:
            if isinstance(each, list) and len(each) > 3 and isinstance(each[3], dict):
                options.update(each[3])
    on = [key for key, value in options.items() if value is not None and value is not False] if options else []
    if on:
        raise OptionError(f"{layer.at}: it is called with {on[0]}={_short(options[on[0]])}, which is not supported")
    if len(tensors) > 1:
        rule = "only networks without branches are supported"
        raise OptionError(f"{layer.at}: {len(tensors)} branches of the network join here; {rule}")
    history = _history(tensors[0]) if tensors else None
    if history is None:
        raise OptionError(f"{layer.at}: its call must take one tensor of the graph, got {_short(call)}")
    return history
