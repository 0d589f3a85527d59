"""The JAX layer: exact projection, neurons against a plain loop, transforms, square layers, what it refuses."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support import oracle

from sc_neurocore.inference.engines import infer
from sc_neurocore.layers import JaxSCDenseLayer, NeuronParameters, jax_functional
from sc_neurocore.spec import CodesError, OptionError, quantize, save_network
from sc_neurocore.training.surrogate import Arctan, Sigmoid

RNG = np.random.default_rng(7)
QUIET = {"noise_std": 0.0}


def weights_of(n_neurons, n_inputs, scale=1.0):
    return RNG.normal(0, scale, (n_neurons, n_inputs)).astype(np.float32)


@pytest.mark.one_in(6)
@pytest.mark.parametrize("length", [1, 3, 16, 100, 1024])
def test_projection_is_the_oracles_integers(length, tmp_path):
    layer = JaxSCDenseLayer(4, 7, bitstream_length=length, weights=weights_of(4, 7, 2.0))
    x = RNG.uniform(-1, 1, (5, 7)).astype(np.float32)
    save_network(layer.network(), tmp_path / "network")
    expected = oracle.evaluate(tmp_path / "network", layer.encode(x))
    np.testing.assert_array_equal(layer.counts(x), expected)
    np.testing.assert_array_equal(infer(layer.network(), layer.encode(x)), expected)
    np.testing.assert_allclose(layer.project(x), expected * layer.network().layers[0].output_scale, rtol=1e-6)
    if length > 3:
        assert np.abs(expected).max() > 0


@pytest.mark.parametrize("n", [2, 3, 5, 8, 12, 16])
def test_codes_are_the_contracts(n):
    """Against the float64 rule of the spec, at random floats and at floats next to every tie."""
    full = 2**n - 1
    k = RNG.integers(0, full, 400)
    ties = ((k + 0.5) / full).astype(np.float32)
    v = np.concatenate([
        RNG.uniform(-1, 1, 1000).astype(np.float32), ties, -ties, np.nextafter(ties, np.float32(0)),
        np.nextafter(ties, np.float32(1)), np.float32([0, -0.0, 1, -1, 0.5, 1e-30, 1e-45]),
    ]).astype(np.float32)  # fmt: skip
    expected, saturated = quantize(v, "sign_magnitude", n)
    assert saturated == 0
    np.testing.assert_array_equal(jax.jit(jax_functional.sign_codes, static_argnums=1)(v, n), expected)
    beyond = jax_functional.sign_codes(jnp.asarray([2.0, -3.0]), n)
    np.testing.assert_array_equal(beyond, [full, -full])


def error_slopes(layers, shape, low, lengths):
    """Log-log slopes of the RMS error against W·x over stream lengths: pooled, and of each random layer by itself."""
    weights = RNG.normal(size=(layers, *shape)).astype(np.float32)
    x = RNG.uniform(low, 1, (layers, shape[1])).astype(np.float32)
    exact = np.einsum("koi,ki->ko", weights.astype(np.float64), x.astype(np.float64))
    errors = []
    for length in lengths:
        run = jax.jit(jax.vmap(lambda w, x, n=length: jax_functional.project(jax_functional.encode_weights(w, n), x)))
        parts = [run(weights[i : i + 100], x[i : i + 100]) for i in range(0, layers, 100)]
        errors.append(np.square(np.concatenate(parts).astype(np.float64) - exact).mean(axis=1))
    pooled = np.mean(errors, axis=1) ** 0.5
    assert pooled[-1] < 0.01 * np.sqrt(np.mean(exact**2)), "and it tends to W·x itself"
    slope = np.polyfit(np.log(lengths), np.log(pooled), 1)[0]
    each = np.polyfit(np.log(lengths), np.log(np.maximum(errors, 1e-16)) / 2, 1)[0]
    return slope, each


@pytest.mark.one_in(2)
@pytest.mark.parametrize("low", [-1.0, 0.0])
def test_error_falls_with_the_stream_length(low):
    slope, each = error_slopes(100, (4, 12), low, [16, 64, 256, 1024, 4096])
    assert slope <= -0.9
    assert np.median(each) <= -0.9


@pytest.mark.slow
@pytest.mark.parametrize("low", [-1.0, 0.0])
@pytest.mark.parametrize("shape", [(4, 12), (16, 16), (32, 64)], ids=str)
def test_error_of_a_thousand_layers_falls_with_the_stream_length(shape, low):
    slope, each = error_slopes(1000, shape, low, [2**n for n in range(4, 13)])
    print(f"{shape}, inputs from {low}: pooled slope {slope:.3f}, mean of layers {each.mean():.3f}")
    assert slope <= -0.9
    assert each.mean() <= -0.9


def plain_loop(currents, p, surrogate=None):
    """The neuron's equations, in float64, without noise."""
    v, spikes = np.full(currents.shape[-1], p["v_rest"]), []
    for current in currents.astype(np.float64):
        v = v + (p["v_rest"] - v) * p["dt_ms"] / p["tau_mem"] + p["resistance"] * current
        fired = v >= p["v_threshold"]
        v = np.where(fired, p["v_reset"], v)
        spikes.append(fired)
    return np.array(spikes, float), v


