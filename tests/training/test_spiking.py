"""Spiking networks: the trained forward pass against the outside oracle, its gradient against one written by hand."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle

jax = pytest.importorskip("jax", reason="the jax extra is not installed")
import jax.numpy as jnp  # noqa: E402
from support.networks.pairs import SOBOL  # noqa: E402

import sc_neurocore  # noqa: E402
from sc_neurocore.export import export_model  # noqa: E402
from sc_neurocore.spec import Comparator, Lfsr, Lif, OptionError, quantize  # noqa: E402
from sc_neurocore.training import TrainConfig, load_model, train  # noqa: E402
from sc_neurocore.training.architecture import layers_of  # noqa: E402
from sc_neurocore.training.data import make_dataset  # noqa: E402
from sc_neurocore.training.forward import exact_forward, float_logits, init_params, integer_params  # noqa: E402
from sc_neurocore.training.spikes import parse_surrogate, surrogate_of  # noqa: E402
from sc_neurocore.training.surrogate import CATALOGUE  # noqa: E402
from sc_neurocore.training.trainer import model_outputs  # noqa: E402
from sc_neurocore.training.trainer import test_codes as codes_of_test_samples  # noqa: E402

PAIRS = {
    "default": {},
    "sobol": SOBOL,
    "lfsr": {
        "input_generator": Comparator(source=Lfsr(seed=1)),
        "weight_generator": Comparator(source=Lfsr(seed=1, reverse=True)),
    },
}
RNG = np.random.default_rng(11)


def made(features=9, hidden=(7, 6), classes=4, batch=11, **changes):
    config = TrainConfig(neuron="lif", hidden=hidden, **({"time_steps": 4, "stream_length": 16} | changes))
    layers = layers_of(config, features, classes, "unipolar")
    params = init_params(jax.random.key(3), layers, config)
    for p in params:
        p["weight"] = 3 * p["weight"].clip(-0.3, 0.3)
        p["bias"] = jnp.asarray(RNG.normal(0, 0.3, p["bias"].shape), jnp.float32)
    return config, layers, params, RNG.uniform(0, 1, (batch, features))


def tensors_of(layers, params):
    """Codes of float64 weights; biases as the training code rounds them."""
    tensors = {}
    for i, (layer, p) in enumerate(zip(layers, params, strict=True)):
        weight, top = np.asarray(p["weight"], np.float64), 2**layer.resolution_bits - 1
        codes = np.sign(weight) * np.minimum(np.floor(np.abs(weight) * top + 0.5), top)
        tensors[f"layer{i}.weight"] = codes.astype(np.int64)
        tensors[f"layer{i}.bias"] = np.asarray(integer_params(layers, params)[i]["bias"]).astype(np.int64)
    return tensors


def oracle_sums(config, layers, params, codes):
    description = {
        "input": {"time_steps": config.time_steps, "repeat": config.time_steps > 1},
        "output": {"reduce": "sum" if config.time_steps > 1 else "none"},
        "layers": [layer.model_dump(mode="json") for layer in layers],
    }
    return oracle.evaluate(description, codes, tensors_of(layers, params))


@pytest.mark.one_in(4)
@pytest.mark.contract("neuron.lif", "time.repeat", "time.reduce", "codes.spike")
@pytest.mark.parametrize(
    ("pair", "changes"),
    [
        ("default", {}),
        ("sobol", {"stream_length": 4, "leak_shift": 1, "comparator": "gt", "v_threshold": 0.5}),
        ("default", {"stream_length": 33, "leak_shift": None, "reset": "zero", "time_steps": 3}),
        ("lfsr", {"time_steps": 1, "leak_shift": 5, "v_threshold": 0.25}),
        pytest.param("lfsr", {"stream_length": 15, "time_steps": 7}, marks=pytest.mark.slow),
    ],
    ids=["plain", "gt, sobol", "zero", "one step, lfsr", "seven steps, lfsr"],
)
def test_forward_equals_the_oracle(pair, changes):
    config, layers, params, x = made(**PAIRS[pair], **changes)
    codes = quantize(x, "unipolar", config.bits)[0]
    forward = jax.jit(lambda p, c: exact_forward(layers, p, c, config))
    outputs = np.asarray(forward(params, jnp.asarray(codes, jnp.float32)))
    assert np.array_equal(outputs, oracle_sums(config, layers, params, codes))
    assert len(np.unique(outputs)) > 8


@pytest.mark.slow  # a training; the saturating cells' own tests stay
def test_a_state_that_saturates_does_so_in_training_too():
    """The state of a description holds all that can come; a narrower one must clip where the contract clips."""
    config, layers, params, x = made(hidden=(7,), leak_shift=None, v_threshold=2.0, time_steps=6)
    narrow = layers[0].neuron.model_copy(update={"state_bits": 6, "v_threshold": 31})
    layers = (layers[0].model_copy(update={"neuron": narrow}), layers[1])
    params[0]["weight"] = params[0]["weight"] + 0.2
    codes = quantize(x, "unipolar", config.bits)[0]
    outputs = np.asarray(exact_forward(layers, params, jnp.asarray(codes, jnp.float32), config))
    assert np.array_equal(outputs, oracle_sums(config, layers, params, codes))
    wide = narrow.model_copy(update={"state_bits": 20})
    unclipped = oracle_sums(config, (layers[0].model_copy(update={"neuron": wide}), layers[1]), params, codes)
    assert (outputs != unclipped).any()


def by_hand(layers, tensors, codes, probe, config):
    """Gradients of Σ probe·outputs with respect to weights and biases (real) and threshold, by backward recursion."""
    first, neuron = layers[0], layers[0].neuron
    theta, keep, top = neuron.v_threshold, 1 - 2.0**-neuron.leak_shift, 2**first.resolution_bits - 1
    description = {
        "input": {"time_steps": 1, "repeat": False},
        "output": {"reduce": "none"},
        "layers": [{**first.model_dump(mode="json"), "neuron": {"kind": "linear"}}],
    }
    a = oracle.evaluate(description, codes, tensors)
    v, states, spikes, residue = np.zeros_like(a), [], [], []
    for _ in range(config.time_steps):
        v = v - (v >> neuron.leak_shift) + a
        states.append(v)
        spikes.append((v >= theta).astype(float))
        v = np.where(v >= theta, v - theta, v)
        residue.append(v)
    # Arctan(alpha): alpha / (2·(1 + (π·alpha·x/2)²)), x = (v − θ)/θ; here alpha = 2.
    slopes = [1 / (1 + (np.pi * (s - theta) / theta) ** 2) for s in states]
    per_count = layers[1].stream_length / layers[1].output_scale / layers[1].stream_length
    back = probe @ (tensors["layer1.weight"] / top) * per_count  # outputs' counts by a spike, without rounding
    g, g_a, g_theta = np.zeros_like(back), np.zeros_like(back), 0.0
    moved = np.zeros_like(back)  # dv/dθ, forward in time
    for s, slope, spike in zip(states, slopes, spikes, strict=True):
        g_theta += (back * slope * (moved / theta - s / theta**2)).sum()
        moved = keep * (moved - spike)
    for slope in slopes[::-1]:
        g = back * slope / theta + keep * g
        g_a += g
    count = top  # counts by a unit of x·w, for the default pair at L = 2^n
    return {
        "weight0": count * g_a.T @ (codes / top),
        "bias0": 2**first.resolution_bits * g_a.sum(axis=0),
        "weight1": per_count * probe.T @ sum(spikes),
        "bias1": config.time_steps * 2**first.resolution_bits * probe.sum(axis=0),
        "theta": g_theta,
    }


def test_gradient_is_the_one_by_hand():
    config, layers, params, x = made(hidden=(7,), learn_scale="multiplier")
    codes = quantize(x, "unipolar", config.bits)[0]
    probe = RNG.normal(size=(11, 4))

    def loss(params):
        return (exact_forward(layers, params, jnp.asarray(codes, jnp.float32), config) * probe).sum()

    got = jax.jit(jax.grad(loss))(params)
    want = by_hand(layers, tensors_of(layers, params), codes, probe, config)
    for i in (0, 1):
        np.testing.assert_allclose(got[i]["weight"], want[f"weight{i}"], rtol=2e-3, atol=2e-3)
        np.testing.assert_allclose(got[i]["bias"], want[f"bias{i}"], rtol=2e-3, atol=2e-3)
    theta = layers[0].neuron.v_threshold
    assert float(got[0]["scale"]) == pytest.approx(theta * want["theta"], rel=2e-3, abs=1e-2)
    assert abs(want["theta"]) * theta > 0.1
    assert all(np.abs(want[key]).max() > 0.1 for key in ("weight0", "weight1"))


@pytest.mark.slow  # a training
def test_the_float_network_is_what_the_integers_tend_to():
    config, layers, params, x = made(stream_length=2**12, learn_scale="multiplier", v_threshold=0.7)
    params[0]["scale"] = jnp.float32(1.3)
    codes = quantize(x, "unipolar", config.bits)[0]
    exact = exact_forward(layers, params, jnp.asarray(codes, jnp.float32), config) * layers[-1].output_scale
    real = float_logits(layers, params, jnp.asarray(x, jnp.float32), 1, config)
    np.testing.assert_allclose(exact, real, atol=0.02)
    other = float_logits(layers, params, jnp.asarray(x, jnp.float32), 1, config.replace(leak_shift=4))
    assert np.array_equal(other, real), "the leak is the layers', not the recipe's"


@pytest.mark.one_in(24)
@pytest.mark.parametrize("name", CATALOGUE)
def test_every_surrogate_of_the_catalogue_gives_a_gradient(name):
    config, layers, params, x = made(hidden=(7,), surrogate=name, time_steps=2)
    codes = jnp.asarray(quantize(x, "unipolar", config.bits)[0], jnp.float32)
    value, gradient = jax.jit(jax.value_and_grad(lambda p: exact_forward(layers, p, codes, config).sum()))(params)
    arctan = config.replace(surrogate="Arctan")
    plain = jax.jit(lambda p: exact_forward(layers, p, codes, arctan).sum())(params)
    assert float(value) == float(plain), "the forward pass is the gates', whatever the slope"
    assert np.isfinite(np.asarray(gradient[0]["weight"])).all()
    assert np.abs(np.asarray(gradient[0]["weight"])).max() > 1e-3


def test_a_surrogate_is_read_from_its_call():
    assert parse_surrogate("Sigmoid(alpha=3.0)") == CATALOGUE["Sigmoid"](alpha=3.0)
    assert parse_surrogate("Sigmoid") == parse_surrogate(" Sigmoid() ")
    assert surrogate_of(TrainConfig(neuron="lif", comparator="gt")).comparator == "gt"
    for text, message in (
        ("Tent", "surrogate must be a name of Sigmoid, "),
        ("__import__('os').system('true')", "surrogate must be a name of"),
        ("Sigmoid(beta=1.0)", "unexpected keyword argument 'beta'"),
        ("Sigmoid(alpha=x)", "surrogate must be a name of"),
        ("Sigmoid(alpha=-1.0)", "alpha must be"),
    ):
        with pytest.raises(OptionError, match=message):
            parse_surrogate(text)


@pytest.fixture(scope="module")
def squares():
    rng = np.random.default_rng(1)
    y = np.arange(240) % 3
    centres = np.array([[1, 0, 0.5, 1], [0, 1, 1, 0], [0.5, 1, 0, 0]])
    return make_dataset("squares", np.clip(np.eye(3)[y] @ centres + rng.normal(0, 0.1, (240, 4)), 0, 1), y)


QUICK = TrainConfig(
    neuron="lif", time_steps=3, hidden=(8,), stream_length=8, epochs=20, batch_size=30, learning_rate=0.03
)


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    "changes",
    [
        {"hidden": (8, 6), "leak_shift": None},
        pytest.param({"learn_scale": "power_of_two", "stream_length": 15, **PAIRS["lfsr"]}, marks=pytest.mark.slow),
    ],
    ids=["default pair, two hidden", "learned threshold, lfsr"],
)
def test_learns_and_exports_its_own_integers(changes, squares, tmp_path):
    config = QUICK.replace(**changes)
    model = train(config, tmp_path / "m", data=squares)
    assert model.accuracy["integer"] is not None
    assert model.accuracy["integer"] > 0.85, model.history  # chance is 1/3
    network = export_model(tmp_path / "m").network
    assert all(isinstance(layer.neuron, Lif) for layer in network.layers[:-1])
    assert (network.input.time_steps, network.input.repeat, network.output.reduce) == (3, True, "sum")
    codes, trained = codes_of_test_samples(network.layers, squares), model_outputs(load_model(tmp_path / "m"), squares)
    for engine in ("reference", "packed", "counts", "jax", "auto"):
        assert np.array_equal(sc_neurocore.infer(network, codes, engine=engine), trained)
    assert (sc_neurocore.classify(trained) == squares.y_test).mean() == model.accuracy["integer"]


@pytest.mark.slow
def test_the_float_reference_learns_too(squares):
    model = train(QUICK.replace(forward="float"), data=squares)
    assert model.accuracy["float"] is not None
    assert model.accuracy["float"] > 0.85


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"neuron": "relu"}, "time_steps must be 1 where neuron is 'relu', got 3; take neuron 'lif'"),
        ({"encoding": "bipolar"}, "encoding must be 'sign_magnitude' where neuron is 'lif', got 'bipolar'"),
        ({"v_threshold": 0.0}, "v_threshold must be greater than 0"),
        ({"leak_shift": 0}, "leak_shift must be greater than or equal to 1"),
    ],
)
def test_wrong_recipes_are_named(changes, message):
    with pytest.raises(OptionError, match=message):
        QUICK.replace(**changes)


def test_thresholds_and_leaks_beyond_the_state_are_named():
    with pytest.raises(OptionError, match=r"leak_shift must be at most 9, the bits of the state; got 20"):
        layers_of(QUICK.replace(leak_shift=20, time_steps=1), 16, 3, "unipolar")
    with pytest.raises(OptionError, match=r"v_threshold must be below what 1 time steps can reach, 512 counts; it is"):
        layers_of(QUICK.replace(v_threshold=1000.0, time_steps=1), 16, 3, "unipolar")
