"""What all products by look-ups share: tiles of samples, codes as bytes, and their range, seen where they are read."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from ...jit import kernel
from ...memory import aligned_zeros
from ...threads import for_slices, thread_count
from ..int8 import CodeOutOfRange
from .kernels import LANES, VECTOR_BYTES
from .transposed import SQUARE

LEAST_SAMPLES = 256
"""Of a thread's share of a batch."""


@kernel
def narrow(codes: np.ndarray, signed: bool, by: int, mask: int, out: np.ndarray) -> int:
    """Bytes of codes of any native integer type; returns the union of all bits, of magnitudes where `signed`.

    Args:
        codes: `(samples, inputs)`.
        signed: whether codes may be negative.
        by: bits by which they are shifted down.
        mask: the bits that are kept then.
        out: uint8 `(samples, inputs)`, written.
    """
    union = np.int64(0)
    for b in range(codes.shape[0]):
        row = codes[b]
        for j in range(row.size):
            code = np.int64(row[j])
            union |= abs(code) if signed else code
            out[b, j] = np.uint8((code >> by) & mask)
    return union  # pyright: ignore[reportReturnType]  an int where compiled


class Space:
    """Working space for a tile of samples; threads have their own."""

    def __init__(self, samples: int, inputs: int) -> None:
        self.samples = samples
        self.octets = np.empty((samples, inputs), dtype=np.uint8)
        self.union = aligned_zeros((VECTOR_BYTES,), np.uint8)
        self.edge = np.zeros((LANES, -(-inputs // SQUARE) * SQUARE), dtype=np.uint8)


class LookupBase(ABC):
    """constant[m] + Σ_j T[x[b, j], w[m, j]] as int64, exact, by some look-ups.

    Args:
        shape: neurons and inputs.
        bits: of an input code.
        signed: whether input codes may be negative.
        tile_samples: samples whose index registers are made at a time.
    """

    reads_codes = True
    """Takes native integers of any type and sees a code that is out of range by itself: codes are read once."""

    def __init__(self, shape: tuple[int, ...], bits: int, signed: bool, tile_samples: int) -> None:
        (self.neurons, self.inputs), self.bits, self.signed = shape, bits, signed
        self.tile_samples = tile_samples
        self._own = threading.local()

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Counts int64 of codes of any native integer type.

        Raises:
            CodeOutOfRange: a code has a bit beyond those of the table, or is negative where none may be.
        """
        a = np.empty((len(codes), self.neurons), dtype=np.int64)
        share = max(LEAST_SAMPLES, -(-len(codes) // thread_count()))
        for_slices(lambda i, j: self._tile(codes[i:j], a[i:j]), len(codes), min(self.tile_samples, share))
        return a

    @abstractmethod
    def describe(self, batch: int) -> dict[str, Any]:
        """What `infer --explain` says of the layer."""

    @abstractmethod
    def _tile(self, codes: np.ndarray, a: np.ndarray) -> None:
        """Write the counts of a tile."""

    @abstractmethod
    def _new_space(self, samples: int) -> Any:
        """Working space for so many samples, a `Space`."""

    def _space(self, samples: int) -> Any:
        """Working space of this thread for at least so many samples, its union of bits empty."""
        space = getattr(self._own, "space", None)
        if space is None or space.samples < samples:
            space = self._own.space = self._new_space(samples)
        space.union[:] = 0
        return space

    def _octets(self, codes: np.ndarray, space: Any, by: int = 0, mask: int = 255) -> np.ndarray:
        """Bytes of codes: themselves where they are such, and still to be checked; else checked copies."""
        if codes.dtype == np.uint8 and codes.flags.c_contiguous and not (self.signed or by):
            return codes
        octets = space.octets[: len(codes)]
        self._check(narrow(codes, self.signed, by, mask, octets))
        return octets

    def _check(self, union: int) -> None:
        """Refuse codes out of range, of which `union` has all bits."""
        if union < 0 or union >> self.bits:
            raise CodeOutOfRange
