"""Load words: how an image of a loadable core travels on its control port; and what a neuron has to be loaded with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...spec.errors import OptionError
from ...spec.kinds import unknown_kind
from ...spec.layer import Clamp, Lif, Linear, Neuron, Relu

ADDRESS_BITS = 31
"""An address word has bit 31 set; the bits below it are the address."""
DATA_BITS = 31
"""A data word has bit 31 clear; the bits below it are the data, in two's complement."""
DATA_LIMIT = 2 ** (DATA_BITS - 1)
"""Data are -DATA_LIMIT … DATA_LIMIT - 1."""
ADDRESS_WORD = 1 << 31
FIRST_ADDRESS = 0
"""Where a load writes if its first word is a data word."""


def load_words(image: Iterable[tuple[int, int]]) -> np.ndarray:
    """The image as 32-bit load words; an address word stands only where an address does not follow the one before.

    Args:
        image: (address, data) in the order in which they are to be written.

    Returns:
        uint32, one word an element.

    Raises:
        OptionError: an address or data beyond what a load word holds.
    """
    words, following = [], FIRST_ADDRESS
    for address, data in image:
        if not 0 <= address < 1 << ADDRESS_BITS:
            raise OptionError(f"image: an address must be 0 … 2^{ADDRESS_BITS} − 1; got {address}")
        if not -(1 << (DATA_BITS - 1)) <= data < 1 << (DATA_BITS - 1):
            limit = f"2^{DATA_BITS - 1}"
            raise OptionError(f"image: data must be −{limit} … {limit} − 1; got {data} at address {address}")
        if address != following:
            words.append(ADDRESS_WORD | address)
        words.append(data % (1 << DATA_BITS))
        following = address + 1
    return np.array(words, dtype=np.uint32)


def load_bytes(words: np.ndarray) -> bytes:
    """The words as the bytes of a load frame: little-endian, one byte a beat."""
    return words.astype("<u4").tobytes()


SHIFT_BITS = 6
"""Of a loadable shift, 0 … 46 (contract, limits)."""


@dataclass(frozen=True)
class Setting:
    """A field of a neuron's description, as the load words have it."""

    field: str
    value: int
    bits: int


def setting_of(neuron: Neuron) -> Setting | None:
    """The shift of `relu` and `clamp`, the threshold of `lif`; `linear` has none.

    Raises:
        OptionError: the kind of neuron has no gates.
    """
    match neuron:
        case Relu(shift=shift) | Clamp(shift=shift):
            return Setting("shift", shift, SHIFT_BITS)
        case Lif(v_threshold=threshold, state_bits=bits):
            return Setting("v_threshold", threshold, bits - 1)
        case Linear():
            return None
        case other:
            unknown_kind(other, "rtl loads")


def shift_of(neuron: Neuron) -> int | None:
    """The shift of `relu` and `clamp`, which the widths of a core depend on even where it is loaded; else None.

    Raises:
        OptionError: the kind of neuron has no gates.
    """
    setting = setting_of(neuron)
    return setting.value if setting is not None and setting.field == "shift" else None
