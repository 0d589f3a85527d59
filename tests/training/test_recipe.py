"""Options of the recipe: noise, shifts, held-out samples, optimizers, a start, pruning."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="the jax extra is not installed")

import jax.numpy as jnp  # noqa: E402

import sc_neurocore  # noqa: E402
from sc_neurocore.export import export_model  # noqa: E402
from sc_neurocore.spec import OptionError  # noqa: E402
from sc_neurocore.training import TrainConfig, load_model, train, train_seeds, train_series  # noqa: E402
from sc_neurocore.training.architecture import with_image_shape  # noqa: E402
from sc_neurocore.training.augment import augmented, shifted  # noqa: E402
from sc_neurocore.training.config import OPTIONS  # noqa: E402
from sc_neurocore.training.data import make_dataset, split  # noqa: E402
from sc_neurocore.training.history import kept_epoch  # noqa: E402
from sc_neurocore.training.loop import is_optimizer, make_optimizer  # noqa: E402
from sc_neurocore.training.pruning import prune, pruned_from, pruned_share, zero_share  # noqa: E402
from sc_neurocore.training.run import forward_inputs, outputs_of  # noqa: E402
from sc_neurocore.training.start import parameters_sha256  # noqa: E402


@pytest.fixture(scope="module")
def bars():
    """Images of 4 × 5 pixels with a bright row, of three classes, in noise."""
    rng = np.random.default_rng(0)
    y = np.arange(240) % 3
    x = np.zeros((240, 4, 5))
    x[np.arange(240), y] = 1
    return make_dataset("bars", np.clip(x + rng.normal(0, 0.3, x.shape), 0, None), y)


QUICK = TrainConfig(hidden=(6,), stream_length=8, epochs=10, batch_size=30, learning_rate=0.03, border_shift=0)

LINEAR = QUICK.replace(hidden=())
"""Compiles fastest, where what is looked at is no hidden layer's."""

USED = {
    "optimizer": "adamw",
    "learning_rate_schedule": "linear",
    "warmup_epochs": 1,
    "noise_on": "nonzero",
    "pixel_shift": 1,
    "image_shape": (4, 5),
    "layers": ("3",),
    "validation": 0.25,
    "sparsity": 0.5,
    "init_from": "0" * 64,
    "product_flips": 0.125,
}


def test_a_recipe_that_uses_no_option_says_nothing_of_it():
    assert USED.keys() == OPTIONS
    assert not OPTIONS & TrainConfig().model_dump(mode="json").keys()
    assert hashlib.sha256(TrainConfig().model_dump_json().encode()).hexdigest() == (
        "f2daf0be22d6bb7a3452b5c2d1351512202fc7a149a2eb498720594bac1a27b7"
    )
    used = TrainConfig(**USED)
    recorded = used.model_dump(mode="json")
    assert recorded.keys() >= OPTIONS
    assert TrainConfig(**recorded) == used


def test_a_named_recipe_is_what_options_beside_it_leave(monkeypatch, tmp_path):
    from sc_neurocore import cli
    from sc_neurocore.training.config import RECIPES

    given = []

    def train(config, out, **options):
        given.append(config)
        raise KeyboardInterrupt

    monkeypatch.setattr("sc_neurocore.training.train", train)
    for options in (["--recipe", "images", "--border-shift", "2"], ["--border-shift", "2"]):
        assert cli.main(["train", "--out", str(tmp_path / "m"), *options]) == 130
    assert given == [TrainConfig(**(RECIPES["images"] | {"border_shift": 2})), TrainConfig(border_shift=2)]


def test_noise_leaves_zeros_alone_where_it_is_told_to():
    x, key = jnp.asarray([[0.0, 0.5, 1.0, 0.0]] * 50), jax.random.key(0)
    everywhere = augmented(QUICK, x, key)
    spared = augmented(QUICK.replace(noise_on="nonzero"), x, key)
    assert (everywhere != x).all()
    assert jnp.array_equal(spared, jnp.where(x == 0, 0, everywhere))
    assert jnp.array_equal(augmented(QUICK.replace(input_noise=0.0), x, key), x)


