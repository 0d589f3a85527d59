"""What the engines ask of a kind: an answer for each kind of the contract, a refusal by name for any other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
from support.networks.examples_of_kinds import COMPARATORS, ENCODINGS, NEURONS, RESETS, example

from sc_neurocore.accel import kinds as asked
from sc_neurocore.accel import words
from sc_neurocore.accel.exact_layer import ExactLayer
from sc_neurocore.accel.output_stage import NumpyLayer
from sc_neurocore.spec import (
    Accumulator,
    Clamp,
    Comparator,
    Counter,
    DenseLayer,
    Generator,
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
    layer = SimpleNamespace(neuron=SimpleNamespace(kind="fifth", keeps_state=False), neurons=1, out_elements=1)
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
        facts = {key: getattr(layer, key) for key in ("kind", "input_encoding", "weight_encoding", "output_encoding")}
        foreign = SimpleNamespace(layers=(SimpleNamespace(**facts | {name: "ternary"}),))
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
        layer = SimpleNamespace(neuron=neuron, neurons=5, out_elements=5)
        outputs = [outputs_of(m, layer, a, None if state is None else state.copy()) for m in ("numpy", "jax", "torch")]
        assert np.array_equal(outputs[0], outputs[1]), name
        assert np.array_equal(outputs[0], outputs[2]), name
