"""What the engines ask of a kind: an answer for each kind of the contract, a refusal by name for any other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
from support.networks.examples_of_kinds import COMPARATORS, ENCODINGS, NEURONS, RESETS, example

from sc_neurocore import explain, infer
from sc_neurocore.accel import kinds as asked
from sc_neurocore.accel import words
from sc_neurocore.accel.counts import engine as counts
from sc_neurocore.accel.exact_layer import ExactLayer
from sc_neurocore.accel.output_stage import NumpyLayer
from sc_neurocore.accel.packed import engine as packed
from sc_neurocore.spec import (
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    Accumulator,
    Clamp,
    Comparator,
    Conv2dLayer,
    Counter,
    DenseLayer,
    Generator,
    InputSpec,
    Linear,
    MaxPool2dLayer,
    NetworkSpec,
    Neuron,
    OptionError,
    OutputSpec,
    ParallelCounter,
    code_range,
    dequantize,
    kinds,
)
from sc_neurocore.spec.layer import PRODUCTS

QUESTIONS = {
    "selects": (asked.selects, Generator),
    "linear_in_bits": (asked.linear_in_bits, Generator),
    "select_source": (asked.select_source, Accumulator),
    "unites": (asked.unites, Accumulator),
    "stateful": (asked.stateful, Neuron),
    "requantizing": (asked.requantizing, Neuron),
}
ABOUT_NAMES = {
    "strict": (asked.strict, COMPARATORS),
    "subtracts": (asked.subtracts, RESETS),
    "sums_steps": (asked.sums_steps, get_args(OutputSpec.model_fields["reduce"].annotation)),
    "weights_beside": (asked.weights_beside, ENCODINGS),
    "code_scale": (lambda name: asked.code_scale(name, 4), ENCODINGS),
    "lowest_value": (asked.lowest_value, ENCODINGS),
    "check_encoding": (lambda name: asked.check_encoding(name, "engine packed"), ENCODINGS),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_kind_has_an_answer_and_any_other_is_refused_by_name(question):
    ask, union = QUESTIONS[question]
    for name, kind in kinds(union).items():
        ask(kind(**example(name)))
    with pytest.raises(OptionError, match="no case for the kind 'fourth'"):
        ask(SimpleNamespace(kind="fourth"))


@pytest.mark.parametrize("question", ABOUT_NAMES)
def test_every_name_has_an_answer_and_any_other_is_refused(question):
    ask, names = ABOUT_NAMES[question]
    for name in names:
        ask(name)
    with pytest.raises(OptionError, match="no case for the kind 'fourth'"):
        ask("fourth")


def test_accumulators_fall_into_three_kinds():
    """Exactly one of the three ways holds for each, so that a room may ask for any of them."""
    for name, kind in kinds(Accumulator).items():
        made = kind(**example(name))
        adds_all = isinstance(made, ParallelCounter)
        assert [asked.select_source(made) is not None, asked.unites(made), adds_all].count(True) == 1, name


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_scales_and_ends_of_encodings_are_those_of_their_values(encoding):
    n = 5
    low, high = code_range(encoding, n)
    assert asked.code_scale(encoding, n) == pytest.approx((high - low) / np.ptp(dequantize([low, high], encoding, n)))
    assert asked.lowest_value(encoding) == dequantize(low, encoding, n)
    assert (encoding, asked.weights_beside(encoding)) in PRODUCTS


def test_words_and_thresholds_of_an_unknown_kind_are_refused():
    foreign = SimpleNamespace(kind="halton9", reverse=False, skip=0, period=lambda n: 4)
    with pytest.raises(OptionError, match="halton9"):
        words.cycle.__wrapped__(foreign, 2)
    with pytest.raises(OptionError, match="third"):
        words._as_thresholds(SimpleNamespace(kind="third", source=Counter()), np.zeros(1))


@pytest.mark.parametrize("module", ["numpy", "jax", "torch"])
def test_neurons_of_an_unknown_kind_are_refused(module):
    layer = SimpleNamespace(neuron=SimpleNamespace(kind="fifth", keeps_state=False))
    a = np.zeros((1, 1), dtype=np.int64)
    if module != "numpy":
        pytest.importorskip(module, reason=f"the {module} extra is not installed")
    with pytest.raises(OptionError, match="fifth"):
        outputs_of(module, layer, a)


def outputs_of(module, layer, a, state=None):
    """Outputs of biased counts by one array library's output stage, int64."""
    if module == "numpy":
        return NumpyLayer(layer, np.zeros(a.shape[1], dtype=np.int64), None).outputs(a.copy(), state)[0]
    if module == "jax":
        from sc_neurocore.accel.jax.ops import INTEGERS as ops
    else:
        from sc_neurocore.accel.torch.ops import TORCH as ops
    arrays = [None if v is None else (ops.xp.asarray(v) if module == "jax" else ops.sums(ops.xp.from_numpy(v)))
              for v in (a, state)]  # fmt: skip
    stage = ExactLayer(ops, layer, counter=None, weight=None, bias=None, surrogate=lambda x: x)
    return np.asarray(stage.outputs(*arrays)[0]).astype(np.int64)


# ---------------------------------------------------------------- layers that only the reference runs


