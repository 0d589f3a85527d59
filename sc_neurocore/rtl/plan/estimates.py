"""Devices, and the areas of parts that plans add up to estimates: good enough to choose a core; `synth` measures it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Device:
    """What a device has, and the clock that its cores reach at least, as measured on the committed networks."""

    tables: int
    memories: int
    memory_bits: int
    widest: int
    """Bits of a block memory's word at its smallest depth."""
    clock_mhz: dict[str, float] | None
    """By architecture; "folded" is a column or serial core of any streams. None where no open tool places a core: rates
    are then compared by clocks."""
    adders_are_tables: bool
    """Whether an adder's bits are counted as tables (iCE40), or as carry cells beside them (ECP5)."""


_ECP5 = {"serial": 70.0, "column": 80.0, "row": 105.0, "folded": 100.0, "unrolled": 100.0}
DEVICES = {
    "up5k": Device(
        5_280, 30, 4_096, 16, {"serial": 45.0, "column": 42.0, "row": 38.0, "folded": 45.0, "unrolled": 30.0}, True
    ),
    "hx8k": Device(
        7_680, 32, 4_096, 16, {"serial": 95.0, "column": 85.0, "row": 105.0, "folded": 110.0, "unrolled": 75.0}, True
    ),
    "ecp5-25k": Device(24_288, 56, 18_432, 36, _ECP5, False),
    "ecp5-85k": Device(83_640, 208, 18_432, 36, _ECP5, False),
    # The GW2A-18 of the family, and the XC7A35T, whose tables have six inputs: four are counted, so that it is no less.
    "gowin": Device(20_736, 46, 18_432, 36, None, True),
    "xilinx7": Device(20_800, 100, 18_432, 36, None, True),
}
"""By the names of `synth`'s targets."""
DEFAULT_DEVICES = ("up5k", "ecp5-25k", "ecp5-85k")
"""Where no device is named, a core is chosen for the first of these that holds one."""


@dataclass(frozen=True)
class Estimate:
    """What a core would take, roughly: tables within 15 % on most of the committed networks, memories within a few."""

    options: dict[str, Any]
    """Of the plan."""
    tables: int
    memories: int
    cycles: int
    rate: float | None
    """Inferences per second; None on a device of unknown clocks."""

    @property
    def name(self) -> str:
        """What the core is, without its figures."""
        words = [_listed(self.options["architecture"])]
        if "neurons_in_parallel" in self.options:
            words.append(f"{' + '.join(map(str, self.options['neurons_in_parallel']))} neurons at a time")
        if "stream_bits_per_cycle" in self.options:
            bits = _listed(self.options["stream_bits_per_cycle"])
            words.append(f"{bits} stream bit{'' if bits == '1' else 's'} a clock")
        flags = {
            "product_table": " with a product table",
            "overlap": ", overlapping",
            "logic_weights": ", weights in logic",
        }
        return ", ".join(words) + "".join(text for flag, text in flags.items() if flag in self.options)

    def text(self) -> str:
        """One phrase."""
        speed = f"{self.cycles:,} clocks per inference" if self.rate is None else f"{rate_text(self.rate)}/s"
        return f"{self.name}: about {self.tables:,} tables, {self.memories} block memories, {speed}"


def rate_text(rate: float) -> str:
    """Inferences a second, whole ones of a quick core."""
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.3g}"


def _listed(value: Any) -> str:
    """One value, or one for each layer."""
    several = value if isinstance(value, list) else [value]
    return " + ".join(map(str, several if len(set(several)) > 1 else several[:1]))


def chain_tables(n: int) -> int:
    """Tables of a `ClosedFormMultiplier`."""
    return 2 + partial_product_tables(n)


def partial_product_tables(n: int) -> int:
    """Tables of a `Radix2PartialProducts`."""
    return sum(q + 1 for q in range(2, n))


def written_memory(rows: int, width: int, device: Device) -> tuple[float, int]:
    """Tables and block memories of a memory that is written: it is cut into the fewest blocks, the widest first, and
    each cut's banks need a choice.

    Args:
        rows: of the memory.
        width: bits of a row.
        device: whose memories they are.
    """
    tables, memories, word = 0.0, 0, device.widest
    while width > 0 and word > 0:
        banks, wide = -(-rows * word // device.memory_bits), min(word, width)
        if width >= word or banks == 1 or word == 1:
            tables, memories, width = tables + 0.45 * (banks - 1) * wide, memories + banks, width - wide
        else:
            word //= 2
    return tables, memories


def rom_tables(rows: int) -> int:
    """Tables of a bit of a memory in logic: one for each 16 rows, and the choice between them."""
    return 2 * -(-rows // 16) - 1


def block_memories(rows: int, width: int, device: Device) -> int:
    """Block memories of a memory, each as wide as its depth allows.

    Args:
        rows: of the memory.
        width: bits of a row.
        device: whose memories they are.
    """
    depth, word = device.memory_bits // device.widest, device.widest
    while depth < rows and word > 2:
        depth, word = depth * 2, max(1, word // 2)
    return -(-width // word) * -(-rows // depth)
