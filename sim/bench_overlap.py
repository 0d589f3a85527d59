"""The parts of the column core whose vectors overlap: digit products, restarting totals, their sequencer, a table."""

from __future__ import annotations

import random

import cocotb
from bench_closed_form import streamed
from cocotb.triggers import ReadOnly
from drivers import pass_through, start

RANDOM = random.Random(41)


@cocotb.test()
async def digit_shares(dut):
    part = await start(dut, "digit_shares", x=0)
    for x in range(32):
        part.set(x=x)
        await part.step()
        await ReadOnly()
        seen = [part.get(name) for name in ("leading", "low_2", "high_2", "both_2", "low_4")]
        assert seen == [x >> 3, *(streamed(x, k, 5) for k in (4, 8, 12, 16))]
        await part.step()


@cocotb.test()
async def digit_product(dut):
    """Shares are held while weights and signs run through; without `enable` the product is 0."""
    part = await start(dut, "digit_product", k=0, negative=0, enable=1)
    for x in [*RANDOM.sample(range(32), 8), 31]:
        shares = {"low_2": 4, "high_2": 8, "both_2": 12, "low_4": 16}
        part.set(enable=1, leading=x >> 3, **{name: streamed(x, k, 5) for name, k in shares.items()})
        rows = [{"k": k, "negative": RANDOM.randrange(2)} for k in range(32)]
        seen = await pass_through(part, 4, rows, lambda: (part.get("product"), part.get("complemented")))
        ones = [streamed(x, row["k"], 5) for row in rows]
        assert seen == [(31 - p if row["negative"] else p, row["negative"]) for p, row in zip(ones, rows, strict=True)]
    part.set(enable=0, k=31, negative=1)
    await part.step(8)
    assert (part.get("product"), part.get("complemented")) == (0, 0)


async def sums(dut, name: str, negated) -> None:
    part = await start(dut, name, clear=1, product=0, complemented=0)
    await part.step()
    total = 0
    for _ in range(300):
        product, complemented, clear = RANDOM.randrange(16), RANDOM.randrange(2), RANDOM.random() < 0.1
        part.set(product=15 - product if complemented else product, complemented=complemented, clear=clear)
        await ReadOnly()
        total = (total + (negated(product) if complemented else product)) % 512
        assert part.get("sum") == total
        total = 0 if clear else total
        await part.step()


@cocotb.test()
async def restarting(dut):
    await sums(dut, "restarting", lambda product: 15 - product)


@cocotb.test()
async def restarting_signed(dut):
    await sums(dut, "restarting_signed", lambda product: -product)


@cocotb.test()
async def logic_rom(dut):
    part = await start(dut, "logic_rom", enable=1, address=0)
    seen = await pass_through(part, 1, [{"address": i} for i in range(5)], lambda: part.get("data"))
    assert seen == [5, 0, 63, 17, 40]
    part.set(enable=0, address=0)
    await part.step(2)
    assert part.get("data") == 40


@cocotb.test()
async def overlap_sequencer(dut):
    """A vector on an idle chain, one that must wait for it, a sink that is not ready, an output that stalls."""
    part = await start(dut, "overlap_sequencer", last=0, sink_ready=1, take=1)

    async def watch(clocks: int) -> list[tuple[int, ...]]:
        seen = []
        for _ in range(clocks):
            await ReadOnly()
            seen.append(tuple(part.get(name) for name in ("ready", "copy_next", "copy", "shift", "count", "ends")))
            await part.step()
            part.set(last=0)
        return seen

    idle, whole = (1, 0, 0, 0, 0, 0), [(1, 0, 0, 1, 0, 0), (1, 0, 0, 1, 1, 0), (1, 0, 0, 1, 2, 1)]
    granted = [idle, (1, 1, 0, 0, 0, 0), (1, 0, 1, 0, 0, 0)]
    part.set(last=1)
    assert await watch(2) == granted[:2]
    part.set(last=1)  # the chain is claimed: no element until its last shift
    busy = [(0, *row[1:]) for row in whole]
    assert await watch(4) == [granted[2], *busy]
    assert await watch(6) == [(0, *idle[1:]), *granted[1:], *whole]
    part.set(last=1, sink_ready=0)
    assert await watch(6) == [*granted, idle, idle, idle]
    part.set(sink_ready=1)
    assert await watch(1) == [idle]
    part.set(take=0)
    assert [row[3] for row in await watch(3)] == [0, 0, 0]
    part.set(take=1)
    assert await watch(4) == [*whole, idle]
