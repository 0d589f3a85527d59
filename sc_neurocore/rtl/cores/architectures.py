# amaranth: UnusedElaboratable=no
"""Which micro-architecture a network's core gets, and the core itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...spec.errors import OptionError
from ...spec.network import NetworkSpec
from ..control.controlled_core import CONTROLS, ControlledCore
from ..plan.closed_forms import why_not_network_collapsed
from ..plan.supported import ARCHITECTURES, check_name, check_supported, known_layers, resolve_bits, resolve_lanes
from .column_core import ColumnCore
from .network_core import NetworkCore
from .serial.core import SerialCore

Core = NetworkCore | ColumnCore | SerialCore | ControlledCore
WEIGHTS = ("rom", "loadable")
MEMORIES = ("block", "spram")


@dataclass(frozen=True)
class _Wish:
    """What the caller wants of the gates."""

    architecture: str
    neurons_in_parallel: str | int | Sequence[int] | None
    bits: int | list[int] | None
    product_table: bool
    overlap: bool
    logic_weights: bool
    anytime: bool
    loadable: bool
    memory: str


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

    Raises:
        SpecError: the network needs gates that do not exist, or not in this architecture.
        OptionError: an option is illegal, or nothing keeps within the budget.
    """
    check_supported(network)
    why = None
    if architecture not in ("auto", *ARCHITECTURES):
        raise OptionError(f"architecture must be one of auto, {', '.join(ARCHITECTURES)}; got {architecture!r}")
    if weights not in WEIGHTS:
        raise OptionError(f"weights must be one of {', '.join(WEIGHTS)}; got {weights!r}")
    if control is not None and control not in CONTROLS:
        raise OptionError(f"control must be one of {', '.join(CONTROLS)}; got {control!r}")
    budget = {"target": target, "max_luts": max_luts, "min_rate": min_rate}
    given = {name: value for name, value in budget.items() if value is not None}
    if given and architecture != "auto":
        raise OptionError(f"{', '.join(given)} let 'auto' choose; architecture is given, {architecture!r}")
    if given:
        from ..plan.selection import choose

        flags = (product_table, overlap, logic_weights, anytime)
        if neurons_in_parallel is not None or stream_bits_per_cycle is not None or any(flags):
            others = "neurons_in_parallel, stream_bits_per_cycle, product_table, overlap, logic_weights or anytime"
            raise OptionError(f"{', '.join(given)}: not together with {others}")
        options, why = choose(network, **given, loadable=weights == "loadable", memory=memory)
        architecture, product_table = options["architecture"], options.get("product_table", False)
        overlap, logic_weights = options.get("overlap", False), options.get("logic_weights", False)
        neurons_in_parallel = options.get("neurons_in_parallel")
        stream_bits_per_cycle = options.get("stream_bits_per_cycle")
    elif architecture == "auto":
        architecture = "row"
    of_column = {"product_table": product_table, "overlap": overlap, "logic_weights": logic_weights}
    for name, wanted in of_column.items():
        if wanted and architecture != "column":
            raise OptionError(f"{name} belongs to architecture 'column', not to {architecture!r}")
    loadable = weights == "loadable"
    if anytime and (loadable or control is not None):
        raise OptionError("anytime adds a port to a core without a control port; got weights or control beside it")
    if memory not in MEMORIES:
        raise OptionError(f"memory must be one of {', '.join(MEMORIES)}; got {memory!r}")
    wish = _Wish(
        architecture=architecture,
        neurons_in_parallel=neurons_in_parallel,
        bits=resolve_bits(network, stream_bits_per_cycle),
        product_table=product_table,
        overlap=overlap,
        logic_weights=logic_weights,
        anytime=anytime,
        loadable=loadable,
        memory=memory,
    )
    core, parameters = _build(network, wish)
    if loadable or control is not None:
        control = control or "axi-lite"
        core = ControlledCore(core, control)
        parameters |= {"control": control, "weights": weights}
    check_name(network, core.signature.members)
    return core, parameters if why is None else parameters | {"why": why}


