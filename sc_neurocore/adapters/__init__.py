"""Outside models with streams at their border."""

from .protocol import StochasticAdapter

__all__ = ["StochasticAdapter"]
