"""How many features a network takes, where nobody says so: the one number with which its program can be followed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral

from ..spec.errors import OptionError
from .graph import Node

MOST_CANDIDATES = 32


@dataclass(frozen=True)
class Followed:
    """A program that was followed, to its end or up to an error."""

    steps: int
    nodes: tuple[Node, ...]
    error: OptionError | None


Follow = Callable[[tuple[int, ...]], Followed]
"""Follows a program for one sample's shape."""


def follow_input(
    follow: Follow, candidates: Iterable[int], features: int | None, input_shape: Sequence[int] | None
) -> tuple[tuple[int, ...], tuple[Node, ...]]:
    """One sample's shape and the network's nodes.

    Args:
        follow: the program.
        candidates: sizes of its weights, those that a first layer reads first.
        features: what the user said.
        input_shape: of one sample, without the batch; what the user said.

    Raises:
        OptionError: the program's own error; or it takes any number of features, and the user must say which.
    """
    shape = _stated_shape(features, input_shape)
    if shape is not None:
        return shape, _nodes(follow(shape))
    furthest: Followed | None = None
    for size in [*dict.fromkeys(candidates)][:MOST_CANDIDATES]:
        followed = follow((size,))
        if followed.error is None:
            # Selections can take what they need of an input of any width: then no weight tells its size.
            if follow((size + 1,)).error is None:
                break
            return (size,), followed.nodes
        if furthest is None or followed.steps > furthest.steps:
            furthest = followed
    else:
        if furthest is not None:
            raise _error(furthest)
    raise OptionError(
        "the number of input features cannot be read from the network; give features=N, or input_shape=(...) of one "
        "sample without the batch"
    )


def _stated_shape(features: int | None, input_shape: Sequence[int] | None) -> tuple[int, ...] | None:
    if features is not None and input_shape is not None:
        raise OptionError(f"give features or input_shape, not both; got {features!r} and {input_shape!r}")
    if features is None and input_shape is None:
        return None
    name, shape = ("features", (features,)) if input_shape is None else ("input_shape", tuple(input_shape))
    if not shape or not all(isinstance(size, Integral) and not isinstance(size, bool) and size > 0 for size in shape):
        raise OptionError(f"{name} must be positive integers, got {features if input_shape is None else input_shape!r}")
    return tuple(int(size) for size in shape if size is not None)


def _nodes(followed: Followed) -> tuple[Node, ...]:
    if followed.error is not None:
        raise _error(followed)
    return followed.nodes


def _error(followed: Followed) -> OptionError:
    assert followed.error is not None
    return followed.error
