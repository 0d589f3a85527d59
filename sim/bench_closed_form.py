"""The parts of the serial and column cores: products of the default pair, totals, output stages, memories, orders."""

from __future__ import annotations

import random
from fractions import Fraction
from math import floor

import cocotb
from cocotb.triggers import ReadOnly
from drivers import pass_through, start

RANDOM = random.Random(40)


def streamed(x: int, k: int, n: int) -> int:
    """Ones of AND of both streams of the default pair, position by position (contract §2, §3)."""
    count = 0
    for t in range(2**n):
        word = int(f"{(t + 1) % 2**n:0{n}b}"[::-1], 2)  # van der Corput, skip 1
        x_bit = word and (x >> (word.bit_length() - 1)) & 1
        count += x_bit and t < k
    return count


async def shares_of(part, n: int, x: int) -> list[int]:
    """What each bit of a weight is worth against x: the part's outputs after all its clocks."""
    part.set(x=x)
    await part.step(4)
    leading = part.get("leading")
    low = [leading >> 1, (leading & 1) + (leading >> 1)]
    return low + [part.get(f"share_{q}") for q in range(2, n)]


@cocotb.test()
async def input_shares(dut):
    part = await start(dut, "input_shares", x=0)
    for x in range(64):
        assert await shares_of(part, 6, x) == [streamed(x, 2**q, 6) for q in range(6)]


@cocotb.test()
async def collapsed_product(dut):
    """Shares are held while the weights run through: every stage sees its own."""
    part = await start(dut, "collapsed_product", k=0)
    for x in [*RANDOM.sample(range(64), 12), 63]:
        part.set(leading=x >> 4, **{f"share_{q}": streamed(x, 2**q, 6) for q in range(2, 6)})
        seen = await pass_through(part, 2, [{"k": k} for k in range(64)], lambda: part.get("product"))
        assert seen == [streamed(x, k, 6) for k in range(64)]


@cocotb.test()
async def countdown_product(dut):
    part = await start(dut, "countdown_product", load=0, k=0, x=0)
    for x in range(16):
        for k in range(16):
            part.set(load=1, k=k, x=x)
            await part.step()
            part.set(load=0)
            ones, clocks = 0, 0
            while True:
                await ReadOnly()
                ones, clocks, done = ones + part.get("product"), clocks + 1, part.get("done")
                await part.step()
                if done:
                    break
            assert (ones, clocks) == (streamed(x, k, 4), max(1, k))


