"""Designs of boards, driven bit by bit over their serial pins, and the verdict on what came back."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from support.cores.handmade_core import small_network
from support.networks.descriptions import dense, network
from support.oracle.network import evaluate
from support.verilog.simulators import QUICK

from sc_neurocore import infer, rtl, save_network
from sc_neurocore.cosim.pins import run_over_pins
from sc_neurocore.cosim.pins.conversation import Conversation
from sc_neurocore.cosim.pins.run import simulate_design
from sc_neurocore.cosim.simulators.tools import find_simulator
from sc_neurocore.spec import NetworkSpec
from sc_neurocore.spec.errors import OptionError
from sc_neurocore.synth.boards import get_board, host, write_design

RATE = {"clocks_per_bit": 8, "timeout_bits": 11}


def wide_network():
    """Codes of two bytes, results of three, all architectures' default pair."""
    description = network(dense(3, 2, 10, 1024), name="wide")
    weights, biases = [np.array([[1000, -3, 512], [-1023, 700, 1]])], [np.array([-5, 2**22])]
    tree = {key: description[key] for key in ("name", "input", "output", "layers")}
    return NetworkSpec.model_validate(tree | {"weights": weights, "biases": biases}, strict=False)


class Place:
    """The design of a network on a board."""

    def __init__(self, net: NetworkSpec, folder: Path, board: str, **options: object) -> None:
        self.network, self.folder, self.board = net, folder / "board", get_board(board)
        rtl.generate(net, folder / "rtl", **options)
        self.design = write_design(net, folder / "rtl", board, self.folder)
        self.size = host.element_bytes(self.design["input"])

    def talk(self) -> Conversation:
        return Conversation(self.design)

    def frames(self, talk: Conversation, count: int = 1) -> None:
        codes = np.random.default_rng(3).integers(0, 2 ** self.design["input"]["width"], (count, 3))
        for sample, expected in zip(codes, infer(self.network, codes), strict=True):
            talk.sample([sample], [expected])

    def heard(self, talk: Conversation, bit_time: int | None = None) -> list[tuple[int, bytes]]:
        tool = find_simulator(QUICK)
        heard, said, _ = simulate_design(self.folder, self.board, talk, tool, rate=RATE, bit_time=bit_time)
        assert said == ""
        return heard

    def check(self, talk: Conversation, bit_time: int | None = None) -> None:
        assert self.heard(talk, bit_time) == talk.answers != []


@pytest.fixture(scope="module", params=["wide", "narrow"])
def place(request, tmp_path_factory):
    net = wide_network() if request.param == "wide" else small_network([[[2, -3, 7], [-1, 4, 5]]], [[1, 0]])
    return Place(net, tmp_path_factory.mktemp("board"), "icebreaker")


class TestConversation:
    @pytest.mark.parametrize("bit_time", [77, 80, 83])  # the host's clock is 4 % off
    def test_frames_bring_the_models_results(self, place, bit_time):
        talk = place.talk()
        place.frames(talk, 4)
        place.check(talk, bit_time)

    def test_wrong_frames_and_packets_are_told_and_do_not_disturb(self, place):
        talk = place.talk()
        talk.status("loaded")
        for length in (2 * place.size, 4 * place.size, 3 * place.size + 1):
            talk.send(host.packet(host.CODES, bytes(length)))
            talk.pause(100)
            place.frames(talk)
        talk.status("frame_error", "loaded")
        talk.send(host.packet(0x55, bytes(range(9))))
        talk.send(host.packet(0x56))
        place.frames(talk)
        talk.status("frame_error", "loaded", "unknown")
        talk.send(host.packet(host.RESET))
        talk.status("loaded")
        place.frames(talk)
        place.check(talk)

    def test_lost_bytes_are_told(self, place):
        talk = place.talk()
        talk.broken(0x01)  # no packet begins
        talk.status("loaded", "lost")
        talk.press()
        talk.status("loaded")
        talk.send(host.packet(host.CODES, bytes(5))[:6])  # and the rest never comes
        talk.pause(2500)
        talk.status("loaded", "lost")
        place.frames(talk)
        talk.status("loaded", "lost")
        talk.send(host.packet(host.RESET))
        talk.status("loaded")
        place.frames(talk)
        place.check(talk)

    def test_whoever_does_not_wait_is_told(self, place):
        codes = np.array([[1, 2, 3]])
        talk = place.talk()
        for _ in range(12):
            talk.send(host.codes_packet(place.design, codes[0].tolist()))
        talk.pause(25500)
        talk.send(host.packet(host.STATUS))
        talk.pause(2000)
        *frames, (kind, payload) = place.heard(talk)
        assert kind == host.STATUS_ANSWER
        too_fast = place.network.name == "wide"  # 10 bytes come back for 10; of the other, 6 for 7
        assert host.status(payload)["lost"] == too_fast
        assert 2 <= len(frames) < 12 if too_fast else len(frames) == 12
        expected = [int(value) for value in infer(place.network, codes)[0]]
        assert all(host.results(place.design, payload) == expected for _, payload in frames)


