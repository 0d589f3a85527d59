"""The trained forward pass against the outside oracle, its gradient against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle

jax = pytest.importorskip("jax", reason="the jax extra is not installed")
import jax.numpy as jnp  # noqa: E402
from support.networks.pairs import SOBOL  # noqa: E402

from sc_neurocore.accel import counters, exact_layer  # noqa: E402
from sc_neurocore.accel.jax.ops import FLOATS, check_trainable  # noqa: E402
from sc_neurocore.spec import (  # noqa: E402
    Comparator,
    Counter,
    Lfsr,
    LfsrFull,
    Mux,
    OptionError,
    Or,
    VanDerCorput,
    WeightedBinary,
    quantize,
)
from sc_neurocore.training import TrainConfig  # noqa: E402
from sc_neurocore.training.architecture import layers_of  # noqa: E402
from sc_neurocore.training.forward import exact_forward, float_logits, init_params, integer_params  # noqa: E402

PAIRS = {
    "default": {},
    "sobol": SOBOL,
    "lfsr": {
        "input_generator": Comparator(source=Lfsr(seed=1)),
        "weight_generator": Comparator(source=Lfsr(seed=1, reverse=True)),
    },
    "weighted weights": {
        "input_generator": Comparator(source=VanDerCorput()),
        "weight_generator": WeightedBinary(source=LfsrFull(seed=3)),
    },
    "counter against itself": {
        "input_generator": Comparator(source=Counter()),
        "weight_generator": Comparator(source=Counter()),
    },
}


def made(encoding="sign_magnitude", input_encoding=None, length=16, bits=None, **changes):
    config = TrainConfig(hidden=(7,), stream_length=length, resolution_bits=bits, encoding=encoding, **changes)
    input_encoding = input_encoding or ("bipolar" if encoding == "bipolar" else "unipolar")
    layers = layers_of(config, 9, 4, input_encoding)
    params = init_params(jax.random.key(3), layers)
    rng = np.random.default_rng(5)
    params = [
        {"weight": 3 * p["weight"].clip(-0.3, 0.3), "bias": jnp.asarray(rng.normal(size=len(p["bias"])), jnp.float32)}
        for p in params
    ]
    low = 0 if input_encoding == "unipolar" else -1
    x = rng.uniform(low, 1, (11, 9))
    return layers, params, x


def oracle_outputs(layers, params, codes):
    """The description as a file says it, and the codes of float64 weights: nothing of the training code."""
    description = {
        "input": {"time_steps": 1, "repeat": False},
        "output": {"reduce": "none"},
        "layers": [layer.model_dump(mode="json") for layer in layers],
    }
    tensors = {}
    for i, (layer, p) in enumerate(zip(layers, params, strict=True)):
        weight, n = np.asarray(p["weight"], np.float64), layer.resolution_bits
        if layer.weight_encoding == "bipolar":
            codes_w = np.clip(np.floor((weight + 1) / 2 * 2**n + 0.5), 0, 2**n - 1)
        else:
            codes_w = np.sign(weight) * np.minimum(np.floor(np.abs(weight) * (2**n - 1) + 0.5), 2**n - 1)
        tensors[f"layer{i}.weight"] = codes_w.astype(np.int64)
        tensors[f"layer{i}.bias"] = np.asarray(integer_params(layers, params)[i]["bias"]).astype(np.int64)
    return oracle.evaluate(description, codes, tensors)


@pytest.mark.one_in(16)
@pytest.mark.contract("generator.default_pair", "product.signs", "product.xnor", "neuron.relu", "neuron.clamp")
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("length", [4, 16, 33])
@pytest.mark.parametrize("encoding", ["sign_magnitude", "bipolar"])
def test_forward_equals_the_oracle(pair, length, encoding):
    layers, params, x = made(encoding, length=length, **PAIRS[pair])
    codes = quantize(x, layers[0].input_encoding, layers[0].resolution_bits)[0]
    outputs = np.asarray(jax.jit(lambda p, c: exact_forward(layers, p, c))(params, jnp.asarray(codes, jnp.float32)))
    assert np.array_equal(outputs, oracle_outputs(layers, params, codes))
    assert len(np.unique(outputs)) > 3


@pytest.mark.one_in(2)
@pytest.mark.parametrize("accumulator", [Mux(select=LfsrFull(seed=1)), Or()], ids=["mux", "or"])
def test_other_accumulators_equal_the_oracle_too(accumulator):
    layers, params, x = made(length=32, accumulator=accumulator, **PAIRS["sobol"])
    codes = quantize(x, "unipolar", layers[0].resolution_bits)[0]
    outputs = np.asarray(jax.jit(lambda p, c: exact_forward(layers, p, c))(params, jnp.asarray(codes, jnp.float32)))
    assert np.array_equal(outputs, oracle_outputs(layers, params, codes))


@pytest.mark.slow  # other encodings are among the drawn cases above
def test_signed_inputs_equal_the_oracle():
    layers, params, x = made(input_encoding="sign_magnitude", length=8)
    codes = quantize(x, "sign_magnitude", 3)[0]
    assert codes.min() < 0
    outputs = np.asarray(exact_forward(layers, params, jnp.asarray(codes, jnp.float32)))
    assert np.array_equal(outputs, oracle_outputs(layers, params, codes))


@pytest.mark.slow  # both paths are held against the oracle above
def test_stream_path_equals_table_path(monkeypatch):
    layers, params, x = made(length=33, **PAIRS["sobol"])
    codes = jnp.asarray(quantize(x, "unipolar", layers[0].resolution_bits)[0], jnp.float32)
    by_table = np.asarray(exact_forward(layers, params, codes))
    monkeypatch.setattr(counters, "TABLE_LIMIT", 0)
    assert isinstance(counters.counter_of(layers[0]), counters.StreamCounter)
    assert np.array_equal(np.asarray(exact_forward(layers, params, codes)), by_table)


@pytest.mark.contract("codes.quantize", "codes.saturation")
@pytest.mark.parametrize("n", [2, 3, 8, 13, 16])
@pytest.mark.parametrize("encoding", ["unipolar", "sign_magnitude", "bipolar"])
def test_float32_quantizing_is_exact_at_every_border(encoding, n):
    """All rounding borders of the encoding, as the nearest float32 and its neighbours on both sides."""
    k = np.arange(2**n + 1)
    borders = (k - 0.5) / (2**n - 1) if encoding != "bipolar" else (k - 0.5) / 2**n * 2 - 1
    values = [borders.astype(np.float32)]
    for direction in (np.float32(2), np.float32(-2)):
        near = values[0]
        for _ in range(2):
            near = np.nextafter(near, direction)
            values.append(near)
    values = np.concatenate([*values, np.float32([0, -0.0, 1e-30, 1, 1.5, 3e5])])
    values = np.concatenate([values, -values])
    v = values.astype(np.float64)
    if encoding == "bipolar":
        expected = np.clip(np.floor((v + 1) / 2 * 2**n + 0.5), 0, 2**n - 1)
    else:
        expected = np.sign(v) * np.minimum(np.floor(np.abs(v) * (2**n - 1) + 0.5), 2**n - 1)
        expected = np.maximum(expected, 0) if encoding == "unipolar" else expected
    got = np.asarray(jax.jit(lambda v: exact_layer.quantize(FLOATS, v, encoding, n))(values))
    assert np.array_equal(got, expected)
    assert len(np.unique(got)) >= 2**n


@pytest.mark.slow  # the gradients of `test_jax_gradient` and of torch stay
def test_gradient_is_that_of_the_smooth_shadow():
    """At fine resolution the exact network is close to its shadow, whose finite differences the gradient must meet."""
    layers, params, x = made(length=1024, bits=10)
    first = layers[0]

    def exact(params):
        codes = exact_layer.quantize(FLOATS, jnp.asarray(x, jnp.float32), first.input_encoding, first.resolution_bits)
        return (exact_forward(layers, params, codes) * layers[-1].output_scale * probe).sum()

    probe = np.random.default_rng(7).normal(size=(11, 4)).astype(np.float32)
    gradient = jax.jit(jax.grad(exact))(params)

    def shadow(params):
        return float((np.asarray(float_logits(layers, params, jnp.asarray(x, jnp.float32), 1)) * probe).sum())

    rng = np.random.default_rng(8)
    checked = 0
    for i, p in enumerate(params):
        for key in ("weight", "bias"):
            direction = rng.normal(size=p[key].shape).astype(np.float32)
            step = 1e-3

            def moved(sign, i=i, key=key, direction=direction, step=step):
                return [{**q, key: q[key] + sign * step * direction} if j == i else q for j, q in enumerate(params)]

            numeric = (shadow(moved(1)) - shadow(moved(-1))) / (2 * step)
            analytic = float((np.asarray(gradient[i][key]) * direction).sum())
            assert analytic == pytest.approx(numeric, rel=0.03, abs=0.05), (i, key)
            checked += abs(numeric) > 0.5
    assert checked >= 3


def test_gradient_is_zero_where_a_clip_is_active():
    layers, _, _ = made(length=16)
    relu = layers[0]
    a = jnp.asarray([[-40.0, -1.0, 5.0, 29.0, 31.0, 300.0, 2.0]])
    slope = jax.grad(lambda a: exact_layer.requantized(FLOATS, relu.neuron, a).sum())(a)
    assert np.asarray(slope).tolist() == [[0.0, 0.0, 0.5, 0.5, 0.0, 0.0, 0.5]]
    for encoding, codes in (("sign_magnitude", 15.0), ("bipolar", 8.0)):
        values = jnp.asarray([-1.5, -0.4, 0.3, 1.5])
        slope = jax.vmap(jax.grad(exact_layer.quantize, 1), (None, 0, None, None))(FLOATS, values, encoding, 4)
        assert np.asarray(slope).tolist() == [0.0, codes, codes, 0.0]


def test_untrainable_layers_are_refused_by_name():
    layers = layers_of(TrainConfig(stream_length=2**16, hidden=()), 200, 3, "unipolar")
    with pytest.raises(OptionError, match=r"inputs \* stream_length below 2\^23, .* got 13107200"):
        check_trainable(layers[0])
    with pytest.raises(OptionError, match="needs a border factor"):
        layers_of(TrainConfig(stream_length=1, resolution_bits=16), 4, 2, "unipolar")