def test_neurons_are_their_equations():
    p = {"v_rest": 0.1, "v_reset": -0.2, "v_threshold": 0.8, "tau_mem": 7.0, "resistance": 1.5, "noise_std": 0.0}
    layer = JaxSCDenseLayer(6, 3, dt_ms=0.5, neuron_params=p)
    currents = RNG.normal(0.1, 0.2, (40, 6)).astype(np.float32)
    spikes = layer.run_currents(currents)
    expected, v = plain_loop(currents, {**p, "dt_ms": 0.5})
    np.testing.assert_array_equal(spikes, expected)
    np.testing.assert_allclose(layer.v, v, rtol=1e-4, atol=1e-5)
    assert 0 < expected.mean() < 1


def test_a_membrane_at_its_threshold_fires():
    layer = JaxSCDenseLayer(2, 3, neuron_params={**QUIET, "tau_mem": 1e9})
    np.testing.assert_array_equal(layer.step_currents(np.float32([1.0, np.nextafter(np.float32(1), 0)])), [1, 0])


def test_run_is_steps_and_reset_is_the_beginning():
    layer = JaxSCDenseLayer(5, 3, weights=weights_of(5, 3), seed=3, neuron_params={"noise_std": 0.3})
    x = RNG.uniform(0, 1, (12, 3)).astype(np.float32)
    train = np.asarray(layer.run(x))
    v = np.asarray(layer.v)
    layer.reset()
    np.testing.assert_array_equal([layer.step(row) for row in x], train)
    np.testing.assert_array_equal(layer.v, v)
    layer.reset()
    np.testing.assert_array_equal(np.concatenate([layer.run(x[:5]), layer.run(x[5:])]), train)
    assert 0 < train.mean() < 1


def test_the_seed_decides_noise_and_initial_weights():
    x = np.zeros((50, 3), np.float32)
    trains = [np.asarray(JaxSCDenseLayer(4, 3, seed=s, neuron_params={"noise_std": 0.5}).run(x)) for s in (1, 1, 2)]
    np.testing.assert_array_equal(trains[0], trains[1])
    assert (trains[0] != trains[2]).any()
    layers = [JaxSCDenseLayer(4, 3, seed=s) for s in (None, 0, 2**32 - 1)]
    np.testing.assert_array_equal(layers[0].weights, layers[1].weights)
    assert (layers[0].weights != layers[2].weights).any()


def test_noise_has_its_deviation():
    layer = JaxSCDenseLayer(20_000, 1, neuron_params={"noise_std": 0.25, "v_threshold": 100.0}, seed=9)
    layer.step_currents(np.zeros(20_000, np.float32))
    assert float(jnp.std(layer.v)) == pytest.approx(0.25, rel=0.03)


def test_batches():
    layer = JaxSCDenseLayer(5, 3, weights=weights_of(5, 3, 2.0), neuron_params=QUIET)
    x = RNG.uniform(0, 1, (4, 6, 3)).astype(np.float32)
    together = layer.run(x)
    assert together.shape == (4, 6, 5)
    for sample, expected in zip(x, together, strict=True):
        layer.reset()
        np.testing.assert_array_equal(layer.run(sample), expected)
    layer.reset()
    np.testing.assert_array_equal(layer.step(x[:, 0]), together[:, 0])
    with pytest.raises(
        OptionError, match=r"the batch must be that of the steps before \(\(4,\)\), got no batch; call reset"
    ):
        layer.step(x[0, 0])


def test_the_length_of_the_streams_matters():
    w, x = weights_of(3, 8), RNG.uniform(0, 1, 8).astype(np.float32)
    short, long = (np.asarray(JaxSCDenseLayer(3, 8, bitstream_length=n, weights=w).project(x)) for n in (4, 4096))
    assert (short != long).any()
    assert np.abs(long - w @ x).max() < np.abs(short - w @ x).max()


