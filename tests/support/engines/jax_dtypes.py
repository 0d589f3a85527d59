"""JAX's floating-point types as a test's parameters: XLA compiles float16 only for a processor that converts it."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from .processor import needs


def _compiles_float16() -> bool:
    try:
        jax.jit(lambda x: x.astype("float32") + 1)(np.float16(1))
    except jax.errors.JaxRuntimeError:
        return False
    return True


_FLOAT16 = needs(_compiles_float16(), "F16C, without which XLA compiles no float16")
DTYPES = [pytest.param("float16", marks=_FLOAT16), "bfloat16", "float32", "float64"]
"""By name."""

MOSTLY_SLOW = [
    "float32",
    pytest.param("float16", marks=[*_FLOAT16, pytest.mark.slow]),
    pytest.param("bfloat16", marks=pytest.mark.slow),
    pytest.param("float64", marks=pytest.mark.slow),
]
"""The same where one type shows in every run what the others do: compiling for each is most of what a test costs."""
