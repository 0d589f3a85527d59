"""Read-only memories in banks: the row of every address, one clock later, and the same one while nothing is read."""

from __future__ import annotations

import random

import pytest
from support.simulation.amaranth_runs import simulate

from sc_neurocore.rtl.components.memory.memories import BANK_ROWS, MOST_BANKS, BankedRom, bank_sizes


@pytest.mark.parametrize("count", [BANK_ROWS + 1, 2 * BANK_ROWS, 2 * BANK_ROWS + 300, MOST_BANKS * BANK_ROWS])
def test_banks_read_as_one_memory(count):
    rng = random.Random(count)
    rows = [rng.getrandbits(9) for _ in range(count)]
    memory = BankedRom(rows, 9)
    edges = [each for first in range(0, count, BANK_ROWS) for each in (first, min(first + BANK_ROWS, count) - 1)]
    addresses = [*edges, *rng.choices(range(count), k=400), *edges]
    waits = [0]

    async def bench(ctx):
        for address in addresses:
            ctx.set(memory.enable, 1)
            ctx.set(memory.address, address)
            await ctx.tick()
            assert ctx.get(memory.data) == rows[address]
            if rng.random() < 0.3:
                ctx.set(memory.enable, 0)
                ctx.set(memory.address, rng.randrange(count))
                await ctx.tick()
                assert ctx.get(memory.data) == rows[address]
                waits[0] += 1

    simulate(memory, bench)
    assert waits[0] > 50


def test_banks_have_all_rows_and_few_or_many_stay_together():
    for count in (1, 2, BANK_ROWS, MOST_BANKS * BANK_ROWS + 1, 100_000):
        assert bank_sizes(count) == [count]
    for count in (BANK_ROWS + 1, 5000, MOST_BANKS * BANK_ROWS):
        sizes = bank_sizes(count)
        assert len(sizes) > 1
        assert sum(sizes) == count
        assert all(0 < size <= BANK_ROWS for size in sizes)
