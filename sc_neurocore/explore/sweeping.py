"""The verb `sweep`: one exported network a point, run exactly on given samples; each finished point is kept."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from sc_neurocore import __version__
from sc_neurocore.inference.engines import classify, infer
from sc_neurocore.inference.files import check_labels
from sc_neurocore.spec import (
    CodesError,
    Generator,
    NetworkSpec,
    OptionError,
    quantize_features,
    write_atomic,
)
from sc_neurocore.spec.coerce import array, integer
from sc_neurocore.spec.entrance import entrance
from sc_neurocore.spec.files.atomic import json_text
from sc_neurocore.spec.layer import WeightedLayer

from .candidates import (
    Source,
    check_export_options,
    export_point,
    float_outputs,
    inputs_of,
    pairs_of,
    read_source,
    seed_of,
    source_sha256,
)
from .content import content_sha256
from .pairs import Pair
from .points import Progress, compute, without_keys

FORMAT, FORMAT_VERSION = "sc-neurocore/sweep", 1
LENGTHS = (256, 64, 32, 16, 8, 4)
INTEGERS_AS_REALS = "the exported integers, read as real numbers"
"""What the float accuracy in the sweep of exported networks is that of: their source is not known any more."""
FILES = ("points", "sweep.json", "sweep.svg", "sweep.png")
"""Names that a sweep's folder may hold: results, and pictures that were drawn from them."""


@dataclass(frozen=True)
class _Task:
    """One point, with all that another process needs to compute it."""

    key: str
    source: Source
    seed: int
    label: str
    pair: Pair | None
    """None: the generators that an exported network has."""
    stream_length: int
    resolution_bits: int | None
    options: dict[str, Any]
    features: np.ndarray
    labels: np.ndarray
    reference: np.ndarray
    engine: Any


@entrance
def sweep(
    source: Any,
    out: str | os.PathLike[str],
    *,
    features: Any,
    labels: Any,
    stream_lengths: Sequence[int] = LENGTHS,
    generators: Any = None,
    resolution_bits: int | None = None,
    engine: str = "auto",
    workers: int = 0,
    executor: Executor | str | None = None,
    progress: Progress | None = None,
    **export_options: Any,
) -> dict[str, Any]:
    """Accuracy, saturation and error over stream lengths, generators and seeds; writes `sweep.json` into folder `out`.

    Every point is a file of its own in `out/points`, kept while nothing it depends on changes: an interrupted sweep
    goes on where it stopped. Nothing is trained: see `training.train_series` for networks trained at each length.

    Args:
        source: a trained model, an exported network (see `explore.relength`), the folder of either, a pair (weights,
            biases) of float arrays, or a list of these (seeds).
        out: folder to write.
        features: real features `(samples, inputs)`, not yet divided by the input scale.
        labels: class indices `(samples,)`.
        stream_lengths: values of L.
        generators: a name of `PAIRS`, several names, or a mapping from labels to (input, weight) generators; None: an
            exported network's own, else the default pair.
        resolution_bits: n for every point; None: ceil(log2 L), at least 2.
        engine: as for `infer`; all give the same integers.
        workers: processes; 0 computes in this one.
        executor: instead, `dask:ADDRESS` of a scheduler, or a `concurrent.futures` executor of your own.
        progress: told of each point.
        export_options: of `export.lower_dense`, for float weights: `calibration`, `input_scale`, `border`, ….

    Returns:
        The content of `sweep.json`: `points` in the order seeds, generators, lengths.

    Raises:
        OptionError, CodesError, SpecError: an argument, an array or a source breaks a rule.
        WorkerError: a worker of a cluster is of another version, or workers are lost again and again.
        KeyboardInterrupt: after the points that are finished were written.
    """
    sources = [read_source(each) for each in (source if isinstance(source, list) else [source])]
    if not sources:
        raise OptionError("source must hold at least one model, got an empty list")
    check_export_options(export_options)
    pairs = [pairs_of(each, generators) for each in sources]
    lengths = stream_lengths if isinstance(stream_lengths, Sequence) and not isinstance(stream_lengths, bytes) else ()
    rule = "distinct integers from 1 to 2^20"
    lengths = [integer("stream_lengths", length, 1, 2**20, rule=rule) for length in lengths]
    if not lengths or len(set(lengths)) < len(lengths):
        raise OptionError(f"stream_lengths must be {rule}, got {stream_lengths!r}")
    if resolution_bits is not None:
        resolution_bits = integer("resolution_bits", resolution_bits, 2, 16, rule="an integer from 2 to 16")
    workers = integer("workers", workers, 0, rule="an integer of at least 0")
    x, y = array("features", features), array("labels", labels)
    if x.dtype.kind not in "iuf" or x.ndim != 2:
        raise CodesError(f"features must be real numbers (samples, inputs), got {x.dtype} of shape {x.shape}")
    check_labels(y, len(x))
    for each in sources:
        if (columns := inputs_of(each)) != x.shape[1]:
            raise CodesError(f"features must have the {columns} columns that the network takes, got {x.shape[1]}")
    folder, tasks, references = Path(out), [], []
    options_sha256 = content_sha256(export_options, "export_options")
    for index, each in enumerate(sources):
        reference = float_outputs(each, x)
        references.append(float(np.mean(_classes(reference) == y)))
        head = [source_sha256(each), _array_sha256(x), _array_sha256(y), options_sha256, __version__]
        for (label, pair), length in product(pairs[index].items(), lengths):
            described = [*head, label, *(g.model_dump_json() for g in pair or ()), length, resolution_bits]
            key = hashlib.sha256(json.dumps(described).encode()).hexdigest()
            work = (length, resolution_bits, export_options, x, y, reference, engine)
            tasks.append(_Task(key, each, seed_of(each, index), label, pair, *work))
    points = compute(
        folder,
        FILES,
        "sweep",
        tasks,
        evaluate,
        workers=workers,
        executor=executor,
        say=progress,
        line=lambda task, point: (
            f"L = {task.stream_length}, {task.label}, seed {task.seed}: accuracy {point['accuracy']:.2%}"
        ),
    )
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "samples": len(x),
        "float_accuracy": float(np.mean(references)),
        "features_sha256": _array_sha256(x),
        "labels_sha256": _array_sha256(y),
        **({"float_network": INTEGERS_AS_REALS} if all(isinstance(each, NetworkSpec) for each in sources) else {}),
        "points": [*without_keys(points)],
    }
    write_atomic(folder / "sweep.json", json_text(document))
    return document


