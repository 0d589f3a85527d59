"""Spiking cores in Amaranth's simulator against the outside oracle: states, steps, sums, wrong frames and resets."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from support.networks.descriptions import dense, network
from support.networks.random_networks import random_codes
from support.networks.specs import spec_of as spec
from support.networks.spiking_networks import random_lif, random_spiking
from support.oracle import evaluate, lif_step
from support.simulation.amaranth_runs import trace
from support.simulation.axis import Beat, Observed, beats, run_core

from sc_neurocore.rtl import NetworkCore, core_timing
from sc_neurocore.rtl.components.activation.neurons import LifNeuron
from sc_neurocore.rtl.options import resolve_neurons_in_parallel
from sc_neurocore.rtl.plan.folded_plan import FoldedPlan
from sc_neurocore.spec import Lif

Case = tuple[dict[str, Any], dict[str, np.ndarray]]


def frames_in(core: Any, codes: np.ndarray) -> list[list[Beat]]:
    """One frame a sample or a step, as the network takes them."""
    return [beats(row, len(core.s_axis_tdata)) for row in codes.reshape(-1, core.network.input.features).tolist()]


def expected(case: Case, codes: np.ndarray) -> list[list[int]]:
    """The oracle's output frames."""
    outputs = evaluate(case[0], codes, case[1])
    return outputs.reshape(-1, outputs.shape[-1]).tolist()


def at_most(net: Any, lanes: Any) -> Any:
    """A number for all layers, as far as the widest has so many neurons."""
    return min(lanes, max(layer.neurons for layer in net.layers)) if isinstance(lanes, int) else lanes


def run(case: Case, codes: np.ndarray, lanes: Any = None, **more: Any) -> tuple[NetworkCore, Observed]:
    net = spec(*case)
    core = NetworkCore(FoldedPlan.of(net, resolve_neurons_in_parallel(net, at_most(net, lanes))))
    wanted = expected(case, codes)
    stimulus = [beat for frame in frames_in(core, codes) for beat in frame]
    seen = run_core(core, stimulus, frames=len(wanted), signed=net.output_signed, **more)
    assert seen.frames == wanted
    assert not any(seen.frame_error)
    return core, seen


def check_timing(case: Case, codes: np.ndarray, core: NetworkCore, seen: Observed) -> None:
    """Stated clocks against the clock: steady rate of this run, latency of a lone sample."""
    net, timing = core.network, core_timing(core)
    beats_out = len(seen.sent) // len(codes)
    ends = seen.sent[beats_out - 1 :: beats_out]
    assert ends[-1] - ends[-2] == timing.cycles_per_inference
    _, alone = run(case, codes[:1], [layer.folding.processing_elements for layer in core.layers])
    needed = len(alone.accepted) if core.plan.sums_steps else net.input.features
    assert alone.valid[0] - alone.accepted[needed - 1] == timing.latency_cycles


@pytest.mark.one_in(3)
@pytest.mark.contract("neuron.lif", "time.steps")
@pytest.mark.parametrize("seed", range(24))
def test_random_spiking_networks_and_their_stated_timing(seed):
    case = random_spiking(seed)
    codes = random_codes(case[0], np.random.default_rng(seed), 6)
    core, seen = run(case, codes, [None, 1, 2][seed % 3])
    check_timing(case, codes, core, seen)


@pytest.mark.one_in(2)
@pytest.mark.contract("core.stall", "neuron.lif")
@pytest.mark.parametrize("seed", range(100, 108))
def test_stalls_on_either_side_change_no_state(seed):
    rng = random.Random(seed)
    often, seldom = (0.9, 0.2) if seed % 2 else (0.2, 0.9)
    case = random_spiking(seed)
    codes = random_codes(case[0], np.random.default_rng(seed), 5)
    run(case, codes, valid=lambda: rng.random() < often, ready=lambda: rng.random() < seldom)


def spiking(*, steps: int = 3, repeat: bool = False, reduce: str = "none") -> Case:
    """Two `lif` layers whose states matter: without leak and with one, resets of both kinds."""
    slow = {"kind": "lif", "state_bits": 12, "leak_shift": None, "v_threshold": 9}
    fast = {"kind": "lif", "state_bits": 5, "leak_shift": 2, "v_threshold": 7, "comparator": "gt", "reset": "zero"}
    layers = (dense(3, 4, 3, 8, neuron=slow), dense(4, 2, 3, 8, input_encoding="spike", neuron=fast))
    return network(*layers, steps=steps, repeat=repeat, reduce=reduce), {
        "layer0.weight": np.array([[7, -3, 2], [1, 1, -7], [3, 3, 3], [-5, 6, 2]]),
        "layer0.bias": np.array([1, 0, -2, 1]),
        "layer1.weight": np.array([[5, -2, 3, 4], [7, 7, -7, 7]]),
        "layer1.bias": np.array([2, -1]),
    }


WAYS = [(repeat, reduce) for repeat in (False, True) for reduce in ("none", "sum")]
way = pytest.mark.parametrize(("repeat", "reduce"), WAYS)


