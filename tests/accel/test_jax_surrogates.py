"""The two JAX routes: published check values, a NumPy oracle in dual numbers, transforms, and every error."""

from __future__ import annotations

import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.engines.jax_dtypes import DTYPES

from sc_neurocore.accel.jax.surrogates import JAX_SURROGATE_PATHS, jax_surrogate_gradient_step, jax_surrogate_loss
from sc_neurocore.spec import OptionError

WEIGHTS = [np.array([[0.4, -0.1], [0.2, 0.5]], np.float32)]
X = np.array([[1.0, 0.2], [0.3, 1.1]], np.float32)
TARGETS = np.eye(2, dtype=np.float32)


def test_the_paths_are_declared():
    assert JAX_SURROGATE_PATHS == ("custom_vjp", "legacy_stop_gradient")


@pytest.mark.parametrize(
    ("path", "loss", "updated"),
    [
        ("custom_vjp", 0.603081226, [[0.400856, -0.0998768], [0.19896384, 0.5000531]]),
        ("legacy_stop_gradient", 0.647776484, [[0.39980957, -0.10058011], [0.20021251, 0.49860665]]),
    ],
)
def test_check_values(path, loss, updated):
    """Of one processor, in float32. One unit in the last place of every input moves each value by up to 1.3 units."""
    tolerance = 4 * float(np.finfo(np.float32).eps)
    weights, value = jax_surrogate_gradient_step(WEIGHTS, X, TARGETS, n_steps=5, lr=1e-2, surrogate_path=path)
    assert type(value) is float
    assert value == pytest.approx(loss, rel=tolerance)
    np.testing.assert_allclose(weights[0], updated, rtol=tolerance)
    unchanged = jax_surrogate_loss(WEIGHTS, X, TARGETS, n_steps=5, surrogate_path=path)
    assert unchanged.shape == ()
    assert float(unchanged) == pytest.approx(loss, rel=tolerance)


def test_the_default_is_custom_vjp():
    weights, value = jax_surrogate_gradient_step(WEIGHTS, X, TARGETS)
    again, same = jax_surrogate_gradient_step(
        WEIGHTS, X, TARGETS, n_steps=25, lr=1e-3, beta=10.0, threshold=1.0, surrogate_path="custom_vjp"
    )
    assert value == same
    np.testing.assert_array_equal(weights[0], again[0])


def test_slope_of_a_spike_at_the_check_points():
    """One neuron, one step: v = w, so that dloss/dw is the slope times a factor that one point fixes."""

    def slope(u):
        weight = [jnp.asarray([[1 + u], [0.0]], jnp.float32)]
        target = jnp.asarray([[0.3, 0.7]], jnp.float32)
        x = jnp.ones((1, 1), jnp.float32)
        grad = jax.grad(jax_surrogate_loss)(weight, x, target, n_steps=1)[0][0, 0]
        rates = np.array([float(u >= 0), 0.0])
        return float(grad) / (np.exp(rates[0]) / np.exp(rates).sum() - 0.3)

    got = [slope(u) for u in (-0.5, -0.1, 0.0, 0.1, 1.0)]
    assert [f"{round(g, 6):g}" for g in got] == ["0.027778", "0.25", "1", "0.25", "0.008264"]


def test_slope_is_the_derivative_of_the_proxy():
    """Finite differences, in NumPy, of u / (1 + beta·|u|)."""
    from sc_neurocore.accel.jax.surrogate_network import hard_spike

    u, beta, step = np.array([-1.2, -0.4, -0.03, 0.02, 0.3, 1.7]), 7.0, 1e-6
    quotient = ((u + step) / (1 + beta * abs(u + step)) - (u - step) / (1 + beta * abs(u - step))) / (2 * step)
    slope = jax.vmap(jax.grad(hard_spike), in_axes=(0, None))(jnp.asarray(u), jnp.asarray(beta))
    np.testing.assert_allclose(slope, quotient, rtol=1e-5)


def numpy_loss_and_derivative(weights, direction, x, targets, n_steps, beta, threshold, path):
    """The network in float64, each value followed by its derivative along `direction`."""
    rate, d_rate = x, np.zeros_like(x)
    for w, d_w in zip(weights, direction, strict=True):
        current, d_current = rate @ w.T, d_rate @ w.T + rate @ d_w.T
        v, d_v, total, d_total = (np.zeros_like(current) for _ in range(4))
        for _ in range(n_steps):
            v, d_v = 0.9 * v + current, 0.9 * d_v + d_current
            u = v - threshold
            hard = (u >= 0).astype(float)
            if path == "custom_vjp":
                s, d_s = hard, d_v / (1 + beta * np.abs(u)) ** 2
            else:
                s, d_s = 1 / (1 + np.abs(beta * u)), -beta * np.sign(u) * d_v / (1 + np.abs(beta * u)) ** 2
            v, d_v = v * (1 - hard), d_v * (1 - hard) - v * d_s
            total, d_total = total + s, d_total + d_s
        rate, d_rate = total / n_steps, d_total / n_steps
    p = np.exp(rate) / np.exp(rate).sum(axis=1, keepdims=True)
    loss = -(targets * np.log(p)).sum(axis=1).mean()
    d_loss = ((p * targets.sum(axis=1, keepdims=True) - targets) * d_rate).sum(axis=1).mean()
    return loss, d_loss


