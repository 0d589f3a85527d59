"""Learned border factors, and stream lengths that change while training: exact, really learned, really used."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle

jax = pytest.importorskip("jax", reason="the jax extra is not installed")
import jax.numpy as jnp  # noqa: E402

import sc_neurocore  # noqa: E402
from sc_neurocore.accel.exact_layer import output_codes  # noqa: E402
from sc_neurocore.accel.exact_layer import quantize as exact_quantize  # noqa: E402
from sc_neurocore.accel.jax.ops import FLOATS  # noqa: E402
from sc_neurocore.export import export_model  # noqa: E402
from sc_neurocore.spec import OptionError, SpecError, quantize, save_network  # noqa: E402
from sc_neurocore.training import TrainConfig, load_model, train, train_seeds, train_series  # noqa: E402
from sc_neurocore.training import forward as forward_module  # noqa: E402
from sc_neurocore.training.architecture import layers_of, scaled  # noqa: E402
from sc_neurocore.training.data import make_dataset  # noqa: E402
from sc_neurocore.training.forward import exact_forward, float_logits, init_params  # noqa: E402
from sc_neurocore.training.run import scheduled_epochs  # noqa: E402
from sc_neurocore.training.trainer import model_outputs  # noqa: E402
from sc_neurocore.training.trainer import test_codes as codes_of_test_samples  # noqa: E402

RULES = ("power_of_two", "multiplier")


@pytest.fixture(scope="module")
def squares():
    rng = np.random.default_rng(1)
    y = np.arange(240) % 3
    centres = np.array([[1, 0, 0.5, 1], [0, 1, 1, 0], [0.5, 1, 0, 0]])
    return make_dataset("squares", np.clip(np.eye(3)[y] @ centres + rng.normal(0, 0.1, (240, 4)), 0, 1), y)


QUICK = TrainConfig(hidden=(6,), stream_length=8, epochs=20, batch_size=30, learning_rate=0.03)


def made(length, rule, scale, encoding="sign_magnitude", shift=1):
    config = TrainConfig(hidden=(7,), stream_length=length, learn_scale=rule, encoding=encoding, border_shift=shift)
    layers = layers_of(config, 9, 4, "bipolar" if encoding == "bipolar" else "unipolar")
    params = init_params(jax.random.key(3), layers, config)
    params[0]["scale"] = jnp.float32(scale)
    x = np.random.default_rng(5).uniform(0, 1, (11, 9))
    return config, layers, params, x


@pytest.mark.parametrize("rule", RULES)
def test_the_integer_of_a_factor_is_the_same_in_training_and_export(rule):
    rng = np.random.default_rng(0)
    near = np.sqrt(0.5) * 2.0 ** np.arange(-7, 4)
    factors = np.concatenate([2.0 ** rng.uniform(-8, 4, 400), near, np.nextafter(near, 9), np.nextafter(near, 0)])
    factors = np.concatenate([factors, [2.0**-8, 0.5, 1, 2, 16]]).astype(np.float32)
    layer = layers_of(QUICK.replace(learn_scale=rule), 4, 3, "unipolar")[0]
    start = layer.neuron.multiplier
    trained = np.asarray(jax.jit(jax.vmap(lambda s: forward_module._factor(layer, s, rule)))(factors)).astype(int)
    exported = [scaled(start, float(factor), rule) for factor in factors]
    assert trained.tolist() == exported
    ratio = np.array(exported) / (start * factors.astype(np.float64))
    if rule == "multiplier":
        wanted = np.clip(np.rint(start * factors.astype(np.float64)), 1, 2**15 - 1)
        assert (np.abs(wanted - exported) <= 1).all()
    else:
        inside = np.array(exported) < 2**15 - 1
        assert (np.log2(np.array(exported)[inside]) % 1 == 0).all()
        assert (np.abs(np.log2(ratio[inside & (start * factors > 1)])) <= 0.5 + 1e-6).all()
    assert len(set(exported)) > (10 if rule == "power_of_two" else 200)


@pytest.mark.one_in(8)
@pytest.mark.contract("neuron.requantize")
@pytest.mark.parametrize(
    ("rule", "scale", "encoding"),
    [("multiplier", 1.37, "bipolar"), ("multiplier", 0.11, "sign_magnitude"), ("power_of_two", 3.1, "sign_magnitude")],
)
def test_learned_factors_are_exact_in_the_exported_description(encoding, rule, scale):
    """The description, its common factors of two taken out, run by the oracle."""
    config, layers, params, x = made(16, rule, scale, encoding)
    codes = quantize(x, layers[0].input_encoding, config.bits)[0]
    forward = jax.jit(lambda p: exact_forward(layers, p, jnp.asarray(codes, jnp.float32), config))
    got = np.asarray(forward(params))
    final = layers_of(config, 9, 4, layers[0].input_encoding, (scale,))
    assert final[0].neuron.multiplier % 2 == 1 or final[0].neuron.shift == 0
    description = {
        "input": {"time_steps": 1, "repeat": False},
        "output": {"reduce": "none"},
        "layers": [layer.model_dump(mode="json") for layer in final],
    }
    integers = forward_module.integer_params(layers, params, rule)
    tensors = {
        f"layer{i}.{k}": np.asarray(p[k]).astype(np.int64) for i, p in enumerate(integers) for k in ("weight", "bias")
    }
    assert np.array_equal(got, oracle.evaluate(description, codes, tensors))
    unlearned = np.asarray(forward([{**params[0], "scale": jnp.float32(1)}, params[1]]))
    assert (got != unlearned).any()


@pytest.mark.one_in(2)
@pytest.mark.parametrize("rule", RULES)
def test_gradient_of_a_factor_is_that_of_the_smooth_proxy(rule):
    """At fine resolution, against finite differences of the real-valued network."""
    config, layers, params, x = made(1024, rule, 2.0)
    probe = np.random.default_rng(7).normal(size=(11, 4)).astype(np.float32)
    codes = exact_quantize(FLOATS, jnp.asarray(x, jnp.float32), "unipolar", config.bits)

    def exact(scale):
        here = [{**params[0], "scale": scale}, params[1]]
        return (exact_forward(layers, here, codes, config) * layers[-1].output_scale * probe).sum()

    def proxy(scale):
        here = [{**params[0], "scale": jnp.float32(scale)}, params[1]]
        return float((np.asarray(float_logits(layers, here, jnp.asarray(x, jnp.float32), 1), np.float64) * probe).sum())

    numeric = (proxy(2.01) - proxy(1.99)) / 0.02
    assert abs(numeric) > 0.2
    assert float(jax.jit(jax.grad(exact))(jnp.float32(2.0))) == pytest.approx(numeric, rel=0.03)


WRONG = QUICK.replace(border_shift=5, stream_length=16)
"""A border 16 times too coarse: a few codes are left."""


@pytest.fixture(scope="module")
def fixed(squares):
    return train(WRONG, data=squares)


@pytest.mark.slow  # trains several models
@pytest.mark.parametrize("rule", ["multiplier", pytest.param("power_of_two", marks=pytest.mark.slow)])
def test_a_factor_that_starts_wrong_is_learned(rule, squares, fixed, tmp_path):
    model = train(WRONG.replace(learn_scale=rule), tmp_path / "m", data=squares)
    assert model.scales[0] > 1.3
    assert model.history["loss"][-1] < fixed.history["loss"][-1] - 0.02
    read = load_model(tmp_path / "m")
    assert read.scales == model.scales
    network = export_model(read).network
    save_network(network, tmp_path / "n")
    trained = model_outputs(read, squares)
    codes = codes_of_test_samples(network.layers, squares)
    assert np.array_equal(oracle.evaluate(tmp_path / "n", codes), trained)
    assert np.array_equal(sc_neurocore.infer(network, codes), trained)


def test_damaged_factors_are_named(squares, tmp_path):
    import dataclasses

    from sc_neurocore.training.folder import save_model

    model = train(QUICK.replace(epochs=1, learn_scale="multiplier"), data=squares)
    for scales, message in (
        ((), "layer0.scale must be float32"),
        ((99.0,), r"layer0.scale must lie in \[0.00390625, 16"),
    ):
        save_model(dataclasses.replace(model, scales=scales), tmp_path / "m")
        with pytest.raises(SpecError, match=message):
            load_model(tmp_path / "m")


def test_the_border_takes_a_traced_multiplier():
    neuron = layers_of(QUICK.replace(learn_scale="multiplier"), 4, 3, "unipolar")[0].neuron
    a = np.arange(-70_000, 70_000, 997)
    for multiplier in (1, 77, 32_767):
        got = jax.jit(lambda a, m: output_codes(neuron, a, m))(jnp.asarray(a, jnp.int32), jnp.int32(multiplier))
        wanted = np.clip((a * multiplier + 2 ** (neuron.shift - 1)) >> neuron.shift, 0, 7)
        assert np.array_equal(got, wanted)


@pytest.mark.slow  # a training
def test_train_long_deploy_short(squares):
    """A schedule of one length trains what that length would, bit for bit, and deploys another."""
    long = train(QUICK.replace(stream_length=64), data=squares)
    short = train(QUICK.replace(schedule=((0, 64),)), data=squares)
    assert short.tensor_bytes == long.tensor_bytes
    network = export_model(short).network
    assert {(layer.stream_length, layer.resolution_bits) for layer in network.layers} == {(8, 3)}
    outputs = sc_neurocore.infer(network, codes_of_test_samples(network.layers, squares), engine="packed")
    assert np.array_equal(outputs, model_outputs(short, squares))
    assert short.accuracy["integer"] == (outputs.argmax(axis=1) == squares.y_test).mean()
    for length in (4, 16):
        assert export_model(short, stream_length=length).network.layers[0].stream_length == length


@pytest.mark.slow  # a training
def test_a_schedule_changes_lengths_at_its_epochs_and_resumes(squares, tmp_path, monkeypatch):
    monkeypatch.setattr("sc_neurocore.training.history.REPORT_SECONDS", -1.0)
    config = QUICK.replace(schedule=((0, 32), (4, 16), (9, 8)), epochs=12)
    assert [config.at_epoch(e).stream_length for e in (0, 3, 4, 8, 9, 11)] == [32, 32, 16, 16, 8, 8]
    assert [config.at_epoch(e).bits for e in (0, 4, 9)] == [5, 4, 3]
    epochs = scheduled_epochs(config, squares)
    assert epochs(0) is epochs(3)
    assert epochs(3) is not epochs(4)
    whole = train(config, data=squares)
    only = train(QUICK.replace(stream_length=32, epochs=12), data=squares)
    same = [a == b for a, b in zip(whole.history["loss"], only.history["loss"], strict=True)]
    assert same == [True] * 4 + [False] * 8

    def stop(line):
        if line.startswith("epoch 6/"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(config, tmp_path / "m", data=squares, progress=stop)
    assert train(config, tmp_path / "m", data=squares).tensor_bytes == whole.tensor_bytes


@pytest.mark.slow  # trains several models
def test_a_series_deploys_one_schedule_at_every_length(squares):
    config = QUICK.replace(schedule=((0, 8),), epochs=3)
    series = train_series(config, stream_lengths=(16, 8), data=squares)
    assert series.reference.config.schedule == ()
    long, short = series.by_length[16], series.by_length[8]
    assert long.tensor_bytes == short.tensor_bytes
    assert [export_model(m).network.layers[0].stream_length for m in (long, short)] == [16, 8]


@pytest.mark.slow
def test_seeds_follow_the_schedule_too(squares):
    config = QUICK.replace(schedule=((0, 32), (3, 8)), epochs=6, learn_scale="multiplier")
    model = train_seeds(config, [4], squares)[0]
    one = train_seeds(config.replace(schedule=((0, 32),)), [4], squares)[0]
    same = [a == b for a, b in zip(model.history["loss"], one.history["loss"], strict=True)]
    assert same == [True] * 3 + [False] * 3
    network = export_model(model).network
    outputs = sc_neurocore.infer(network, codes_of_test_samples(network.layers, squares))
    assert np.array_equal(outputs, model_outputs(model, squares))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schedule": ((1, 8),)}, r"schedule must hold pairs \(first epoch, stream length\), epochs ascending from 0"),
        ({"schedule": ((0, 8), (0, 4))}, "epochs ascending from 0"),
        ({"schedule": ((0, 0),)}, r"schedule must hold stream lengths of 1 to 2\^20"),
        ({"schedule": ((0, 8),), "forward": "float"}, "schedule must be empty where forward is 'float'"),
        ({"learn_scale": "always"}, "learn_scale must be 'none', 'power_of_two' or 'multiplier'"),
    ],
)
def test_wrong_recipes_are_named(changes, message):
    with pytest.raises(OptionError, match=message):
        QUICK.replace(**changes)


def test_the_verb_takes_every_option(monkeypatch, tmp_path):
    """What the command line says arrives in the recipe; nothing is trained."""
    from sc_neurocore import cli, training

    seen = []

    def train(config, out, **options):
        seen.append(config)
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "train", train)
    words = (
        "--neuron lif --time-steps 4 --leak-shift none --v-threshold 0.5 --comparator gt --reset zero "
        "--surrogate Sigmoid(alpha=3.0) --learn-scale multiplier --schedule 0:64,20:16 --stream-length 8 --logit-gain 2"
    )
    assert cli.main(["train", "--out", str(tmp_path / "m"), *words.split()]) == 130
    expected = TrainConfig(
        neuron="lif", time_steps=4, leak_shift=None, v_threshold=0.5, comparator="gt", reset="zero",
        surrogate="Sigmoid(alpha=3.0)", learn_scale="multiplier", schedule=((0, 64), (20, 16)), stream_length=8,
        logit_gain=2.0,
    )  # fmt: skip
    assert seen == [expected]


@pytest.mark.parametrize("given", ["0-64", "0:64:2", "x:4"])
def test_a_schedule_that_cannot_be_read_is_named(given, capsys):
    from sc_neurocore import cli

    with pytest.raises(SystemExit) as stopped:
        cli.main(["train", "--out", "m", "--schedule", given])
    assert stopped.value.code == 2
    assert f"must be EPOCH:LENGTH pairs with commas between, got '{given}'" in capsys.readouterr().err