def samples(case: Case, count: int, seed: int = 0) -> np.ndarray:
    shape = (count, 3) if case[0]["input"]["repeat"] else (count, case[0]["input"]["time_steps"], 3)
    return np.random.default_rng(seed).integers(0, 8, shape)


def test_these_samples_tell_states_that_are_kept_from_states_that_are_not():
    """The oracle's outputs of equal vectors differ from step to step, and both spikes and silence occur."""
    case = spiking(repeat=True)
    outputs = evaluate(case[0], samples(case, 6), case[1])
    assert (outputs[:, 0] != outputs[:, 1]).any()
    assert (outputs[:, 1] != outputs[:, 2]).any()
    assert 0.1 < outputs.mean() < 0.9


@pytest.mark.one_in(4)
@pytest.mark.contract("core.frame_error", "core.frames", "time.steps")
@way
@pytest.mark.parametrize("length", [1, 2, 4, 9])
def test_a_frame_of_a_wrong_length_is_no_step_and_changes_no_state(repeat, reduce, length):
    case = spiking(repeat=repeat, reduce=reduce)
    codes = samples(case, 4)
    core = NetworkCore(FoldedPlan.of(spec(*case), (2, 1)))
    wrong = beats([7] * length, 8)
    stimulus: list[Beat] = []
    for i, frame in enumerate(frames_in(core, codes)):
        stimulus += wrong * (1 + i % 2) if i % 3 else []
        stimulus += frame
    wanted = expected(case, codes)
    seen = run_core(core, stimulus, frames=len(wanted), signed=core.network.output_signed)
    assert seen.frames == wanted
    assert seen.frame_error[-1]


@pytest.mark.one_in(8)
@pytest.mark.contract("core.reset", "time.steps", "neuron.lif")
@way
@pytest.mark.parametrize("at", [2, 9, 20, 37, 49, 60, 74, 91, 110, 131])
def test_reset_in_the_middle_of_a_sample_clears_every_state(repeat, reduce, at):
    case = spiking(repeat=repeat, reduce=reduce)
    before, after = samples(case, 5, seed=1), samples(case, 3, seed=2)
    core = NetworkCore(FoldedPlan.of(spec(*case), (2, 1)))
    wanted = expected(case, after)
    seen = run_core(
        core,
        [beat for frame in frames_in(core, before) for beat in frame] + [None] * 300,
        frames=len(wanted),
        signed=core.network.output_signed,
        reset_at=(at,),
        then=[beat for frame in frames_in(core, after) for beat in frame],
    )
    assert seen.frames[-len(wanted) :] == wanted


@pytest.mark.contract("core.stall", "time.reduce")
@way
def test_a_sink_that_waits_for_long_gets_everything(repeat, reduce):
    case = spiking(repeat=repeat, reduce=reduce)
    clock = iter(range(10**6))
    _, seen = run(case, samples(case, 4), ready=lambda: next(clock) > 200)
    assert min(seen.sent) > 200


@pytest.mark.contract("neuron.lif", "limits")
@pytest.mark.parametrize("seed", range(12))
def test_the_neuron_alone_at_the_borders_of_its_state(seed):
    """Two neurons over their steps, values at the ends of a' and of the state, against the oracle's step."""
    rng = np.random.default_rng(seed)
    neuron = random_lif(rng, 20.0)
    magnitude, steps = int(rng.choice([5, 2**31 - 1])), int(rng.choice([1, 2, 5]))
    edge = min(magnitude, 2 ** (neuron["state_bits"] - 1))
    a = rng.choice([0, 1, -1, 3, edge, -edge, edge - 1, 1 - edge, magnitude, -magnitude], (4, steps, 2))
    component = LifNeuron(magnitude, Lif.model_validate(neuron), 2, steps)
    wanted, slots = [], []
    for sample in a:
        v = np.zeros(2, dtype=np.int64)
        for step in sample:
            v, spikes = lif_step(neuron, v, step)
            wanted += spikes.tolist()
            slots += [*((int(value), 1) for value in step), *[(0, 0)] * component.latency]
    given = {"biased": [slot[0] for slot in slots], "valid": [slot[1] for slot in slots]}
    result = trace(component, given, ["result"])["result"]
    places = [clock for clock, (_, valid) in enumerate(slots) if valid]
    assert [result[clock + component.latency] for clock in places] == wanted


@pytest.mark.contract("limits", "time.reduce")
@pytest.mark.parametrize("kind", ["linear", "relu"])
def test_sums_of_full_scale_over_the_steps_do_not_wrap(kind):
    neuron = {"kind": "relu", "output_bits": 2} if kind == "relu" else {"kind": "linear"}
    generator = {"kind": "comparator", "source": {"kind": "lfsr", "seed": 1}}
    layer = dense(5, 2, 2, 3, input_generator=generator, weight_generator=generator, neuron=neuron)
    tensors = {"layer0.weight": np.array([[3] * 5, [-3] * 5]), "layer0.bias": np.array([2, -2])}
    case = network(layer, steps=5, repeat=True, reduce="sum"), tensors
    _, seen = run(case, np.full((3, 5), 3))
    assert seen.frames[0] == ([85, -85] if kind == "linear" else [15, 0])
