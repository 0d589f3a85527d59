"""The options of a core: their legal values, and what they say of the layers of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..spec.coerce import integer
from ..spec.errors import OptionError
from ..spec.network import NetworkSpec
from .plan.folding import automatic_parallelism
from .plan.supported import known_layers

ARCHITECTURES = ("serial", "column", "row")
WEIGHTS = ("rom", "loadable")
CONTROLS = ("stream", "axi-lite")
MEMORIES = ("block", "spram")


@dataclass(frozen=True)
class CoreOptions:
    """What is asked of the gates of one core, its architecture chosen; the words are those of `generate`."""

    architecture: str
    neurons_in_parallel: str | int | Sequence[int] | None
    bits: int | list[int] | None
    """Stream bits per clock, as `resolve_stream_bits` gives them."""
    product_table: bool
    overlap: bool
    logic_weights: bool
    anytime: bool
    loadable: bool
    memory: str

    @property
    def for_column(self) -> dict[str, bool]:
        """The options that only a column core of closed forms has."""
        return {name: getattr(self, name) for name in ("product_table", "overlap", "logic_weights")}


def check_choice(name: str, value: object, legal: Sequence[str]) -> None:
    """Refuse a value that an option does not have.

    Args:
        name: of the option.
        value: what was given.
        legal: the values that it has.

    Raises:
        OptionError: it is none of them; the message lists them.
    """
    if value not in legal:
        raise OptionError(f"{name} must be one of {', '.join(legal)}; got {value!r}")


def resolve_neurons_in_parallel(
    network: NetworkSpec, neurons_in_parallel: str | int | Sequence[int] | None
) -> tuple[int, ...]:
    """Neurons in parallel of each layer; None or "auto" chooses, one integer holds for all (at most a layer's neurons).

    Raises:
        OptionError: not a positive integer, not one number per layer, or more than the layer has neurons.
    """
    layers = known_layers(network)
    if neurons_in_parallel is None or neurons_in_parallel == "auto":
        return tuple(automatic_parallelism(x.inputs, x.neurons, x.stream_length) for x in layers)
    if isinstance(neurons_in_parallel, int) and not isinstance(neurons_in_parallel, bool):
        integer("neurons_in_parallel", neurons_in_parallel, 1, rule="a positive integer")
        return tuple(min(neurons_in_parallel, layer.neurons) for layer in layers)
    if isinstance(neurons_in_parallel, str) or not isinstance(neurons_in_parallel, Sequence):
        rule = "must be 'auto', an integer, or one integer a layer"
        raise OptionError(f"neurons_in_parallel {rule}; got {neurons_in_parallel!r}")
    if len(neurons_in_parallel) != len(layers):
        rule = f"must be one integer a layer, {len(layers)} of them"
        raise OptionError(f"neurons_in_parallel {rule}; got {tuple(neurons_in_parallel)!r}")
    for i, (neurons, layer) in enumerate(zip(neurons_in_parallel, layers, strict=True)):
        integer(f"neurons_in_parallel[{i}]", neurons, 1, rule="a positive integer")
        if neurons > layer.neurons:
            limit = f"at most the layer's neurons, {layer.neurons}"
            raise OptionError(f"neurons_in_parallel[{i}] must be {limit}; got {neurons}")
    return tuple(int(neurons) for neurons in neurons_in_parallel)


def resolve_stream_bits(
    network: NetworkSpec, stream_bits_per_cycle: int | Sequence[int] | None
) -> int | list[int] | None:
    """Stream bits per clock: None, one integer for all layers (a shorter stream is taken whole), or one per layer.

    Raises:
        OptionError: not a positive integer, not one number per layer, or more than a stream has.
    """
    what, bits = "stream_bits_per_cycle", stream_bits_per_cycle
    if bits is None:
        return None
    lengths = [layer.stream_length for layer in known_layers(network)]
    if isinstance(bits, Sequence) and not isinstance(bits, str):
        if len(bits) != len(lengths):
            rule = f"must be one integer, or one a layer, {len(lengths)} of them"
            raise OptionError(f"{what} {rule}; got {tuple(bits)!r}")
        bits = [_checked_bits(f"{what}[{i}]", *pair) for i, pair in enumerate(zip(bits, lengths, strict=True))]
        # what one integer says of all layers is said so
        return max(bits) if bits == [min(max(bits), length) for length in lengths] else bits
    return _checked_bits(what, bits, max(lengths))


def _checked_bits(what: str, bits: object, longest: int) -> int:
    bits = integer(what, bits)
    if not 1 <= bits <= longest:
        raise OptionError(f"{what} must be 1 to the longest stream_length, {longest}; got {bits}")
    return bits