async def groups(dut, name: str, n: int, j: int, lead: int) -> None:
    """Products follow each other at once, with pauses anywhere; each in its clocks, with its ones."""
    part = await start(dut, name, advance=1, load=1, groups=0, rest=0, x=0)
    size = 2**j
    some = [(RANDOM.randrange(2**n), RANDOM.randrange(2**n)) for _ in range(60)]
    items = [(0, 0), *some, (2**n - 1, 2**n - 1), (0, 2**n - 1), (size, 2**n - 2), (size - 1, 2**n - 1)]

    def present(now: int) -> None:
        """What is asked for while product `now` is counted."""
        following, later = (items[min(now + ahead, len(items) - 1)] for ahead in (1, lead))
        part.set(groups=following[0] // size, rest=later[0] % size, x=later[1])

    present(-1)
    await part.step()
    for now, (k, x) in enumerate(items):
        present(now)
        ones, clocks = 0, max(1, -(-k // size))
        for clock in range(clocks):
            last = clock == clocks - 1
            part.set(advance=1, load=last)
            await ReadOnly()
            assert part.get("done") == last
            await part.step()
            ones += part.get("product")
            if RANDOM.random() < 0.2:
                held = part.get("product")
                part.set(advance=0, load=RANDOM.randrange(2))
                if last:
                    present(now + 1)
                await part.step()
                assert part.get("product") == held
        assert ones == streamed(x, k, n), (k, x)


@cocotb.test()
async def grouped_product(dut):
    await groups(dut, "grouped_product", 6, 3, lead=0)


@cocotb.test()
async def grouped_product_with_a_register_in_its_last_group(dut):
    await groups(dut, "grouped_product_late", 6, 4, lead=1)


async def totals(dut, name: str, negative_product) -> None:
    """Loads and products in random order against a plain sum."""
    part = await start(dut, name, enable=0, load=0, choose=0, value=0, product=0, negative=0)
    total = 0
    for clock in range(300):
        load, enable = RANDOM.random() < 0.2 or clock == 0, RANDOM.random() < 0.8 or clock == 0
        value, product, negative = RANDOM.randrange(512), RANDOM.randrange(16), RANDOM.randrange(2)
        part.set(enable=enable, load=load, choose=load, value=value, product=product, negative=negative)
        if enable:
            total = value if load else (total + (negative_product(product) if negative else product)) % 512
        await part.step()
        assert part.get("total") == total


@cocotb.test()
async def loadable(dut):
    await totals(dut, "loadable", lambda product: 15 - product)


@cocotb.test()
async def loadable_signed(dut):
    await totals(dut, "loadable_signed", lambda product: -product)


@cocotb.test()
async def block_rom(dut):
    part = await start(dut, "block_rom", enable=1, address=0)
    seen = await pass_through(part, 1, [{"address": i} for i in range(5)], lambda: part.get("data"))
    assert seen == [5, 0, 63, 17, 40]
    part.set(enable=0, address=0)
    await part.step(2)
    assert part.get("data") == 40


@cocotb.test()
async def data_memory(dut):
    part = await start(dut, "data_memory", enable=0, read_address=0, write=0, write_address=0, element=0)
    held = {}
    for _ in range(100):
        address, element = RANDOM.randrange(5), RANDOM.randrange(16)
        part.set(enable=0, write=1, write_address=address, element=element)
        held[address] = element
        await part.step()
        address = RANDOM.choice(list(held))
        part.set(enable=1, read_address=address, write=0)
        await part.step()
        assert part.get("data") == held[address]


async def output_stages(dut, name: str, latency: int, expected) -> None:
    part = await start(dut, name, enable=1, total=0)
    rows = [{"total": total} for total in range(-256, 256)]
    read = part.get if name != "output_stage_clamp" else part.get_signed
    seen = await pass_through(part, latency, rows, lambda: read("result"))
    assert seen == [expected(row["total"]) for row in rows]
    part.set(total=-256, enable=0)
    await part.step(3)
    assert read("result") == seen[-1]


@cocotb.test()
async def output_stage_relu(dut):
    """The total carries the rounding already."""
    await output_stages(dut, "output_stage_relu", 2, lambda total: min(max(floor(Fraction(total, 4)), 0), 15))


@cocotb.test()
async def output_stage_clamp(dut):
    """With a multiplier it does not: 2 is added to five times the total."""
    await output_stages(
        dut, "output_stage_clamp", 4, lambda total: min(max(floor(Fraction(5 * total + 2, 4)), -15), 15)
    )


@cocotb.test()
async def output_stage_bipolar(dut):
    await output_stages(dut, "output_stage_bipolar", 2, lambda total: min(max(floor(Fraction(total, 2)) + 8, 0), 15))


@cocotb.test()
async def numbered_reader(dut):
    """A good frame, a short one, a long one, a good one."""
    part = await start(dut, "numbered_reader", tdata=0, tvalid=0, tlast=0, ready=1)
    seen = []
    for tlast in (0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1):
        part.set(tvalid=1, tlast=tlast, tdata=0xE3)
        await ReadOnly()
        names = ("push", "index", "data", "last", "abandon", "error")
        seen.append(tuple(part.get(name) for name in names))
        await part.step()
    good = [(1, 0, 3, 0, 0), (1, 1, 3, 0, 0), (1, 2, 3, 1, 0)]
    short = [(1, 0, 3, 0, 0), (1, 1, 3, 0, 1)]
    long = [(1, 0, 3, 0, 0), (1, 1, 3, 0, 0), (1, 2, 3, 0, 1)]
    assert [row[:5] for row in seen if row[0]] == good + short + long + good
    assert [row[5] for row in seen] == [0] * 5 + [1] * 8
    part.set(ready=0)
    await ReadOnly()
    assert (part.get("tready"), part.get("push")) == (0, 0)


@cocotb.test()
async def column_sequencer(dut):
    """Silent shifts after reset; a vector; an abandoned one; a sink that makes it wait; an output that stalls."""
    part = await start(dut, "column_sequencer", last=0, abandon=0, sink_ready=1, take=1)

    async def shifts(clocks: int) -> list[tuple[int, ...]]:
        names = ("shift", "same_shift", "silent", "ends", "loading")
        seen = []
        for _ in range(clocks):
            await ReadOnly()
            seen.append(tuple(part.get(name) for name in names))
            await part.step()
        return [row for row in seen if row[0]]

    silent = [(1, 1, 1, 0, 0), (1, 1, 1, 0, 0), (1, 1, 1, 1, 0)]
    loud = [(1, 1, 0, 0, 0), (1, 1, 0, 0, 0), (1, 1, 0, 1, 0)]
    assert await shifts(8) == silent
    assert part.get("loading") == 1
    for strobe, ready, expected in (("last", 1, loud), ("abandon", 0, silent), ("last", 1, loud)):
        part.set(sink_ready=ready, **{strobe: 1})
        await part.step()
        part.set(**{strobe: 0})
        assert await shifts(9) == expected
        assert part.get("loading") == 1
    part.set(sink_ready=0, last=1)
    await part.step()
    part.set(last=0)
    assert await shifts(9) == []
    part.set(sink_ready=1, take=0)
    waiting = await shifts(6)
    assert waiting == [loud[0]] * len(waiting) != []
    part.set(take=1)
    assert await shifts(6) == loud
