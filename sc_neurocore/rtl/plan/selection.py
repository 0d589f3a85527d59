# amaranth: UnusedElaboratable=no
"""The core that keeps within a budget, by estimates that `synth` can check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...spec.coerce import number
from ...spec.errors import OptionError
from ...spec.network import NetworkSpec
from ..cores.column_core import ColumnCore, table_possible
from ..cores.network_core import NetworkCore
from ..cores.serial.core import SerialCore
from ..datapath.make import MAX_BITS
from .closed_forms import why_network_has_no_closed_form
from .estimates import DEVICES, Device, Estimate, estimate
from .supported import all_inputs_at_once, known_layers

SHOWN = 6
"""Estimates that a message lists."""


def choose(
    network: NetworkSpec,
    *,
    target: str | None = None,
    max_luts: int | None = None,
    min_rate: float | None = None,
    loadable: bool = False,
    memory: str = "block",
) -> tuple[dict[str, Any], str]:
    """The options of `build_core` that describe the core, and why.

    The smallest that reaches `min_rate`, or without one the fastest.

    Args:
        network: what to build.
        target: a key of `DEVICES`.
        max_luts: 4-input tables that the core may take; None: the device's.
        min_rate: inferences per second that it must reach; None: as many as fit.
        loadable: weights are written at run time.
        memory: of a loadable serial program.

    Raises:
        OptionError: an option is illegal, or nothing keeps within the budget.
    """
    if target is None or target not in DEVICES:
        raise OptionError(f"target must be one of {', '.join(DEVICES)} where 'auto' keeps a budget; got {target!r}")
    for name, value in (("max_luts", max_luts), ("min_rate", min_rate)):
        if value is not None:
            number(name, value, above=0, rule="a positive number")
    if memory == "spram" and not (target == "up5k" and loadable and why_network_has_no_closed_form(network) is None):
        raise OptionError("memory 'spram' needs target up5k, loadable weights and a network of closed forms")
    device = DEVICES[target]
    candidates = list(estimates(network, device, loadable=loadable, memory=memory))
    tables = min(device.tables, max_luts or device.tables)
    fitting = [each for each in candidates if each.tables <= tables and each.memories <= device.memories]
    sufficient = [each for each in fitting if each.rate >= (min_rate or 0)]
    budget = f"{target}, at most {tables:,} tables" + (f", at least {min_rate:,.0f}/s" if min_rate else "")
    if not sufficient:
        raise OptionError(f"no architecture keeps within {budget}. Estimates: {_front(candidates)}")
    # of equally fast ones the smaller
    order = (lambda each: each.tables) if min_rate else (lambda each: (-each.rate, each.tables))
    best = min(sufficient, key=order)
    rule = "the smallest that is fast enough" if min_rate else "the fastest that fits"
    return best.options, f"{rule} for {budget}: {best.text()}. Estimates: {_front(candidates)}"


def _front(candidates: list[Estimate]) -> str:
    """Some of the estimates, from the smallest to the fastest."""
    front = [each for each in candidates if not any(o.tables <= each.tables and o.rate > each.rate for o in candidates)]
    front.sort(key=lambda each: each.tables)
    step = max(1, -(-len(front) // SHOWN))
    selection = front[::step] + ([front[-1]] if front[::step][-1] is not front[-1] else [])
    return "; ".join(each.text() for each in selection)


def estimates(
    network: NetworkSpec, device: Device, *, loadable: bool = False, memory: str = "block"
) -> Iterator[Estimate]:
    """What each core that could be taken would need.

    Args:
        network: what to build.
        device: on which.
        loadable: weights are written at run time.
        memory: of a loadable serial program.
    """
    if why_network_has_no_closed_form(network) is None:
        yield from _closed_forms(network, device, loadable, memory)
    if memory != "block":
        return
    layers = known_layers(network)
    # constants of `row` are a part of its gates; loaded, they would be memories as wide as all inputs
    architectures = ["column"] if loadable else ["row", "column"]
    if any(all_inputs_at_once(layer.accumulator) for layer in layers):
        architectures = ["row"]
    longest = max(layer.stream_length for layer in layers)
    largest = max(layer.neurons for layer in layers)
    closed = [None] if longest > MAX_BITS else [None, 4, 16]
    for architecture in architectures:
        for folds in _powers_of_two(largest):
            lanes = tuple(-(-layer.neurons // min(folds, layer.neurons)) for layer in layers)
            for bits in closed:
                if bits is not None and bits > longest:
                    continue
                options: dict[str, Any] = {"architecture": architecture, "neurons_in_parallel": lanes}
                options |= {} if bits is None else {"stream_bits_per_cycle": bits}
                core = NetworkCore(network, lanes, architecture=architecture, bits_per_clock=bits, loadable=loadable)
                yield estimate(network, core, device, options)


def _powers_of_two(limit: int) -> Iterator[int]:
    fold = 1
    while fold < 2 * limit:
        yield fold
        fold *= 2


def _closed_forms(network: NetworkSpec, device: Device, loadable: bool, memory: str) -> Iterator[Estimate]:
    layers = known_layers(network)
    longest = max(layer.stream_length for layer in layers)
    for bits in (1, longest):
        options = {"architecture": "serial", "stream_bits_per_cycle": bits}
        core = SerialCore(network, bits_per_clock=bits, loadable=loadable, memory=memory)
        yield estimate(network, core, device, options)
    if loadable:
        return
    whole = {"architecture": "column", "stream_bits_per_cycle": longest}
    kinds: list[dict[str, bool]] = [{}, {"overlap": True}, {"overlap": True, "logic_weights": True}]
    if all(table_possible(layer) for layer in layers):
        kinds += [{"product_table": True}, {"product_table": True, "overlap": True}]
    for kind in kinds:
        yield estimate(network, ColumnCore(network, **kind), device, whole | kind)
