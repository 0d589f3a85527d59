"""Exact integer outputs of a network: `infer` and `classify` on arrays, `files` on files larger than memory."""

from .engines import Engine, classes_of, classify, explain, explanation, infer

__all__ = ["Engine", "classes_of", "classify", "explain", "explanation", "infer"]
