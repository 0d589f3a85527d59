"""What the gates can do: the kinds that have gates, and the checks of the options that depend on a network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...spec.encoding import Encoding
from ...spec.errors import OptionError, SpecError
from ...spec.kinds import unknown_kind
from ...spec.layer import Accumulator, DenseLayer, Mux, Or, ParallelCounter
from ...spec.network import NetworkSpec
from ..components.streams.generators import generator_component
from ..components.streams.sources import source_component
from ..loading.setting import setting_of
from .folding import automatic_lanes


def known_layers(network: NetworkSpec) -> tuple[DenseLayer, ...]:
    """The layers, looked through before any work is done.

    Raises:
        OptionError: a layer, or a part of one, is of a kind that has no gates; the message names it.
    """
    layers = network.dense_layers("rtl")
    sums_steps(network)
    for layer in layers:
        for encoding in (layer.input_encoding, layer.weight_encoding, layer.output_encoding):
            if encoding is not None:
                _check_encoding(encoding)
        all_inputs_at_once(layer.accumulator)
        setting_of(layer.neuron)
        for generator in layer.generators:
            generator_component(generator)
        for source in layer.sources:
            source_component(source)
    return layers


def sums_steps(network: NetworkSpec) -> bool:
    """Whether the outputs of several time steps leave as one sum.

    Raises:
        OptionError: the network reduces them in a way that has no gates.
    """
    match network.output.reduce:
        case "sum":
            return network.time_steps > 1
        case "none":
            return False
        case other:
            unknown_kind(other, "rtl output.reduce")


def all_inputs_at_once(accumulator: Accumulator) -> bool:
    """Whether what is counted at a position depends on all inputs together, so that none can come after another.

    Raises:
        OptionError: the kind of accumulator has no gates.
    """
    match accumulator:
        case Or():
            return True
        case ParallelCounter() | Mux():
            return False
        case other:
            unknown_kind(other, "rtl accumulators")


def _check_encoding(encoding: Encoding) -> None:
    """What gates ask of a known encoding are its facts: sign, range, zero, width."""
    match encoding:
        case "unipolar" | "bipolar" | "sign_magnitude" | "spike":
            return
        case other:
            unknown_kind(other, "rtl encodings")


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
        _check_lanes("neurons_in_parallel", neurons_in_parallel)
        return tuple(min(neurons_in_parallel, layer.neurons) for layer in layers)
    if isinstance(neurons_in_parallel, str) or not isinstance(neurons_in_parallel, Sequence):
        rule = "must be 'auto', an integer, or one integer a layer"
        raise OptionError(f"neurons_in_parallel {rule}; got {neurons_in_parallel!r}")
    if len(neurons_in_parallel) != len(layers):
        rule = f"must be one integer a layer, {len(layers)} of them"
        raise OptionError(f"neurons_in_parallel {rule}; got {tuple(neurons_in_parallel)!r}")
    for i, (lanes, layer) in enumerate(zip(neurons_in_parallel, layers, strict=True)):
        _check_lanes(f"neurons_in_parallel[{i}]", lanes)
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
        for i, (each, length) in enumerate(zip(bits, lengths, strict=True)):
            _check_bits(f"{what}[{i}]", each, length)
        # what one integer says of all layers is said so
        return max(bits) if list(bits) == [min(max(bits), length) for length in lengths] else [*bits]
    return _check_bits(what, bits, max(lengths))


def _check_bits(what: str, bits: object, longest: int) -> int:
    if isinstance(bits, bool) or not isinstance(bits, int):
        raise OptionError(f"{what} must be an integer, got {bits!r}")
    if not 1 <= bits <= longest:
        raise OptionError(f"{what} must be 1 to the longest stream_length, {longest}; got {bits}")
    return bits


def _check_lanes(what: str, lanes: object) -> None:
    if isinstance(lanes, bool) or not isinstance(lanes, int) or lanes < 1:
        raise OptionError(f"{what} must be a positive integer, got {lanes!r}")


def most_halvings(network: NetworkSpec, stream_bits: Sequence[int]) -> int:
    """The largest k for which every stream has a whole number of clocks in its first 1 / 2^k.

    Raises:
        OptionError: there is none above 0.
    """
    most = []
    for i, (layer, bits) in enumerate(zip(known_layers(network), stream_bits, strict=True)):
        clocks, beyond = divmod(layer.stream_length, bits)
        if beyond or clocks % 2:
            rule = "stream_length must be an even multiple of the stream bits of a clock"
            raise OptionError(f"anytime: {rule}; layers[{i}] has {layer.stream_length} and {bits}")
        most.append((clocks & -clocks).bit_length() - 1)
    return min(most)