def on_a_map(first: str = "conv2d") -> NetworkSpec:
    """A convolution, perhaps behind a pool."""
    rng = np.random.default_rng(3)
    pool = MaxPool2dLayer(
        in_shape=(4, 4, 2), kernel=(2, 2), stride=(1, 1), encoding="unipolar", resolution_bits=4, output_scale=1.0
    )
    conv = Conv2dLayer(
        in_shape=(4, 4, 2) if first == "conv2d" else (3, 3, 2),
        out_channels=3,
        kernel=(2, 2),
        stride=(1, 1),
        padding=(0, 0, 0, 0),
        groups=1,
        resolution_bits=4,
        stream_length=16,
        input_encoding="unipolar",
        weight_encoding="sign_magnitude",
        input_generator=DEFAULT_INPUT_GENERATOR,
        weight_generator=DEFAULT_WEIGHT_GENERATOR,
        accumulator=ParallelCounter(),
        neuron=Linear(),
        output_scale=1.0,
    )
    empty = np.zeros(0, np.int32)
    weights, biases = rng.integers(-15, 16, (3, 2, 2, 2)), rng.integers(-9, 9, 3)
    return NetworkSpec(
        name="on_a_map",
        input=InputSpec(features=32, encoding="unipolar", resolution_bits=4, shape=(4, 4, 2), scale=1.0),
        layers=(conv,) if first == "conv2d" else (pool, conv),
        weights=(weights,) if first == "conv2d" else (empty, weights),
        biases=(biases,) if first == "conv2d" else (empty, biases),
    )


@pytest.mark.parametrize("first", ["conv2d", "max_pool2d"])
def test_every_entrance_refuses_maps_by_name(first, tmp_path):
    network = on_a_map(first)
    codes = np.ones((2, 32), dtype=np.int64)
    entrances = {
        "packed": lambda: infer(network, codes, "packed"),
        "counts": lambda: infer(network, codes, "counts"),
        "packed.describe": lambda: packed.describe(network, 1),
        "counts.supports": lambda: counts.supports(network),
    }
    for name, call in entrances.items():
        with pytest.raises(OptionError, match=f"engine {name.split('.')[0]} runs no '{first}' layers yet"):
            call()
    for library, room, call in (
        ("jax", "engine jax", lambda: infer(network, codes, "jax")),
        ("jax", "engine jax", lambda: _network_fn(network)),
        ("jax", "the JAX gradient", lambda: _gradient(network)),
        ("torch", "SCNetworkModule", lambda: _torch_module(network)),
    ):
        pytest.importorskip(library, reason=f"the {library} extra is not installed")
        with pytest.raises(OptionError, match=f"{room} runs no '{first}' layers yet"):
            call()


def _network_fn(network):
    from sc_neurocore.accel.jax_backend import network_fn

    return network_fn(network)


def _gradient(network):
    from sc_neurocore.accel.jax import gradient as jax_gradient

    return jax_gradient.forward(network, [], np.ones((2, 32), np.float32))


def _torch_module(network):
    from sc_neurocore.training import SCNetworkModule

    return SCNetworkModule.from_network(network)


@pytest.mark.parametrize("first", ["conv2d", "max_pool2d"])
def test_auto_takes_the_reference_for_maps_and_says_why(first):
    network = on_a_map(first)
    codes = np.random.default_rng(0).integers(0, 16, (5, 32))
    assert np.array_equal(infer(network, codes), infer(network, codes, "reference"))
    said = explain(network, 5)
    assert (said["engine"], said["reason"]) == ("reference", f"only the reference runs {first} yet")
    assert [row["path"] for row in said["layers"]] == [f"every bit, {layer.kind}" for layer in network.layers]
    from sc_neurocore.inference.engines import explanation

    assert explanation(network, 5).startswith(f"engine reference for 5 samples: only the reference runs {first}")


def test_an_encoding_that_the_description_alone_knows_is_refused():
    """The engines ask what the description says of an encoding; that alone would answer for one they never saw."""
    layer = DenseLayer(
        inputs=2,
        neurons=1,
        resolution_bits=2,
        stream_length=4,
        input_encoding="unipolar",
        weight_encoding="sign_magnitude",
        input_generator=Comparator(source=Counter()),
        weight_generator=Comparator(source=Counter()),
        accumulator=ParallelCounter(),
        neuron=Clamp(output_bits=2, output_encoding="sign_magnitude"),
        output_scale=1.0,
    )
    for name in ("input_encoding", "weight_encoding", "output_encoding"):
        facts = {key: getattr(layer, key) for key in ("input_encoding", "weight_encoding", "output_encoding")}
        foreign = SimpleNamespace(
            dense_layers=lambda room, facts=facts | {name: "ternary"}: (SimpleNamespace(**facts),)
        )
        with pytest.raises(OptionError, match="engine packed has no case for the kind 'ternary'"):
            asked.known_layers(foreign, "engine packed")


def test_every_neuron_has_a_border_in_every_engine():
    """A neuron of the description without a case would be refused; each is run by all three output stages here."""
    pytest.importorskip("jax", reason="the jax extra is not installed")
    pytest.importorskip("torch", reason="the torch extra is not installed")
    a = np.array([[-40, -3, 0, 5, 90]], dtype=np.int64)
    for name in NEURONS:
        neuron = kinds(Neuron)[name](**example(name))
        state = np.full_like(a, 2) if neuron.keeps_state else None
        layer = SimpleNamespace(neuron=neuron)
        outputs = [outputs_of(m, layer, a, None if state is None else state.copy()) for m in ("numpy", "jax", "torch")]
        assert np.array_equal(outputs[0], outputs[1]), name
        assert np.array_equal(outputs[0], outputs[2]), name