def test_weights_are_loaded_over_the_wire(tmp_path):
    first, second = (small_network([[[2, -3, 7], [-1, 4, w]]], [[b, 0]]) for w, b in ((5, 1), (-6, 3)))
    place = Place(first, tmp_path / "first", "ulx3s", weights="loadable", control="stream")
    other = Place(second, tmp_path / "second", "ulx3s", weights="loadable", control="stream")
    image = (other.folder / "core.load.hex").read_text()
    codes = np.array([[7, 1, 6]])
    before, after = (infer(each, codes)[0] for each in (first, second))
    assert (before != after).any()
    talk = place.talk()
    talk.status("loaded")
    talk.sample(codes, [before])
    talk.load(image)
    talk.status("loaded")
    talk.sample(codes, [after])
    talk.load(" ".join(image.split()[:-1]))
    talk.status("load_error")
    talk.send(host.codes_packet(place.design, codes[0].tolist()))  # swallowed
    talk.status("frame_error", "load_error")
    talk.load(image)
    talk.status("frame_error", "loaded")
    talk.sample(codes, [after])
    place.check(talk)


class TestVerdict:
    """`run_over_pins`, whose expected values are those of the outside oracle, too."""

    @pytest.fixture(scope="class")
    def small(self, tmp_path_factory):
        net = small_network([[[2, -3, 7], [-1, 4, 5]]], [[1, 0]])
        return Place(net, tmp_path_factory.mktemp("small"), "ulx3s")

    def run(self, small, out, **options):
        return run_over_pins(small.network, small.folder, out, simulator=QUICK, **options)

    def test_a_good_design_passes(self, small, tmp_path):
        codes = np.array([[7, 1, 6], [0, 3, 2]])
        document = self.run(small, tmp_path / "pins", codes=codes, samples=5)
        assert (document["verdict"], document["values_compared"], document["mismatches"]) == ("PASS", 10, 0)
        save_network(small.network, tmp_path / "network")
        assert (evaluate(tmp_path / "network", codes) == infer(small.network, codes)).all()

    @pytest.mark.parametrize(
        ("file", "before", "after"),
        [
            ("board_uart.v", "rx_byte <= {line[1], rx_byte[7:1]}", "rx_byte <= {rx_byte[6:0], line[1]}"),
            ("board_uart.v", "code <= rx_byte", "code <= 8'd7"),
            ("board_uart.v", "tx_line <= {1'b1, tx_byte, 1'b0}", "tx_line <= {1'b1, ~tx_byte, 1'b0}"),
            ("board_top.v", ".tx(tx)", ".tx()"),
            ("board_top.v", ".codes_tdata(codes_tdata)", ".codes_tdata()"),
        ],
    )
    def test_a_damaged_design_fails(self, small, file, before, after, tmp_path):
        damaged = Place.__new__(Place)
        damaged.network, damaged.folder = small.network, tmp_path / "board"
        shutil.copytree(small.folder, damaged.folder)
        text = (damaged.folder / file).read_text()
        assert text.count(before) == 1
        (damaged.folder / file).write_text(text.replace(before, after))
        document = self.run(damaged, tmp_path / "pins", samples=4)
        assert document["verdict"] == "FAIL"
        assert document["reason"]

    def test_a_wrong_weight_fails_with_its_sample(self, small, tmp_path):
        other = Place(small_network([[[2, -3, 7], [-1, 4, 4]]], [[1, 0]]), tmp_path / "other", "ulx3s")
        shutil.copytree(small.folder, tmp_path / "board")
        (tmp_path / "board" / "core.v").write_bytes((other.folder / "core.v").read_bytes())
        document = run_over_pins(small.network, tmp_path / "board", tmp_path / "pins", simulator=QUICK)
        assert document["verdict"] == "FAIL"
        assert document["mismatches"] > 0
        assert re.match(r"packet \d+ from the board differs: \[.*\], expected \[.*\]", document["reason"])

    def test_the_design_of_another_network_is_refused(self, small, tmp_path):
        other = small_network([[[2, -3, 7], [-1, 4, 4]]], [[1, 0]])
        with pytest.raises(OptionError, match="the design of another network"):
            run_over_pins(other, small.folder, tmp_path / "pins")
