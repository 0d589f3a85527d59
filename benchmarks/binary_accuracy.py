"""Accuracy of binary networks trained through the integers of the binary reference core, beside those of streams.

    python benchmarks/binary_accuracy.py                 # everything, resumable: some ten minutes
    python benchmarks/binary_accuracy.py --bits 3 4 --seeds 30 --out benchmarks/results/accuracy_binary/seeds30
    python benchmarks/binary_accuracy.py --bits 4 --seeds 2 --epochs 5 --out build/quick

The reference core (hdl/baselines) forms a = sum of x·k + bias·2^n exactly and rounds once, at the border. A network
for it is trained as one for streams is: architecture, recipe, seeds, splits, codes and start are those of
benchmarks/accuracy.py; only the forward pass is another. Every trained network is written as integers, which a plain
NumPy model of the core runs on all test images; the integers must be those of the training forward.

The statement is that of benchmarks/accuracy.py: means over seeds, the paired difference to float with its 95 %
bootstrap interval over seeds and test samples; and the same between the two arithmetics, each n with each.

Runs are kept as JSON beside the result and not repeated; the network of the first seed of each is kept, too, in
hdl/baselines/networks: `hdl/baselines/equal_accuracy.py` measures its area.
"""

from __future__ import annotations

import argparse
import functools
import json
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import accuracy
import jax
import jax.numpy as jnp
import numpy as np
import optax
from accuracy_recipes import recipe

from sc_neurocore import __version__, classify, save_network
from sc_neurocore.accel.exact_layer import quantize
from sc_neurocore.accel.jax.ops import FLOATS, straight_through
from sc_neurocore.export import export_model
from sc_neurocore.spec import DenseLayer, Linear, NetworkSpec, OptionError, Relu, write_atomic
from sc_neurocore.spec.network import dense_only
from sc_neurocore.training import Dataset, TrainConfig, TrainedModel, load_data, train_seeds
from sc_neurocore.training.architecture import layers_of
from sc_neurocore.training.forward import Params, clip_params, init_params, integer_params
from sc_neurocore.training.loop import Metrics, TrainState, epoch_key, make_optimizer, run_keys, steps_per_epoch
from sc_neurocore.training.trainer import test_codes

BASELINES = Path(__file__).resolve().parents[1] / "hdl" / "baselines"
sys.path.insert(0, str(BASELINES))
import binary_model  # noqa: E402 -- lies beside the core that it is a model of

RESULTS = Path(__file__).parent / "results" / "accuracy_binary"
NETWORKS = BASELINES / "networks"
NETWORK = "64-32-10"
BITS = (2, 3, 4, 5, 8)
KINDS = ("stream", "binary")


def binary_forward(
    layers: Sequence[DenseLayer], params: Params, codes: jax.Array, flips: float = 0.0, key: jax.Array | None = None
) -> jax.Array:
    """Outputs of the binary core for real parameters, float32 integers, differentiable straight through.

    Products and sums are exact and so are their derivatives; codes, biases and borders have those of what they round.
    Flips of product bits with probability p are a normal noise of their mean and variance: of 2n bits each, the sum of
    N⁺ positive and N⁻ negative products has the mean (1 − 2p)·a + p·(4^n − 1)·(N⁺ − N⁻) and the variance
    p·(1 − p)·N·(16^n − 1) / 3, whatever the products.

    Args:
        layers: descriptions.
        params: real parameters.
        codes: input codes `(batch, features)`, unsigned.
        flips: p.
        key: of the noise; None: there is none.
    """
    x = codes
    for i, (layer, p) in enumerate(zip(layers, integer_params(layers, params))):
        n = layer.resolution_bits
        a = jnp.matmul(x, p["weight"].T, precision=jax.lax.Precision.HIGHEST)
        if flips and key is not None:
            balance = jnp.where(p["weight"] < 0, -1.0, 1.0).sum(axis=1)
            deviation = (flips * (1 - flips) * layer.inputs * (16.0**n - 1) / 3) ** 0.5
            noise = deviation * jax.random.normal(jax.random.fold_in(key, i), a.shape)
            noisy = (1 - 2 * flips) * a + flips * (4.0**n - 1) * balance + noise
            a = a + jax.lax.stop_gradient(jnp.round(noisy) - a)
        a = a + p["bias"] * 2.0**n
        match layer.neuron:
            case Linear():
                return a
            case Relu(multiplier=1, shift=shift, output_bits=bits):
                step, top = 2.0 ** (shift + n), 2.0**bits - 1
                rounded = jnp.floor((a + step / 2) / step)  # a power of two: exact
                x = straight_through(jnp.clip(a / step, 0, top), jnp.clip(rounded, 0, top))
            case other:
                raise OptionError(f"the binary core has no neuron {other.kind!r} with such a border")
    return x


