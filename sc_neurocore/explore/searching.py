"""The verb `search`: all pairs of generators that the contract has at n bits, ranked by bias, then error."""

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
from sc_neurocore.accel.pair_counts import MOST_BITS, pair_counts
from sc_neurocore.spec import (
    Comparator,
    Counter,
    Generator,
    Lfsr,
    LfsrFull,
    NetworkSpec,
    OptionError,
    Sobol,
    Source,
    VanDerCorput,
    WeightedBinary,
    load_network,
    write_atomic,
)
from sc_neurocore.spec.coerce import integer, short
from sc_neurocore.spec.entrance import entrance
from sc_neurocore.spec.files.atomic import json_text
from sc_neurocore.spec.layer import WeightedLayer

from .pairs import Pair
from .points import Progress, compute

FORMAT, FORMAT_VERSION = "sc-neurocore/pairs", 1
SOBOL_DIMENSIONS = (1, 2, 3, 4)
FILES = ("points", "pairs.json", "pairs.svg", "pairs.png")
DIGITS = 9
"""Of a figure: beyond them the order of a sum shows."""


@dataclass(frozen=True)
class _Task:
    """One input generator at every skip with one weight generator."""

    key: str
    inputs: Generator
    weights: Generator
    resolution_bits: int
    stream_length: int
    use: _Use | None


@dataclass(frozen=True)
class _Use:
    """How often the neurons of a network use each weight: magnitudes along the second axis, `(neurons, 2^n)`."""

    signed: np.ndarray
    """Positive less negative weights."""
    total: np.ndarray


def base_sources(n: int, sobol_dimensions: Sequence[int] = SOBOL_DIMENSIONS) -> list[Source]:
    """Every sequence of words at n bits, each once: skips give its other places, and of an LFSR its other seeds.

    A counter's words reversed are van der Corput's. The polynomials are the contract's, one a width.

    Args:
        n: bits of a word.
        sobol_dimensions: of the Sobol sources.
    """
    registers = [kind(seed=1, reverse=turned) for kind in (Lfsr, LfsrFull) for turned in (False, True)]
    sobols = [Sobol(dimension=d, reverse=turned) for d in sobol_dimensions for turned in (False, True)]
    return [Counter(), VanDerCorput(), *registers, *sobols]


def base_generators(n: int, sobol_dimensions: Sequence[int] = SOBOL_DIMENSIONS) -> list[Generator]:
    """Comparator and weighted_binary on every base source; arguments as of `base_sources`."""
    sources = base_sources(n, sobol_dimensions)
    return [kind(source=source) for kind in (Comparator, WeightedBinary) for source in sources]


