"""Accuracy of exact integer networks against the float network, over seeds, with confidence intervals.

    python benchmarks/accuracy.py                    # what `make accuracy` runs: everything, resumable
    python benchmarks/accuracy.py --networks 64-32-10 --lengths 8 --seeds 3 --epochs 20 --out /tmp/quick

Statement: the mean paired difference (exact integer − float network of the same architecture, recipe and seeds) in
points of test accuracy, with the 95 % bootstrap interval over seeds and test samples. Every exported network is also
run by `infer`, and its integers compared with those of the training forward on every test image.

Finished runs are kept as JSON beside the result and not repeated; delete the folder to start anew.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from sc_neurocore import __version__, infer
from sc_neurocore.export import export_model
from sc_neurocore.spec import write_atomic
from sc_neurocore.training import Dataset, TrainConfig, TrainedModel, load_data, train_seeds
from sc_neurocore.training.trainer import test_codes, test_outputs

RESULTS = Path(__file__).parent / "results" / "accuracy"
LABEL_SMOOTHING = {"64-32-10": 0.0, "64-128-10": 0.1}
BOOTSTRAPS = 10_000


def recipe(network: str, length: int | None, epochs: int) -> TrainConfig:
    """The recipe of one row; no length is the float network."""
    hidden = tuple(int(size) for size in network.split("-")[1:-1])
    return TrainConfig(
        hidden=hidden,
        forward="float" if length is None else "exact",
        stream_length=length or 256,
        epochs=epochs,
        label_smoothing=LABEL_SMOOTHING.get(network, 0.0),
    )


def exported_outputs(model: TrainedModel, data: Dataset) -> tuple[np.ndarray, int]:
    """Integer outputs of the exported network on all test images, and how many differ from the training forward's."""
    network = export_model(model).network
    outputs = infer(network, test_codes(network.layers, data), engine="packed")  # by streams, as training was not
    params = [{"weight": jnp.asarray(w), "bias": jnp.asarray(b)} for w, b in zip(model.weights, model.biases)]
    trained = test_outputs(model.config, network.layers, params, data)
    return outputs, int((outputs != trained).sum())


def measure(config: TrainConfig, seeds: list[int], data: Dataset) -> dict:
    """Train all seeds; the wrongly classified test images of each, and the integers compared."""
    start = time.perf_counter()
    models = train_seeds(config, seeds, data, progress=lambda line: print("   ", line, flush=True))
    seconds = time.perf_counter() - start
    wrong, compared, mismatches = [], 0, 0
    for model in models:
        if config.forward == "exact":
            outputs, different = exported_outputs(model, data)
            compared, mismatches = compared + outputs.size, mismatches + different
        else:
            params = [{"weight": jnp.asarray(w), "bias": jnp.asarray(b)} for w, b in zip(model.weights, model.biases)]
            outputs = test_outputs(config, model.layers(), params, data)
        wrong.append(np.flatnonzero(outputs.argmax(axis=1) != data.y_test).tolist())
    return {
        "config": config.model_dump(mode="json", exclude={"seed"}),
        "data_sha256": data.sha256,
        "seeds": seeds,
        "test_samples": len(data.y_test),
        "wrong": wrong,
        "integers_compared": compared,
        "integers_different": mismatches,
        "training_seconds": round(seconds, 1),
    }


def measured(file: Path, config: TrainConfig, seeds: list[int], data: Dataset) -> dict:
    """The kept result of this very run, or a new one."""
    if file.exists():
        kept = json.loads(file.read_text())
        same = kept["config"] == config.model_dump(mode="json", exclude={"seed"})
        if same and kept["seeds"] == seeds and kept["data_sha256"] == data.sha256:
            print(f"  {file.stem}: kept")
            return kept
    print(f"  {file.stem}: training {len(seeds)} seeds", flush=True)
    result = measure(config, seeds, data)
    write_atomic(file, json.dumps(result, sort_keys=True) + "\n")
    return result


def correct(result: dict) -> np.ndarray:
    """1 where a test image was classified right, `(seeds, samples)`."""
    out = np.ones((len(result["wrong"]), result["test_samples"]))
    for row, wrong in zip(out, result["wrong"]):
        row[wrong] = 0
    return out


