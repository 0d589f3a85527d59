"""Ports wider than a word of the machine: every element of a beat is compared, by every simulator."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from support.networks.descriptions import dense, network
from support.networks.specs import spec_of as spec

from sc_neurocore.cosim import run
from sc_neurocore.cosim.testplan.script import Beat
from sc_neurocore.cosim.verdict.judge import beat_array, judge
from sc_neurocore.rtl import generate

INPUTS, NEURONS = 9, 12
RNG = np.random.default_rng(3)
NETWORK = spec(
    network(dense(INPUTS, NEURONS, 4, 16)),
    {
        "layer0.weight": RNG.integers(-15, 16, (NEURONS, INPUTS)),
        "layer0.bias": RNG.integers(-9, 9, NEURONS),
    },
)
WAYS = [
    {"simulator": "amaranth"},
    pytest.param({"simulator": "icarus"}, id="icarus"),
    pytest.param({"simulator": "verilator", "mode": "block"}, marks=pytest.mark.slow, id="block"),
]


@pytest.mark.contract("core.frames", "core.widths", "core.stall")
@pytest.mark.parametrize("way", WAYS)
def test_a_sound_core_passes(way, tmp_path):
    options = {"stall": "random", "samples": 4, "search_seconds": 0.2}
    result = run(NETWORK, tmp_path, architecture="unrolled", **options, **way)
    assert result.passed, result.reason
    assert result.comparison.values_compared % NEURONS == 0
    assert result.comparison.values_compared >= 4 * NEURONS


def damaged(folder: Path, place: int) -> str:
    """The core with one wrong bit in the truth of one of its tables."""
    generate(NETWORK, folder, architecture="unrolled")
    path = folder / "net.v"
    text = path.read_text()
    found = list(re.finditer(r"16'h([0-9a-f]{4}) >> ", text))
    match = found[place % len(found)]
    wrong = f"16'h{int(match[1], 16) ^ 0x0040:04x} >> "
    path.write_text(text[: match.start()] + wrong + text[match.end() :])
    return str(folder)


@pytest.mark.contract("core.widths")
@pytest.mark.parametrize("way", WAYS[1:])
@pytest.mark.parametrize("place", [0, -1])
def test_a_wrong_table_is_found(way, place, tmp_path):
    result = run(NETWORK, tmp_path / "out", rtl=damaged(tmp_path / "rtl", place), samples=16, **way)
    assert not result.passed
    assert "values differ" in str(result.reason)
    first = result.report["first_mismatch"]
    assert first["expected"] != first["got"]
    assert 0 <= first["neuron"] < NEURONS


def beat(elements: list[int], last: int = 1, size: int = 16) -> Beat:
    return Beat(sum(e % 2**size << (i * size) for i, e in enumerate(elements)), last, 7)


def test_each_element_of_a_beat_is_judged():
    rows = np.random.default_rng(0).integers(-200, 200, (5, 12))
    beats = [beat(row.tolist()) for row in rows]

    def judged(seen: list[Beat]):
        return judge(beat_array(seen, 192, 12), rows.reshape(-1), 16, signed=True, neurons=12)

    assert (judged(beats).mismatches, judged(beats).wrong_last, judged(beats).compared) == (0, None, 60)
    for number in range(60):
        changed = rows.copy().reshape(-1)
        changed[number] += 1
        wrong = judged([beat(row.tolist()) for row in changed.reshape(5, 12)])
        assert wrong.mismatches == 1
        assert wrong.first is not None
        assert wrong.first[0] == number
    early = judged([*beats[:2], beat(rows[2].tolist(), last=0), *beats[3:]])
    assert early.wrong_last == (35, 0)
    unknown = judged([*beats[:4], Beat(None, 1, 7)])
    assert unknown.mismatches == 12
