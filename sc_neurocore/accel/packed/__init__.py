"""The engine `packed`: streams of 64 bits a word, AND or XNOR, popcount."""

from .engine import assembly, describe, run

__all__ = ["assembly", "describe", "run"]
