"""`network_fn` for `jax.grad` and over several devices: the same integers, the straight-through derivative."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from support import oracle
from support.networks.random_networks import random_network

jax = pytest.importorskip("jax", reason="the jax extra is not installed")
import jax.numpy as jnp  # noqa: E402

import sc_neurocore  # noqa: E402
from sc_neurocore.accel import jax_backend  # noqa: E402
from sc_neurocore.accel.jax import gradient as jax_gradient  # noqa: E402
from sc_neurocore.export import export_dense  # noqa: E402
from sc_neurocore.spec import CodesError, InputSpec, Relu  # noqa: E402

RNG = np.random.default_rng(3)


def features_of(description):
    kinds = {layer["neuron"]["kind"] for layer in description["layers"]}
    kinds |= {layer["accumulator"]["kind"] for layer in description["layers"]}
    kinds |= {layer["input_encoding"] for layer in description["layers"]}
    return kinds | ({"steps"} if description["input"].get("time_steps", 1) > 1 else set())


@pytest.fixture(scope="module")
def small_networks():
    """Random networks of small sums, until every feature of the contract has occurred."""
    wanted, found, out = {"lif", "mux", "or", "bipolar", "spike", "steps", "clamp", "relu"}, set(), []
    for seed in range(3000, 3200):
        made = random_network(seed)
        new = features_of(made.description) - found
        if new & wanted and max(x["stream_length"] * x["inputs"] for x in made.description["layers"]) < 2**20:
            out.append(made)
            found |= new
    assert wanted <= found
    return out


def test_every_kind_of_network_equals_the_oracle_under_transforms(small_networks, tmp_path):
    checked = 0
    for i, made in enumerate(small_networks):
        folder, codes = made.write(tmp_path / str(i)), made.codes(6)
        network = sc_neurocore.load_network(folder)
        expected = oracle.evaluate(folder, codes)
        function = jax_backend.network_fn(network)
        assert np.array_equal(jax.jit(function)(codes), expected)
        assert np.array_equal(jax.vmap(function)(jnp.asarray(codes)), expected)
        floats = jnp.asarray(codes, jnp.float32)
        outputs, pull = jax.vjp(function, floats)
        assert outputs.dtype == jnp.float32
        assert np.array_equal(outputs, expected.astype(np.float32))
        (gradient,) = pull(jnp.ones_like(outputs))
        assert gradient.shape == codes.shape
        assert np.isfinite(gradient).all()
        checked += outputs.size
    assert checked > 50


@pytest.fixture(scope="module")
def network():
    weights = [RNG.normal(0, 0.4, (5, 7)), RNG.normal(0, 0.5, (3, 5))]
    return export_dense(weights, [RNG.normal(0, 0.1, 5), None], stream_length=64)


def plain_gradients(network, codes, probe):
    """Of Σ probe·outputs, from the count's value alone: a ≈ Σ x·w·L / (2^n − 1) / 2^n for the default pair."""
    (w0, w1), (b0, _) = network.weights, network.biases
    per_product = 1 / 2**6 * 2**6 / (2**6 - 1)  # T[x, w] ≈ x·w / (2^n − 1)
    first = network.replace(layers=(network.layers[0].model_copy(update={"neuron": network.layers[1].neuron}),),
                            weights=(w0,), biases=(b0,))  # fmt: skip
    a = sc_neurocore.infer(first, codes, engine="reference")
    neuron = network.layers[0].neuron
    y = a * neuron.multiplier / 2**neuron.shift
    inside = (y > 0) & (y < 63)
    h = np.clip((a * neuron.multiplier + (2**neuron.shift >> 1)) >> neuron.shift, 0, 63)
    g1 = probe @ w1 * per_product * inside * neuron.multiplier / 2**neuron.shift
    return {
        "codes": g1 @ w0 * per_product,
        "w0": g1.T @ codes * per_product,
        "b0": g1.sum(axis=0),
        "w1": probe.T @ h * per_product,
        "b1": probe.sum(axis=0),
    }


@pytest.mark.slow  # one of the sampled networks is held above
def test_gradients_are_those_of_the_smooth_shadow(network):
    codes, probe = RNG.integers(0, 64, (9, 7)), RNG.normal(size=(9, 3))
    want = plain_gradients(network, codes, probe)
    function = jax_backend.network_fn(network)
    floats = jnp.asarray(codes, jnp.float32)
    got = jax.jit(jax.grad(lambda c: (function(c) * probe).sum()))(floats)
    np.testing.assert_allclose(got, want["codes"], rtol=1e-3, atol=1e-3)
    one_by_one = jax.vmap(jax.grad(lambda c, p: (function(c) * p).sum()))(floats, jnp.asarray(probe, jnp.float32))
    np.testing.assert_allclose(one_by_one, want["codes"], rtol=1e-3, atol=1e-3)

    def loss(tensors):
        return (jax_gradient.forward(network, tensors, floats) * probe).sum()

    value, tensors = jax.value_and_grad(loss)(jax_gradient.float_tensors(network))
    for i in (0, 1):
        np.testing.assert_allclose(tensors[i]["weight"], want[f"w{i}"], rtol=1e-3, atol=1e-2)
        np.testing.assert_allclose(tensors[i]["bias"], want[f"b{i}"], rtol=1e-3, atol=1e-3)
    exact = (sc_neurocore.infer(network, codes, engine="reference") * probe).sum()
    assert float(value) == pytest.approx(exact, rel=1e-5, abs=1e-2)
    assert np.abs(want["codes"]).max() > 0.1


