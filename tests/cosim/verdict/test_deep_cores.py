"""A core of three layers: resets in every clock of its samples, and last beats that meet in a clock."""

from __future__ import annotations

import re

import pytest
from cosim.cheats import wrapper
from cosim.hall.cheat_kinds import BEATS, spoiled
from support.networks.small_cores import small
from support.verilog.simulators import QUICK

from sc_neurocore.cosim import run
from sc_neurocore.rtl import generate

NETWORK = small(4, sizes=(5, 4, 4, 2))
MEETING = "s_axis_tvalid && ready && s_axis_tlast && valid && m_axis_tready && last"


def verdict(folder, change):
    """How the core ends, with its Verilog as `change` leaves it."""
    manifest = generate(NETWORK, folder / "rtl", architecture="row")
    file = folder / "rtl" / manifest["verilog"]
    file.write_text(change(file.read_text(), manifest["ports"]))
    result = run(NETWORK, folder / "out", rtl=folder / "rtl", simulator=QUICK, samples=2, search_seconds=0.5)
    assert "does not build" not in str(result.reason)
    return manifest, result


def without_a_reset(layer):
    """The pulse that ends a pass of a layer is not cleared by a reset."""

    def change(text, ports):
        begin = text.index(f"module {NETWORK.name}_layer{layer}(")
        end = text.index("endmodule", begin)
        part, number = re.subn(r"= rst \? 1'h0 : (last_4\b)", r"= \1", text[begin:end])
        assert number == 1
        return text[:begin] + part + text[end:]

    return change


def around(cheat):
    """The core with a cheat around it."""

    def change(text, ports):
        head = f"module {NETWORK.name}("
        assert text.count(head) == 1
        whole = wrapper(NETWORK.name, ports, {"FEATURES": 5}, cheat)
        return text.replace(head, f"module {NETWORK.name}_inner(") + whole

    return change


@pytest.mark.contract("core.reset")
def test_a_pulse_that_no_reset_clears_is_found(tmp_path):
    assert not verdict(tmp_path, without_a_reset(2))[1].passed


@pytest.mark.contract("core.stall", "core.frames")
def test_a_bad_frame_that_ends_as_a_result_does_is_found(tmp_path):
    assert not verdict(tmp_path, around(spoiled(f"{MEETING} && place != FEATURES - 1", state=BEATS)))[1].passed


def test_a_right_core_passes_and_last_beats_meet(tmp_path):
    manifest, result = verdict(tmp_path, lambda text, ports: text)
    assert manifest["latency_cycles"] > 40
    assert result.passed, result.reason
    holes = [name for name in result.report["port_coverage"]["holes"] if "run of" not in name]
    assert holes == ["reset while two samples are in work, in every clock"]  # of these some are left out
