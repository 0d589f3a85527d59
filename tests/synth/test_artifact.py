"""`synth.json`: a real small core through the whole flow, and everything that must be refused before a tool runs."""

from __future__ import annotations

import hashlib
import json
import shutil
import time

import numpy as np
import pytest
from support.networks.default_dense import default_dense
from support.networks.refused_block import ROWS, refused_block

from sc_neurocore import rtl, synth
from sc_neurocore.cli.synth import print_figures
from sc_neurocore.spec import InputSpec, NetworkSpec, OptionError, SpecError, ToolError
from sc_neurocore.synth import flow

DOCUMENTED = {"target", "device", "luts", "ffs", "brams", "dsps", "fmax_mhz", "cycles_per_inference"}
DOCUMENTED |= {"inferences_per_second", "tools", "network_sha256", "rtl_sha256", "seeds", "architecture"}


def make_network(bias: int = 0) -> NetworkSpec:
    return NetworkSpec(
        name="tiny",
        input=InputSpec(features=4, encoding="unipolar", resolution_bits=3, scale=1.0),
        layers=(default_dense(4, 2, 3),),
        weights=(np.array([[1, -2, 3, -4], [5, 6, -7, 0]], np.int32),),
        biases=(np.array([bias, 1], np.int32),),
    )


@pytest.fixture(scope="module")
def network():
    return make_network()


@pytest.fixture(scope="module")
def gates(network, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gates") / "rtl"
    rtl.generate(network, folder)
    return folder


@pytest.fixture
def core(gates, tmp_path):
    """A copy of the generated core that a test may damage."""
    return shutil.copytree(gates, tmp_path / "rtl")


def test_a_real_core_on_a_real_device(network, tmp_path):
    """Placed and routed, generated on the way; the numbers agree with each other and with the manifest."""
    said = []
    out = tmp_path / "synth"
    document = synth.run(network, out, target="hx8k", seeds=(1, 2), neurons_in_parallel=1, progress=said.append)
    assert json.loads((out / "synth.json").read_text()) == document
    assert set(document) >= DOCUMENTED
    assert sorted(path.name for path in out.iterdir()) == ["nextpnr.log", "synth.json", "yosys.log"]
    manifest = rtl.generate(network, tmp_path / "rtl", neurons_in_parallel=1)
    assert document["architecture"] == manifest["parameters"]
    assert document["cycles_per_inference"] == manifest["cycles_per_inference"]
    assert document["rtl_sha256"] == hashlib.sha256((tmp_path / "rtl" / "tiny.v").read_bytes()).hexdigest()
    assert document["network_sha256"] == network.sha256
    assert document["fits"] is True
    assert document["estimate"] is True
    assert document["brams"] == document["dsps"] == 0
    # 4 inputs of 3 bits and 2 outputs must at least be held somewhere.
    assert 12 < document["ffs"] < 500
    assert 20 < document["luts"] < 1000
    assert document["cells"] >= max(document["luts"], document["ffs"])
    slow, fast = sorted(document["fmax_per_seed_mhz"])
    assert document["fmax_mhz"] == pytest.approx((slow + fast) / 2, abs=0.01)
    rate = document["fmax_mhz"] * 1e6 / manifest["cycles_per_inference"]
    assert document["inferences_per_second"] == pytest.approx(rate, abs=1)
    latency = manifest["latency_cycles"] / document["fmax_mhz"]
    assert document["latency_us"] == pytest.approx(latency, abs=6e-4)
    assert document["area_latency_lut_us"] == pytest.approx(document["luts"] * latency, abs=0.6)
    assert document["area_time_lut_us"] == pytest.approx(document["luts"] * 1e6 / rate, abs=0.6)
    text = (out / "synth.json").read_text()
    assert "/tmp" not in text
    assert str(tmp_path) not in text
    assert said


def test_counting_alone_leaves_unmeasured_numbers_null(network, core, tmp_path):
    out = tmp_path / "synth"
    document = synth.run(network, out, target="ecp5-25k", rtl=core, place_and_route=False)
    assert document["luts"] > 0
    assert [document[key] for key in ("fmax_mhz", "inferences_per_second", "cells", "fits", "critical_path")] == [
        None
    ] * 5
    assert document["cycles_per_inference"] > 0
    # An older result is replaced; a folder with anything else in it is not.
    synth.run(network, out, target="up5k", rtl=core, place_and_route=False)
    assert json.loads((out / "synth.json").read_text())["target"] == "up5k"
    (out / "letter.txt").write_text("mine")
    with pytest.raises(OptionError, match=r"letter.txt"):
        synth.run(network, out, target="up5k", rtl=core, place_and_route=False)


def test_a_manifest_without_cycles_gives_no_rate(network, core, tmp_path):
    manifest = json.loads((core / "manifest.json").read_text()) | {"cycles_per_inference": None}
    (core / "manifest.json").write_text(json.dumps(manifest))
    document = synth.run(network, tmp_path / "s", target="hx8k", rtl=core)
    assert document["fmax_mhz"] is not None
    assert document["inferences_per_second"] is None
    assert document["area_time_lut_us"] is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "has no manifest.json"),
        ("{", "is not JSON"),
        ("[]", "must hold one object, got list"),
        ({"top": 3}, "top must be a string, got 3"),
        ({"verilog": None}, "verilog must be a string, got None"),
        ({"verilog": "../tiny.v"}, "verilog must name a file beside it, got '../tiny.v'"),
        ({"verilog": "absent.v"}, "verilog must name a file beside it, got 'absent.v'"),
        ({"network_sha256": "0" * 64}, "generated from another network"),
        ({"cycles_per_inference": 0}, "cycles_per_inference must be a positive integer or null, got 0"),
        ({"cycles_per_inference": "9"}, "cycles_per_inference must be a positive integer or null"),
        ({"cycles_per_inference": True}, "cycles_per_inference must be a positive integer or null"),
    ],
)
def test_a_damaged_manifest(network, core, tmp_path, content, message):
    path = core / "manifest.json"
    if content is None:
        path.unlink()
    elif isinstance(content, dict):
        path.write_text(json.dumps(json.loads(path.read_text()) | content))
    else:
        path.write_text(content)
    with pytest.raises(SpecError, match=message):
        synth.run(network, tmp_path / "synth", target="up5k", rtl=core)
    assert not (tmp_path / "synth").exists()


