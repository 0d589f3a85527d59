"""Accuracy of exact integer networks against the float network, over seeds, with confidence intervals.

    python benchmarks/accuracy.py                    # what `make accuracy` runs: everything, resumable
    python benchmarks/accuracy.py --networks 64-32-10 --lengths 8 --pairs --seeds 3 --epochs 20 --out build/quick

Statement: the mean paired difference (exact integer − float network of the same architecture, recipe and seeds) in
points of test accuracy, with the 95 % bootstrap interval over seeds and test samples. Every exported network is also
run by every engine, and its integers compared with those of the training forward on every test image.

`networks`: the default pair, dense and spiking. `pairs`: other generators and accumulators on 64-32-10. `rounded`: the
float networks themselves, exported without any further training.

Finished runs are kept as JSON beside the result and not repeated; delete the folder to start anew.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import platform
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import get_args

import jax
import numpy as np
from accuracy_recipes import PAIR_RECIPES, SPIKING, recipe

from sc_neurocore import __version__, classify, infer
from sc_neurocore.accel.kinds import unites
from sc_neurocore.export import export_model
from sc_neurocore.inference.engines import Engine
from sc_neurocore.pictures import SERIES, style
from sc_neurocore.spec import write_atomic
from sc_neurocore.training import Dataset, TrainConfig, TrainedModel, load_data, train_seeds
from sc_neurocore.training.trainer import model_outputs, test_codes

RESULTS = Path(__file__).parent / "results" / "accuracy"
BOOTSTRAPS = 10_000


def engines_for(config: TrainConfig) -> list[Engine]:
    """All engines; `counts` has no way to count an `or`."""
    without = {"auto", "counts"} if unites(config.accumulator) else {"auto"}
    return [each for each in get_args(Engine) if each not in without]


def exported_outputs(model: TrainedModel, data: Dataset) -> tuple[np.ndarray, int, int]:
    """Outputs of the exported network on all test images; integers compared with the training forward; how many differ.

    Each engine gives all of them once.
    """
    network = export_model(model).network
    codes, trained = test_codes(network.dense_layers("the benchmark"), data), model_outputs(model, data)
    compared = different = 0
    for engine in engines_for(model.config):
        outputs = infer(network, codes, engine=engine)
        compared, different = compared + outputs.size, different + int((outputs != trained).sum())
    return trained, compared, different


def misses(models: list[TrainedModel], data: Dataset) -> dict:
    """The wrongly classified test images of each exact network, and the integers compared."""
    wrong, compared, different = [], 0, 0
    for model in models:
        outputs, here, unequal = exported_outputs(model, data)
        wrong.append(np.flatnonzero(classify(outputs) != data.y_test).tolist())
        compared, different = compared + here, different + unequal
    return {"wrong": wrong, "integers_compared": compared, "integers_different": different}


def rounded(models: list[TrainedModel], length: int, data: Dataset) -> dict:
    """Float networks as they are, at a stream length that they were not trained for."""
    changes = {"forward": "exact", "stream_length": length, "resolution_bits": None}
    return misses([dataclasses.replace(m, config=m.config.replace(**changes)) for m in models], data)


def measure(config: TrainConfig, seeds: list[int], data: Dataset, lengths: list[int]) -> dict:
    """Train all seeds and look at each; of a float network also what rounding it to `lengths` gives."""
    start = time.perf_counter()
    models = train_seeds(config, seeds, data, progress=lambda line: print("   ", line, flush=True))
    seconds = time.perf_counter() - start
    if config.forward == "exact":
        found = misses(models, data)
    else:
        outputs = [model_outputs(model, data) for model in models]
        wrong = [np.flatnonzero(classify(each) != data.y_test).tolist() for each in outputs]
        at_lengths = {str(length): rounded(models, length, data) for length in lengths}
        found = {"wrong": wrong, "integers_compared": 0, "integers_different": 0, "rounded": at_lengths}
    return found | {
        "config": config.model_dump(mode="json", exclude={"seed"}),
        "data_sha256": data.sha256,
        "engines": engines_for(config),
        "seeds": seeds,
        "test_samples": len(data.y_test),
        "training_seconds": round(seconds, 1),
    }


def measured(file: Path, config: TrainConfig, seeds: list[int], data: Dataset, lengths: list[int]) -> dict:
    """The kept result of this very run, or a new one."""
    wanted = {str(length) for length in lengths if config.forward == "float"}
    if file.exists():
        kept = json.loads(file.read_text())
        same = TrainConfig(**kept["config"]) == config and kept.get("engines") == engines_for(config)
        same &= kept["seeds"] == seeds and kept["data_sha256"] == data.sha256
        if same and wanted <= {*kept.get("rounded", ())}:
            print(f"  {file.stem}: kept")
            return kept
    print(f"  {file.stem}: training {len(seeds)} seeds", flush=True)
    result = measure(config, seeds, data, lengths)
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
    ours = correct(exact)
    theirs = correct(reference)[: len(ours)]  # the same seeds
    low, high = interval(ours - theirs, np.random.default_rng(0))
    return {
        "accuracy_mean": round(100 * float(ours.mean()), 2),
        "accuracy_sd_over_seeds": round(100 * float(ours.mean(axis=1).std(ddof=1 if len(ours) > 1 else 0)), 2),
        "float_mean": round(100 * float(theirs.mean()), 2),
        "difference_mean": round(100 * float((ours - theirs).mean()), 2),
        "difference_95": [low, high],
        "epochs": reference["config"]["epochs"],
        "seeds": len(ours),
        "integers_compared": exact["integers_compared"],
        "integers_different": exact["integers_different"],
    }


def plot(result: dict, file: Path) -> None:
    """Accuracy against stream length with the float lines; the bars are the interval of the difference."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams.update(style("accuracy"))
    networks, pairs = result["networks"], result["pairs"]
    figure, axes = plt.subplots(1, 2, figsize=(10.4, 4.4))

    def draw(axis: plt.Axes, by_length: dict, label: str, colour: str, line: bool) -> None:
        lengths = sorted(int(length) for length in by_length)
        rows = [by_length[str(length)] for length in lengths]
        means, reference = np.array([row["accuracy_mean"] for row in rows]), rows[0]["float_mean"]
        bounds = np.array([row["difference_95"] for row in rows]) + reference
        bars = np.abs(np.stack([means - bounds[:, 0], bounds[:, 1] - means]))
        axis.errorbar(lengths, means, bars, fmt="o-", color=colour, capsize=3, markersize=4, label=label)
        if line:
            axis.axhline(reference, color=colour, linestyle="--", linewidth=1, label=f"{label}: float")

    for colour, (network, rows) in zip(SERIES, networks.items()):
        draw(axes[0], rows, network, colour, line=True)
    first = next(iter(networks), None)
    if "64-32-10" in networks:
        first = "64-32-10"
    if first is not None:
        draw(axes[1], networks[first], "default pair", SERIES[0], line=True)
    for colour, (name, rows) in zip(cycle(SERIES[1:]), pairs.items()):
        draw(axes[1], rows, PAIR_RECIPES[name].label, colour, line=False)
    for axis, title in zip(axes, ("default pair", f"{first}: ways to make and add streams")):
        axis.set_xscale("log", base=2)
        ticks = [4, 8, 16, 32, 64] if axis is axes[1] else [4, 8, 16]
        axis.set_xticks(ticks, [str(n) for n in ticks])
        axis.set_xlabel("stream length L")
        axis.set_title(title, fontsize=9)
        axis.legend(fontsize=7, loc="lower right")
        axis.grid()
    axes[0].set_ylabel("test accuracy, %")
    figure.suptitle("Digits, mean over seeds; bars: 95 % interval of the paired difference to float", fontsize=9)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)


