"""A read-only table in logic."""

from __future__ import annotations

from .block_rom import BlockRom


class LogicRom(BlockRom):
    """As `BlockRom`, but never in block memory, which limits an ECP5's clock.

    Cost        up to rows / 16 4-input tables a bit, less where rows repeat.
    """

    style = "logic"