@entrance
def sweep_data(
    model: Any, out: str | os.PathLike[str], *, data: str | os.PathLike[str] | None = None, **options: Any
) -> dict[str, Any]:
    """`sweep` of trained models or exported networks on the test samples of a data set.

    Args:
        model: a trained model, an exported network, the folder of either, or a list of these (seeds).
        out: folder to write.
        data: a file or folder that `load_data` reads; None: the bundled digits.
        options: further ones of `sweep`.
    """
    from sc_neurocore.training import load_data

    test = load_data(data)
    return sweep(model, out, features=test.x_test * test.scale, labels=test.y_test, **options)


def evaluate(task: _Task) -> dict[str, Any]:
    """One point: export, run, compare."""
    network, weights_saturated = export_point(
        task.source, task.stream_length, task.resolution_bits, task.pair, task.options
    )
    layer = next(layer for layer in network.layers if isinstance(layer, WeightedLayer))
    codes, inputs_saturated = quantize_features(network, task.features)
    outputs = infer(network, codes, engine=task.engine)
    correct = int((classify(outputs, network) == task.labels).sum())
    error = outputs * network.layers[-1].output_scale - task.reference
    return {
        "key": task.key,
        "stream_length": task.stream_length,
        "resolution_bits": layer.resolution_bits,
        "generators": task.label,
        "input_generator": _described(layer.input_generator if task.pair is None else task.pair[0]),
        "weight_generator": _described(layer.weight_generator if task.pair is None else task.pair[1]),
        "seed": task.seed,
        "samples": len(codes),
        "correct": correct,
        "accuracy": correct / len(codes),
        "mse": float(np.mean(error**2)),
        "saturated": weights_saturated + inputs_saturated,
        "weights_saturated": weights_saturated,
        "inputs_saturated": inputs_saturated,
        "network_sha256": network.sha256,
    }


def _described(generator: Generator | None) -> dict[str, Any] | None:
    return None if generator is None else generator.model_dump(mode="json")


def _classes(outputs: np.ndarray) -> np.ndarray:
    """Classes by real outputs of a linear layer, read as `classify` reads its integers."""
    return outputs.argmax(axis=1) if outputs.shape[1] > 1 else (outputs[:, 0] >= 0).astype(np.int64)


def _array_sha256(array: np.ndarray) -> str:
    return hashlib.sha256(f"{array.dtype} {array.shape}".encode() + np.ascontiguousarray(array).tobytes()).hexdigest()
