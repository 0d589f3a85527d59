"""The top module of a board, driven over its pins: bits of a serial line in, bits out, held against the model."""

from __future__ import annotations

from .run import run_over_pins

__all__ = ["run_over_pins"]
