# amaranth: UnusedElaboratable=no
"""Which micro-architecture a network's core gets, and the core itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...spec.errors import OptionError
from ...spec.network import NetworkSpec
from ..control.controlled_core import ControlledCore
from ..options import (
    ARCHITECTURES,
    CONTROLS,
    MEMORIES,
    WEIGHTS,
    CoreOptions,
    check_choice,
    resolve_neurons_in_parallel,
    resolve_stream_bits,
)
from ..plan.closed_forms import why_network_has_no_closed_form
from ..plan.supported import check_name, check_supported, known_layers
from .column_core import ColumnCore
from .network_core import NetworkCore
from .serial.core import SerialCore

Core = NetworkCore | ColumnCore | SerialCore | ControlledCore


def build_core(
    network: NetworkSpec,
    *,
    architecture: str = "auto",
    neurons_in_parallel: str | int | Sequence[int] | None = None,
    stream_bits_per_cycle: int | Sequence[int] | None = None,
    product_table: bool = False,
    overlap: bool = False,
    logic_weights: bool = False,
    anytime: bool = False,
    weights: str = "rom",
    control: str | None = None,
    memory: str = "block",
    target: str | None = None,
    max_luts: int | None = None,
    min_rate: float | None = None,
) -> tuple[Core, dict[str, Any]]:
    """The core of a network, and its parameters as the manifest states them; the options are those of `generate`.

    Args:
        network: what to build.
        architecture: as `generate` has it, and all that follow.
        neurons_in_parallel: per layer, or for all.
        stream_bits_per_cycle: per layer, or for all.
        product_table: products from a memory.
        overlap: of successive vectors.
        logic_weights: weights in logic.
        anytime: streams that may be stopped early.
        weights: "rom" or "loadable".
        control: the control port.
        memory: of a loadable serial program.
        target: device of the budget.
        max_luts: the most 4-input tables.
        min_rate: the least inferences per second.

    Raises:
        SpecError: the network needs gates that do not exist, or not in this architecture.
        OptionError: an option is illegal, or nothing keeps within the budget.
    """
    check_supported(network)
    check_choice("architecture", architecture, ("auto", *ARCHITECTURES))
    check_choice("weights", weights, WEIGHTS)
    if control is not None:
        check_choice("control", control, CONTROLS)
    loadable, reason = weights == "loadable", None
    budget = {"target": target, "max_luts": max_luts, "min_rate": min_rate}
    budget = {name: value for name, value in budget.items() if value is not None}
    if budget and architecture != "auto":
        raise OptionError(f"{', '.join(budget)} let 'auto' choose; architecture is given, {architecture!r}")
    if budget:
        from ..plan.selection import choose

        flags = (product_table, overlap, logic_weights, anytime)
        if neurons_in_parallel is not None or stream_bits_per_cycle is not None or any(flags):
            others = "neurons_in_parallel, stream_bits_per_cycle, product_table, overlap, logic_weights or anytime"
            raise OptionError(f"{', '.join(budget)}: not together with {others}")
        choice, reason = choose(network, **budget, loadable=loadable, memory=memory)
        architecture, product_table = choice["architecture"], choice.get("product_table", False)
        overlap, logic_weights = choice.get("overlap", False), choice.get("logic_weights", False)
        neurons_in_parallel = choice.get("neurons_in_parallel")
        stream_bits_per_cycle = choice.get("stream_bits_per_cycle")
    elif architecture == "auto":
        architecture = "row"
    for name, value in (("product_table", product_table), ("overlap", overlap), ("logic_weights", logic_weights)):
        if value and architecture != "column":
            raise OptionError(f"{name} belongs to architecture 'column', not to {architecture!r}")
    if anytime and (loadable or control is not None):
        raise OptionError("anytime adds a port to a core without a control port; got weights or control beside it")
    check_choice("memory", memory, MEMORIES)
    options = CoreOptions(
        architecture=architecture,
        neurons_in_parallel=neurons_in_parallel,
        bits=resolve_stream_bits(network, stream_bits_per_cycle),
        product_table=product_table,
        overlap=overlap,
        logic_weights=logic_weights,
        anytime=anytime,
        loadable=loadable,
        memory=memory,
    )
    core, parameters = _build(network, options)
    if loadable or control is not None:
        control = control or "axi-lite"
        core = ControlledCore(core, control)
        parameters |= {"control": control, "weights": weights}
    check_name(network, core.signature.members)
    return core, parameters if reason is None else parameters | {"why": reason}


def _build(network: NetworkSpec, options: CoreOptions) -> tuple[NetworkCore | ColumnCore | SerialCore, dict[str, Any]]:
    layers = known_layers(network)
    architecture, in_parallel = options.architecture, options.neurons_in_parallel
    several = architecture == "serial" and in_parallel not in (None, "auto", 1)
    if several and set(resolve_neurons_in_parallel(network, in_parallel)) != {1}:
        rule = "architecture 'serial' computes one product at a time"
        raise OptionError(f"neurons_in_parallel: {rule}; got {in_parallel!r}")
    if options.memory != "block" and not (options.loadable and architecture == "serial"):
        combination = f"weights {'loadable' if options.loadable else 'rom'}, architecture {architecture!r}"
        rule = f"memory {options.memory!r} belongs to loadable weights of architecture 'serial'"
        raise OptionError(f"{rule}; got {combination}")
    closed = _closed_form_core(network, options)
    if closed is not None:
        return closed
    for name, value in options.for_column.items():
        if value:
            needs = "needs constant weights, all neurons at a time and whole streams"
            raise OptionError(f"{name}: {why_network_has_no_closed_form(network) or needs}")
    if options.memory != "block":
        reason = why_network_has_no_closed_form(network) or "stream_bits_per_cycle must be a power of two"
        raise OptionError(f"memory {options.memory!r} needs a core whose program is one memory: {reason}")
    if architecture == "serial":
        neurons: tuple[int, ...] = (1,) * len(layers)
    elif architecture == "column" and in_parallel in (None, "auto"):
        neurons = tuple(layer.neurons for layer in layers)
    else:
        neurons = resolve_neurons_in_parallel(network, in_parallel)
    kinds = {"loadable": options.loadable, "anytime": options.anytime}
    core = NetworkCore(network, neurons, architecture=architecture, bits_per_clock=options.bits, **kinds)
    parameters: dict[str, Any] = {"architecture": architecture, "neurons_in_parallel": list(neurons)}
    parameters["stream_bits_per_cycle"] = core.stream_bits
    return core, parameters | ({"anytime": True} if options.anytime else {})


def _closed_form_core(
    network: NetworkSpec, options: CoreOptions
) -> tuple[ColumnCore | SerialCore, dict[str, Any]] | None:
    """The smaller core of a network whose products all have the closed form; None where other options are given."""
    serial = options.architecture == "serial"
    general = options.architecture == "row" or options.anytime or (options.loadable and not serial)
    if general or why_network_has_no_closed_form(network) is not None:
        return None
    layers = known_layers(network)
    longest = max(layer.stream_length for layer in layers)
    parameters: dict[str, Any] = {"architecture": options.architecture}
    if serial:
        bits = longest if options.bits is None else options.bits
        if isinstance(bits, list) or bits & (bits - 1):  # groups of positions are powers of two
            return None
        parameters |= {"stream_bits_per_cycle": bits} | ({"memory": options.memory} if options.loadable else {})
        return SerialCore(network, bits_per_clock=bits, loadable=options.loadable, memory=options.memory), parameters
    neurons, in_parallel = tuple(layer.neurons for layer in layers), options.neurons_in_parallel
    if options.bits not in (None, longest):
        return None
    if in_parallel not in (None, "auto") and resolve_neurons_in_parallel(network, in_parallel) != neurons:
        return None
    parameters |= {"neurons_in_parallel": list(neurons), "stream_bits_per_cycle": longest}
    kinds = options.for_column
    return ColumnCore(network, **kinds), parameters | {name: True for name, value in kinds.items() if value}
