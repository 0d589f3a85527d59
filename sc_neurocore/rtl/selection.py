# amaranth: UnusedElaboratable=no
"""The architecture that keeps within a budget, by estimates that `synth` can check."""

from __future__ import annotations

from dataclasses import dataclass

from ..spec.errors import OptionError
from ..spec.network import NetworkSpec
from .column_core import ColumnCore, table_possible
from .default_pair import why_not_collapsed
from .serial_core import SerialCore
from .shapes import index_shape
from .timing import core_timing


@dataclass(frozen=True)
class Device:
    """What a device has, and the clock that its cores reach at least, as measured on the committed networks."""

    tables: int
    memories: int
    memory_bits: int
    widest: int
    """Bits of a block memory's word at its smallest depth."""
    clock_mhz: dict[str, float]
    """By architecture."""
    scale: float
    """4-input tables per table of an iCE40."""


DEVICES = {
    "up5k": Device(5_280, 30, 4_096, 16, {"serial": 45.0, "column": 42.0}, 1.0),
    "hx8k": Device(7_680, 32, 4_096, 16, {"serial": 95.0, "column": 85.0}, 1.0),
    "ecp5-25k": Device(24_288, 56, 18_432, 36, {"serial": 70.0, "column": 80.0}, 1.35),
}


@dataclass(frozen=True)
class Estimate:
    """What a core would take, roughly: tables within a quarter or so, memories within a few."""

    architecture: str
    stream_bits_per_cycle: int
    product_table: bool
    tables: int
    memories: int
    cycles: int
    rate: float
    """Inferences a second."""

    def text(self) -> str:
        """One phrase."""
        bits = self.stream_bits_per_cycle
        name = f"{self.architecture} with a product table" if self.product_table else self.architecture
        return f"{name}, {bits} stream bits a clock: about {self.tables:,} tables, {self.rate:,.0f}/s"


def choose(
    network: NetworkSpec, *, target: str | None = None, max_luts: int | None = None, min_rate: float | None = None
) -> tuple[str, int, bool, str]:
    """Architecture, stream bits a clock, whether with a product table, and why.

    The smallest that reaches `min_rate`, or without one the fastest.

    Raises:
        OptionError: an option is illegal, a layer has no closed form, or nothing keeps within the budget.
    """
    if target is None or target not in DEVICES:
        raise OptionError(f"target must be one of {', '.join(DEVICES)} where 'auto' keeps a budget; got {target!r}")
    for name, value in (("max_luts", max_luts), ("min_rate", min_rate)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not value > 0):
            raise OptionError(f"{name} must be a positive number, got {value!r}")
    if network.time_steps != 1:
        raise OptionError(f"no estimate for networks of several time steps, got {network.time_steps}; take 'row'")
    for i, layer in enumerate(network.layers):
        reason = why_not_collapsed(layer)
        if reason is not None:
            raise OptionError(
                f"no estimate for this network (layers[{i}].{reason}): leave target, max_luts and min_rate out; "
                "architecture 'row' runs any stream"
            )
    device = DEVICES[target]
    found = estimates(network, target)
    tables = min(device.tables, max_luts or device.tables)
    fitting = [each for each in found if each.tables <= tables and each.memories <= device.memories]
    fast = [each for each in fitting if each.rate >= (min_rate or 0)]
    asked = f"{target}, at most {tables:,} tables" + (f", at least {min_rate:,.0f}/s" if min_rate else "")
    seen = "; ".join(each.text() for each in found)
    if not fast:
        raise OptionError(f"no architecture keeps within {asked}. Estimates: {seen}")
    # of equally fast ones the smaller
    best = min(fast, key=lambda each: each.tables) if min_rate else max(fast, key=lambda e: (e.rate, -e.tables))
    rule = "the smallest that is fast enough" if min_rate else "the fastest that fits"
    return best.architecture, best.stream_bits_per_cycle, best.product_table, f"{rule} for {asked}. Estimates: {seen}"


def estimates(network: NetworkSpec, target: str) -> list[Estimate]:
    """What each architecture would take on a device; the network is one of closed forms."""
    longest = max(layer.stream_length for layer in network.layers)
    ways = [("serial", 1, False), ("serial", longest, False), ("column", longest, False)]
    if all(table_possible(layer) for layer in network.layers):
        ways.append(("column", longest, True))
    return [_estimate(network, DEVICES[target], *way) for way in ways]


def _estimate(network: NetworkSpec, device: Device, architecture: str, bits: int, table: bool) -> Estimate:
    if architecture == "serial":
        core: SerialCore | ColumnCore = SerialCore(network, streaming=bits == 1)
        tables, memories = _serial(core, device)
    else:
        core = ColumnCore(network, product_table=table)
        tables, memories = _column(core, device)
    cycles = core_timing(core).cycles_per_inference
    rate = device.clock_mhz[architecture] * 1e6 / cycles
    return Estimate(architecture, bits, table, round(tables * device.scale), memories, cycles, rate)


def _serial(core: SerialCore, device: Device) -> tuple[float, int]:
    n, width = core.n, sum(bits for _, bits in core.fields)
    deepest = device.memory_bits // 2
    banks = -(-len(core.words) // deepest)
    product = 3 * n + 1 if core.streaming else _chain(n) + _shares(n)
    added = 1 if core.streaming else n
    total = (2 * core.width if core.with_signs else core.width) + added
    borders = sum(2 * border.bits for border in core.borders[:-1])
    tables = 16 + index_shape(len(core.words)).width + product + total + borders + (banks - 1) * width
    memories = _memories(len(core.words), width, device) + _memories(core.program.elements, n, device)
    return tables, memories


def _column(core: ColumnCore, device: Device) -> tuple[float, int]:
    tables, memories = 30.0, 0
    for layer in core.layers:
        n, width, neurons = layer.layer.resolution_bits, layer.totals.width, layer.layer.neurons
        total = 2 * width + n if layer.totals.with_signs else width + n
        product = 0 if layer.table else _chain(n)
        tables += neurons * (product + total) + (0 if layer.table else _shares(n)) + 2 * layer.border.bits + 20
        rows, word = (layer.layer.inputs << n, n) if layer.table else (layer.layer.inputs, n + 1)
        memories += _memories(rows, neurons * word, device) + _memories(neurons, width, device)
    return tables, memories


def _chain(n: int) -> int:
    """Tables of a `CollapsedProduct`."""
    return 2 + sum(q + 1 for q in range(2, n))


def _shares(n: int) -> int:
    """Tables of an `InputShares`."""
    return sum(q + 1 for q in range(2, n))


def _memories(rows: int, width: int, device: Device) -> int:
    depth, word = device.memory_bits // device.widest, device.widest
    while depth < rows and word > 2:
        depth, word = depth * 2, max(1, word // 2)
    return -(-width // word) * -(-rows // depth)
