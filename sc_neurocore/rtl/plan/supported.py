"""What the gates can do, and the checks of the generator's options."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...spec.coerce import integer
from ...spec.errors import OptionError, SpecError
from ...spec.network import NetworkSpec
from .folding import automatic_lanes
from .known_layers import known_layers

ARCHITECTURES = ("serial", "column", "row")
_STREAM = ("tdata", "tvalid", "tready", "tlast")
PORTS = ("clk", "rst", *(f"{side}_axis_{name}" for side in "sm" for name in _STREAM), "frame_error")
"""Names of the top module's ports (contract §9)."""


def check_supported(network: NetworkSpec) -> None:
    """Refuse what has no gates yet.

    Raises:
        SpecError: the network bears the name of one of the core's ports.
        OptionError: a layer or a code is of a kind that has no gates.
    """
    known_layers(network)
    check_name(network, PORTS)


def check_name(network: NetworkSpec, ports: Iterable[str]) -> None:
    """Refuse a name that is a port of this very core.

    Raises:
        SpecError: it is.
    """
    if network.name in ports:
        raise SpecError(f"name must not be that of a port of the core, got {network.name!r}: simulators in C refuse it")


def resolve_lanes(network: NetworkSpec, neurons_in_parallel: str | int | Sequence[int] | None) -> tuple[int, ...]:
    """Neurons in parallel of each layer; None or "auto" chooses, one integer holds for all (at most a layer's neurons).

    Raises:
        OptionError: not a positive integer, not one number a layer, or more than the layer has neurons.
    """
    layers = known_layers(network)
    if neurons_in_parallel is None or neurons_in_parallel == "auto":
        return tuple(automatic_lanes(x.inputs, x.neurons, x.stream_length) for x in layers)
    if isinstance(neurons_in_parallel, int) and not isinstance(neurons_in_parallel, bool):
        integer("neurons_in_parallel", neurons_in_parallel, 1, rule="a positive integer")
        return tuple(min(neurons_in_parallel, layer.neurons) for layer in layers)
    if isinstance(neurons_in_parallel, str) or not isinstance(neurons_in_parallel, Sequence):
        rule = "must be 'auto', an integer, or one integer a layer"
        raise OptionError(f"neurons_in_parallel {rule}; got {neurons_in_parallel!r}")
    if len(neurons_in_parallel) != len(layers):
        rule = f"must be one integer a layer, {len(layers)} of them"
        raise OptionError(f"neurons_in_parallel {rule}; got {tuple(neurons_in_parallel)!r}")
    for i, (lanes, layer) in enumerate(zip(neurons_in_parallel, layers, strict=True)):
        integer(f"neurons_in_parallel[{i}]", lanes, 1, rule="a positive integer")
        if lanes > layer.neurons:
            limit = f"at most the layer's neurons, {layer.neurons}"
            raise OptionError(f"neurons_in_parallel[{i}] must be {limit}; got {lanes}")
    return tuple(int(lanes) for lanes in neurons_in_parallel)


def resolve_bits(network: NetworkSpec, stream_bits_per_cycle: int | Sequence[int] | None) -> int | list[int] | None:
    """Stream bits a clock: None, one integer for all layers (a shorter stream is taken whole), or one a layer.

    Raises:
        OptionError: not a positive integer, not one number a layer, or more than a stream has.
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
