"""Tests that need instructions which not every processor has: skipped with the instruction's name, never passed."""

from __future__ import annotations

import pytest

from sc_neurocore.accel import libraries
from sc_neurocore.accel.counts import vnni


def needs(there: bool, instructions: str) -> list[pytest.MarkDecorator]:
    """Marks of a test; a processor without the instructions is legal in CI too."""
    return [pytest.mark.optional, pytest.mark.skipif(not there, reason=f"for want of {instructions}")]


VNNI = needs(vnni.available(), "AVX-512 VNNI in the processor that kernels are compiled for")
EXACT_INT8 = needs(libraries.exact(), "VNNI or AMX, without which a library's int8 sums saturate")
VPOPCNTDQ = needs("avx512_vpopcntdq" in libraries.processor_flags(), "AVX-512 VPOPCNTDQ")
