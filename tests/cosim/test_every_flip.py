"""Flips all over generated Verilog: each is found by the co-simulation, or changes no output for any input at all."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest
from support.cores.handmade_core import small_network
from support.verilog.icarus import needs_icarus

from sc_neurocore import rtl
from sc_neurocore.cosim import run
from sc_neurocore.cosim.simulators import build
from sc_neurocore.spec import (
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    Clamp,
    Comparator,
    LfsrFull,
    Sobol,
    WeightedBinary,
)

pytestmark = needs_icarus  # dozens of cores are compiled, which takes Verilator minutes

BASE = small_network([[[3, -2], [5, 7], [-3, 6]], [[7, -7, 5], [-1, 4, 2]]], [[3, 1, 2], [2, 0]], length=8)
PAIRS = {
    "default": (DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR),
    "lfsr": (Comparator(source=LfsrFull(seed=5, skip=3)), WeightedBinary(source=Sobol(dimension=3, reverse=True))),
}
OPERATORS = {"<": "<=", "==": "!=", "+": "-", "-": "+", "&": "|", "|": "&", "^": "|", ">": ">="}
INPUTS = np.stack(np.meshgrid(range(8), range(8)), axis=-1).reshape(-1, 2)


def network(pair):
    layers = [
        layer.model_copy(update={"input_generator": PAIRS[pair][0], "weight_generator": PAIRS[pair][1]})
        for layer in BASE.layers
    ]
    if pair == "lfsr":
        wide = Clamp(multiplier=5, shift=3, output_bits=3, output_encoding="sign_magnitude")
        layers[-1] = layers[-1].model_copy(update={"neuron": wide})
    return BASE.replace(layers=tuple(layers))


def sites(text):
    """Every bit of every constant and every operator in the logic; not the declarations' initial values."""
    found = []
    for line in re.finditer(r"^.*$", text, re.MULTILINE):
        if not re.match(r"\s*(assign|offsets|\\?\w+\[\d+\] =)", line[0]):
            continue
        for constant in re.finditer(r"(\d+)'h([0-9a-f]+)", line[0]):
            for bit in range(int(constant[1])):
                wrong = f"{constant[1]}'h{int(constant[2], 16) ^ (1 << bit):x}"
                found.append((line.start() + constant.start(), line.start() + constant.end(), wrong))
        for operator in re.finditer(r" (<|==|\+|-|&|\||\^|>) ", line[0]):
            found.append((line.start() + operator.start(1), line.start() + operator.end(1), OPERATORS[operator[1]]))
    return found


@pytest.mark.one_in(16)
@pytest.mark.contract("core.frames", "core.reset")
@pytest.mark.parametrize("part", range(8))
@pytest.mark.parametrize("pair", PAIRS)
def test_flips_are_found_or_are_none(pair, part, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "_SILENT_SECONDS", 20.0)  # some flips close a combinational loop, which stops the clock
    spec = network(pair)
    manifest = rtl.generate(spec, tmp_path / "sound", neurons_in_parallel=1 + part % 2)
    text = (tmp_path / "sound" / manifest["verilog"]).read_text()
    flips = sites(text)
    assert len(flips) > 300
    found = none = 0
    for k, (begin, end, wrong) in enumerate(random.Random(f"{pair} {part}").sample(flips, 12)):
        if k >= 3 and found:
            break
        core = tmp_path / f"flip{k}"
        core.mkdir()
        (core / "core.v").write_text(text[:begin] + wrong + text[end:])
        (core / "manifest.json").write_text((tmp_path / "sound" / "manifest.json").read_text())
        if not run(spec, tmp_path / "out", rtl=core, simulator="icarus", samples=16).passed:
            found += 1
            continue
        # It passed, so no input at all may tell the difference, in any order of a few.
        orders = [INPUTS, INPUTS[::-1], np.random.default_rng(k).permutation(INPUTS)]
        all_inputs = np.concatenate(orders)
        exhaustive = run(spec, tmp_path / "out", rtl=core, simulator="icarus", codes=all_inputs, stall="random")
        line = text[text.rfind("\n", 0, begin) + 1 : text.find("\n", end)].strip()
        assert exhaustive.passed, f"missed: {text[begin:end]} as {wrong} in {line}: {exhaustive.reason}"
        none += 1
    assert found + none >= 3
    assert found >= 1
