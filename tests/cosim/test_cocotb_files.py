"""`write_cocotb`: what it writes runs with cocotb and a simulator alone, passes right cores and fails wrong ones."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from support.cores.handmade_core import small_network
from support.networks.random_networks import write_folder
from support.networks.spiking_networks import random_spiking
from support.verilog.simulators import QUICK

from sc_neurocore.cosim import write_cocotb
from sc_neurocore.cosim.simulators.tools import simulator_environment
from sc_neurocore.rtl import generate
from sc_neurocore.spec import load_network

NETWORK = small_network([[[2, -3, 7], [-1, 4, 5]]], [[1, 0]])
CASES = {
    "constants": {},
    "loaded over the stream": {"weights": "loadable", "control": "stream"},
    "loaded over registers": {"weights": "loadable", "control": "axi-lite"},
    "registers": {"control": "axi-lite"},
    "streams that may stop early": {"architecture": "row", "anytime": True},
}


def made(folder: Path) -> tuple[int, str, dict[str, bool]]:
    """`make` in a folder: its status, what it said, and which tests passed."""
    env = simulator_environment(QUICK)
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env["PATH"]])
    env.pop("PYTHONPATH", None)  # nothing of this package is needed
    env.pop("MAKEFLAGS", None) if QUICK == "icarus" else None
    command = ["make", f"SIM={QUICK}"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=240)
    results = folder / "results.xml"
    if not results.exists():
        return done.returncode, done.stdout + done.stderr, {}
    cases = ElementTree.parse(results).getroot().iter("testcase")
    return (
        done.returncode,
        done.stdout + done.stderr,
        {each.get("name", ""): each.find("failure") is None for each in cases},
    )


TESTS = {"samples_without_pauses", "samples_with_pauses", "a_frame_of_a_wrong_length_is_dropped"}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("case", CASES)
def test_right_cores_pass(case, tmp_path):
    network = small_network([[[2, -3, 7], [-1, 4, 5]]], [[1, 0]], length=8) if "early" in case else NETWORK
    generate(network, tmp_path / "rtl", **CASES[case])
    names = write_cocotb(network, tmp_path / "rtl", samples=4)
    assert names == ["hand_codes.hex", "hand_expected.hex", "test_hand.py", "Makefile"]
    status, said, passed = made(tmp_path / "rtl")
    assert (status, passed) == (0, dict.fromkeys(TESTS, True)), said
    generate(network, tmp_path / "rtl", **CASES[case])  # its own files do not keep it from writing the core again


def test_time_steps_are_frames(tmp_path):
    description, tensors = random_spiking(412)
    arrays = {key: value.astype("int32") for key, value in tensors.items()}
    network = load_network(write_folder(tmp_path / "network", description, arrays))
    assert network.time_steps > 1
    generate(network, tmp_path / "rtl")
    write_cocotb(network, tmp_path / "rtl", samples=2, patterns=8)
    status, said, passed = made(tmp_path / "rtl")
    assert (status, passed) == (0, dict.fromkeys(TESTS, True)), said


def test_a_wrong_core_fails(tmp_path):
    generate(NETWORK, tmp_path / "rtl", architecture="row")
    write_cocotb(NETWORK, tmp_path / "rtl", samples=2)
    path = tmp_path / "rtl" / "hand.v"
    text = path.read_text()
    compare = re.search(r"held_word < 3'h(5);", text)  # the stream of the weight 5
    assert compare is not None
    path.write_text(text[: compare.start(1)] + "4" + text[compare.end(1) :])
    _, said, passed = made(tmp_path / "rtl")
    assert passed["samples_without_pauses"] is False
    assert re.search(r"sample \d+: \[.*\], expected \[", said)
