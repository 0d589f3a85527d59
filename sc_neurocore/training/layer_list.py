"""An architecture as a list of words: `conv6k5p2,pool2,conv16k5,pool2,120,84,10`.

| word | layer |
|---|---|
| `conv16k5` | 16 output channels, kernel 5 × 5 (`k5x3`: 5 rows, 3 columns); then in this order, as wanted: |
| … `s2` | stride 2 (`s2x1`), default 1 |
| … `p2` | padding 2 on all sides, default 0 |
| … `g16` | groups, default 1 |
| `pool2`, `avgpool2` | the largest code, or the average, of 2 × 2; `s1`: stride, default the kernel |
| `120` | a fully connected layer |
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_COUNT = "[1-9][0-9]*"
_SIDES = f"({_COUNT})(?:x({_COUNT}))?"
_CONV = re.compile(f"conv({_COUNT})k{_SIDES}(?:s{_SIDES})?(?:p([0-9]+))?(?:g({_COUNT}))?")
_POOL = re.compile(f"(max|avg)?pool{_SIDES}(?:s{_SIDES})?")
_DENSE = re.compile(_COUNT)
Sides = tuple[int, int]


@dataclass(frozen=True)
class Conv:
    """A convolution."""

    channels: int
    kernel: Sides
    stride: Sides
    padding: int
    groups: int


@dataclass(frozen=True)
class Pool:
    """A pool."""

    average: bool
    kernel: Sides
    stride: Sides


@dataclass(frozen=True)
class Dense:
    """A fully connected layer."""

    neurons: int


Word = Conv | Pool | Dense


def parse(words: Sequence[str]) -> tuple[Word, ...]:
    """The layers that words stand for.

    Raises:
        ValueError: a word is none of the table's, or the last one is not a fully connected layer's.
    """
    layers = tuple(_word(word) for word in words)
    if not layers or not isinstance(layers[-1], Dense):
        raise ValueError(f"must end in the number of classes, got {list(words)}")
    return layers


def on_maps(words: Sequence[Word]) -> bool:
    """Whether a layer takes a map: then the samples' shape must be known."""
    return any(not isinstance(word, Dense) for word in words)


def _word(word: str) -> Word:
    if conv := _CONV.fullmatch(word):
        channels, *sides, padding, groups = conv.groups()
        kernel, stride = _sides(sides[:2], (1, 1)), _sides(sides[2:], (1, 1))
        return Conv(int(channels), kernel, stride, int(padding or 0), int(groups or 1))
    if pool := _POOL.fullmatch(word):
        kind, *sides = pool.groups()
        kernel = _sides(sides[:2], (1, 1))
        return Pool(kind == "avg", kernel, _sides(sides[2:], kernel))
    if _DENSE.fullmatch(word):
        return Dense(int(word))
    raise ValueError(f"must hold words as conv16k5, conv16k3s2p1g4, pool2, avgpool2s1 or 120; got {word[:40]!r}")


def _sides(rows_columns: Sequence[str | None], default: Sides) -> Sides:
    rows, columns = rows_columns
    return default if rows is None else (int(rows), int(rows if columns is None else columns))
