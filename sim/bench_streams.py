"""Generators and weight banks: from words to stream bits, bit by bit and as counts over a period."""

from __future__ import annotations

import cocotb
import numpy as np
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


async def bank(part: Part, weights: np.ndarray, many: int = 1) -> None:
    """Two lanes, three groups; `many` words per clock, and the group changes with every clock."""
    sent = [([WORDS[(i + 5 * place) % 16] for place in range(many)], i % 3) for i in range(48)]
    rows = [{"word": packed(words), "group_index": group} for words, group in sent]
    ports = [f"{port}_{lane}" for lane in range(2) for port in ("bits", "negative")]
    seen = await pass_through(part, 2, rows, lambda: [part.get(port) for port in ports])
    for (words, group), found in zip(sent, seen, strict=True):
        for lane in range(2):
            neuron = 2 * group + lane
            if neuron == len(weights):
                continue  # an idle lane: nobody reads it
            bits = [word < abs(code) for word in words for code in weights[neuron].tolist()]
            assert found[2 * lane] == sum(bit << i for i, bit in enumerate(bits))
            assert found[2 * lane + 1] == sum((code < 0) << i for i, code in enumerate(weights[neuron].tolist()))


def packed(words: list[int]) -> int:
    return sum(word << (4 * i) for i, word in enumerate(words))


@cocotb.test()
async def shared_weights(dut):
    await bank(await start(dut, "shared_weights", word=0, group_index=0), WEIGHTS)


@cocotb.test()
async def rom_weights(dut):
    await bank(await start(dut, "rom_weights", word=0, group_index=0), WEIGHTS)


@cocotb.test()
async def shared_weights_for_three_words_a_clock(dut):
    await bank(await start(dut, "shared_weights_words", word=0, group_index=0), WEIGHTS, 3)


@cocotb.test()
async def shared_weights_of_one_group_show_each_magnitude_once(dut):
    part = await start(dut, "shared_weights_single", word=0, group_index=0)
    sent = [[word, WORDS[(i + 3) % 16]] for i, word in enumerate(WORDS)]
    seen = await pass_through(part, 2, [{"word": packed(words)} for words in sent], lambda: part.get("streams"))
    magnitudes = [1, 2, 3, 4, 6, 7, 8, 9, 15]
    assert sorted(set(np.abs(WEIGHTS).flat) - {0}) == magnitudes
    for words, found in zip(sent, seen, strict=True):
        bits = [word < magnitude for word in words for magnitude in magnitudes]
        assert found == sum(bit << i for i, bit in enumerate(bits))
    for lane, row in enumerate(WEIGHTS.tolist()):
        used = [code for code in row if code]  # a lane has no product for a weight that is always 0
        assert part.get(f"negative_{lane}") == sum((code < 0) << i for i, code in enumerate(used))


@cocotb.test()
async def rom_weights_for_three_words_a_clock_are_written_one_at_a_time(dut):
    """The codes as configured; then each is written, in any order, and a lane that is not written keeps its own."""
    silent = {"write_0": 0, "write_1": 0, "write_group": 0, "write_column": 0, "write_data": 0}
    part = await start(dut, "rom_weights_words", word=0, group_index=0, **silent)
    await bank(part, WEIGHTS, 3)
    rng = np.random.default_rng(3)
    now = WEIGHTS.copy()
    part.set(group_index=2)
    for place in rng.permutation(WEIGHTS.size).tolist():
        neuron, column = divmod(place, 3)
        now[neuron, column] = code = int(rng.integers(-15, 16))
        group, lane = divmod(neuron, 2)
        write = {"write_group": group, "write_column": (4, 9, 300)[column], "write_data": abs(code) | (code < 0) << 4}
        # nothing is read where it is written
        part.set(group_index=(group + 1) % 3, write_0=lane == 0, write_1=lane == 1, **write)
        await part.step()
    part.set(write_0=1, write_1=1, write_column=5, write_data=31)  # the number of no input
    await part.step()
    part.set(**silent)
    await bank(part, now, 3)