@pytest.mark.parametrize(("shape", "most"), [((4, 5), 1), ((5, 4), 3), ((4, 3, 2), 2)])
def test_shifts_are_whole_images_moved_and_all_occur(shape, most):
    rng = np.random.default_rng(1)
    images = rng.uniform(0.1, 1, (400, *shape)).astype(np.float32)
    moved = np.asarray(shifted(jnp.asarray(images.reshape(400, -1)), shape, most, jax.random.key(3)))
    margins = [(most, most), (most, most)] + [(0, 0)] * (len(shape) - 2)
    seen = set()
    for image, result in zip(images, moved.reshape(400, *shape), strict=True):
        padded = np.pad(image, margins)
        offsets = [(i, j) for i in range(2 * most + 1) for j in range(2 * most + 1)]
        fits = [(i, j) for i, j in offsets if np.array_equal(padded[i : i + shape[0], j : j + shape[1]], result)]
        assert len(fits) == 1
        seen |= set(fits)
    assert len(seen) == (2 * most + 1) ** 2


def test_the_shape_of_images_comes_from_the_data_or_the_recipe(bars):
    assert with_image_shape(QUICK, 20, (4, 5)) == QUICK
    config = QUICK.replace(pixel_shift=1)
    assert with_image_shape(config, 20, (4, 5)).image_shape == (4, 5)
    assert with_image_shape(config.replace(image_shape=(2, 5, 2)), 20, ()).image_shape == (2, 5, 2)
    for shape in ((), (20,), (4, 6), (2, 2, 5), (1, 20), (2, 2, 1, 5)):
        with pytest.raises(OptionError, match=r"pixel_shift 1 needs an image_shape .* of 20 features"):
            with_image_shape(config, 20, shape)
    with pytest.raises(OptionError, match="image_shape must be None where pixel_shift is 0"):
        QUICK.replace(image_shape=(4, 5))


@pytest.mark.slow  # a training
def test_the_best_epoch_on_held_out_samples_is_kept(bars, tmp_path, monkeypatch):
    config = LINEAR.replace(validation=0.25, learning_rate_schedule="constant", epochs=2)
    short = train(config, data=bars)
    assert len(short.history["validation"]) == 2
    _, x, _, y = split(bars.x_train, bars.y_train, 0.25, "")
    params = [{"weight": jnp.asarray(w), "bias": jnp.asarray(b)} for w, b in zip(short.weights, short.biases)]
    outputs = outputs_of(config, short.layers(), params, forward_inputs(config, short.layers(), x))
    assert round(float((outputs.argmax(axis=1) == y).mean()), 6) == max(short.history["validation"])
    told = iter([0.1, 0.9, 0.8, 0.3, 0.5])  # the second epoch is the best, whatever it really is
    monkeypatch.setattr("sc_neurocore.training.run.accuracy_of", lambda *_: next(told))
    model = train(config.replace(epochs=4), tmp_path / "m", data=bars)
    told = iter([0.1, 0.9, 0.5])
    second = train(config, data=bars)
    monkeypatch.undo()
    assert (kept_epoch(model.history), model.accuracy["validation"]) == (1, 0.9)
    assert model.accuracy["train"] == model.history["accuracy"][1]
    assert model.tensor_bytes == second.tensor_bytes
    assert load_model(tmp_path / "m").to_json() == model.to_json()


def test_of_equal_epochs_the_latest_is_kept_and_none_before_the_last_pruning():
    assert kept_epoch({"loss": [1, 1, 1]}) == 2
    history = {"loss": [1] * 5, "validation": [0.5, 0.9, 0.8, 0.8, 0.7]}
    assert [kept_epoch(history, first) for first in (0, 2, 4, 9)] == [1, 3, 4, 4]


