"""How well imported networks keep their classes: published jet taggers, and scikit-learn pipelines on raw features.

Three of the taggers are also built in gates, as `generate --target ecp5-25k` chooses them, and co-simulated.

`python benchmarks/imported.py --models DIR` writes `benchmarks/results/imported.json`. DIR holds the taggers' files,
from fastmachinelearning/example-models; without it only the pipelines are measured, and the taggers' rows stay.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sc_neurocore import classify, cosim, infer
from sc_neurocore.export import export
from sc_neurocore.importing.recognise import read
from sc_neurocore.spec import quantize_features

RESULT = Path(__file__).resolve().parent / "results" / "imported.json"
TAGGERS: dict[str, tuple[str, dict[str, Any]]] = {
    "three_layer_pytorch": ("three_layer_pytorch.onnx", {}),
    "three_layer_keras": ("three_layer_keras.onnx", {}),
    "three_layer_bn_keras": ("three_layer_bn_keras.onnx", {}),
    "two_layer_pytorch": ("two_layer_pytorch.onnx", {}),
    "dense_big": ("dense_big_keras.onnx", {}),
}
LENGTHS = (256, 1024)
IN_GATES = ("three_layer_pytorch", "three_layer_keras", "two_layer_pytorch")
COSIM_KEYS = ("verdict", "simulator", "simulator_version", "samples", "cycles", "values_compared", "mismatches")
COSIM_INPUTS = 100
CALIBRATION, TEST = 2000, 10_000
SETS = {"wine": load_wine, "breast_cancer": load_breast_cancer}
PIPELINE_LENGTHS = (16, 64)


def classes(exported: Any, x: np.ndarray) -> np.ndarray:
    """Classes of real inputs by the integers."""
    return classify(infer(exported.network, quantize_features(exported.network, x)[0]), exported.network)


def in_gates(exported: Any, x: np.ndarray, folder: Path) -> dict[str, Any]:
    """What a co-simulation of the chosen core says on real inputs, with stalls.

    Args:
        exported: the network and its report.
        x: real inputs `(samples, features)`.
        folder: for the core and its results.
    """
    network = exported.network
    codes = quantize_features(network, x[:COSIM_INPUTS])[0]
    result = cosim.run(network, folder, codes=codes, stall="random", progress=print, target="ecp5-25k")
    return {"network_sha256": network.sha256} | {key: result.report[key] for key in COSIM_KEYS}


def tagger(path: Path, hints: dict[str, Any], folder: Path | None) -> dict[str, Any]:
    """Agreement with the float network on standard normal inputs, without labels; one call, `export`, brings it in.

    Args:
        path: the tagger's file.
        hints: what the file does not say.
        folder: for the core of the shortest streams; None: it is not built.
    """
    graph, rng = read(path, **hints), np.random.default_rng(0)
    calibration, x = rng.normal(size=(CALIBRATION, graph.features)), rng.normal(size=(TEST, graph.features))
    outputs = graph.run(x)
    wanted = outputs.argmax(axis=1) if outputs.shape[1] > 1 else (outputs[:, 0] >= 0).astype(int)
    row: dict[str, Any] = {"smallest_class": float(np.bincount(wanted).min() / len(x)), "agreement": {}, "seconds": {}}
    for length in LENGTHS:
        start = time.perf_counter()
        exported = export(path, stream_length=length, calibration=calibration, **hints)
        row["seconds"][str(length)] = round(time.perf_counter() - start, 1)
        row["agreement"][str(length)] = float((classes(exported, x) == wanted).mean())
        row["source_relative_error"] = exported.report.source.relative_error
        row.setdefault("equalized", {})[str(length)] = exported.report.equalized
        if folder is not None and length == LENGTHS[0]:
            row["cosim"] = in_gates(exported, x, folder)
    return row


def pipeline(data: Any, seed: int) -> dict[str, Any]:
    """Accuracy on one stratified split: scikit-learn's own, and that of the integers on raw features."""
    x, y = np.asarray(data.data), np.asarray(data.target)
    x_train, x_test, y_train, y_test = train_test_split(x, y, stratify=y, random_state=seed)
    network = MLPClassifier((32,), max_iter=500, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = make_pipeline(StandardScaler(), network).fit(x_train, y_train)
    row = {"float": 100 * float(model.score(x_test, y_test))}
    for length in PIPELINE_LENGTHS:
        exported = export(model, stream_length=length, calibration=x_train)
        row[str(length)] = 100 * float((classes(exported, np.asarray(x_test)) == y_test).mean())
    return row


def pipelines(name: str, seeds: int) -> dict[str, Any]:
    """Means over splits, and what they lose against scikit-learn's own."""
    rows = [pipeline(SETS[name](), seed) for seed in range(seeds)]
    means = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
    lost = {str(length): means["float"] - means[str(length)] for length in PIPELINE_LENGTHS}
    return {"mean_accuracy_percent": means, "points_lost": lost, "per_split": rows}


def main() -> None:
    """Measure and write the result, row by row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--build", type=Path, default=Path("build") / "imported")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    before = json.loads(options.out.read_text("utf-8")) if options.out.exists() else {}
    result: dict[str, Any] = {
        "command": "python benchmarks/imported.py --models DIR",
        "calibration_samples": CALIBRATION,
        "test_samples": TEST,
        "splits": options.seeds,
        "taggers": before.get("taggers", {}) if options.models is None else {},
        "pipelines": {},
    }

    def add(part: str, name: str, row: dict[str, Any]) -> None:
        result[part][name] = row
        print(name, json.dumps({key: value for key, value in row.items() if key != "per_split"}), flush=True)
        options.out.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n", "utf-8")

    for name in SETS:
        add("pipelines", name, pipelines(name, options.seeds))
    if options.models is not None:
        for name, (file, hints) in TAGGERS.items():
            folder = options.build / name if name in IN_GATES else None
            add("taggers", name, tagger(options.models / file, hints, folder))


if __name__ == "__main__":
    main()
