"""Int8 matrix products of libraries that drive the processor's matrix unit (AMX), which is out of our compiler's reach.

Signed bytes times signed bytes, summed in int32, which wraps: exact modulo 2^32. Without VNNI or AMX these libraries
add pairs of products with saturation; `exact` says whether this processor is safe.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

LIBRARIES = ("torch", "jax")


@cache
def processor_flags() -> frozenset[str]:
    """What Linux says that the processor, and the machine around it, can do; empty elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())


def has_amx() -> bool:
    """Whether the processor multiplies int8 tiles."""
    return {"amx_tile", "amx_int8"} <= processor_flags()


def exact() -> bool:
    """Whether int8 products are summed without saturation here: Torch's library may be told to go without VNNI."""
    limited = os.environ.get("ONEDNN_MAX_CPU_ISA") or os.environ.get("DNNL_MAX_CPU_ISA")
    return not limited and bool({"amx_int8", "avx512_vnni", "avx_vnni"} & processor_flags())


def loaded(name: str) -> bool:
    """Whether a library has been imported by someone: then it costs nothing to use it."""
    return sys.modules.get(name) is not None  # None there: its import is blocked


def installed(name: str) -> bool:
    """Whether a library could be imported."""
    return loaded(name) or importlib.util.find_spec(name) is not None


def place(name: str, coefficients: np.ndarray) -> Any:
    """Coefficients int8 `(inner, neurons)` in the library's own form."""
    if name == "torch":
        import torch

        return torch.from_numpy(np.ascontiguousarray(coefficients))
    import jax

    return jax.numpy.asarray(np.ascontiguousarray(coefficients))


def product(name: str, x: np.ndarray, coefficients: Any) -> np.ndarray:
    """x `(rows, inner)` int8 times placed coefficients; int32 `(rows, neurons)`, modulo 2^32.

    Args:
        name: of the library.
        x: int8 `(rows, inner)`.
        coefficients: from `place`.
    """
    if name == "torch":
        import torch

        return torch.ops.aten._int_mm(torch.from_numpy(np.ascontiguousarray(x)), coefficients).numpy()
    return np.asarray(_jax_product()(np.ascontiguousarray(x), coefficients))


@cache
def _jax_product() -> Any:
    import jax
    from jax import lax

    def int8_product(x: Any, c: Any) -> Any:
        return lax.dot_general(x, c, (((1,), (0,)), ((), ())), preferred_element_type=jax.numpy.int32)

    return jax.jit(int8_product)