def test_a_run_with_all_options_resumes_bit_for_bit(bars, tmp_path, monkeypatch):
    monkeypatch.setattr("sc_neurocore.training.history.REPORT_SECONDS", -1.0)  # a line every epoch
    start = train(LINEAR.replace(forward="float", epochs=1), data=bars)
    of_layers = {"hidden": TrainConfig().hidden, "init_from": None, "image_shape": None}  # as LINEAR, said otherwise
    config = LINEAR.replace(**(USED | of_layers))

    def interrupt(line):
        if line.startswith(("epoch 3/", "epoch 8/")):
            raise KeyboardInterrupt

    whole = train(config, data=bars, init_from=start)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            train(config, tmp_path / "m", data=bars, init_from=start, progress=interrupt)
    with pytest.raises(OptionError, match=r"of another run: init_from was '[0-9a-f]{64}', now None"):
        train(config, tmp_path / "m", data=bars)
    resumed = train(config, tmp_path / "m", data=bars, init_from=start)
    assert resumed.to_json() == whole.to_json()
    assert resumed.config.init_from == parameters_sha256(start)
    assert load_model(tmp_path / "m").config.model_dump().keys() >= OPTIONS


def test_every_optimizer_that_optax_has_is_taken_by_name(bars):
    import optax

    assert hasattr(optax, "lbfgs")
    assert all(is_optimizer(name) for name in ("adam", "adamw", "sgd", "rmsprop"))
    others = ("lbfgs", "chain", "scale_by_learning_rate", "GradientTransformation", "no_such", "__doc__")
    assert not any(is_optimizer(name) for name in others)
    with pytest.raises(OptionError, match=r"optimizer must be one of optax's adabelief, .*adamw.*; got 'lbfgs'"):
        train(QUICK.replace(optimizer="lbfgs"), data=bars)
    model = train(LINEAR.replace(optimizer="lion", learning_rate=0.01), data=bars)
    assert model.accuracy["integer"] > 0.8


@pytest.mark.parametrize(
    ("changes", "rates"),
    [
        ({}, [1, 0.5 + 0.5**1.5, 0.5, 0.5 - 0.5**1.5, 0]),
        ({"learning_rate_schedule": "linear"}, [1, 0.75, 0.5, 0.25, 0]),
        ({"learning_rate_schedule": "constant"}, [1, 1, 1, 1, 1]),
        ({"learning_rate_schedule": "linear", "warmup_epochs": 1}, [0, 0.5, 1, 0.5, 0]),
    ],
)
def test_the_learning_rate_follows_its_schedule(changes, rates):
    config = QUICK.replace(optimizer="sgd", learning_rate=1.0, epochs=2, batch_size=10, **changes)
    optimizer = make_optimizer(config, 25)  # two steps an epoch
    state, taken = optimizer.init(jnp.ones(())), []
    for _ in rates:
        update, state = optimizer.update(jnp.ones(()), state)
        taken.append(-float(update))
    assert taken == pytest.approx(rates, abs=1e-6)


def test_pruning_takes_the_least_magnitudes_of_all_layers_and_no_bias():
    params = [
        {"weight": jnp.asarray([[0.5, -0.1], [0.3, -0.9]]), "bias": jnp.asarray([0.01, 0.0])},
        {"weight": jnp.asarray([[-0.2, 0.05]]), "bias": jnp.asarray([0.02])},
    ]
    pruned = prune(params, 0.5)
    assert pruned[0]["weight"].tolist() == pytest.approx(np.array([[0.5, 0], [0.3, -0.9]]))
    assert pruned[1]["weight"].tolist() == [[0, 0]]
    for before, after in zip(params, pruned, strict=True):
        assert jnp.array_equal(before["bias"], after["bias"])
    assert jax.tree.all(jax.tree.map(jnp.array_equal, prune(params, 0.0), params))
    config = QUICK.replace(sparsity=0.8, epochs=100)
    shares = [pruned_share(config, epoch) for epoch in range(100)]
    assert (shares[0], shares[10], shares[60], shares[99], pruned_from(config)) == (0, 0, 0.8, 0.8, 60)
    assert all(a <= b for a, b in pairwise(shares))
    assert shares[35] == pytest.approx(0.8 * (1 - 0.5**3))


