"""Names in natural order."""

from __future__ import annotations

import re


def natural(name: str) -> list[tuple[int, int | str]]:
    """Sort key under which numbers inside names count as numbers: layer2 before layer10."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", name)]