@pytest.mark.parametrize("path", JAX_SURROGATE_PATHS)
def test_gradient_is_the_oracles(path):
    rng = np.random.default_rng(3)
    weights = [rng.normal(0, 0.6, (5, 4)), rng.normal(0.3, 0.6, (3, 5))]
    x, targets = rng.uniform(0, 1.5, (6, 4)), rng.dirichlet(np.ones(3), 6)
    settings = {"n_steps": 7, "beta": 4.0, "threshold": 0.8}
    with jax.enable_x64(True):
        loss, gradients = jax.value_and_grad(jax_surrogate_loss)(weights, x, targets, **settings, surrogate_path=path)
        along_x = jax.grad(lambda x: jax_surrogate_loss(weights, x, targets, **settings, surrogate_path=path))(x)
    checked = 0
    for layer, gradient in enumerate(gradients):
        assert np.abs(gradient).max() > 1e-3
        for index in np.ndindex(*gradient.shape):
            direction = [np.zeros_like(w) for w in weights]
            direction[layer][index] = 1
            expected = numpy_loss_and_derivative(weights, direction, x, targets, 7, 4.0, 0.8, path)
            np.testing.assert_allclose([float(loss), gradient[index]], expected, rtol=1e-9, atol=1e-12)
            checked += 1
    assert checked == 35
    assert np.abs(along_x).max() > 1e-3


@pytest.mark.parametrize("path", JAX_SURROGATE_PATHS)
def test_a_callers_jit_vmap_grad(path):
    rng = np.random.default_rng(4)
    xs, ts = (jnp.asarray(rng.uniform(0, 1, (3, 2, 2)), jnp.float32) for _ in range(2))
    weights = [jnp.asarray(w) for w in WEIGHTS]

    def loss(weights, x, t):
        return jax_surrogate_loss(weights, x, t, n_steps=5, surrogate_path=path)

    batched = jax.jit(jax.vmap(jax.grad(loss), in_axes=(None, 0, 0)))(weights, xs, ts)
    single = [jax.grad(loss)(weights, x, t) for x, t in zip(xs, ts, strict=True)]
    for i in range(3):
        np.testing.assert_allclose(batched[0][i], single[i][0], rtol=1e-5, atol=1e-7)
    assert np.abs(batched[0]).max() > 0


def test_a_step_inside_a_callers_jit():
    inside = jax.jit(lambda w: jax_surrogate_gradient_step(w, X, TARGETS, n_steps=5))([jnp.asarray(w) for w in WEIGHTS])
    outside = jax_surrogate_gradient_step(WEIGHTS, X, TARGETS, n_steps=5)
    np.testing.assert_allclose(inside[0][0], outside[0][0], rtol=1e-6)
    assert float(inside[1]) == pytest.approx(outside[1])


def test_steps_descend():
    rng = np.random.default_rng(5)
    weights = [rng.normal(0, 0.5, (16, 8)).astype(np.float32), rng.normal(0, 0.5, (3, 16)).astype(np.float32)]
    x = rng.uniform(0, 1, (32, 8)).astype(np.float32)
    targets = np.eye(3, dtype=np.float32)[rng.integers(0, 3, 32)]
    losses = []
    for _ in range(60):
        weights, loss = jax_surrogate_gradient_step(weights, x, targets, n_steps=10, lr=0.3)
        losses.append(loss)
    assert losses[-1] < losses[0] - 0.05


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes_are_kept(dtype):
    with jax.enable_x64(dtype == "float64"):
        arrays = [[jnp.asarray(w, dtype) for w in WEIGHTS], jnp.asarray(X, dtype), jnp.asarray(TARGETS, dtype)]
        updated, loss = jax_surrogate_gradient_step(*arrays, n_steps=5, lr=0.1)
        assert updated[0].dtype == dtype
    assert loss == pytest.approx(0.603, rel=0.02)


