"""The verb `faults`: accuracy of networks against the probability with which bits of one site go wrong."""

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
from sc_neurocore.accel.faults import HARDWARE, KINDS, SITES, Fault, run
from sc_neurocore.accel.faults.description import Hardware, Kind, Site
from sc_neurocore.inference.engines import classify
from sc_neurocore.inference.files import check_labels
from sc_neurocore.spec import NetworkSpec, OptionError, load_network, quantize_features, write_atomic
from sc_neurocore.spec.coerce import array, choice, integer, number, short
from sc_neurocore.spec.entrance import entrance
from sc_neurocore.spec.files.atomic import json_text

from .content import content_sha256
from .intervals import bootstrap_interval
from .points import Progress, compute, without_keys

FORMAT, FORMAT_VERSION = "sc-neurocore/faults", 1
PROBABILITIES = (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.2)
FILES = ("points", "faults.json", "faults.svg", "faults.png")
"""Names that the folder may hold."""


@dataclass(frozen=True)
class _Task:
    """One network, one fault, one draw."""

    key: str
    index: int
    network: NetworkSpec
    fault: Fault
    trial: int
    fault_seed: int
    hardware: Hardware
    codes: np.ndarray
    labels: np.ndarray


@entrance
def fault_curves(
    networks: Any,
    out: str | os.PathLike[str],
    *,
    features: Any,
    labels: Any,
    sites: Sequence[Site] = ("product",),
    kind: Kind = "flip",
    probabilities: Sequence[float] = PROBABILITIES,
    trials: int = 1,
    seed: int = 0,
    hardware: Hardware = "streams",
    workers: int = 0,
    executor: Executor | str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Accuracy where each bit of one site goes wrong with probability p; writes `faults.json` into folder `out`.

    Every point is a file of its own in `out/points`, kept while nothing it depends on changes. The faults are those of
    `accel.faults.run` under the seed `seed + trial + 2^32·i` for network i, and of no batch, worker or thread.

    Args:
        networks: a network, its folder, or a list of these (seeds).
        out: folder to write.
        features: real features `(samples, inputs)`.
        labels: class indices `(samples,)`.
        sites: of `accel.faults.SITES`, one curve each.
        kind: of `accel.faults.KINDS`.
        probabilities: distinct values of p, 0 to 1.
        trials: draws of the faults for each network.
        seed: of the first draw, 0 … 2^32 − 1.
        hardware: of `accel.faults.HARDWARE`.
        workers: processes; 0 computes in this one.
        executor: instead, `dask:ADDRESS` of a scheduler, or a `concurrent.futures` executor of your own.
        progress: told of each point.

    Returns:
        The content of `faults.json`: `points` by site, probability, network and trial, and `curves`, a row for each
        site and probability with the mean accuracy and its 95 % bootstrap interval over networks and samples.

    Raises:
        OptionError, CodesError, SpecError: an argument, an array or a network breaks a rule.
        WorkerError: a worker of a cluster is of another version, or workers are lost again and again.
        KeyboardInterrupt: after the points that are finished were written.
    """
    loaded = [_network(each) for each in (networks if isinstance(networks, list | tuple) else [networks])]
    if not loaded:
        raise OptionError("networks must hold at least one network, got none")
    for site in _distinct("sites", sites):
        choice("sites", site, SITES)
    choice("kind", kind, KINDS)
    choice("hardware", hardware, HARDWARE)
    chances = [number("probabilities", p, 0.0, 1.0) for p in _distinct("probabilities", probabilities)]
    trials, seed = integer("trials", trials, 1, 2**20), integer("seed", seed, 0, 2**32 - 1)
    workers = integer("workers", workers, 0)
    x, y = array("features", features), array("labels", labels)
    check_labels(y, len(x))
    tasks: list[_Task] = []
    codes = [quantize_features(network, x)[0] for network in loaded]
    heads = [[each.sha256, content_sha256(c, "codes"), content_sha256(y, "labels")] for each, c in zip(loaded, codes)]
    for site, p, (i, network), trial in product(sites, chances, enumerate(loaded), range(trials)):
        fault_seed = seed + trial + (i << 32)
        described = [*heads[i], site, kind, repr(p), trial, fault_seed, hardware, __version__]
        key = hashlib.sha256(json.dumps(described).encode()).hexdigest()
        tasks.append(_Task(key, i, network, Fault(site, p, kind), trial, fault_seed, hardware, codes[i], y))
    folder = Path(out)
    points = compute(
        folder,
        FILES,
        "run of faults",
        tasks,
        evaluate,
        workers=workers,
        executor=executor,
        say=progress,
        line=lambda task, point: f"{task.fault.text}, network {task.index}: accuracy {point['accuracy']:.2%}",
    )
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "hardware": hardware,
        "kind": kind,
        "samples": len(y),
        "networks": [network.sha256 for network in loaded],
        "trials": trials,
        "seed": seed,
        "curves": curves_of(points, len(y)),
        "points": [*without_keys(points)],
    }
    write_atomic(folder / "faults.json", json_text(document))
    return document


@entrance
def fault_curves_data(
    networks: Any, out: str | os.PathLike[str], *, data: str | os.PathLike[str] | None = None, **options: Any
) -> dict[str, Any]:
    """`fault_curves` of networks on the test samples of a data set.

    Args:
        networks: a network, its folder, or a list of these (seeds).
        out: folder to write.
        data: a file or folder that `load_data` reads; None: the bundled digits.
        options: further ones of `fault_curves`.
    """
    from sc_neurocore.training import load_data

    test = load_data(data)
    return fault_curves(networks, out, features=test.x_test * test.scale, labels=test.y_test, **options)


def evaluate(task: _Task) -> dict[str, Any]:
    """One point: run, compare."""
    outputs = run(task.network, task.codes, task.fault, seed=task.fault_seed, hardware=task.hardware)
    wrong = np.flatnonzero(classify(outputs, task.network) != task.labels)
    return {
        "key": task.key,
        "site": task.fault.site,
        "probability": task.fault.probability,
        "network": task.index,
        "network_sha256": task.network.sha256,
        "trial": task.trial,
        "fault_seed": task.fault_seed,
        "samples": len(task.labels),
        "accuracy": 1 - len(wrong) / len(task.labels),
        "wrong": wrong.tolist(),
    }


def right(points: Sequence[dict[str, Any]], samples: int) -> np.ndarray:
    """The share of draws in which each network classified each sample rightly, `(networks, samples)`."""
    rows: dict[int, list[np.ndarray]] = {}
    for point in points:
        row = np.ones(samples)
        row[point["wrong"]] = 0
        rows.setdefault(point["network"], []).append(row)
    return np.array([np.mean(rows[i], axis=0) for i in sorted(rows)])


def curves_of(points: Sequence[dict[str, Any]], samples: int) -> list[dict[str, Any]]:
    """A row for each site and probability, in the points' order.

    Args:
        points: of `fault_curves`.
        samples: of each.
    """
    groups: dict[tuple[str, float], list[dict[str, Any]]] = {}
    for point in points:
        groups.setdefault((point["site"], point["probability"]), []).append(point)
    rows = []
    for (site, probability), group in groups.items():
        shares = right(group, samples)
        low, high = bootstrap_interval(shares)
        row = {"site": site, "probability": probability, "accuracy": round(float(shares.mean()), 6)}
        rows.append({**row, "interval_95": [round(low, 6), round(high, 6)], "points": len(group)})
    return rows


def _network(value: Any) -> NetworkSpec:
    if isinstance(value, NetworkSpec):
        return value
    if isinstance(value, str | os.PathLike):
        return load_network(value)
    raise OptionError(f"networks must be networks or their folders, got {short(value)}")


def _distinct(name: str, values: Any) -> list[Any]:
    listed = [*values] if isinstance(values, Sequence) and not isinstance(values, str | bytes) else []
    if not listed or any(listed.count(each) > 1 for each in listed):
        raise OptionError(f"{name} must be distinct, at least one; got {short(values)}")
    return listed