def test_a_hostile_top_is_no_command(network, core, tmp_path):
    manifest = json.loads((core / "manifest.json").read_text()) | {"top": "tiny; log owned"}
    (core / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(OptionError, match="top must be a Verilog identifier"):
        synth.run(network, tmp_path / "synth", target="up5k", rtl=core)


def test_damaged_verilog_leaves_nothing_behind(network, core, tmp_path):
    (core / "tiny.v").write_text((core / "tiny.v").read_text()[:-200])
    with pytest.raises(ToolError, match="yosys failed"):
        synth.run(network, tmp_path / "synth", target="up5k", rtl=core)
    assert not (tmp_path / "synth").exists()


def test_options_that_do_not_go_together(network, core, tmp_path):
    with pytest.raises(OptionError, match="cannot be combined with neurons_in_parallel"):
        synth.run(network, tmp_path / "s", target="up5k", rtl=core, neurons_in_parallel=1)
    with pytest.raises(OptionError, match="target must be one of"):
        synth.run(network, tmp_path / "s", target="vu19p", rtl=core)
    with pytest.raises(OptionError, match="seeds must be how many"):
        synth.run(network, tmp_path / "s", target="up5k", rtl=core, seeds=(1, 1))
    assert make_network(bias=1).sha256 != network.sha256
    with pytest.raises(SpecError, match="another network"):
        synth.run(make_network(bias=1), tmp_path / "s", target="up5k", rtl=core)


def test_blocks_that_were_refused_are_said(tmp_path, capsys):
    """Allowed and none taken looks else as if there had been no product."""
    spec = refused_block()
    rtl.generate(spec, tmp_path / "rtl", **ROWS)
    document = synth.run(spec, tmp_path / "synth", target="up5k", rtl=tmp_path / "rtl", place_and_route=False)
    assert (document["dsp_allowed"], document["dsps"], document["dsp_refused"]) == (True, 0, True)
    assert document["note"].startswith("not placed: cell counts only; no multiplier blocks: Yosys would have connected")
    less = synth.run(spec, tmp_path / "less", target="up5k", rtl=tmp_path / "rtl", place_and_route=False, dsp=False)
    assert (less["dsp_allowed"], less["dsp_refused"], less["luts"]) == (False, False, document["luts"])
    assert less["note"] == "not placed: cell counts only"
    status = print_figures(document)
    said = capsys.readouterr()
    assert (status, "no multiplier blocks: Yosys would have connected one wrongly" in said.err) == (0, True)
    print_figures(less)
    assert "blocks" not in capsys.readouterr().err


class TestTwoMappings:
    """A mapping that is done again without blocks, with a stand-in for Yosys."""

    @pytest.fixture
    def runs(self, monkeypatch):
        """What was asked of the tool: script, limit, and how much of it was gone."""
        seen = []

        def call(tool, arguments, folder, log, *, timeout_s, spent_s, progress, step):
            seen.append((arguments[-1], timeout_s, spent_s))
            time.sleep(0.2)
            log.write_text(f"ERROR: {flow.CONFLICT} for a net" if "dsp" in arguments[-1] else "done")
            return int("dsp" in arguments[-1])

        monkeypatch.setattr(flow, "call", call)
        return seen

    def test_both_share_one_limit(self, runs, tmp_path):
        assert flow.yosys_with_blocks(tmp_path, lambda dsp: "map dsp" if dsp else "map", True, 9.0, None, "step")
        (first, limit, gone), (second, again, later) = runs
        assert (first, limit, gone) == ("map dsp", 9.0, 0.0)
        assert (second, again) == ("map", 9.0)
        assert 0.2 <= later < 2.0

    def test_without_blocks_there_is_one(self, runs, tmp_path):
        assert flow.yosys_with_blocks(tmp_path, lambda dsp: "map", True, 9.0, None, "step") is False
        assert len(runs) == 1

    def test_where_nothing_can_be_left_out_the_conflict_is_told_at_once(self, runs, tmp_path):
        with pytest.raises(ToolError, match="Driver-driver conflict"):
            flow.yosys_with_blocks(tmp_path, lambda dsp: "map dsp", True, 9.0, None, "step")
        assert len(runs) == 1

    def test_what_is_gone_counts(self, tmp_path):
        begun = time.monotonic()
        with pytest.raises(ToolError, match="ran past timeout_s = 60 seconds"):
            flow.yosys(tmp_path, "help", "log", 60.0, None, "step", spent_s=60.0)
        assert time.monotonic() - begun < 10