def show(name: str, row: dict) -> None:
    """One line."""
    print(
        f"  {name:<22} exact {row['accuracy_mean']:.2f} ± {row['accuracy_sd_over_seeds']:.2f}"
        f"  float {row['float_mean']:.2f}  difference {row['difference_mean']:+.2f} {row['difference_95']}"
        f"  integers {row['integers_compared']} compared, {row['integers_different']} different",
        flush=True,
    )


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing, write accuracy.json and accuracy.svg; 1 if any exported integer differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", default=["64-32-10", "64-128-10", "64-32-10" + SPIKING])
    parser.add_argument("--lengths", nargs="+", type=int, default=[4, 8, 16], help="of the default pair")
    parser.add_argument(
        "--pairs", nargs="*", choices=[*PAIR_RECIPES], default=[*PAIR_RECIPES], help="on the first network"
    )
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=250)
    parser.add_argument("--kept", action="store_true", help="train nothing: leave out the rows of runs not finished")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    data = load_data()
    seeds = list(range(options.seeds))
    options.out.mkdir(parents=True, exist_ok=True)

    def file_of(network: str, length: int | None, pair: str = "") -> Path:
        parts = (network.replace(" ", "-"), pair, "float" if length is None else f"L{length}")
        return options.out / ("_".join(part for part in parts if part) + ".json")

    def run(network: str, length: int | None, pair: str = "") -> dict:
        changes = PAIR_RECIPES[pair].changes if pair else {}
        file = file_of(network, length, pair)
        # A float network's bits are rounded without more training; a spiking one would need its thresholds tuned too.
        return measured(file, recipe(network, length, options.epochs, **changes), seeds, data, options.lengths)

    networks: dict[str, dict] = {}
    roundings: dict[str, dict] = {}
    for network in options.networks:
        print(network)
        reference = run(network, None)
        networks[network], roundings[network] = {}, {}
        for length in map(str, options.lengths):
            networks[network][length] = statement(run(network, int(length)), reference)
            show(f"L = {length}", networks[network][length])
            as_trained = reference["rounded"][length] | {"test_samples": reference["test_samples"]}
            roundings[network][length] = statement(as_trained, reference)
            show(f"L = {length}, rounded", roundings[network][length])
    pairs: dict[str, dict] = {}
    for pair in options.pairs:
        print(PAIR_RECIPES[pair].label)
        reference = run(options.networks[0], None)
        pairs[pair] = {}
        for length in PAIR_RECIPES[pair].lengths:
            if options.kept and not file_of(options.networks[0], length, pair).exists():
                print(f"  L = {length}: left out, not measured yet")
                continue
            pairs[pair][str(length)] = statement(run(options.networks[0], length, pair), reference)
            show(f"L = {length}", pairs[pair][str(length)])
    result = {
        "command": " ".join(["python", "benchmarks/accuracy.py", *(sys.argv[1:] if arguments is None else arguments)]),
        "data": {"name": data.name, "sha256": data.sha256, "split": "75/25 stratified, random_state=0"},
        "epochs": options.epochs,
        "versions": {"sc_neurocore": __version__, "jax": jax.__version__, "python": platform.python_version()},
        "networks": networks,
        "pairs": {pair: rows for pair, rows in pairs.items() if rows},
        "rounded": roundings,
    }
    write_atomic(options.out / "accuracy.json", json.dumps(result, indent=2, sort_keys=True) + "\n")
    plot(result, options.out / "accuracy.svg")
    print(f"wrote {options.out / 'accuracy.json'} and accuracy.svg")
    rows = [row for part in (networks, pairs, roundings) for by_length in part.values() for row in by_length.values()]
    return int(any(row["integers_different"] or not row["integers_compared"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
