"""The same bits as `reference`, fast: 64 positions in a word, fewer where a state stands in the way."""

from .engine import run

__all__ = ["run"]
