"""What `prepare` made, and how a spoiled file is put."""

from __future__ import annotations

from pathlib import Path
from typing import Any

HELD: dict[str, Any] = {}
"""What `prepare` made, for the children."""


def put(path: Path, content: bytes | str) -> None:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
