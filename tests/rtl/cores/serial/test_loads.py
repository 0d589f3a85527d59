# amaranth: UnusedElaboratable=no
"""Serial cores that become other networks at run time, against the outside oracle."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from support.networks.default_pair import random_default_pair, reloadable
from support.networks.descriptions import dense, edited, network
from support.networks.random_networks import random_codes
from support.oracle import evaluate
from support.simulation.channels import Sender, Taker, keeps_the_rules, run
from support.simulation.load_bench import Load, Pace, Reset, play, signed
from support.simulation.serial_cores import SMALL, Case, check, frames, spec

from sc_neurocore.rtl import core_timing
from sc_neurocore.rtl.control.controlled_core import ControlledCore
from sc_neurocore.rtl.cores.serial.core import SerialCore
from sc_neurocore.rtl.emit.verilog import verilog_text
from sc_neurocore.rtl.loading.load_words import load_bytes, load_words
from sc_neurocore.rtl.plan.serial_plan import SerialPlan
from sc_neurocore.spec import OptionError, SpecError


def another(case: Case, seed: int, core: SerialCore) -> Case:
    return reloadable(case, seed, core.load_map.preload_limits)


def codes_of(case: Case, seed: int, count: int) -> np.ndarray:
    return random_codes(case[0], np.random.default_rng(seed), count)


def results(core: SerialCore, script: list[Any], wanted: list[list[int]], pace: Pace) -> None:
    found = play(core, script, len(wanted), pace)
    assert (signed(found, len(core.m_axis_tdata)) if core.network.output_signed else found) == wanted
    assert wanted


def reloaded(case: Case, core: SerialCore, seed: int, pace: Pace) -> None:
    """Its own network, another one, a third, its own again; resets between."""
    script: list[Any] = []
    wanted: list[list[int]] = []
    first = core.load_map.image(core.network)
    cases = [case, another(case, seed, core), another(case, seed + 1, core), case]
    for turn, each in enumerate(cases):
        if turn or not core.initialised:
            image = core.load_map.image(spec(*each))
            assert [address for address, _ in image] == [address for address, _ in first]
            script.append(Load(image))
        if turn % 2:
            script.append(Reset())
        codes = codes_of(each, seed + turn, 3)
        script += frames(core, codes)
        wanted += evaluate(each[0], codes, each[1]).tolist()
    results(core, script, wanted, pace)


@pytest.mark.one_in(4)
@pytest.mark.parametrize("memory", ["block", "spram"])
@pytest.mark.parametrize("seed", range(9))
def test_random_networks_between_frames(seed, memory):
    case = random_default_pair(90 + seed)
    longest = max(layer["stream_length"] for layer in case[0]["layers"])
    bits = (1, longest, 2, longest // 2)[(seed + (memory == "spram")) % 4]
    core = SerialCore(SerialPlan.of(spec(*case), bits_per_clock=bits, loadable=True, memory=memory))
    share = (1.0, 0.7, 0.3)[seed % 3]
    reloaded(case, core, seed, Pace(seed, share, 1.0 if seed % 2 else share, share))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("seed", range(4))
def test_without_a_load_it_is_the_network_of_its_description_in_its_stated_clocks(seed):
    case = random_default_pair(120 + seed)
    for bits in (1, 2, None):
        core = SerialCore(SerialPlan.of(spec(*case), bits_per_clock=bits, loadable=True))
        codes = codes_of(case, seed, 5)
        seen, outputs = check(case, core, codes), core.network.output_neurons
        ends = [seen.sent[(i + 1) * outputs - 1] for i in range(len(codes))]
        assert ends[-1] - ends[-2] == core_timing(core).cycles_per_inference <= core.plan.max_cycles_per_inference
        alone = check(case, core, codes[:1])
        assert alone.valid[0] - alone.accepted[codes.shape[1] - 1] == core_timing(core).latency_cycles


@pytest.mark.parametrize("bits", [1, 4, 8])
@pytest.mark.parametrize("length", [1, 2, 4, 7])
def test_a_wrong_frame_before_a_load_is_swallowed_first(length, bits):
    core = SerialCore(SerialPlan.of(spec(*SMALL), bits_per_clock=bits, loadable=True))
    other = another(SMALL, 1, core)
    codes = np.random.default_rng(2).integers(0, 8, (3, 3))
    wrong = [(5, i == length - 1) for i in range(length)]
    load = Load(core.load_map.image(spec(*other)))
    script = [
        *frames(core, codes[:1]),
        *wrong,
        load,
        *frames(core, codes[1:2]),
        *wrong,
        *wrong,
        *frames(core, codes[2:]),
    ]
    wanted = [
        evaluate(*pair[:1], codes[i : i + 1], pair[1])[0].tolist() for i, pair in enumerate([SMALL, other, other])
    ]
    results(core, script, wanted, Pace(3))


@pytest.mark.parametrize("bits", [1, 2, 8])
@pytest.mark.parametrize("beats", [1, 2, 3])
def test_reset_drops_the_sample_in_work_and_leaves_what_was_loaded(beats, bits):
    core = SerialCore(SerialPlan.of(spec(*SMALL), bits_per_clock=bits, loadable=True))
    other = reloadable(SMALL, 4, core.load_map.preload_limits)
    assert other[0]["layers"][0]["neuron"]["shift"] != SMALL[0]["layers"][0]["neuron"]["shift"]
    codes = np.random.default_rng(bits).integers(0, 8, (3, 3))
    cut = [*frames(core, codes[1:2])[:beats], Reset(at_once=True)]
    script = [
        Load(core.load_map.image(spec(*other))),
        *frames(core, codes[:1]),
        Reset(),
        *cut,
        *frames(core, codes[2:]),
    ]
    results(core, script, evaluate(other[0], codes[[0, 2]], other[1]).tolist(), Pace(beats))


def test_a_row_wider_than_a_load_word_takes_several():
    case = copy.deepcopy(SMALL)
    case[1]["layer1.bias"][1] = 2**30 - 1
    core = SerialCore(SerialPlan.of(spec(*case), loadable=True))
    assert core.load_map.parts == 2
    assert core.load_map.words == 2 * core.numbers.capacity + 1
    reloaded(case, core, 5, Pace(5))


def test_an_image_writes_each_address_once_with_data_of_31_bits():
    for bits in (None, 1):
        core = SerialCore(SerialPlan.of(spec(*SMALL), bits_per_clock=bits, loadable=True))
        for pair in (SMALL, another(SMALL, 0, core)):
            image = core.load_map.image(spec(*pair))
            addresses = [address for address, _ in image]
            assert len(image) == core.load_map.words
            assert addresses == sorted(set(addresses))
            assert 0 <= addresses[0] <= addresses[-1] < 2**core.load_map.address_bits
            assert all(-(2**30) <= data < 2**30 for _, data in image)


def test_no_network_has_a_longer_program_than_one_without_zero_weights():
    """Sparse ones need words that do nothing, where the dense one is busy; some as many as fill the memory."""
    lengths = []
    for seed in range(60):
        case = random_default_pair(seed)
        core = SerialCore(SerialPlan.of(spec(*case), loadable=True))
        found = [len(core.numbers.words_of(spec(*another(case, each, core)))) for each in range(4)]
        lengths += [core.numbers.capacity - length for length in found]
    assert min(lengths) == 0
    assert max(lengths) > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"layers.0.neuron.output_bits": 4, "layers.1.resolution_bits": 4, "layers.1.stream_length": 16},
            "output_bits",
        ),
        ({"layers.0.neuron.multiplier": 3}, r"layers\[0\].*multiplier"),
        ({"layers.0.input_generator.source.skip": 9}, r"layers\[0\].input_generator must be .*skip"),
        (
            {"layers.0.neuron.shift": 9},
            r"layers\[0\].bias: .* the rounding 2\^\(shift - 1\) must be at most 42, .* 3 \+ 256",
        ),
    ],
)
def test_a_network_of_another_description_is_refused_by_name(changes, message):
    core = SerialCore(SerialPlan.of(spec(*SMALL), loadable=True))
    description = SMALL[0]
    for path, value in changes.items():
        description = edited(description, path, value)
    with pytest.raises(SpecError, match=message):
        core.load_map.image(spec(description, SMALL[1]))


def test_other_shapes_and_large_biases_are_refused_and_the_largest_is_not():
    core = SerialCore(SerialPlan.of(spec(*SMALL), loadable=True))
    for layer, rounding in ((0, 1), (1, 0)):
        limit = core.load_map.preload_limits[layer] - rounding
        for sign in (1, -1):
            tensors = {name: array.copy() for name, array in SMALL[1].items()}
            tensors[f"layer{layer}.bias"][0] = sign * limit
            core.load_map.image(spec(SMALL[0], tensors))
            tensors[f"layer{layer}.bias"][0] += sign
            with pytest.raises(SpecError, match=rf"layers\[{layer}\].bias: \|bias\| .*must be at most"):
                core.load_map.image(spec(SMALL[0], tensors))
    shape = (
        network(dense(3, 3, 3, 8)),
        {"layer0.weight": np.ones((3, 3)).astype(int), "layer0.bias": np.zeros(3, int)},
    )
    with pytest.raises(SpecError, match="number of layers must be 2"):
        core.load_map.image(spec(*shape))


def test_names_scales_and_shifts_are_no_part_of_the_description():
    core = SerialCore(SerialPlan.of(spec(*SMALL), loadable=True))
    description = edited(edited(SMALL[0], "name", "other"), "layers.0.output_scale", 0.5)
    assert core.load_map.image(spec(description, SMALL[1])) == core.load_map.image(core.network)
    shifted = core.load_map.image(spec(edited(SMALL[0], "layers.0.neuron.shift", 3), SMALL[1]))
    assert shifted[-1] == (core.load_map.image(core.network)[-1][0], 3)


def test_memory_without_initial_contents_has_none_in_verilog():
    texts = {
        kind: verilog_text(SerialCore(SerialPlan.of(spec(*SMALL), loadable=True, memory=kind)), "net")
        for kind in ("block", "spram")
    }
    programs = {
        kind: text[text.index("module net_instructions") :].split("endmodule")[0] for kind, text in texts.items()
    }
    assert "initial begin" in programs["block"]
    assert 'ram_style = "block"' in programs["block"]
    assert "initial" not in programs["spram"]
    assert 'ram_style = "huge"' in programs["spram"]


def test_illegal_memories():
    net = spec(*SMALL)
    with pytest.raises(OptionError, match="memory must be block or spram, got 'flash'"):
        SerialCore(SerialPlan.of(net, loadable=True, memory="flash"))
    with pytest.raises(OptionError, match="memory 'spram' has no initial contents: it is for loadable cores only"):
        SerialCore(SerialPlan.of(net, memory="spram"))
    core = SerialCore(SerialPlan.of(net, loadable=True, memory="spram"))
    assert (core.initialised, SerialCore(SerialPlan.of(net, loadable=True)).initialised) == (False, True)


@pytest.mark.parametrize("memory", ["block", "spram"])
def test_it_loads_through_its_input_stream(memory):
    """Behind the project's own controller: a memory without contents swallows codes until it is loaded."""
    core = ControlledCore(
        SerialCore(SerialPlan.of(spec(*SMALL), bits_per_clock=4, loadable=True, memory=memory)), "stream"
    )
    other = reloadable(SMALL, 2, core.core.load_map.preload_limits)
    codes = np.random.default_rng(1).integers(0, 8, (3, 3))
    sender, taker = Sender(core, "s_axis_t"), Taker(core, "m_axis_t", ("data",))
    for case, sample in ((None, codes[0]), (other, codes[1]), (SMALL, codes[2])):
        if case is not None:
            data = load_bytes(load_words(core.load_map.image(spec(*case))))
            sender.queue += [{"data": b, "last": i == len(data) - 1, "user": 1} for i, b in enumerate(data)]
        sender.queue += [{"data": int(c), "last": i == 2, "user": 0} for i, c in enumerate(sample)]
    wanted = [evaluate(*(case[0], codes[i : i + 1], case[1])) for i, case in enumerate([SMALL, other, SMALL])]
    told = np.concatenate(wanted[0 if core.initialised else 1 :]).ravel() % 256
    run(core, [sender, taker], until=lambda: len(taker.taken) == len(told), watch=keeps_the_rules(core.core))
    assert [beat["data"] for _, beat in taker.taken] == told.tolist()
