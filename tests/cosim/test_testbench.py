"""`write_testbench`: the bench runs without Python, passes right cores and fails wrong ones."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.cores.handmade_core import small_network, verilog
from support.networks.default_pair import random_default_pair
from support.networks.random_networks import random_network, write_folder
from support.networks.spiking_networks import random_spiking
from support.networks.two_layers import two_layers
from support.verilog.icarus import needs_icarus, run_icarus
from support.verilog.lint import CLEAN, linted

from sc_neurocore import infer
from sc_neurocore.cosim.simulators.tools import simulator_environment
from sc_neurocore.cosim.testbench import write_testbench
from sc_neurocore.rtl import generate
from sc_neurocore.spec import OptionError, load_network

WAIVERS = Path(__file__).parents[2] / "hdl" / "lint" / "verilator.vlt"
# Seeds by what they have: 1 feature, signed codes, T > 1 with every `repeat` and `reduce`, narrow and wide results.
CASES = {
    "serial": (random_default_pair, 4, {"architecture": "serial"}),
    "serial, one bit": (random_default_pair, 4, {"architecture": "serial", "stream_bits_per_cycle": 1}),
    "serial, signed": (random_default_pair, 5, {"architecture": "serial"}),
    "column, signed": (random_default_pair, 5, {"architecture": "column"}),
    "unrolled": (random_default_pair, 4, {"architecture": "unrolled"}),
    "unrolled, signed": (random_default_pair, 8, {"architecture": "unrolled"}),
    "row, bipolar and wide": (random_network, 12, {}),
    "steps": (random_spiking, 412, {}),
    "steps, summed": (random_spiking, 402, {}),
    "steps, repeated": (random_spiking, 403, {}),
    "steps, repeated and summed": (random_spiking, 404, {}),
    "loaded over the stream": (random_default_pair, 4, {"weights": "loadable", "control": "stream"}),
    "steps, loaded over registers": (random_spiking, 412, {"weights": "loadable", "control": "axi-lite"}),
    "serial, loaded into SPRAM": (
        random_default_pair,
        4,
        {"architecture": "serial", "weights": "loadable", "control": "stream", "memory": "spram"},
    ),
    "streams that may stop early": (random_default_pair, 1, {"anytime": True}),
    "registers": (random_default_pair, 5, {"architecture": "column", "control": "axi-lite"}),
}


def network_of(maker, seed, folder):
    if maker is random_network:
        return load_network(random_network(seed, gates=True).write(folder))
    description, tensors = maker(seed)
    return load_network(write_folder(folder, description, {k: v.astype(np.int32) for k, v in tensors.items()}))


def numbers(path: Path) -> np.ndarray:
    return np.array([int(word, 16) for word in path.read_text().split()])


@pytest.fixture(params=CASES, ids=lambda name: name.replace(", ", "-"))
def case(request, tmp_path):
    maker, seed, options = CASES[request.param]
    network = network_of(maker, seed, tmp_path / "network")
    generate(network, tmp_path / "rtl", **options)
    return network, tmp_path / "rtl"


class TestRightCores:
    pytestmark = needs_icarus

    @pytest.mark.one_in(3)
    def test_pass_and_every_sample_is_compared(self, case):
        network, folder = case
        written = write_testbench(network, folder, samples=5)
        status, said = run_icarus(folder, f"{network.name}.v", f"{network.name}_tb.v")
        assert status == 0, said
        values = int(re.fullmatch(r"PASS: (\d+) values", said.splitlines()[-1])[1])
        # all samples, of them 64 again with pauses, then some among broken frames and after resets
        expected = len(numbers(folder / f"{network.name}_expected.hex"))
        samples = int(re.search(r"localparam SAMPLES = (\d+);", (folder / f"{network.name}_tb.v").read_text())[1])
        assert values > expected + expected // samples * min(samples, 64) > 0
        assert written == [network.name + end for end in ("_tb.v", "_codes.hex", "_expected.hex")]


def test_the_vectors_are_the_models(tmp_path):
    network = network_of(random_network, 12, tmp_path / "network")
    manifest = generate(network, tmp_path / "rtl")
    write_testbench(network, tmp_path / "rtl", samples=7, seed=3)
    assert manifest["input"]["encoding"] != "spike"
    width, signed = manifest["input"]["width"], manifest["input"]["signed"]
    words = numbers(tmp_path / "rtl" / f"{network.name}_codes.hex")
    codes = words & ((1 << width) - 1)
    codes = np.where(codes >> (width - 1), codes - (1 << width), codes) if signed else codes
    expected = infer(network, codes.reshape(network.codes_shape(-1))).reshape(-1)
    width = next(port["width"] for port in manifest["ports"] if port["name"] == "m_axis_tdata")
    assert (numbers(tmp_path / "rtl" / f"{network.name}_expected.hex") == expected & ((1 << width) - 1)).all()
    assert (words != codes & ((1 << manifest["input"]["width"]) - 1)).any()  # ignored bits are set somewhere


def test_a_wrong_weight_shows_in_the_bench(tmp_path):
    """One more, one less, the other sign, of every weight; without the samples that are searched for some do not."""
    network = two_layers()
    width = generate(network, tmp_path)["input"]["width"]
    write_testbench(network, tmp_path, samples=1)
    sent = (numbers(tmp_path / f"{network.name}_codes.hex") & ((1 << width) - 1)).reshape(-1, network.input.features)
    drawn = np.random.default_rng(5).integers(0, 1 << width, (4_000, network.input.features))
    right, other = infer(network, sent), infer(network, drawn)
    top, missed, seen = 2 ** network.layers[0].resolution_bits - 1, [], 0
    for layer, weights in enumerate(network.weights):
        for place in np.ndindex(weights.shape):
            for wrong in (weights[place] + 1, weights[place] - 1, -weights[place]):
                if wrong == weights[place] or abs(wrong) > top:
                    continue
                changed = [each.copy() for each in network.weights]
                changed[layer][place] = wrong
                damaged = network.replace(weights=tuple(changed))
                if (infer(damaged, sent) != right).any():
                    seen += 1
                elif (infer(damaged, drawn) != other).any():
                    missed.append((layer, place, int(wrong)))
    assert missed == []
    assert seen > 2 * sum(weights.size for weights in network.weights)


def test_the_same_arguments_give_the_same_bytes(tmp_path):
    network = small_network([[[1, -2, 3]]], [[1]])
    texts = []
    for i, seed in enumerate((0, 0, 1)):
        generate(network, tmp_path / str(i))
        names = write_testbench(network, tmp_path / str(i), seed=seed)
        texts.append([(tmp_path / str(i) / name).read_bytes() for name in names])
    assert texts[0] == texts[1]
    assert texts[0][1] != texts[2][1]


DAMAGE = {
    "the sign of a weight": ("w1[0] = 3;", "w1[0] = -3;"),
    "no tlast": ("assign m_axis_tlast = count ==", "assign m_axis_tlast = 0 &&"),
    "frame_error never": ("frame_error <= 1;", "frame_error <= 0;"),
    "frame_error always": ("frame_error <= 0;", "frame_error <= 1;"),
    "a reset forgets the count": ("state <= 0; count <= 0; frame_error", "state <= 0; frame_error"),
    "a reset forgets the state": ("state <= 0; count <= 0; frame_error", "count <= 0; frame_error"),
    "a result that does not wait": ("state == 2 && m_axis_tready)", "state == 2)"),
    "valid under reset": ("m_axis_tvalid = state == 2", "m_axis_tvalid = state == 2 || rst"),
    "no result": ("state <= 2;", "state <= 1; wait_left <= 1;"),
    "results twice": ("begin state <= 0; count <= 0; end", "begin state <= 1; count <= 0; end"),
    "unknown results": ("m_axis_tdata = x2[count]", "m_axis_tdata = x2[count + 9]"),
    "the tail of a long frame is a frame": ("s_axis_tlast ? 0 : 3", "0"),
    "short frames are samples": ("if (s_axis_tlast != (count == 2))", "if (!s_axis_tlast && count == 2)"),
    "ignored bits matter": ("s_axis_tdata[2:0]}", "s_axis_tdata[2:0] ^ {3{s_axis_tdata[7]}}}"),
}


@pytest.fixture(scope="module")
def handmade(tmp_path_factory):
    """The folder of a core written by hand, and its text."""
    folder = tmp_path_factory.mktemp("handmade")
    network = small_network([[[2, -3, 7], [-1, 4, 5]], [[3, -2], [7, 1]]], [[1, 0], [-2, 5]])
    generate(network, folder / "rtl")
    write_testbench(network, folder / "rtl", samples=4)
    return folder / "rtl", verilog(network)


class TestWrongCores:
    pytestmark = needs_icarus

    def run(self, handmade, text):
        folder, _ = handmade
        (folder / "hand.v").write_text(text)
        return run_icarus(folder, "hand.v", "hand_tb.v")

    def test_the_core_that_is_damaged_next_passes(self, handmade):
        status, said = self.run(handmade, handmade[1])
        assert (status, said.splitlines()[-1][:5]) == (0, "PASS:")

    @pytest.mark.parametrize("what", DAMAGE)
    def test_fail(self, handmade, what):
        before, after = DAMAGE[what]
        assert handmade[1].count(before) == 1
        status, said = self.run(handmade, handmade[1].replace(before, after))
        assert status == 1
        assert said.splitlines()[-1].startswith("FAIL: ")

    def test_a_bench_that_compares_nothing_fails(self, handmade):
        folder, text = handmade
        (folder / "hand.v").write_text(text)
        bench = (folder / "hand_tb.v").read_text()
        assert bench.count("compared <= compared + 1;") == 1
        (folder / "idle_tb.v").write_text(bench.replace("compared <= compared + 1;", ""))
        assert run_icarus(folder, "hand.v", "idle_tb.v") == (1, "FAIL: no value was compared\n")


# Of an instance, an input of it, and what is connected to that instead.
LOAD_DAMAGE = {
    "nothing is written": ("core", "load_write", "1'b0"),
    "other addresses are written": ("core", "load_address", "load_address ^ 1'b1"),
    "a load does not wait": ("loader|control", "idle", "1'b1"),
    "frames are not held back": ("core", "hold", "1'b0"),
}


@pytest.fixture(scope="module", params=["stream", "axi-lite"])
def loadable(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    # one input, one neuron at a time: a load that does not wait overtakes the sample in work
    network = small_network([[[7], [5], [-7], [6]], [[3, -2, 5, 7], [7, 1, -4, 2]]], [[1, 0, 2, 1], [-2, 5]])
    generate(network, folder / "rtl", weights="loadable", control=request.param, neurons_in_parallel=1)
    write_testbench(network, folder / "rtl", samples=4)
    return folder / "rtl", (folder / "rtl" / "hand.v").read_text()


class TestWrongLoads:
    pytestmark = needs_icarus

    @pytest.mark.parametrize("what", [None, *LOAD_DAMAGE])
    def test_fail(self, loadable, what):
        folder, text = loadable
        if what is not None:
            instance, port, wrong = LOAD_DAMAGE[what]
            place = re.search(rf"^  hand_\w+ (?:{instance}) \([^;]*?\.{port}\w*\(({port})\)", text, re.MULTILINE)
            assert place is not None
            text = text[: place.start(1)] + wrong + text[place.end(1) :]
        (folder / "hand.v").write_text(text)
        status, said = run_icarus(folder, "hand.v", "hand_tb.v")
        assert (status, said.splitlines()[-1][:5]) == ((0, "PASS:") if what is None else (1, "FAIL:"))


@pytest.mark.contract("core.identifiers")
@pytest.mark.parametrize("control", [None, "stream", "axi-lite"])
def test_verilator_lints_the_bench_and_its_core(control, tmp_path):
    network = small_network([[[1, -2, 3]]], [[1]])
    generate(network, tmp_path, weights="loadable" if control else "rom", control=control)
    write_testbench(network, tmp_path)
    assert linted("--timing", "-Wall", WAIVERS, "hand_tb.v", "hand.v", cwd=tmp_path) == CLEAN


@pytest.mark.slow
def test_verilator_runs_the_bench(tmp_path):
    network = small_network([[[1, -2, 3]]], [[1]])
    generate(network, tmp_path)
    write_testbench(network, tmp_path)
    env = simulator_environment("verilator")
    command = ["verilator", "--binary", "--timing", "-Wno-fatal", "hand_tb.v", "hand.v"]
    subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=True)
    done = subprocess.run(["obj_dir/Vhand_tb"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[0][:5]) == (0, "PASS:")
    expected = tmp_path / "hand_expected.hex"
    expected.write_text(f"{int(expected.read_text()[0], 16) ^ 1:x}{expected.read_text()[1:]}")
    done = subprocess.run(["obj_dir/Vhand_tb"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "FAIL: " in done.stdout


def test_other_folders_and_sample_counts_are_refused(tmp_path):
    network = small_network([[[1, -2, 3]]], [[1]])
    generate(network, tmp_path / "rtl")
    with pytest.raises(OptionError, match=r"folder must hold what `generate` writes"):
        write_testbench(network, tmp_path)
    with pytest.raises(OptionError, match="holds another network's"):
        write_testbench(small_network([[[1, -2, 2]]], [[1]]), tmp_path / "rtl")
    with pytest.raises(OptionError, match="samples must be a positive integer, got 0"):
        write_testbench(network, tmp_path / "rtl", samples=0)
