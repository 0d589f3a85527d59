"""Training against faults: the counts' distribution is that of the fault model, and networks learn under it."""

from __future__ import annotations

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="the jax extra is not installed")

import jax.numpy as jnp  # noqa: E402

from sc_neurocore.accel.faults import Fault, run  # noqa: E402
from sc_neurocore.accel.jax.counts import counter  # noqa: E402
from sc_neurocore.accel.jax.flips import with_product_flips  # noqa: E402
from sc_neurocore.export import export_model  # noqa: E402
from sc_neurocore.spec import OptionError, Or  # noqa: E402
from sc_neurocore.training import TrainConfig, train  # noqa: E402
from sc_neurocore.training.data import make_dataset  # noqa: E402


@pytest.fixture(scope="module")
def bars():
    rng = np.random.default_rng(0)
    y = np.arange(240) % 3
    x = np.zeros((240, 12))
    x[np.arange(240), 4 * y] = 1
    return make_dataset("bars", np.clip(x + rng.normal(0, 0.3, x.shape), 0, None), y)


QUICK = TrainConfig(hidden=(), stream_length=8, epochs=3, batch_size=30, learning_rate=0.03, product_flips=0.05)


@pytest.mark.parametrize("encoding", ["sign_magnitude", "bipolar"])
def test_counts_are_distributed_as_those_of_flipped_bits(bars, encoding):
    """Mean and variance of 4,000 draws of one sample against as many of the fault model; bounds of five deviations."""
    network = export_model(train(QUICK.replace(encoding=encoding), data=bars)).network
    layer, draws, p = network.layers[0], 4000, 0.15
    codes = np.repeat(np.random.default_rng(1).integers(0, 8, (1, 12)), draws, axis=0)
    flipped = with_product_flips(counter(layer), layer, p, jax.random.key(3))
    ours = np.asarray(flipped(jnp.asarray(codes, jnp.float32), jnp.asarray(network.weights[0], jnp.float32)))
    bits = run(network, codes, Fault("product", p)) - network.biases[0]
    assert np.array_equal(ours, np.round(ours))
    spread = bits.std(axis=0)
    assert (spread > 1).all()
    assert (abs(ours.mean(axis=0) - bits.mean(axis=0)) < 5 * spread * (2 / draws) ** 0.5).all()
    assert (abs(ours.var(axis=0) / bits.var(axis=0) - 1) < 5 * (4 / draws) ** 0.5).all()
    assert (np.abs(ours) <= 12 * 8).all()


def test_without_flips_the_counts_are_the_exact_ones(bars):
    network = export_model(train(QUICK, data=bars)).network
    layer, codes = network.layers[0], np.random.default_rng(1).integers(0, 8, (9, 12))
    x, w = jnp.asarray(codes, jnp.float32), jnp.asarray(network.weights[0], jnp.float32)
    exact = counter(layer)(x, w)
    assert np.array_equal(with_product_flips(counter(layer), layer, 0.0, jax.random.key(0))(x, w), exact)
    all_flipped = with_product_flips(counter(layer), layer, 1.0, jax.random.key(0))(x, w)
    assert np.array_equal(all_flipped, run(network, codes, Fault("product", 1.0)) - network.biases[0])


def test_a_network_learns_under_flips_and_is_measured_without(bars):
    config = QUICK.replace(epochs=20)
    model = train(config, data=bars)
    assert model.accuracy["integer"] > 0.8
    assert model.config.product_flips == 0.05
    again, without = train(config, data=bars), train(config.replace(product_flips=0.0), data=bars)
    assert np.array_equal(model.weights[0], again.weights[0])
    assert not np.array_equal(model.weights[0], without.weights[0])


@pytest.mark.parametrize(
    "changes",
    [{"forward": "float"}, {"neuron": "lif", "time_steps": 2}, {"accumulator": Or()}, {"product_flips": 0.6}],
)
def test_what_has_no_flips_is_refused(changes):
    with pytest.raises(OptionError, match="product_flips"):
        TrainConfig(**({"product_flips": 0.1} | changes))
