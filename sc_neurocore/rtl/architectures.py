# amaranth: UnusedElaboratable=no
"""Which micro-architecture a network's core gets, and the core itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..spec.errors import OptionError
from ..spec.network import NetworkSpec
from .column_core import ColumnCore
from .core import NetworkCore
from .serial_core import SerialCore
from .supported import ARCHITECTURES, check_supported, resolve_lanes

Core = NetworkCore | ColumnCore | SerialCore


def build_core(
    network: NetworkSpec,
    *,
    architecture: str = "auto",
    neurons_in_parallel: str | int | Sequence[int] | None = None,
    stream_bits_per_cycle: int | None = None,
    product_table: bool = False,
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
    budget = {"target": target, "max_luts": max_luts, "min_rate": min_rate}
    given = {name: value for name, value in budget.items() if value is not None}
    if given and architecture != "auto":
        raise OptionError(f"{', '.join(given)} let 'auto' choose; architecture is given, {architecture!r}")
    if given:
        from .selection import choose

        if neurons_in_parallel is not None or stream_bits_per_cycle is not None or product_table:
            others = "neurons_in_parallel, stream_bits_per_cycle or product_table"
            raise OptionError(f"{', '.join(given)}: not together with {others}")
        architecture, stream_bits_per_cycle, product_table, why = choose(network, **given)
    elif architecture == "auto":
        architecture = "row"
    if product_table and architecture != "column":
        raise OptionError(f"product_table belongs to architecture 'column', not to {architecture!r}")
    core, parameters = _build(network, architecture, neurons_in_parallel, stream_bits_per_cycle, product_table)
    return core, parameters if why is None else parameters | {"why": why}


def _build(
    network: NetworkSpec,
    architecture: str,
    neurons_in_parallel: str | int | Sequence[int] | None,
    bits: int | None,
    product_table: bool,
) -> tuple[Core, dict[str, Any]]:
    longest = max(layer.stream_length for layer in network.layers)
    if bits is not None and (isinstance(bits, bool) or not isinstance(bits, int)):
        raise OptionError(f"stream_bits_per_cycle must be an integer, got {bits!r}")
    if architecture == "row":
        _check_bits(architecture, bits, {1: "one bit a clock"})
        lanes = resolve_lanes(network, neurons_in_parallel)
        return NetworkCore(network, lanes), {"architecture": architecture, "neurons_in_parallel": list(lanes)}
    if architecture == "column":
        _check_bits(architecture, bits, {longest: "the whole stream"})
        neurons = [layer.neurons for layer in network.layers]
        if neurons_in_parallel not in (None, "auto") and list(resolve_lanes(network, neurons_in_parallel)) != neurons:
            rule = f"all neurons of a layer at a time, {tuple(neurons)}"
            raise OptionError(
                f"neurons_in_parallel: architecture 'column' computes {rule}; got {neurons_in_parallel!r}"
            )
        core: Core = ColumnCore(network, product_table=product_table)
        parameters = {"architecture": architecture, "neurons_in_parallel": neurons, "stream_bits_per_cycle": longest}
        return core, parameters | ({"product_table": True} if product_table else {})
    _check_bits(architecture, bits, {1: "one bit a clock", longest: "the whole stream"})
    if neurons_in_parallel not in (None, "auto", 1):
        raise OptionError(
            f"neurons_in_parallel: architecture 'serial' computes one product at a time; got {neurons_in_parallel!r}"
        )
    core = SerialCore(network, streaming=bits == 1)
    parameters = {"architecture": architecture, "stream_bits_per_cycle": 1 if bits == 1 else longest}
    return core, parameters


def _check_bits(architecture: str, bits: int | None, legal: dict[int, str]) -> None:
    if bits is not None and bits not in legal:
        values = " or ".join(f"{value} ({meaning})" for value, meaning in legal.items())
        raise OptionError(f"stream_bits_per_cycle of architecture {architecture!r} must be {values}; got {bits}")