def test_numpy_scalars_are_numbers():
    plain = jax_surrogate_gradient_step(WEIGHTS, X, TARGETS, n_steps=5, lr=0.5, beta=2.0, threshold=0.5)
    scalars = jax_surrogate_gradient_step(
        tuple(WEIGHTS), X, TARGETS, np.int64(5), np.float32(0.5), np.float64(2), np.array(0.5, np.float32)
    )
    assert plain[1] == scalars[1]
    np.testing.assert_array_equal(plain[0][0], scalars[0][0])


NAN = np.array([[np.nan, 1.0], [1.0, 1.0]], np.float32)
BAD = [
    ({"n_steps": 0}, "n_steps must be an integer, 1 or more, got 0"),
    ({"n_steps": 2.0}, r"n_steps must be an integer, 1 or more, got 2\.0"),
    ({"n_steps": True}, "n_steps must be an integer, 1 or more, got True"),
    ({"lr": -0.1}, r"lr must be a finite number above 0, got -0\.1"),
    ({"lr": float("nan")}, "lr must be a finite number above 0, got nan"),
    ({"beta": 0.0}, r"beta must be a finite number above 0, got 0\.0"),
    ({"beta": "10"}, "beta must be a finite number above 0, got '10'"),
    ({"threshold": float("inf")}, "threshold must be a finite number above 0, got inf"),
    ({"surrogate_path": "modern"}, "must be one of custom_vjp, legacy_stop_gradient; got 'modern'"),
    ({"weights": []}, "weights must be a list of one array"),
    ({"weights": WEIGHTS[0]}, "weights must be a list of one array"),
    ({"weights": [np.ones(2, np.float32)]}, r"weights\[0\] must have shape \(n_out, n_in\) .* got \(2,\)"),
    ({"weights": [np.ones((2, 3), np.float32)]}, r"weights\[0\] must have n_in = 2, the features of x; got shape"),
    ({"weights": [*WEIGHTS, np.ones((2, 3), np.float32)]}, r"weights\[1\] must have n_in = 2, the outputs of"),
    ({"weights": [np.ones((2, 2), np.int32)]}, r"weights\[0\] must be a floating-point array, got dtype int32"),
    ({"weights": [[[1.0, 2.0], [3.0]]]}, r"weights\[0\] must be an array, got"),
    ({"weights": [NAN]}, r"weights\[0\] must be finite, but holds NaN or infinities"),
    ({"x": np.ones((0, 2), np.float32)}, r"x must have shape \(batch, n_in\) with no axis of length 0, got \(0, 2\)"),
    ({"x": np.ones((2, 2), np.int64)}, "x must be a floating-point array, got dtype int64"),
    ({"x": np.ones(2, np.float32)}, r"x must have shape \(batch, n_in\)"),
    ({"x": NAN}, "x must be finite"),
    ({"targets": np.ones((2, 3), np.float32)}, r"targets must have shape \(2, 2\), \(batch, n_out\); got \(2, 3\)"),
    ({"targets": np.ones((1, 2), np.float32)}, r"targets must have shape \(2, 2\)"),
    ({"targets": np.array([0, 1])}, "targets must be a floating-point array, got dtype int64"),
    ({"targets": NAN}, "targets must be finite"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), BAD, ids=[next(iter(c)) + str(i) for i, (c, _) in enumerate(BAD)])
def test_errors_name_argument_rule_and_value(change, message):
    arguments = {"weights": WEIGHTS, "x": X, "targets": TARGETS, "n_steps": 5} | change
    with pytest.raises(OptionError, match=message) as caught:
        jax_surrogate_gradient_step(**arguments)
    assert isinstance(caught.value, ValueError)
    if "lr" not in change:
        with pytest.raises(ValueError, match=message):
            jax_surrogate_loss(**arguments)


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True).stdout


def test_importing_and_calling_change_no_flag():
    out = run(
        "import jax; before = dict(jax.config.values)\n"
        "from sc_neurocore.accel.jax.surrogates import jax_surrogate_loss\n"
        "import sc_neurocore.accel.jax.surrogate_network\n"
        "print(before == dict(jax.config.values), jax.config.jax_enable_x64)"
    )
    assert out.strip() == "True False"


def test_without_jax_the_declarations_import():
    out = run(
        "import sys; sys.modules['jax'] = None\n"
        "from sc_neurocore.accel.jax.surrogates import *\n"
        "from sc_neurocore.accel.jax import surrogates as j\n"
        "print(j.JAX_SURROGATE_PATHS)\n"
        "for f in (j.jax_surrogate_loss, j.jax_surrogate_gradient_step):\n"
        "    try: f([], [], [])\n"
        "    except ImportError as e: print(e)\n"
    )
    assert out.splitlines()[0] == "('custom_vjp', 'legacy_stop_gradient')"
    assert out.count("install it with: pip install 'sc-neurocore-cosim[jax]'") == 2