@entrance
def search_pairs(
    resolution_bits: int,
    out: str | os.PathLike[str],
    *,
    network: Any = None,
    stream_length: int | None = None,
    sobol_dimensions: Sequence[int] = SOBOL_DIMENSIONS,
    best: int = 100,
    workers: int = 0,
    executor: Executor | str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Rank pairs of generators; writes `pairs.json` into folder `out`.

    Every input generator, at every skip of its period, is tried with every weight generator at skip 0: over a whole
    period only the difference of two skips matters, and a seed of an LFSR is a skip. The error of a product is
    e[x, w] = T[x, w] − x·w / (2^n − 1), in counts.

    * Without a network: bias = mean of e over all pairs of codes, error = its root mean square.
    * With one: of each neuron's sum for independent inputs, uniform over the codes, with its weights and their signs:
      bias = root mean square over the neurons of the sum's mean error, error = the same of its whole error.

    Args:
        resolution_bits: n, 2 … 8.
        out: folder to write; finished parts are kept in `out/points`.
        network: a network or its folder, whose dense layers have n bits and unsigned or signed weights.
        stream_length: 2^n (None), or 2^n − 1.
        sobol_dimensions: of the Sobol sources.
        best: so many pairs are listed.
        workers: processes; 0 computes in this one.
        executor: instead, `dask:ADDRESS` of a scheduler, or a `concurrent.futures` executor of your own.
        progress: told of each part.

    Returns:
        The content of `pairs.json`: `searched`, `best` (by the size of the bias, then error), `best_by_error`, and
        `front`, the pairs that none beats in both.

    Raises:
        OptionError, SpecError: an argument or the network breaks a rule.
        WorkerError: a worker of a cluster is of another version, or workers are lost again and again.
        KeyboardInterrupt: after the parts that are finished were written.
    """
    n = integer("resolution_bits", resolution_bits, 2, MOST_BITS, rule=f"an integer from 2 to {MOST_BITS}")
    length = 2**n if stream_length is None else stream_length
    if length not in (2**n, 2**n - 1) or isinstance(length, bool):
        raise OptionError(f"stream_length must be 2^n or 2^n - 1, {2**n} or {2**n - 1}; got {short(stream_length)}")
    best = integer("best", best, 1, 10_000)
    dimensions = [integer("sobol_dimensions", d, 1, 1111) for d in sobol_dimensions]
    spec = load_network(network) if isinstance(network, str | os.PathLike) else network
    use = None if spec is None else _use_of(spec, n)
    tasks = []
    for inputs, weights in product(base_generators(n, dimensions), repeat=2):
        described = [inputs.model_dump_json(), weights.model_dump_json(), n, length, __version__]
        described.append(None if spec is None else spec.sha256)
        key = hashlib.sha256(json.dumps(described).encode()).hexdigest()
        tasks.append(_Task(key, inputs, weights, n, length, use))
    folder = Path(out)
    parts = compute(
        folder,
        FILES,
        "search",
        tasks,
        evaluate,
        workers=workers,
        executor=executor,
        say=progress,
        line=lambda task, part: f"{label(task.inputs)} × {label(task.weights)}: least bias {part['rows'][0][1]:+.4f}",
    )
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "resolution_bits": n,
        "stream_length": length,
        "network_sha256": None if spec is None else spec.sha256,
        "searched": sum(part["searched"] for part in parts),
        **_ranked(tasks, parts, best),
    }
    write_atomic(folder / "pairs.json", json_text(document))
    return document


def evaluate(task: _Task) -> dict[str, Any]:
    """One part: every skip of the input generator, ranked; rows of skip, bias, error."""
    rows = []
    for skip in range(task.inputs.source.period(task.resolution_bits)):
        source = task.inputs.source.model_copy(update={"skip": skip})
        pair = task.inputs.model_copy(update={"source": source}), task.weights
        rows.append([skip, *pair_error(pair, task.resolution_bits, task.stream_length, task.use)])
    return {"key": task.key, "searched": len(rows), "rows": sorted(rows, key=_rank)}


def pair_error(pair: Pair, n: int, length: int, use: _Use | None = None) -> tuple[float, float]:
    """Bias and error of a pair in counts, see `search_pairs`.

    Args:
        pair: generators of inputs and of weights.
        n: bits of a code.
        length: bits of a stream.
        use: of the weights by a network; None: all products alike.
    """
    codes = np.arange(2**n)
    error = pair_counts(*pair, n, length) - np.outer(codes, codes) / (2**n - 1)
    if use is None:
        return _rounded(error.mean()), _rounded(np.sqrt((error**2).mean()))
    mean, variance = error.mean(axis=0), error.var(axis=0)
    of_sums = use.signed @ mean
    squares = of_sums**2 + use.total @ variance
    return _rounded(np.sqrt((of_sums**2).mean())), _rounded(np.sqrt(squares.mean()))


def _rounded(value: Any) -> float:
    return round(float(value), DIGITS) + 0.0  # no −0


def _rank(row: Sequence[Any]) -> tuple[float, float, Any]:
    return abs(row[1]), row[2], row[0]


def _use_of(network: Any, n: int) -> _Use:
    if not isinstance(network, NetworkSpec):
        raise OptionError(f"network must be a network or its folder, got {short(network)}")
    signed, total = [], []
    for layer, weights in zip(network.layers, network.weights, strict=True):
        if not isinstance(layer, WeightedLayer):
            continue
        if layer.resolution_bits != n or layer.bipolar or layer.spike_inputs:
            raise OptionError(
                f"network must have layers of {n} bits and AND products, got one of "
                f"{layer.resolution_bits} bits and {layer.product} products on {layer.input_encoding}"
            )
        for row in weights.astype(np.int64):
            counts = [np.bincount(np.abs(some), minlength=2**n) for some in (row[row >= 0], row[row < 0])]
            signed.append(counts[0] - counts[1])
            total.append(counts[0] + counts[1])
    return _Use(np.array(signed), np.array(total))


def label(generator: Generator, skip: int | None = None) -> str:
    """A generator in few words: `weighted_binary van_der_corput skip 1`.

    Args:
        generator: any.
        skip: instead of its own.
    """
    fields = generator.source.model_dump()
    skip = fields["skip"] if skip is None else skip
    words = [generator.kind, generator.source.kind]
    words += [f"{name} {fields[name]}" for name in ("seed", "dimension") if name in fields]
    words += ["reversed"] if generator.source.reverse else []
    return " ".join([*words, *([f"skip {skip}"] if skip else [])])


def _ranked(tasks: Sequence[_Task], parts: Sequence[dict[str, Any]], count: int) -> dict[str, Any]:
    """The best rows of all parts, and the front of bias and error."""
    rows = [(i, *row) for i, part in enumerate(parts) for row in part["rows"]]

    def shown(row: tuple[Any, ...]) -> dict[str, Any]:
        i, skip, bias, error = row
        task = tasks[i]
        source = task.inputs.source.model_copy(update={"skip": skip})
        return {
            "bias": bias,
            "error": error,
            "input": label(task.inputs, skip),
            "weight": label(task.weights),
            "input_generator": task.inputs.model_copy(update={"source": source}).model_dump(mode="json"),
            "weight_generator": task.weights.model_dump(mode="json"),
        }

    by_bias = sorted(rows, key=lambda row: (*_rank(row[1:]), row[0]))
    by_error = sorted(rows, key=lambda row: (row[3], abs(row[2]), row[0], row[1]))
    front: list[tuple[Any, ...]] = []
    for row in by_bias:
        if not front or row[3] < front[-1][3]:
            front.append(row)
    lists = {"best": by_bias[:count], "best_by_error": by_error[:count], "front": front}
    return {name: [shown(row) for row in some] for name, some in lists.items()}
