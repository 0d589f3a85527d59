"""Generators and weight banks: from words to stream bits, bit by bit and as counts over a period."""

from __future__ import annotations

import cocotb
from drivers import Part, pass_through, start
from parts import WEIGHTS

WORDS = [7, 0, 15, 1, 8, 3, 12, 2, 9, 4, 14, 5, 11, 6, 13, 10]
ALL_CODES = sum(code << (4 * code) for code in range(16))


async def rows(part: Part) -> list[int]:
    """`bits` for every word; they come two clocks after it."""
    return await pass_through(part, 2, [{"word": word} for word in WORDS], lambda: part.get("bits"))


async def check(dut, name: str, bit) -> None:
    """Lane c has code c: `bit(word, c)` says what its stream holds."""
    part = await start(dut, name, word=0, codes=ALL_CODES)
    seen = await rows(part)
    assert seen == [sum(bit(word, code) << code for code in range(16)) for word in WORDS]
    counts = [sum(row >> code & 1 for row in seen) for code in range(16)]
    assert counts == [code + (name == "comparator_inclusive") for code in range(16)]  # its source would skip 0


@cocotb.test()
async def comparator(dut):
    await check(dut, "comparator", lambda word, code: word < code)


@cocotb.test()
async def comparator_inclusive(dut):
    await check(dut, "comparator_inclusive", lambda word, code: word <= code)


@cocotb.test()
async def weighted_binary(dut):
    await check(dut, "weighted_binary", lambda word, code: word and code >> (word.bit_length() - 1) & 1)


async def bank(dut, name: str) -> None:
    """Two lanes, three groups; the group changes with every word."""
    part = await start(dut, name, word=0, group_index=0)
    columns = [[0, 1, 2], [0, 1, 2]]
    sent = [(word, i % 3) for i, word in enumerate(WORDS * 3)]
    rows = [{"word": word, "group_index": group} for word, group in sent]
    ports = [f"{port}_{lane}" for lane in range(2) for port in ("bits", "negative")]
    seen = await pass_through(part, 2, rows, lambda: [part.get(port) for port in ports])
    for (word, group), found in zip(sent, seen, strict=True):
        for lane in range(2):
            neuron = 2 * group + lane
            if neuron == len(WEIGHTS):
                continue  # an idle lane: nobody reads it
            codes = [int(WEIGHTS[neuron, j]) for j in columns[lane]]
            assert found[2 * lane] == sum((word < abs(code)) << i for i, code in enumerate(codes))
            assert found[2 * lane + 1] == sum((code < 0) << i for i, code in enumerate(codes))


@cocotb.test()
async def shared_weights(dut):
    await bank(dut, "shared_weights")


@cocotb.test()
async def rom_weights(dut):
    await bank(dut, "rom_weights")
