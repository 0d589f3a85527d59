"""Outside models with streams as inputs and outputs."""

from .protocol import StochasticAdapter

__all__ = ["StochasticAdapter"]