def binary_epoch(config: TrainConfig, layers: Sequence[DenseLayer], samples: int) -> Callable[..., Any]:
    """`training.loop.epoch_fn`, step for step, through the binary core's forward pass."""
    optimizer = make_optimizer(config, samples)
    batch, steps = min(config.batch_size, samples), steps_per_epoch(config, samples)
    classes, scale = layers[-1].neurons, layers[-1].output_scale / 2.0 ** layers[-1].resolution_bits
    first = layers[0]

    def loss_fn(params: Params, x: jax.Array, y: jax.Array, key: jax.Array) -> tuple[jax.Array, jax.Array]:
        codes = quantize(FLOATS, x, first.input_encoding, first.resolution_bits)
        faults = config.product_flips, jax.random.fold_in(key, 2)
        out = config.logit_gain * scale * binary_forward(layers, params, codes, *faults)
        target = optax.smooth_labels(jax.nn.one_hot(y, classes), config.label_smoothing)
        return optax.softmax_cross_entropy(out, target).mean(), (out.argmax(axis=1) == y).mean()

    def step(state: TrainState, batch_now: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[TrainState, Metrics]:
        x, y, key = batch_now
        x = x + config.input_noise * jax.random.normal(key, x.shape)
        (loss, right), gradient = jax.value_and_grad(loss_fn, has_aux=True)(state.params, x, y, key)
        updates, optimizer_state = optimizer.update(gradient, state.optimizer, state.params)
        params = clip_params(optax.apply_updates(state.params, updates))  # type: ignore[arg-type]
        return TrainState(params, optimizer_state), Metrics(loss, right)

    def epoch(state: TrainState, key: jax.Array, x: jax.Array, y: jax.Array) -> tuple[TrainState, Metrics]:
        order_key, noise_key = jax.random.split(key)
        order = jax.random.permutation(order_key, samples)[: steps * batch].reshape(steps, batch)
        state, metrics = jax.lax.scan(step, state, (x[order], y[order], jax.random.split(noise_key, steps)))
        return state, Metrics(metrics.loss.mean(), metrics.accuracy.mean())

    return epoch


def train_binary(config: TrainConfig, seeds: Sequence[int], data: Dataset) -> list[tuple[NetworkSpec, np.ndarray]]:
    """One network a seed, all trained side by side, and the training forward's outputs on the test images."""
    layers = dense_only(layers_of(config, data.features, data.classes, "unipolar"), "the binary core")
    keys = [run_keys(seed) for seed in seeds]
    first, run = (jnp.stack([pair[i] for pair in keys]) for i in (0, 1))
    samples = len(data.x_train)

    def begin(key: jax.Array) -> TrainState:
        params = init_params(key, layers, config)
        return TrainState(params, make_optimizer(config, samples).init(params))

    state = jax.vmap(begin)(first)
    epoch = jax.jit(jax.vmap(binary_epoch(config, layers, samples), in_axes=(0, 0, None, None)))
    forward = jax.jit(functools.partial(binary_forward, layers))
    x, y = jnp.asarray(data.x_train, jnp.float32), jnp.asarray(data.y_train)
    for number in range(config.epochs):
        state, _ = epoch(state, jax.vmap(lambda key: epoch_key(key, number))(run), x, y)  # noqa: B023 -- used now
    made = []
    for i, seed in enumerate(seeds):
        params = jax.tree.map(lambda leaf: leaf[i], state.params)  # noqa: B023 -- used now
        model = TrainedModel(
            config=config.replace(seed=seed, name=f"binary{config.bits}"),
            features=data.features,
            classes=data.classes,
            input_encoding="unipolar",
            input_scale=data.scale,
            weights=tuple(np.asarray(p["weight"]) for p in params),
            biases=tuple(np.asarray(p["bias"]) for p in params),
            data={},
            accuracy={"float": None, "integer": None, "train": None},
            history={},
        )  # only to be exported: its own forward pass would be that of streams
        trained = forward(params, jnp.asarray(test_codes(layers, data), jnp.float32))
        made.append((export_model(model).network, np.asarray(trained).astype(np.int64)))
    return made


def binary_misses(made: list[tuple[NetworkSpec, np.ndarray]], data: Dataset) -> dict[str, Any]:
    """The wrongly classified test images of each network as the NumPy model runs it, and the integers compared."""
    wrong, compared, different = [], 0, 0
    for network, trained in made:
        seen = binary_model.outputs(network, test_codes(network.dense_layers("the binary core"), data))
        wrong.append(np.flatnonzero(classify(seen) != data.y_test).tolist())
        compared, different = compared + seen.size, different + int((seen != trained).sum())
    return {"wrong": wrong, "integers_compared": compared, "integers_different": different}


def measured(
    kind: str, config: TrainConfig, seeds: list[int], data: Dataset, out: Path, networks: Path | None
) -> dict[str, Any]:
    """The kept run of this kind and recipe, or a new one; its first seed's network is written, too."""
    file = out / f"{kind}_n{config.bits}.json"
    folder = None if networks is None else networks / f"{kind}{config.bits}"
    if file.exists() and (folder is None or (folder / "network.json").exists()):
        kept = json.loads(file.read_text(encoding="utf-8"))
        if (TrainConfig(**kept["config"]), kept["seeds"], kept["data_sha256"]) == (config, seeds, data.sha256):
            print(f"  {file.stem}: kept")
            return kept
    print(f"  {file.stem}: training {len(seeds)} seeds", flush=True)
    start = time.perf_counter()
    if kind == "binary":
        made = train_binary(config, seeds, data)
        seconds = time.perf_counter() - start
        found, network = binary_misses(made, data), made[0][0]
    else:
        models = train_seeds(config, seeds, data)
        seconds = time.perf_counter() - start
        found, network = accuracy.misses(models, data), export_model(models[0], name=f"stream{config.bits}").network
    if folder is not None:
        save_network(network, folder)
    result = found | {
        "config": config.model_dump(mode="json", exclude={"seed"}),
        "data_sha256": data.sha256,
        "network_sha256": network.sha256,
        "seeds": seeds,
        "test_samples": len(data.y_test),
        "training_seconds": round(seconds, 1),
    }
    write_atomic(file, json.dumps(result, sort_keys=True) + "\n")
    return result


def difference(one: dict, other: dict) -> dict[str, Any]:
    """The paired difference of two runs in points, with its interval."""
    ours, theirs = accuracy.correct(one), accuracy.correct(other)
    return {
        "difference_mean": round(100 * float((ours - theirs).mean()), 2),
        "difference_95": list(accuracy.interval(ours - theirs, np.random.default_rng(0))),
    }


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing, write binary_accuracy.json; 1 if any integer differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bits", nargs="+", type=int, default=[*BITS])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=[*KINDS])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=250)
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--networks", type=Path, help="folder of the first seed's networks; with another --out: none")
    options = parser.parse_args(arguments)
    networks = options.networks or (NETWORKS if options.out == RESULTS else None)
    data, seeds = load_data(), list(range(options.seeds))
    options.out.mkdir(parents=True, exist_ok=True)
    reference_config = recipe(NETWORK, None, options.epochs)
    committed = accuracy.RESULTS if options.out == RESULTS else options.out
    reference = accuracy.measured(committed / f"{NETWORK}_float.json", reference_config, seeds, data, [])
    runs: dict[str, dict[int, dict]] = {kind: {} for kind in options.kinds}
    rows: dict[str, dict[str, Any]] = {kind: {} for kind in options.kinds}
    for kind in options.kinds:
        for n in options.bits:
            config = recipe(NETWORK, 2**n, options.epochs)
            runs[kind][n] = measured(kind, config, seeds, data, options.out, networks)
            rows[kind][str(n)] = accuracy.statement(runs[kind][n], reference)
            accuracy.show(f"{kind}, n = {n}", rows[kind][str(n)])
    pairs = [
        {"stream": s, "binary": b} | difference(runs["stream"][s], runs["binary"][b])
        for s in options.bits
        for b in options.bits
        if len(options.kinds) == len(KINDS)
    ]
    command = ["python", "benchmarks/binary_accuracy.py", *(sys.argv[1:] if arguments is None else arguments)]
    result = {
        "command": " ".join(command),
        "data": {"name": data.name, "sha256": data.sha256, "split": "75/25 stratified, random_state=0"},
        "network": NETWORK,
        "epochs": options.epochs,
        "versions": {"sc_neurocore": __version__, "jax": jax.__version__, "python": platform.python_version()},
        "rows": rows,
        "stream_minus_binary": pairs,
    }
    write_atomic(options.out / "binary_accuracy.json", json.dumps(result, indent=2, sort_keys=True) + "\n")
    print(f"wrote {options.out / 'binary_accuracy.json'}")
    every = [row for kind in rows.values() for row in kind.values()]
    return int(any(row["integers_different"] or not row["integers_compared"] for row in every))


if __name__ == "__main__":
    sys.exit(main())
