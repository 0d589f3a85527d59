"""What loading may rely on: no sample begins under hold, and idle means that none is in work."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from amaranth.hdl import Signal
from support.simulation.amaranth_runs import simulate

from sc_neurocore.rtl.loading.load_gates import LoadInterlock


@pytest.mark.parametrize(("frames_in", "frames_out", "most"), [(1, 1, 1), (1, 4, 3), (3, 1, 2), (2, 3, 4), (5, 5, 8)])
def test_samples_are_counted_in_and_out(frames_in, frames_out, most):
    """Random frames on both sides, as many samples between the ports as there may be, and resets."""
    gate, rng, rst = LoadInterlock(frames_in, frames_out, most), random.Random(most), Signal()
    seen: Counter[str] = Counter()

    async def bench(ctx):
        entered = left = 0  # frames
        for clock in range(1500):
            within = entered // frames_in - left // frames_out
            begun = entered % frames_in > 0
            slow = clock // 250 % 2  # now the one side is slow, now the other
            at_start, hold = rng.randrange(2), rng.randrange(2)
            commit = within < most and rng.random() < (0.1 if slow else 0.9)
            sent = within > 0 and rng.random() < (0.9 if slow else 0.1)
            for name, value in {"at_start": at_start, "hold": hold, "commit": commit, "sent": sent}.items():
                ctx.set(getattr(gate, name), value)
            reset = rng.random() < 0.005
            ctx.set(rst, reset)
            outside = at_start and not begun
            assert ctx.get(gate.stop) == (hold and outside)
            assert ctx.get(gate.idle) == (outside and within == 0)
            seen.update(["stop"] * ctx.get(gate.stop) + ["idle"] * ctx.get(gate.idle))
            seen.update(["full"] * (within == most) + ["both"] * (commit and sent) + ["reset"] * reset)
            await ctx.tick()
            entered, left = (0, 0) if reset else (entered + commit, left + sent)

    simulate(gate, bench, rst)
    kinds = {"stop", "idle", "full", "reset"} | ({"both"} if most > 1 else set())
    assert min(seen[kind] for kind in kinds) > 2, seen
