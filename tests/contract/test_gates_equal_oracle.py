"""Generated Verilog, driven through its ports by a bench of our own, equals the outside oracle.

Several cores share one Verilator build, so that a handful costs one compilation; that they can stand side by
side also shows that their module names do not collide.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from support.networks.random_networks import RandomNetwork, random_network
from support.verilog.frames import Player, check, tdata_width, whole_script
from support.verilog.verilog_bench import Build, CoreFile, build

import sc_neurocore
from sc_neurocore import rtl


def generated(net: RandomNetwork, folder, name: str, **options) -> tuple[CoreFile, dict]:
    """The network's Verilog, and its ports as section 9 and the manifest state them."""
    network = sc_neurocore.load_network(
        net._replace(description={**net.description, "name": name}).write(folder / "net")
    )
    rtl.generate(network, folder / "rtl", **options)
    manifest = json.loads((folder / "rtl" / "manifest.json").read_text())
    assert manifest["top"] == name
    return CoreFile(name, folder / "rtl" / f"{name}.v", *port_widths(net, manifest)), manifest


def port_widths(net: RandomNetwork, manifest: dict) -> tuple[int, int]:
    """Widths that section 9 gives to the two ``tdata``; the manifest must say the same."""
    description = net.description
    neuron, last = description["layers"][-1]["neuron"], description["layers"][-1]
    if neuron["kind"] == "linear":
        bits = manifest["output"]["width"]
        bound = last["inputs"] * last["stream_length"] + int(
            np.abs(net.tensors[f"layer{len(description['layers']) - 1}.bias"]).max()
        )
        assert bits >= bound.bit_length() + 1, "room for the largest magnitude and a sign"
    else:
        bits = neuron["output_bits"] + (neuron.get("output_encoding") == "sign_magnitude")
        assert manifest["output"]["width"] == bits
    ports = {port["name"]: (port["direction"], port["width"]) for port in manifest["ports"]}
    inputs = tdata_width(Player(net, 1).bits)
    assert ports == {
        **dict.fromkeys(("clk", "rst", "s_axis_tvalid", "s_axis_tlast", "m_axis_tready"), ("in", 1)),
        **dict.fromkeys(("s_axis_tready", "m_axis_tvalid", "m_axis_tlast", "frame_error"), ("out", 1)),
        "s_axis_tdata": ("in", inputs),
        "m_axis_tdata": ("out", tdata_width(bits)),
    }
    return inputs, tdata_width(bits)


