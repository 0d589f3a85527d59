"""What is drawn instead of legal arrays and lists of numbers."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import numpy as np

from .wrong_values import Draw, Thing, strange


def array(*shape: int, integers: tuple[int, int] | None = None, optional: bool = False) -> Draw:
    """What is no array of this shape, of finite real numbers or of integers in a range."""

    def draw(rng: Random) -> Any:
        whole = np.zeros(shape, np.int64 if integers else np.float64)
        place = tuple(rng.randrange(n) for n in shape)
        match rng.randrange(8):
            case 0:
                return rng.choice(
                    (
                        np.zeros((*shape, 1)),
                        np.zeros(shape[:-1]),
                        np.zeros((*shape[:-1], shape[-1] + 1 + rng.randrange(4))),
                    )
                )
            case 1:
                hurt = whole.astype(np.float64)
                hurt[place] = rng.choice((math.nan, math.inf, -math.inf))
                return hurt
            case 2 if integers:
                hurt = whole.copy()
                hurt[place] = rng.choice(
                    (integers[0] - 1 - rng.getrandbits(20), integers[1] + 1 + rng.getrandbits(20), 2**62, -(2**63))
                )
                return hurt
            case 3:
                return (
                    whole.astype(rng.choice(("c16", "U3", "S3", "M8[s]", "O")))
                    if rng.random() < 0.8
                    else np.full(shape, "x")
                )
            case 4:
                return rng.choice(
                    ([[1, 2], [3]], [["a"]], "abc", b"abc", {"a": 1}, [[None]], [[Thing()]], [[10**400]], [[1j]])
                )
            case 5 if integers:
                return whole + rng.choice((0.5, 1e-9))
            case 6:
                return rng.choice((1.5, -1, True, 10**30))
            case _:
                return strange(rng) if optional or rng.random() < 0.6 else None

    return draw


def no_numbers(rng: Random) -> Any:
    """What is no array of finite real numbers, of any shape."""
    return rng.choice(
        (
            None,
            "x",
            Thing(),
            {},
            [[1, 2], [3]],
            [math.nan],
            [1.0, math.inf],
            [1j],
            ["a"],
            [None],
            [10**400],
            np.array(["x"]),
            np.array([object()]),
            np.array(["2020"], "M8[s]"),
            b"1",
        )
    )


def no_bits(rng: Random) -> Any:
    """What are no zeros and ones over time."""
    return rng.choice(
        (
            None,
            5,
            "x",
            {},
            Thing(),
            [[1, 2], [3]],
            [0.5],
            [0, 2],
            [-1, 0],
            ["a"],
            [math.nan],
            [None],
            [1j],
            np.array(["2020"], "M8[s]"),
            b"1",
            [10**400],
        )
    )


def no_codes(rng: Random) -> Any:
    """What are no codes from 0 to 7."""
    return rng.choice(
        (
            None,
            "x",
            {},
            Thing(),
            [[1, 2], [3]],
            [0.5],
            [8],
            [-1],
            ["a"],
            [math.nan],
            [None],
            [1j],
            [True],
            b"1",
            [10**400],
            [2**62],
        )
    )


def no_labels(rng: Random) -> Any:
    """What are no labels of six samples."""
    return rng.choice(
        (
            None,
            "x",
            {},
            Thing(),
            5,
            [[0, 1]] * 3,
            [0] * 5,
            [0] * 7,
            [0.5] * 6,
            ["a"] * 6,
            [math.nan] * 6,
            [None] * 6,
            [True] * 6,
            [1j] * 6,
            [10**400] * 6,
            b"1",
        )
    )


def no_sizes(rng: Random) -> Any:
    """What are no sizes of hidden layers."""
    return rng.choice(
        (
            None,
            5,
            "x",
            {},
            {1, 2},
            Thing(),
            [0],
            [-1],
            [65_537],
            [1.5],
            [True],
            ["1"],
            [None],
            [[1]],
            b"1",
            [10**400],
            [1] * 64,
        )
    )


def no_outputs(rng: Random) -> Any:
    """What are no outputs of two neurons."""
    return rng.choice(
        (
            None,
            1,
            "x",
            {},
            Thing(),
            [[1]],
            [[1, 2, 3]],
            [],
            [[]],
            [["a", "b"]],
            np.zeros((2, 2), complex),
            [[1, 2], [3]],
            np.zeros((2, 2, 2, 2)),
            [[None, None]],
        )
    )


def no_weights(rng: Random) -> Any:
    """What are no weights of a network 3-4-2, nor biases of it."""
    good = [np.ones((4, 3)), np.ones((2, 4))]
    return rng.choice(
        (
            5,
            "x",
            {},
            Thing(),
            [],
            [None],
            ["a"],
            [good[0], good[0]],
            [good[0] * math.nan, good[1]],
            [good[0] + 1j, good[1]],
            [good[0][None], good[1]],
            [[[1, 2], [3]]],
            [good[0].astype("U3"), good[1]],
            good[0],
            [good[0][:0], good[1]],
        )
    )
