"""The surrogate that a recipe names, as an object."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import lru_cache

from ..spec.errors import OptionError
from .config import TrainConfig
from .surrogate.base import Formula
from .surrogate.catalogue import CATALOGUE


@lru_cache(maxsize=64)
def parse_surrogate(text: str) -> Formula:
    """An entry of the catalogue written as a call with numbers: `"Sigmoid"` or `"Sigmoid(alpha=4.0)"`.

    Raises:
        OptionError: the name or a parameter is unknown, or a value breaks its rule.
    """
    name, parameters = text, {}
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and not tree.args:
            name = tree.func.id
            parameters = {str(each.arg): ast.literal_eval(each.value) for each in tree.keywords}
        elif isinstance(tree, ast.Name):
            name = tree.id
    except (SyntaxError, ValueError):
        name = text
    if name not in CATALOGUE:
        raise OptionError(
            f"surrogate must be a name of {', '.join(CATALOGUE)}, with parameters in brackets if any, as in "
            f"'Sigmoid(alpha=4.0)'; got {text[:80]!r}"
        )
    try:
        return CATALOGUE[name](**parameters)
    except TypeError as error:
        raise OptionError(f"surrogate {text[:80]!r}: {error}") from None


def surrogate_of(config: TrainConfig) -> Formula:
    """The surrogate of a recipe's spikes, with the recipe's comparator.

    Raises:
        OptionError: see `parse_surrogate`.
    """
    return replace(parse_surrogate(config.surrogate), comparator=config.comparator)
