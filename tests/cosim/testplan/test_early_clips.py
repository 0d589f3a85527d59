"""Layers whose codes end one too early: what is said to show does, by a loop over the layers, and samples are found."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks.descriptions import dense
from support.networks.map_descriptions import avg_pool2d, conv2d, map_network, map_tensors
from support.networks.small_cores import several
from support.networks.specs import spec_of

from sc_neurocore.bitstream.network import layer_step
from sc_neurocore.cosim.fault_model.early_clips import clip_shown, early_clips
from sc_neurocore.cosim.testplan.changed_parameters import cover_by_inference
from sc_neurocore.cosim.testplan.stimulus import directed, random_codes
from sc_neurocore.inference.engines import infer
from sc_neurocore.spec import code_range

RNG = np.random.default_rng
RELU = {"kind": "relu", "multiplier": 1, "shift": 1, "output_bits": 3}
CLAMP = {"kind": "clamp", "multiplier": 1, "shift": 0, "output_bits": 3, "output_encoding": "sign_magnitude"}


def drawn(*layers, seed=0, **head):
    tree = map_network(*layers, **head)
    values = map_tensors(tree)
    rng = RNG(seed)
    for key, array in values.items():
        if array.size:
            values[key] = rng.integers(-7, 8, array.shape).astype(np.int32)
    return spec_of(tree, values)


def relu_map(**head):
    pool = avg_pool2d([2, 2, 2], (1, 2), shift=1)
    return drawn(conv2d([3, 3, 1], 2, (2, 2), neuron=RELU), pool, dense(4, 2), **head)


def signed_map():
    pool = avg_pool2d([2, 2, 2], (2, 1), encoding="sign_magnitude", multiplier=3, shift=1)
    return drawn(conv2d([3, 3, 1], 2, (2, 2), neuron=CLAMP), pool, seed=2)


def pool_first():
    return drawn(avg_pool2d([3, 3, 1], (2, 2), shift=1, stride=[1, 1]), dense(4, 3, neuron=RELU), seed=3)


def outputs(spec, codes, clip):
    """By one layer after the other."""
    states = [np.zeros((len(codes), layer.out_elements), dtype=np.int64) for layer in spec.layers]
    results = []
    for step in range(spec.time_steps):
        values = codes[:, step] if codes.ndim == 3 else codes
        for k, layer in enumerate(spec.layers):
            entry = values
            states[k], values = layer_step(layer, spec.weights[k], spec.biases[k], states[k], entry)
            if clip is None or k != clip.layer:
                continue
            low, high = code_range(layer.output_encoding, layer.output_bits)
            end, before = (high, high - 1) if clip.is_upper else (low, low + 1)
            is_wrong = values == end
            if clip.beyond_alone:
                is_wrong &= beyond(layer, spec, k, entry)
            values = np.where(is_wrong, before, values)
        results.append(values)
    stacked = np.stack(results, axis=1)
    return stacked.sum(axis=1) if spec.output.reduce == "sum" or spec.time_steps == 1 else stacked


def beyond(layer, spec, k, entry):
    """Where the codes are others if they may be a bit longer; of these networks no codes are bipolar."""
    if hasattr(layer, "neuron"):
        neuron = layer.neuron.model_copy(update={"output_bits": layer.output_bits + 1})
        wider = layer.model_copy(update={"neuron": neuron})
    else:
        wider = layer.model_copy(update={"resolution_bits": layer.resolution_bits + 1})
    steps = [layer_step(each, spec.weights[k], spec.biases[k], np.zeros(0), entry)[1] for each in (layer, wider)]
    return steps[0] != steps[1]


NETWORKS = {
    "map": relu_map,
    "map over time": lambda: relu_map(time_steps=3, reduce="sum"),
    "map that repeats": lambda: relu_map(time_steps=2, repeat=True),
    "signed map": signed_map,
    "pool first": pool_first,
    "mux": lambda: several()["row mux"][0],
    "or": lambda: several()["row or"][0],
}


@pytest.mark.parametrize("name", NETWORKS)
def test_samples_that_show_an_early_clip_do(name):
    spec = NETWORKS[name]()
    codes = np.concatenate([directed(spec), random_codes(spec, 200, RNG(1))])
    right = infer(spec, codes)
    assert (outputs(spec, codes, None) == right).all()
    clips, shown = early_clips(spec), 0
    assert len(clips) >= 3
    for clip in clips:
        expected = (outputs(spec, codes, clip) != right).reshape(len(codes), -1).any(axis=1)
        assert (clip_shown(spec, clip, codes, right) == expected).all(), clip.name
        shown += bool(expected.any())
    assert shown or name == "mux"  # whose neurons come to neither end


def test_a_clip_that_few_samples_show_is_found():
    spec = relu_map(seed=7)
    base = directed(spec)[:1]
    coverage = cover_by_inference(spec, base, RNG(0), seconds=60)
    samples = np.concatenate([base, coverage.vectors])
    right = infer(spec, samples)
    many = random_codes(spec, 20_000, RNG(2))
    right_of_many = infer(spec, many)
    for clip in early_clips(spec):
        if clip_shown(spec, clip, many, right_of_many).any():
            assert clip_shown(spec, clip, samples, right).any(), clip.name


def test_networks_whose_neurons_do_not_clip_have_none():
    tree = map_network(conv2d([3, 3, 1], 2, (2, 2)))
    assert early_clips(spec_of(tree, map_tensors(tree))) == []
    assert early_clips(several()["row lif"][0]) == []