def options(net: RandomNetwork, seed: int) -> dict:
    """Half of them architecture row, one bit a clock; the others by turns. None, one or some neurons at a time."""
    layers = net.description["layers"]
    longest = max(layer["stream_length"] for layer in layers)
    lanes = [None, 1, [int(net.rng.integers(1, layer["neurons"] + 1)) for layer in layers]][seed % 3]
    if seed % 2:
        return {"neurons_in_parallel": lanes}
    architecture = ("row", "column", "serial", "column")[seed // 2 % 4]
    bits = (3, None, min(8, longest), 2)[seed // 2 % 4]
    return {
        "architecture": architecture,
        "neurons_in_parallel": None if architecture == "serial" else lanes,
        "stream_bits_per_cycle": None if bits is None else min(bits, longest),
    }


def compare(seeds, folder, **sizes: int) -> int:
    """Play clean, stalled, damaged and interrupted traffic on every network; the number of values compared."""
    nets = {seed: random_network(seed, gates=True, **sizes) for seed in seeds}
    cores, manifests = zip(
        *(generated(net, folder / str(s), f"net{s}", **options(net, s)) for s, net in nets.items()), strict=True
    )
    plays = [whole_script(net) for net in nets.values()]
    results = build(folder / "bench", cores).play([play.script for play in plays])
    compared = 0
    for core, play, segments, manifest in zip(cores, plays, results, manifests, strict=True):
        compared += check(core.name, play, segments, core.output_width)
        last_in = next(cycle for cycle, last in segments[0].accepted if last)
        assert segments[0].beats[0][0] - last_in == manifest["latency_cycles"], f"{core.name}: stated latency"
    return compared


GATES = pytest.mark.contract(
    *("core.ports", "core.widths", "core.frames", "core.frame_error", "core.reset", "core.stall", "core.identifiers"),
    *("codes.unipolar", "codes.bipolar", "codes.sign_magnitude", "codes.spike"),
    *("source.counter", "source.van_der_corput", "source.lfsr", "source.lfsr_full", "source.sobol"),
    *("source.skip", "source.reverse", "source.restart", "generator.comparator", "generator.weighted_binary"),
    *("product.and", "product.xnor", "product.signs", "accumulator.parallel_counter", "accumulator.bias"),
    *("neuron.requantize", "neuron.linear", "neuron.relu", "neuron.clamp", "neuron.border"),
)


@GATES
def test_a_handful_of_networks(tmp_path):
    assert compare(range(10), tmp_path) > 1500


@GATES
def test_two_larger_networks(tmp_path):
    """Many neurons, few or one at a time: the weights come from a memory."""
    assert compare((1003, 1006), tmp_path, most_inputs=30, most_neurons=40) > 300


@GATES
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("first", range(100, 340, 20))
def test_hundreds_of_networks(first, tmp_path):
    assert compare(range(first, first + 20), tmp_path) > 3000


@GATES
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("first", range(2000, 2040, 8))
def test_larger_networks(first, tmp_path):
    assert compare(range(first, first + 8), tmp_path, most_inputs=40, most_neurons=48) > 3000


@pytest.mark.contract("core.identifiers")
def test_the_bench_notices_a_wrong_core(tmp_path):
    """The bench itself can fail: one weight of the description changed after the Verilog was made."""
    net = random_network(5, gates=True)
    core, _ = generated(net, tmp_path, "net5")
    made: Build = build(tmp_path / "bench", [core])
    play = whole_script(net)
    check("net5", play, made.play([play.script])[0], core.output_width)
    play.expected[0].frames[0][0] += 1
    with pytest.raises(AssertionError, match="segment 0: beat 0"):
        check("net5", play, made.play([play.script])[0], core.output_width)


@pytest.mark.contract("core.identifiers")
def test_identifiers_come_from_the_name_and_layer_numbers(tmp_path):
    """All modules begin with the name, the top has no parameters, and another name changes nothing else."""
    net = random_network(7, gates=True)
    texts = []
    for name in ("alpha", "gamma"):
        core, _ = generated(net, tmp_path / name, name)
        text = core.verilog.read_text()
        modules = re.findall(r"^\s*module\s+(\S+?)\s*[(#;]", text, re.MULTILINE)
        assert modules.count(name) == 1
        assert all(m == name or m.startswith(f"{name}_") for m in modules), modules
        assert not re.search(
            r"^\s*(parameter|defparam)\b|`(?!default_nettype (none|wire)$)|/(tmp|home|work|root)/|\.py\b",
            text,
            re.MULTILINE,
        )
        texts.append(text)
    assert texts[0].replace("alpha", "gamma") == texts[1]


@pytest.mark.contract("core.identifiers")
def test_two_processes_write_the_same_verilog(tmp_path):
    net = random_network(3, gates=True)
    program = (
        "import sys; from sc_neurocore import load_network, rtl; rtl.generate(load_network(sys.argv[1]), sys.argv[2])"
    )
    for place, seed in (("a", "1"), ("b/deeper", "2")):
        folder = net.write(tmp_path / place / "net")
        command = [sys.executable, "-c", program, str(folder), str(tmp_path / place / "rtl")]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed}, cwd=tmp_path / place)
    for file in (f"{net.description['name']}.v", "manifest.json"):
        assert (tmp_path / "a/rtl" / file).read_bytes() == (tmp_path / "b/deeper/rtl" / file).read_bytes()