def test_currents_where_that_is_unambiguous():
    layer = JaxSCDenseLayer(2, 3, weights=np.zeros((2, 3), np.float32), neuron_params=QUIET)
    np.testing.assert_array_equal(layer.step(np.float32([5.0, 0.0])), [1, 0])
    np.testing.assert_array_equal(layer.run(np.float32([[0.0, 5.0]])), [[0, 1]])


def test_a_square_layer_uses_its_weights():
    swap = np.float32([[0, 1], [1, 0]])
    layer = JaxSCDenseLayer(2, 2, weights=swap * 3, neuron_params=QUIET)
    np.testing.assert_array_equal(layer.step(np.float32([1.0, 0.0])), [0, 1])
    layer.reset()
    np.testing.assert_array_equal(layer.step_currents(np.float32([3.0, 0.0])), [1, 0])


def test_large_and_scaled_inputs():
    w = weights_of(3, 5)
    x = (RNG.normal(0, 30, 5)).astype(np.float32)
    for layer in (JaxSCDenseLayer(3, 5, 4096, weights=w), JaxSCDenseLayer(3, 5, 4096, weights=w, input_scale=100.0)):
        np.testing.assert_allclose(layer.project(x), w @ x, atol=0.2)
    layer = JaxSCDenseLayer(3, 5, weights=w, input_scale=1.0)
    assert layer.network().input.scale == 1.0
    with pytest.raises(CodesError, match=r"x must lie in \[-input_scale, input_scale\], .* got 1.5 at index \(2,\)"):
        layer.step(np.float32([0, 0, 1.5, 0, 0]))


def test_weights_of_zero_give_nothing():
    layer = JaxSCDenseLayer(3, 5, weights=np.zeros((3, 5), np.float32))
    np.testing.assert_array_equal(layer.project(np.ones(5, np.float32)), 0)


def total_spikes(weights, x, key, surrogate=Arctan(alpha=2.0)):  # noqa: B008  (frozen)
    p = NeuronParameters(noise_std=0.1)
    currents = jax_functional.project(jax_functional.encode_weights(weights, 64), x)
    state = jax_functional.initial_state(p, (weights.shape[0],), key)
    return jax_functional.run_currents(state, currents, p, surrogate)[1]


def test_the_functions_run_under_every_transform():
    weights, x = jnp.asarray(weights_of(4, 3)), jnp.asarray(RNG.uniform(0, 1, (2, 6, 3)), jnp.float32)
    keys = jax.random.split(jax.random.key(1), 2)

    def loss(weights, x, key):
        return total_spikes(weights, x, key).mean()

    batched = jax.jit(jax.vmap(jax.value_and_grad(loss), in_axes=(None, 0, 0)))(weights, x, keys)
    single = jax.jit(jax.value_and_grad(loss))
    for i in range(2):
        value, gradient = single(weights, x[i], keys[i])
        np.testing.assert_allclose(batched[0][i], value, rtol=1e-6)
        np.testing.assert_allclose(batched[1][i], gradient, rtol=1e-4, atol=1e-6)
    assert np.abs(batched[1]).max() > 1e-3
    along = jax.jit(lambda w: jax.jvp(lambda w: loss(w, x[1], keys[1]), (w,), (jnp.ones_like(w),))[1])
    np.testing.assert_allclose(along(weights), batched[1][1].sum(), rtol=1e-4)


def test_the_projection_has_the_gradient_of_the_product():
    weights, x = weights_of(4, 3), RNG.uniform(-1, 1, (5, 3)).astype(np.float32)
    g = RNG.normal(size=(5, 4)).astype(np.float32)

    def value(weights, x):
        return (jax_functional.project(jax_functional.encode_weights(weights, 16), x) * g).sum()

    by_weights, by_x = jax.jit(jax.grad(value, argnums=(0, 1)))(weights, x)
    np.testing.assert_allclose(by_weights, g.T @ x, rtol=1e-5)
    np.testing.assert_allclose(by_x, g @ weights, rtol=1e-5)


def test_a_spike_has_the_surrogates_gradient():
    p = NeuronParameters(noise_std=0.0, tau_mem=1e9)
    state = jax_functional.initial_state(p, (1,), jax.random.key(0))

    def spike(current):
        return jax_functional.step_currents(state, current, p, Sigmoid(alpha=3.0))[1][0]

    slope = jax.grad(lambda c: spike(jnp.asarray([c])))(0.8)
    assert float(slope) == pytest.approx(float(Sigmoid(alpha=3.0).surrogate_grad(-0.2)), rel=1e-5)