def test_floats_that_are_no_integers_are_refused(network):
    function = jax_backend.network_fn(network)
    with pytest.raises(CodesError, match="codes must be integers, also where they are held as floats"):
        function(jnp.full((2, 7), 0.5))
    with pytest.raises(CodesError, match=r"codes must have shape \(..., 7\), got \(2, 6\)"):
        jax.grad(lambda c: function(c).sum())(jnp.zeros((2, 6)))


@pytest.mark.contract("neuron.requantize", "limits")
def test_the_largest_multiplier_is_exact_in_a_whole_network_without_x64(network):
    """a'·multiplier needs 47 bits; the shift brings it back to a code."""
    assert not jax.config.jax_enable_x64
    bias = np.array([2**30 - 1, -(2**30) + 1, 2**29 + 12345, 7, 2**30 - 99], dtype=np.int32)
    layer = network.layers[0].model_copy(update={"neuron": Relu(multiplier=32767, shift=43, output_bits=6)})
    one = network.replace(
        input=InputSpec(features=7, encoding="unipolar", resolution_bits=6, scale=1.0),
        layers=(layer,), weights=network.weights[:1], biases=(bias,),
    )  # fmt: skip
    codes = RNG.integers(0, 64, (20, 7))
    linear = one.replace(layers=(layer.model_copy(update={"neuron": network.layers[1].neuron}),))
    a = sc_neurocore.infer(linear, codes, engine="reference").astype(object)
    assert max(abs(int(v)) * 32767 for v in a.ravel()) > 2**44
    wanted = np.clip((a * 32767 + 2**42) // 2**43, 0, 63).astype(np.int64)
    assert len(np.unique(wanted)) > 2
    assert np.array_equal(jax_backend.network_fn(one)(codes), wanted)
    assert np.array_equal(jax.jit(jax_backend.network_fn(one))(jnp.asarray(codes)), wanted)


SHARDED = """
import numpy as np, jax, jax.numpy as jnp, sys
import sc_neurocore
from sc_neurocore.accel import jax_backend
from jax.sharding import Mesh, NamedSharding, PartitionSpec
assert jax.device_count() == 4
place = NamedSharding(Mesh(np.array(jax.devices()), ("batch",)), PartitionSpec("batch"))
compared = 0
for folder in sys.argv[1:]:
    network = sc_neurocore.load_network(folder)
    codes = np.load(folder + ".npy")
    placed = jax.device_put(jnp.asarray(codes), place)
    function = jax_backend.network_fn(network)
    outputs = jax.jit(function, in_shardings=place, out_shardings=place)(placed)
    assert len({shard.device for shard in outputs.addressable_shards}) == 4
    assert all(len(shard.data) == len(codes) // 4 for shard in outputs.addressable_shards)
    expected = sc_neurocore.infer(network, codes, engine="reference")
    assert np.array_equal(np.asarray(outputs), expected)
    compared += expected.size
    slope = jax.jit(jax.grad(lambda c: function(c).sum()), in_shardings=place)(placed.astype(jnp.float32))
    alone = jax.grad(lambda c: function(c).sum())(jnp.asarray(codes, jnp.float32))
    np.testing.assert_allclose(np.asarray(slope), np.asarray(alone), rtol=1e-5, atol=1e-5)
print(compared)
"""


@pytest.mark.slow  # a process with eight devices compiles everything anew
def test_batches_are_sharded_over_devices(small_networks, network, tmp_path):
    folders = []
    chosen = [made for made in small_networks if {"lif", "mux"} & features_of(made.description)][:2]
    for i, made in enumerate(chosen):
        folders.append(made.write(tmp_path / f"n{i}"))
        np.save(f"{folders[-1]}.npy", made.codes(8))
    sc_neurocore.save_network(network, tmp_path / "dense")
    np.save(f"{tmp_path / 'dense'}.npy", RNG.integers(0, 64, (8, 7)))
    command = [sys.executable, "-c", SHARDED, *map(str, folders), str(tmp_path / "dense")]
    environment = {"XLA_FLAGS": "--xla_force_host_platform_device_count=4", "JAX_PLATFORMS": "cpu", "PATH": ""}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) >= 24 + 8