def interval(difference: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """95 % bootstrap interval of the mean of `(seeds, samples)`, both axes resampled."""
    seeds, samples = difference.shape
    means = np.empty(BOOTSTRAPS)
    for i in range(BOOTSTRAPS):
        # A multinomial weight per row and column is the same as drawing indices, and a matrix product is faster.
        by_seed = rng.multinomial(seeds, np.full(seeds, 1 / seeds)) / seeds
        by_sample = rng.multinomial(samples, np.full(samples, 1 / samples)) / samples
        means[i] = by_seed @ difference @ by_sample
    low, high = np.percentile(means, [2.5, 97.5])
    return round(100 * float(low), 2), round(100 * float(high), 2)


def statement(exact: dict, reference: dict) -> dict:
    """One row of the table: accuracies and paired difference in points."""
    ours, theirs = correct(exact), correct(reference)
    low, high = interval(ours - theirs, np.random.default_rng(0))
    return {
        "accuracy_mean": round(100 * float(ours.mean()), 2),
        "accuracy_sd_over_seeds": round(100 * float(ours.mean(axis=1).std(ddof=1 if len(ours) > 1 else 0)), 2),
        "float_mean": round(100 * float(theirs.mean()), 2),
        "difference_mean": round(100 * float((ours - theirs).mean()), 2),
        "difference_95": [low, high],
        "seeds": len(ours),
        "integers_compared": exact["integers_compared"],
        "integers_different": exact["integers_different"],
    }


def plot(rows: dict[str, dict[int, dict]], file: Path) -> None:
    """Accuracy against stream length with the float lines; the bars are the interval of the difference."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.4, 4.0))
    for colour, (network, by_length) in zip(("tab:blue", "tab:orange", "tab:green"), rows.items()):
        lengths = sorted(by_length)
        means = np.array([by_length[n]["accuracy_mean"] for n in lengths])
        reference = by_length[lengths[0]]["float_mean"]
        bounds = np.array([by_length[n]["difference_95"] for n in lengths]) + reference
        bars = np.abs(np.stack([means - bounds[:, 0], bounds[:, 1] - means]))
        axes.errorbar(lengths, means, bars, fmt="o-", color=colour, capsize=3, label=f"{network}, exact integers")
        axes.axhline(reference, color=colour, linestyle="--", linewidth=1, label=f"{network}, float")
    axes.set_xscale("log", base=2)
    axes.set_xticks(lengths, [str(n) for n in lengths])
    axes.set_xlabel("stream length L")
    axes.set_ylabel("test accuracy, %")
    axes.set_title("Digits, mean over seeds; bars: 95 % interval of the paired difference", fontsize=9)
    axes.legend(fontsize=8, loc="lower right")
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing, write accuracy.json and accuracy.svg; 1 if any exported integer differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", default=["64-32-10", "64-128-10"])
    parser.add_argument("--lengths", nargs="+", type=int, default=[4, 8, 16])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=250)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    data = load_data()
    seeds = list(range(options.seeds))
    options.out.mkdir(parents=True, exist_ok=True)
    rows: dict[str, dict[int, dict]] = {}
    for network in options.networks:
        print(network)
        runs = {}
        for length in (None, *options.lengths):
            name = f"{network}_{'float' if length is None else f'L{length}'}.json"
            runs[length] = measured(options.out / name, recipe(network, length, options.epochs), seeds, data)
        rows[network] = {length: statement(runs[length], runs[None]) for length in options.lengths}
        for length, row in rows[network].items():
            print(
                f"  L = {length:<3} exact {row['accuracy_mean']:.2f} ± {row['accuracy_sd_over_seeds']:.2f}"
                f"  float {row['float_mean']:.2f}  difference {row['difference_mean']:+.2f} {row['difference_95']}"
                f"  integers {row['integers_compared']} compared, {row['integers_different']} different",
                flush=True,
            )
    result = {
        "command": " ".join(["python", "benchmarks/accuracy.py", *(sys.argv[1:] if arguments is None else arguments)]),
        "data": {"name": data.name, "sha256": data.sha256, "split": "75/25 stratified, random_state=0"},
        "epochs": options.epochs,
        "versions": {"sc_neurocore": __version__, "jax": jax.__version__, "python": platform.python_version()},
        "networks": rows,
    }
    write_atomic(options.out / "accuracy.json", json.dumps(result, indent=2, sort_keys=True) + "\n")
    plot(rows, options.out / "accuracy.svg")
    print(f"wrote {options.out / 'accuracy.json'} and accuracy.svg")
    return int(any(row["integers_different"] for by_length in rows.values() for row in by_length.values()))


if __name__ == "__main__":
    sys.exit(main())
