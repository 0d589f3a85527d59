"""`infer` on files: a network folder and a `.npy` array in, a `.npy` array and a few figures out."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np

from .inference import Engine, classify, explain, infer
from .spec import CodesError, NetworkSpec, OptionError, check_codes, load_array, load_network, quantize, write_atomic


def infer_files(
    network: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    codes: str | os.PathLike[str] | None = None,
    inputs: str | os.PathLike[str] | None = None,
    labels: str | os.PathLike[str] | None = None,
    engine: Engine = "auto",
) -> dict[str, Any]:
    """Run a network folder on an array file; `out` is written last and whole.

    Args:
        network: network folder.
        out: `.npy` file to write, int64, shape `NetworkSpec.output_shape(batch)`.
        codes: `.npy` of integer codes, shape `NetworkSpec.codes_shape(batch)`; either this
        inputs: or `.npy` of real features of that shape, which are divided by `input.scale` and quantized.
        labels: optional `.npy` of class indices `(batch,)`; adds the accuracy.
        engine: as for `infer`.

    Returns:
        `engine` (the one that ran), `samples`, `network_sha256`, `out`, and where they apply `saturated`, `accuracy`.

    Raises:
        SCError: a damaged folder or array, or an illegal option; nothing is written then.
    """
    if (codes is None) == (inputs is None):
        raise OptionError("give exactly one of codes and inputs")
    if Path(out).suffix != ".npy":
        raise OptionError(f"out must be a .npy file, got {str(out)!r}")
    spec = load_network(network)
    figures: dict[str, Any] = {"network_sha256": spec.sha256, "out": str(out)}
    if codes is not None:
        numbers = check_codes(spec, load_array(codes, "codes"))
    else:
        assert inputs is not None
        numbers, figures["saturated"] = features_to_codes(spec, load_array(inputs, "inputs"))
    figures["samples"] = len(numbers)
    wanted = None if labels is None else check_labels(load_array(labels, "labels"), len(numbers))
    figures["engine"] = explain(spec, len(numbers))["engine"] if engine == "auto" else engine
    outputs = infer(spec, numbers, engine=figures["engine"])
    if wanted is not None:
        figures["accuracy"] = float(np.mean(classify(outputs) == wanted))
    buffer = io.BytesIO()
    np.save(buffer, outputs, allow_pickle=False)
    write_atomic(out, buffer.getvalue())
    return figures


def features_to_codes(network: NetworkSpec, features: np.ndarray) -> tuple[np.ndarray, int]:
    """Input codes of real features, and how many were saturated.

    Raises:
        CodesError: not real numbers, NaN or infinite, or not of the shape the network takes.
    """
    if features.dtype.kind not in "iuf":
        raise CodesError(f"inputs must be real numbers, got dtype {features.dtype}")
    head = network.input
    codes, saturated = quantize(features.astype(np.float64) / head.scale, head.encoding, head.resolution_bits)
    return check_codes(network, codes), saturated


def check_labels(labels: np.ndarray, samples: int) -> np.ndarray:
    """Labels as a NumPy array of `samples` class indices.

    Raises:
        CodesError: not integers, not one a sample, or no sample at all (an accuracy over nothing means nothing).
    """
    if labels.dtype.kind not in "iu" or labels.shape != (samples,):
        raise CodesError(f"labels must be {samples} integers, got shape {labels.shape} of {labels.dtype}")
    if samples == 0:
        raise CodesError("labels: an accuracy needs at least one sample, got 0")
    return np.asarray(labels)