def test_the_object_refuses_to_be_traced():
    layer = JaxSCDenseLayer(2, 3)
    with pytest.raises(OptionError, match=r"x is traced, .* use the functions of sc_neurocore"):
        jax.jit(layer.step)(jnp.ones(3))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"n_neurons": 0}, OptionError, "n_neurons must be an integer, 1 to 65536, got 0"),
        ({"n_inputs": -3}, OptionError, "n_inputs must be an integer, 1 to 65536, got -3"),
        ({"bitstream_length": 2**21}, OptionError, "bitstream_length must be an integer, 1 to 1048576"),
        (
            {"n_inputs": 4096, "bitstream_length": 2**20},
            OptionError,
            r"n_inputs \* bitstream_length must be below 2\^31",
        ),
        ({"dt_ms": 0.0}, OptionError, "dt_ms must be a finite number above 0, got 0"),
        ({"seed": -1}, OptionError, "seed must be an integer, 0 to 4294967295, got -1"),
        ({"seed": 2**32}, OptionError, "seed must be an integer, 0 to 4294967295"),
        ({"seed": 1.5}, OptionError, "seed must be an integer"),
        ({"neuron_params": {"tau": 20.0}}, OptionError, "names among v_rest, .* noise_std; got 'tau'"),
        (
            {"neuron_params": {"v_rest": float("nan")}},
            OptionError,
            r"neuron_params\['v_rest'\] must be a finite number",
        ),
        (
            {"neuron_params": {"tau_mem": 0.0}},
            OptionError,
            r"neuron_params\['tau_mem'\] must be a finite number above 0",
        ),
        (
            {"neuron_params": {"noise_std": -1.0}},
            OptionError,
            r"neuron_params\['noise_std'\] must be 0 or more, got -1.0",
        ),
        ({"neuron_params": [("v_rest", 0)]}, OptionError, "neuron_params must be a dict or None"),
        ({"weights": np.ones((3, 2), np.float32)}, CodesError, r"weights must have shape \(2, 3\), .* got \(3, 2\)"),
        ({"weights": np.ones((2, 3), int)}, CodesError, "weights must be floating-point, got dtype int64"),
        (
            {"weights": np.float32([[0, 0, np.inf], [0, 0, 0]])},
            CodesError,
            r"weights must be finite, got inf at index \(0, 2\)",
        ),
        ({"input_scale": 0}, OptionError, "input_scale must be a finite number above 0, got 0"),
        ({"surrogate": "atan"}, OptionError, "surrogate must be a Surrogate or None, got 'atan'"),
    ],
)
def test_the_constructor_fails_closed(change, error, message):
    with pytest.raises(error, match=message):
        JaxSCDenseLayer(**{"n_neurons": 2, "n_inputs": 3, **change})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda layer: layer.step(np.ones(4, np.float32)),
            r"\(n_inputs\) or \(batch, n_inputs\) with n_inputs = 3, got \(4,\)",
        ),
        (lambda layer: layer.step(np.float32(1)), r"x must have shape .* got \(\)"),
        (lambda layer: layer.step(np.ones(3, int)), "x must be floating-point, got dtype int64"),
        (lambda layer: layer.step(np.float32([0, np.nan, 0])), r"x must be finite, got nan at index \(1,\)"),
        (lambda layer: layer.run(np.ones((0, 3), np.float32)), r"x must not be empty, got shape \(0, 3\)"),
        (
            lambda layer: layer.run(np.ones(3, np.float32)),
            r"x must have shape \(T, n_inputs\) or \(batch, T, n_inputs\)",
        ),
        (lambda layer: layer.run([[1.0], [1.0, 2.0]]), "x must be an array"),
        (
            lambda layer: layer.step_currents(np.ones(3, np.float32)),
            r"currents must have shape \(n_neurons\) or .* got \(3,\)",
        ),
        (lambda layer: layer.run_currents(np.ones((5, 3), np.float32)), "currents must have shape"),
        (lambda layer: layer.project(np.ones(2, np.float32)), r"x must have shape \(..., n_inputs\)"),
    ],
)
def test_runtime_arrays_fail_closed(call, message):
    with pytest.raises(CodesError, match=message):
        call(JaxSCDenseLayer(2, 3))
