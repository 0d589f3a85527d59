"""The calls of the published documents, with their names, arguments and shapes: they must run, and mean something.

Each test makes one document's calls in our own words and then asks for what the document does not: the right numbers.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from sc_neurocore.inference.engines import infer

WEIGHTS = [jnp.asarray([[0.4, -0.1], [0.2, 0.5]], dtype=jnp.float32)]
X = jnp.asarray([[1.0, 0.2], [0.3, 1.1]], dtype=jnp.float32)
TARGETS = jnp.asarray([[1.0, 0.0], [0.0, 1.0]], dtype=jnp.float32)


def test_the_backend_declares_its_paths():
    from sc_neurocore.accel.jax_backend import JAX_SURROGATE_PATHS

    assert JAX_SURROGATE_PATHS == ("custom_vjp", "legacy_stop_gradient")


@pytest.mark.parametrize(
    ("path", "loss", "expected"),
    [
        ("custom_vjp", 0.603081226, [[0.400856, -0.0998768], [0.19896384, 0.5000531]]),
        ("legacy_stop_gradient", 0.647776484, [[0.39980957, -0.10058011], [0.20021251, 0.49860665]]),
    ],
)
def test_a_gradient_step_by_either_path(path, loss, expected):
    from sc_neurocore.accel.jax_backend import jax_surrogate_gradient_step, jax_surrogate_loss

    updated, loss_value = jax_surrogate_gradient_step(WEIGHTS, X, TARGETS, n_steps=5, lr=1e-2, surrogate_path=path)
    assert isinstance(updated, list)
    assert f"{loss_value:.4f}" == f"{loss:.4f}"
    tolerance = 4 * float(np.finfo(np.float32).eps)  # the last bits are the processor's
    assert loss_value == pytest.approx(loss, rel=tolerance)
    np.testing.assert_allclose(updated[0], expected, rtol=tolerance)
    again = jax_surrogate_loss(updated, X, TARGETS, n_steps=5, surrogate_path=path)
    assert float(again) <= loss_value


def test_the_backend_under_jit_vmap_grad():
    from sc_neurocore.accel.jax_backend import jax_surrogate_loss

    gradients = jax.jit(jax.vmap(jax.grad(jax_surrogate_loss), in_axes=(None, 0, 0)))(
        WEIGHTS, X[:, None], TARGETS[:, None]
    )
    assert gradients[0].shape == (2, 2, 2)
    assert np.abs(gradients[0]).max() > 0


def test_the_tutorials_dense_layer():
    from sc_neurocore.layers.jax_dense_layer import JaxSCDenseLayer

    weights = jnp.asarray([[1.0, 0.0, 0.2, 0.0], [0.0, 0.8, 0.0, 0.2], [0.5, 0.5, 0.0, 0.0]], dtype=jnp.float32)
    layer = JaxSCDenseLayer(n_inputs=4, n_neurons=3, bitstream_length=256, weights=weights, seed=42)
    x = jnp.asarray([0.9, 0.1, 0.5, 0.0], dtype=jnp.float32)
    spikes = layer.step(x)
    assert spikes.shape == (3,)
    np.testing.assert_array_equal(spikes, [0, 0, 0])  # currents 1.0, 0.08, 0.5 from rest, but for noise: none at 1 yet
    np.testing.assert_allclose(layer.project(x), weights @ x, atol=0.02)
    sequence = jnp.asarray([[0.9, 0.1, 0.5, 0.0], [0.0, 0.8, 0.0, 0.2]], dtype=jnp.float32)
    train = layer.run(sequence)
    assert train.shape == (2, 3)
    assert float(train[0, 0]) == 1  # the first neuron's second unit of current


def test_the_tutorials_own_loop_learns():
    """Its network and optimizer on fixed data instead of fresh noise, with `loss_fn` vmapped as the tutorial does."""
    n_inputs, n_hidden, n_outputs, n_steps = 10, 32, 3, 50
    k1, k2, k3 = jax.random.split(jax.random.key(42), 3)
    w1 = jax.random.normal(k1, (n_inputs, n_hidden))
    w2 = jax.random.normal(k2, (n_hidden, n_outputs))
    x_seq, target = jax.random.uniform(k3, (n_steps, n_inputs)), jnp.array([1.0, 0.0, 0.0])

    def soft_layer(v, current):
        v = v + (current - v) / 20.0
        s = jax.nn.sigmoid(10.0 * (v - 1.0))
        return v * (1.0 - s), s

    def loss_fn(w1, w2, x_seq, target):
        def step(carry, x):
            v1, v2 = carry
            v1, s1 = soft_layer(v1, x @ w1)
            v2, s2 = soft_layer(v2, s1 @ w2)
            return (v1, v2), s2

        _, rates = jax.lax.scan(step, (jnp.zeros(n_hidden), jnp.zeros(n_outputs)), x_seq)
        return jnp.mean((rates.mean(axis=0) - target) ** 2)

    grad_fn = jax.jit(jax.value_and_grad(loss_fn, argnums=(0, 1)))
    losses = []
    for _ in range(30):
        loss, (g1, g2) = grad_fn(w1, w2, x_seq, target)
        w1, w2 = w1 - 1.0 * g1, w2 - 1.0 * g2
        losses.append(float(loss))
    assert losses[-1] < losses[0]
    batched = jax.jit(jax.vmap(loss_fn, in_axes=(None, None, 0, 0)))(w1, w2, x_seq[None], target[None])
    assert float(batched[0]) == pytest.approx(float(grad_fn(w1, w2, x_seq, target)[0]), rel=1e-5)


def test_the_tutorials_export_to_a_dense_layer():
    from sc_neurocore.layers.sc_dense_layer import SCDenseLayer

    n_inputs, n_hidden = 10, 32
    w1 = np.array(jax.random.normal(jax.random.key(0), (n_inputs, n_hidden)) * 0.1)
    w_min, w_max = w1.min(), w1.max()
    w_normalized = (w1 - w_min) / (w_max - w_min)  # (n_inputs, n_hidden): JAX's order

    layer = SCDenseLayer(n_inputs=n_inputs, n_neurons=n_hidden, length=512)
    layer.set_weights(w_normalized)
    x = [0.5] * n_inputs
    output = layer.forward(x)
    assert output.shape == (n_hidden,)
    np.testing.assert_allclose(output, np.array(x) @ w_normalized, atol=0.05)
    network = layer.network()
    np.testing.assert_array_equal(infer(network, layer.encode([x]))[0] * network.layers[0].output_scale, output)

    layer.set_weights(w1, scale=np.abs(w1).max())  # ours: no normalization, the map itself
    np.testing.assert_allclose(layer.forward(x), np.array(x) @ w1, atol=0.01)


def test_the_tutorials_adapter():
    from sc_neurocore.adapters.holonomic.l1_quantum import L1_QuantumAdapter

    adapter = L1_QuantumAdapter()
    state = adapter.step_jax(dt=0.01)
    assert state.shape == (1000, 1024)
    assert f"{adapter.get_metrics()['r1_global_coherence']:.7f}" == "0.9450125"


def test_the_vectorized_layer():
    from sc_neurocore.layers import VectorizedSCLayer

    layer = VectorizedSCLayer(n_inputs=6, n_neurons=4, length=1024, sc_mode="unipolar", seed=1)
    x = np.linspace(0, 1, 6)
    np.testing.assert_allclose(layer.forward(x), layer.weights @ x, atol=0.02)


def test_a_surrogate_of_ones_own():
    from sc_neurocore.training.surrogate import Surrogate

    class Squash(Surrogate):
        def __init__(self, alpha=1.0):
            super().__init__()
            self.alpha = alpha

        def surrogate_fun(self, x):
            return jnp.tanh(x * self.alpha) * 0.5 + 0.5

        def surrogate_grad(self, x):
            return self.alpha * 0.5 * (1 - jnp.tanh(x * self.alpha) ** 2)

    squash = Squash(alpha=2.0)
    x = jnp.array([-1.0, 0.0, 1.0])
    np.testing.assert_array_equal(squash(x), [0.0, 1.0, 1.0])
    slope = jax.jit(jax.vmap(jax.grad(squash)))(x)
    np.testing.assert_allclose(slope, 1 / np.cosh(2 * np.array([-1, 0, 1])) ** 2, rtol=1e-5)
    np.testing.assert_allclose(jax.vmap(jax.grad(squash.surrogate_fun))(x), slope, rtol=1e-5)
    by_alpha = jax.grad(lambda a: Squash(a)(0.3))(2.0)
    np.testing.assert_allclose(by_alpha, jax.grad(lambda a: Squash(a).surrogate_grad(0.3))(2.0), rtol=1e-6)
    with pytest.raises(NotImplementedError):
        Surrogate().surrogate_grad(x)


def test_the_surrogate_base_is_a_name_of_training():
    from sc_neurocore.training import Surrogate
    from sc_neurocore.training.surrogate import Surrogate as Same

    assert Surrogate is Same


# ---------------------------------------------------------------------- the Torch document

SLOPES = {
    "fast_sigmoid": lambda x: 25 / (1 + 25 * abs(x)) ** 2,
    "superspike": lambda x: 1 / (1 + 10 * abs(x)) ** 2,
    "atan_surrogate": lambda x: 2 / (2 * (1 + (np.pi * 2 * x / 2) ** 2)),
    "sigmoid_surrogate": lambda x: 5 / (1 + np.exp(-5 * x)) * (1 - 1 / (1 + np.exp(-5 * x))),
    "straight_through": lambda x: np.ones_like(x),
    "triangular": lambda x: np.maximum(0, 1 - abs(x)),
}


def test_the_torch_paths_are_declared():
    from sc_neurocore.training.surrogate import SURROGATE_PATHS

    assert SURROGATE_PATHS == ("custom_op", "legacy_autograd")


@pytest.mark.parametrize("name", SLOPES)
def test_three_call_forms_of_each_surrogate(name):
    """Dispatcher, modern and legacy form: spikes forward, the documented slope backward, all the same."""
    from sc_neurocore import training
    from sc_neurocore.training import surrogate

    dispatcher = getattr(surrogate, name)
    assert getattr(training, name) is dispatcher
    forms = {
        "default": dispatcher,
        "path": lambda v: dispatcher(v, path="legacy_autograd"),
        "modern": getattr(surrogate, f"{name}_custom_op"),
        "legacy": getattr(surrogate, f"{name}_legacy"),
    }
    for form, call in forms.items():
        v_minus_threshold = torch.tensor([-2.0, -0.3, 0.0, 0.1, 1.5], requires_grad=True)
        spike = call(v_minus_threshold)
        assert spike.tolist() == [0, 0, 1, 1, 1], form
        spike.sum().backward()
        wanted = SLOPES[name](v_minus_threshold.detach().double().numpy())
        np.testing.assert_allclose(v_minus_threshold.grad, wanted, rtol=1e-5, err_msg=form)
    assert len(forms) == 4


def test_a_surrogate_imported_from_training():
    from sc_neurocore.training import fast_sigmoid
    from sc_neurocore.training.surrogate import fast_sigmoid_legacy

    v_minus_threshold = torch.tensor([-0.2, 0.4])
    spike = fast_sigmoid(v_minus_threshold)
    assert torch.equal(spike, torch.tensor([0.0, 1.0]))
    assert torch.equal(fast_sigmoid_legacy(v_minus_threshold), spike)


def test_the_path_is_wired_into_a_cell():
    from sc_neurocore.training import LIFCell
    from sc_neurocore.training.surrogate import atan_surrogate_custom_op, atan_surrogate_legacy

    gradients = []
    for surrogate_fn in (atan_surrogate_custom_op, atan_surrogate_legacy):
        cell = LIFCell(surrogate_fn=surrogate_fn)
        current, v = torch.tensor([0.7], requires_grad=True), None
        spikes = []
        for _ in range(3):
            s, v = cell(current, v)
            spikes.append(s)
        assert torch.stack(spikes).flatten().tolist() == [0, 1, 0]  # v = 0.7, 1.33 less 1, 0.997
        torch.stack(spikes).sum().backward()
        gradients.append(current.grad.item())
    assert gradients[0] == gradients[1] > 0


def test_production_training_to_layers_of_streams():
    """The table's column of PyTorch: a spiking net, its weights, and layers that compute with them."""
    from sc_neurocore.layers import VectorizedSCLayer
    from sc_neurocore.training import SpikingNet

    torch.manual_seed(0)
    net = SpikingNet(n_input=6, n_hidden=5, n_output=3)
    counts, membranes = net(torch.rand(25, 2, 6))
    assert counts.shape == membranes.shape == (2, 3)
    x = np.linspace(0, 1, 6)
    for encoding in ("unipolar", "bipolar", "sign_magnitude"):
        exported = net.to_sc_weights(include_bias=True, encoding=encoding)
        assert [layer["encoding"] for layer in exported] == [encoding] * 3
        layer = VectorizedSCLayer.from_exported_weights(exported[0])
        linear = net.layers[0][0]
        wanted = linear(torch.tensor(x, dtype=torch.float32)).detach().numpy()
        np.testing.assert_allclose(layer.forward(x), wanted, atol=0.02)
