"""One self-contained HTML page about a run folder: `write(folder, out)`."""

from __future__ import annotations

from .page import write

__all__ = ["write"]
