"""The engine `counts`: exact counts without bits."""

from .engine import describe, product_table, run, supports

__all__ = ["describe", "product_table", "run", "supports"]
