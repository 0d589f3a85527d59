"""Tests that need instructions which not every processor has: skipped with the instruction's name, never passed."""

from __future__ import annotations

import pytest

from sc_neurocore.accel.counts import vnni
from sc_neurocore.accel.counts.lookup import kernels, shuffles
from sc_neurocore.accel.llvm import processor


def needs(there: bool, instructions: str) -> list[pytest.MarkDecorator]:
    """Marks of a test; a processor without the instructions is legal in CI too."""
    return [pytest.mark.optional, pytest.mark.skipif(not there, reason=f"for want of {instructions}")]


VNNI = needs(vnni.available(), "AVX-512 VNNI in the processor that kernels are compiled for")
VBMI = needs(kernels.available(), "AVX-512 VBMI and VNNI in the processor that kernels are compiled for")
SHUFFLES = needs(shuffles.width() > 0, "a shuffle of bytes in the processor that kernels are compiled for")
VPOPCNTDQ = needs("avx512vpopcntdq" in processor(), "AVX-512 VPOPCNTDQ")
