"""Arrays as frameworks and files give them, as the float64 numbers that the graph holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..spec.coerce import array as as_array
from ..spec.errors import OptionError


def real(array: Any, name: str) -> np.ndarray:
    """A float64 array of finite numbers.

    Raises:
        OptionError: it is none; the message names the first fault's index.
    """
    a = as_array(name, array, error=OptionError)
    if a.dtype.kind not in "iufbV" or a.dtype.names:
        raise OptionError(f"{name} must hold real numbers, got dtype {a.dtype}")
    a = a.astype(np.float32 if a.dtype.kind == "V" else np.float64).astype(np.float64)
    if not np.isfinite(a).all():
        index = tuple(int(i) for i in np.argwhere(~np.isfinite(a))[0])
        raise OptionError(f"{name} must be finite, got {a[index]} at {index}")
    return a
