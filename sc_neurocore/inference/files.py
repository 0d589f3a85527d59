"""`infer` on files: a network folder and a `.npy` array in, a `.npy` array and a few figures out.

The arrays may be larger than memory: chunks of samples pass through, and an interrupted run is continued.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from ..spec import CodesError, NetworkSpec, OptionError, SCError, check_codes, load_network, quantize_features
from ..spec.codes import check_codes_form
from ..spec.coerce import integer
from ..spec.entrance import entrance
from ..spec.features import check_features_form
from ..spec.files.temporaries import named
from .engines import Engine, classify, explain, infer
from .partial import PartialOutput
from .rows import Rows

CHUNK_BYTES = 2**25
"""Of codes and outputs as int64 that a chunk holds, about; a run needs a few times as much."""


@entrance
def infer_files(
    network: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    codes: str | os.PathLike[str] | None = None,
    inputs: str | os.PathLike[str] | None = None,
    labels: str | os.PathLike[str] | None = None,
    engine: Engine = "auto",
    chunk: int | None = None,
    threads: int | None = None,
    restart: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Run a network folder on an array file, chunk by chunk; `out` gets its name last and whole.

    An interrupted run leaves `.NAME.partial` and `.NAME.journal` beside `out`; the same call goes on from there. The
    bytes of `out` do not depend on interruptions, chunks or threads.

    Args:
        network: network folder.
        out: `.npy` file to write, int64, shape `NetworkSpec.output_shape(batch)`.
        codes: `.npy` of integer codes, shape `NetworkSpec.codes_shape(batch)`; either this
        inputs: or `.npy` of real features of that shape, which are scaled as the network says and quantized.
        labels: optional `.npy` of class indices `(batch,)`; adds the accuracy.
        engine: as for `infer`.
        chunk: samples held at a time; default: what some 32 MiB of codes and outputs are.
        threads: threads to compute with; default: NUMBA_NUM_THREADS, or all processors.
        restart: forget an interrupted run instead of continuing it.
        progress: called with finished and all samples after each chunk, and once before the first.

    Returns:
        `engine` (the one that ran), `samples`, `network_sha256`, `out`, and where they apply `saturated`, `accuracy`,
        `resumed` (samples taken over from an interrupted run).

    Raises:
        OptionError: an illegal option, or the journal of a run on other inputs lies there.
        SCError: a damaged folder or array. Nothing is written then.
    """
    if (codes is None) == (inputs is None):
        raise OptionError("give exactly one of codes and inputs")
    if Path(out).suffix != ".npy":
        raise OptionError(f"out must be a .npy file, got {str(out)!r}")
    for name, path in (("codes", codes), ("inputs", inputs), ("labels", labels)):
        if path is not None and Path(path).resolve() == Path(out).resolve():
            raise OptionError(f"out must not be the file that {name} are read from, got {str(out)!r}")
    for name, value in (("chunk", chunk), ("threads", threads)):
        if value is not None:
            integer(name, value, 1, rule="at least 1")
    spec = load_network(network)
    source = Rows(codes, "codes") if codes is not None else Rows(inputs or "", "inputs")
    check_form = check_codes_form if codes is not None else check_features_form
    check_form(spec, source.dtype, source.shape)
    samples = len(source)
    classes = None if labels is None else Rows(labels, "labels")
    if classes is not None:
        check_labels(classes, samples)
    ran: Engine = explain(spec, samples)["engine"] if engine == "auto" else engine
    shape = spec.output_shape(samples)
    step = chunk or max(1, CHUNK_BYTES // (8 * max(1, math.prod(source.shape[1:]) + math.prod(shape[1:]))))
    made_from = {
        "network_sha256": spec.sha256,
        "source": source.what,
        "dtype": source.dtype.str,
        "shape": list(source.shape),
        "engine": ran,
    }
    figures: dict[str, Any] = {"network_sha256": spec.sha256, "out": str(out), "samples": samples, "engine": ran}
    with _threads(threads):
        partial = PartialOutput(Path(out), shape, source, made_from, restart=restart)
        try:
            for count in _run_chunks(spec, source, partial, step, ran):
                if progress is not None:
                    progress(count, samples)
            if classes is not None:
                figures["accuracy"] = _accuracy(spec, partial.rows(), classes, step)
            partial.finish()
        except BaseException as error:
            # Wrong inputs stay wrong; an interruption passes, and so may what befalls a run that is journaled already.
            partial.abandon(keep=not isinstance(error, SCError) or partial.journal.exists())
            if isinstance(error, OSError):
                raise named(error, out) from None
            raise
    if inputs is not None:
        figures["saturated"] = partial.finished.saturated
    if partial.resumed:
        figures["resumed"] = partial.resumed
    return figures


def _run_chunks(spec: NetworkSpec, source: Rows, partial: PartialOutput, step: int, engine: Engine) -> Iterator[int]:
    """Finish the rows that are not yet; yields how many are finished."""
    yield partial.finished.rows
    with ThreadPoolExecutor(1) as beside:
        for start in range(partial.finished.rows, len(source), step):
            rows = np.ascontiguousarray(source.window(start, min(start + step, len(source))))
            inputs_hash = partial.finished.inputs_hash.copy()
            hashed = beside.submit(inputs_hash.update, rows)
            codes, saturated = quantize_features(spec, rows, start) if source.what == "inputs" else (rows, 0)
            try:
                outputs = infer(spec, codes, engine)
            except CodesError:
                check_codes(spec, codes, start)  # names the sample by its place in the file
                raise
            hashed.result()
            partial.append(outputs, inputs_hash, saturated)
            yield partial.finished.rows


def _accuracy(spec: NetworkSpec, outputs: Rows, labels: Rows, step: int) -> float:
    correct = 0
    for start in range(0, len(labels), step):
        rows = start, min(start + step, len(labels))
        correct += int(np.count_nonzero(classify(outputs.window(*rows), spec) == labels.window(*rows)))
    return correct / len(labels)


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """Limit our kernels, and the thread pools of the libraries under NumPy and Torch if threadpoolctl is there."""
    if count is None:
        yield
        return
    with ExitStack() as limits:
        with suppress(ModuleNotFoundError):
            from threadpoolctl import threadpool_limits  # comes with scikit-learn

            limits.enter_context(threadpool_limits(count))
        before = os.environ.get("NUMBA_NUM_THREADS")
        os.environ["NUMBA_NUM_THREADS"] = str(count)  # what the kernels of accel ask for the number of threads
        try:
            yield
        finally:
            if before is None:
                del os.environ["NUMBA_NUM_THREADS"]
            else:
                os.environ["NUMBA_NUM_THREADS"] = before


def check_labels(labels: Rows | np.ndarray, samples: int) -> None:
    """Refuse labels that are no array of one class index a sample; none of them is looked at.

    Raises:
        CodesError: not integers, not one a sample, or no sample at all (an accuracy over nothing means nothing).
    """
    if labels.dtype.kind not in "iu" or labels.shape != (samples,):
        raise CodesError(f"labels must be {samples} integers, got shape {labels.shape} of {labels.dtype}")
    if samples == 0:
        raise CodesError("labels: an accuracy needs at least one sample, got 0")
