# amaranth: UnusedElaboratable=no
"""The border with a shift beside it, for every total and every shift of narrow widths, against the oracle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support import oracle
from support.simulation.amaranth_runs import simulate

from sc_neurocore.rtl.components.activation.output_stage import LoadableOutputStage, folded_rounding
from sc_neurocore.spec import Clamp, Linear, Relu


def neuron(kind: Any, bits: int, multiplier: int, shift: int) -> Any:
    fields: dict[str, Any] = {"output_bits": bits, "multiplier": multiplier, "shift": shift}
    return Relu(**fields) if kind == "relu" else Clamp(**fields, output_encoding=kind)


def results(border: LoadableOutputStage, shift: int, totals: list[int]) -> list[int]:
    """What comes for totals in a row, one every clock but where `enable` pauses."""
    found: list[int] = []
    rng = np.random.default_rng(shift)

    async def bench(ctx: Any) -> None:
        ctx.set(border.shift, shift)
        ctx.set(border.enable, 1)
        await ctx.tick().repeat(border.latency + 1)
        left, fed = list(totals), 0
        while len(found) < len(totals):
            pause = rng.random() < 0.1
            ctx.set(border.enable, not pause)
            if not pause:
                ctx.set(border.total, left.pop(0) if left else 0)
                fed += 1
                if fed > border.latency:
                    found.append(ctx.get(border.result))
            await ctx.tick()

    simulate(border, bench)
    return found


@pytest.mark.contract("neuron.border", "neuron.relu", "neuron.clamp")
@pytest.mark.parametrize("multiplier", [1, 5])
@pytest.mark.parametrize("bits", [2, 4])
@pytest.mark.parametrize("kind", ["relu", "sign_magnitude", "bipolar"])
def test_every_total_and_every_shift(kind, bits, multiplier):
    width = 7
    compared = 0
    for shift in [*range(11), 46]:
        wanted = neuron(kind, bits, multiplier, shift)
        folded = folded_rounding(wanted)
        border = LoadableOutputStage(neuron(kind, bits, multiplier, 0), width)
        if multiplier == 1 and shift > border.shift_limit:
            continue  # its rounding does not fit the total
        totals = np.arange(-64, 64)
        told = oracle.activate(wanted.model_dump(), totals - folded)
        assert results(border, min(shift, border.shift_limit), totals.tolist()) == told.tolist(), shift
        compared += len(totals)
    assert compared == 128 * (7 if multiplier == 1 else 12)


@pytest.mark.contract("neuron.clamp")
def test_a_wide_total_through_every_step_of_the_shifter():
    rng = np.random.default_rng(1)
    for kind in ("relu", "sign_magnitude", "bipolar"):
        for shift in (0, 3, 8, 11, 17):
            wanted = neuron(kind, 8, 1, shift)
            low = [0, 1, -1, 2**17 - 1, -(2**17)]
            near = [s * (2**e + d) << shift for s in (1, -1) for e in (7, 8) for d in (-1, 0, 1)]
            totals = np.clip([*low, *near, *rng.integers(-(2**17), 2**17, 60)], -(2**17), 2**17 - 1)
            told = oracle.activate(wanted.model_dump(), totals - folded_rounding(wanted))
            assert results(LoadableOutputStage(wanted, 18), shift, totals.tolist()) == told.tolist(), (kind, shift)


def test_linear_shows_the_total_at_once():
    border = LoadableOutputStage(Linear(), 6)
    assert border.latency == 0
    assert results(border, 0, [0, -32, 31, 5]) == [0, -32, 31, 5]