@pytest.mark.slow  # a training
def test_a_sparse_network_learns_and_exports_its_zeros(bars):
    config = QUICK.replace(sparsity=0.6, epochs=20)
    model = train(config, data=bars)
    network = export_model(model).network
    assert zero_share(model.codes(model.layers())[0]) >= 0.6
    assert sum((weights == 0).mean() for weights in model.weights) > 0
    assert model.accuracy["integer"] > 0.8
    codes = forward_inputs(config, model.layers(), bars.x_test)
    outputs = sc_neurocore.infer(network, np.asarray(codes).astype(np.int64), engine="reference")
    assert (sc_neurocore.classify(outputs) == bars.y_test).mean() == model.accuracy["integer"]
    for each in train_seeds(config, [1, 2], bars):
        assert zero_share(each.codes(each.layers())[0]) >= 0.6


def test_training_starts_from_a_model_of_any_stream_length(bars):
    start = train(QUICK.replace(forward="float", stream_length=256, epochs=3), data=bars)
    still = QUICK.replace(epochs=1, optimizer="sgd", learning_rate=1e-30)
    model = train(still, data=bars, init_from=start)
    assert all(np.array_equal(a, b) for a, b in zip(model.weights, start.weights, strict=True))
    assert model.accuracy["integer"] >= start.accuracy["float"] - 0.1
    for ours, theirs, new, old in zip(model.biases, start.biases, model.layers(), start.layers(), strict=True):
        from sc_neurocore.spec.values import count_value
        from sc_neurocore.training.architecture import bias_scale

        assert ours * bias_scale(new) * count_value(new) == pytest.approx(theirs * bias_scale(old) * count_value(old))
    assert model.config.init_from == parameters_sha256(start)
    again = train(model.config, data=bars, init_from=start)
    assert again.tensor_bytes == model.tensor_bytes


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden": (5,)}, r"init_from must have the sizes of the recipe, \(20, 5, 3\); it has \(20, 6, 3\)"),
        ({"border_shift": 1}, "init_from must have the border_shift of the recipe, 1; it has 0"),
        ({"encoding": "bipolar"}, "init_from must have the encoding of the recipe, bipolar; it has sign_magnitude"),
        ({"neuron": "lif"}, "init_from must have the neuron of the recipe, lif; it has relu"),
        ({"init_from": "1" * 64}, "init_from must be the model whose parameters have the hash 1{64} that the recipe"),
    ],
)
def test_a_start_that_does_not_fit_is_refused(bars, start_of_bars, changes, message):
    with pytest.raises(OptionError, match=message):
        train(QUICK.replace(**changes), data=bars, init_from=start_of_bars)


@pytest.fixture(scope="module")
def start_of_bars(bars):
    return train(QUICK.replace(epochs=1), data=bars)


def test_what_only_one_trainer_does_is_refused_by_the_others(bars):
    torch_loop = pytest.importorskip("sc_neurocore.training.torch.loop", reason="the torch extra is not installed")
    for name, value in USED.items():
        if name == "layers":
            continue  # of both
        other = {"pixel_shift": 1} if name == "image_shape" else {}
        with pytest.raises(OptionError, match=r"config\.\w+ must be .* in Torch, got .*; sc_neurocore\.train has it"):
            torch_loop.train_torch(QUICK.replace(**{name: value}, **other), data=bars)
    for changes in ({"validation": 0.2}, {"init_from": "0" * 64}):
        with pytest.raises(OptionError, match=f"{next(iter(changes))} must not be used where seeds"):
            train_seeds(QUICK.replace(**changes), [0], bars)


@pytest.mark.slow  # a training
def test_a_series_of_shifted_images_is_kept(bars, tmp_path):
    config = LINEAR.replace(pixel_shift=1, epochs=1)
    train_series(config, tmp_path / "s", stream_lengths=(8,), data=bars)
    lines = []
    train_series(config, tmp_path / "s", stream_lengths=(8,), data=bars, progress=lines.append)
    assert not any("epoch" in line for line in lines)
    assert load_model(tmp_path / "s" / "L8").config.image_shape == (4, 5)