def _build(network: NetworkSpec, wish: _Wish) -> tuple[NetworkCore | ColumnCore | SerialCore, dict[str, Any]]:
    layers = known_layers(network)
    longest = max(layer.stream_length for layer in layers)
    bits, architecture = wish.bits, wish.architecture
    if architecture == "serial" and wish.neurons_in_parallel not in (None, "auto", 1):
        given = wish.neurons_in_parallel
        if set(resolve_lanes(network, given)) != {1}:
            rule = "architecture 'serial' computes one product at a time"
            raise OptionError(f"neurons_in_parallel: {rule}; got {given!r}")
    if wish.memory != "block" and not (wish.loadable and architecture == "serial"):
        given = f"weights {'loadable' if wish.loadable else 'rom'}, architecture {architecture!r}"
        raise OptionError(f"memory {wish.memory!r} belongs to loadable weights of architecture 'serial'; got {given}")
    special = _special(network, wish, longest)
    if special is not None:
        return special
    for name in ("product_table", "overlap", "logic_weights"):
        if getattr(wish, name):
            needs = "needs constant weights, all neurons at a time and whole streams"
            reason = why_not_network_collapsed(network) or needs
            raise OptionError(f"{name}: {reason}")
    if wish.memory != "block":
        reason = why_not_network_collapsed(network) or "stream_bits_per_cycle must be a power of two"
        raise OptionError(f"memory {wish.memory!r} needs a core whose program is one memory: {reason}")
    if architecture == "row":
        lanes = resolve_lanes(network, wish.neurons_in_parallel)
    elif architecture == "serial":
        lanes = (1,) * len(layers)
    elif wish.neurons_in_parallel in (None, "auto"):
        lanes = tuple(layer.neurons for layer in layers)
    else:
        lanes = resolve_lanes(network, wish.neurons_in_parallel)
    kinds = {"loadable": wish.loadable, "anytime": wish.anytime}
    core = NetworkCore(network, lanes, architecture=architecture, bits_per_clock=bits, **kinds)
    parameters: dict[str, Any] = {"architecture": architecture, "neurons_in_parallel": list(lanes)}
    parameters["stream_bits_per_cycle"] = core.stream_bits
    return core, parameters | ({"anytime": True} if wish.anytime else {})


def _special(network: NetworkSpec, wish: _Wish, longest: int) -> tuple[ColumnCore | SerialCore, dict[str, Any]] | None:
    """The smaller core of a network whose products all have the closed form; None where it is not what is wanted."""
    serial = wish.architecture == "serial"
    general = wish.architecture == "row" or wish.anytime or (wish.loadable and not serial)
    if general or why_not_network_collapsed(network) is not None:
        return None
    parameters: dict[str, Any] = {"architecture": wish.architecture}
    if serial:
        bits = longest if wish.bits is None else wish.bits
        if isinstance(bits, list) or bits & (bits - 1):  # groups of positions are powers of two
            return None
        parameters |= {"stream_bits_per_cycle": bits} | ({"memory": wish.memory} if wish.loadable else {})
        return SerialCore(network, bits_per_clock=bits, loadable=wish.loadable, memory=wish.memory), parameters
    neurons = [layer.neurons for layer in known_layers(network)]
    some = wish.neurons_in_parallel not in (None, "auto")
    if wish.bits not in (None, longest) or (some and list(resolve_lanes(network, wish.neurons_in_parallel)) != neurons):
        return None
    parameters |= {"neurons_in_parallel": neurons, "stream_bits_per_cycle": longest}
    kinds = {name: getattr(wish, name) for name in ("product_table", "overlap", "logic_weights")}
    return ColumnCore(network, **kinds), parameters | {name: True for name, wanted in kinds.items() if wanted}
