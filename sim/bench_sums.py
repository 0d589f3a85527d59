"""Products, counters, accumulator, shifter: everything that adds."""

from __future__ import annotations

import random

import cocotb
from drivers import pass_through, start

RANDOM = random.Random(20)
WORDS16 = [(RANDOM.getrandbits(16), RANDOM.getrandbits(16), RANDOM.getrandbits(16)) for _ in range(50)]


@cocotb.test()
async def and_products(dut):
    part = await start(dut, "and_products", x=0, w=0, negative=0)
    for x, w, negative in WORDS16:
        part.set(x=x, w=w, negative=negative)
        await part.step()
        assert part.get("bits") == (x & w) ^ negative


@cocotb.test()
async def signed_products(dut):
    part = await start(dut, "signed_products", x=0, w=0, x_negative=0, w_negative=0)
    for x, w, negative in WORDS16:
        part.set(x=x, w=w, x_negative=negative, w_negative=x)
        await part.step()
        assert (part.get("bits"), part.get("negative")) == (x & w, negative ^ x)


@cocotb.test()
async def xnor_products(dut):
    part = await start(dut, "xnor_products", x=0, w=0)
    for x, w, _ in WORDS16:
        part.set(x=x, w=w)
        await part.step()
        assert part.get("bits") == 0xFFFF - (x ^ w)


WORDS20 = [2**20 - 1, 0, 1, 2**19, *(RANDOM.getrandbits(20) for _ in range(60))]


@cocotb.test()
async def parallel_counter(dut):
    """20 bits: five levels of adders, two stages of registers."""
    part = await start(dut, "parallel_counter", bits=0)
    seen = await pass_through(part, 2, [{"bits": word} for word in WORDS20], lambda: part.get("count"))
    assert seen == [word.bit_count() for word in WORDS20]


@cocotb.test()
async def signed_counter(dut):
    part = await start(dut, "signed_counter", bits=0, negative=0)
    signs = [0, 0, 0, 0, *WORDS20[4:][::-1]]
    pairs = [*zip(WORDS20, signs, strict=True), (2**20 - 1, 2**20 - 1)]
    rows = [{"bits": word, "negative": sign} for word, sign in pairs]
    seen = await pass_through(part, 2, rows, lambda: part.get_signed("count"))
    assert seen == [(word & ~sign).bit_count() - (word & sign).bit_count() for word, sign in pairs]
    assert (seen[0], seen[-1]) == (20, -20)


@cocotb.test()
async def accumulator_reaches_full_scale_both_ways(dut):
    part = await start(dut, "accumulator", valid=0, first=0, count=0)
    for count in (20, -20, 3, -1):
        for position in range(9):
            part.set(valid=1, first=position == 0, count=count)
            await part.step()
            assert part.get_signed("total") == count * (position + 1)
        part.set(valid=0, first=1, count=7)  # first without valid does nothing
        await part.step(2)
        assert part.get_signed("total") == 9 * count


@cocotb.test()
async def shifter(dut):
    part = await start(dut, "shifter", load=0, shift=0, totals=0)
    for totals in ([1, 2, 3, 4], [63, 0, 17, 42]):
        part.set(load=1, shift=1, totals=sum(total << (6 * lane) for lane, total in enumerate(totals)))
        await part.step()
        part.set(load=0, shift=0, totals=0)
        for total in totals:
            await part.step(2)  # nothing moves without shift
            assert part.get("first") == total
            part.set(shift=1)
            await part.step()
            part.set(shift=0)
