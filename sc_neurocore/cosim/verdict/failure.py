"""What a failed co-simulation leaves beside its verdict: the samples, the gates, and how to see it again."""

from __future__ import annotations

import io
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...circuits import save_circuit
from ...spec.files.atomic import written_folder
from ...spec.folder import save_network
from ..design import CircuitDesign, Design
from ..testplan.script import Record, Script
from ..testplan.stimulus import Stimulus
from .judge import beat_array, judge

FOLDER, REPLAY = "failing", "replay.sh"
MOST_SAMPLES = 32
"""That are kept; the first ones."""
SCRIPT = """\
#!/bin/sh
# Drives once more what failed; status 1 and replayed/cosim.json are the answer.
cd "$(dirname "$0")" && exec {command}
"""
_OWN = ("codes.npy", "expected.npy", "network", "circuit", "rtl", REPLAY, "replayed")


def failing_samples(network: Design, script: Script, record: Record, expected: np.ndarray, count: int) -> list[int]:
    """Numbers of the samples of the main run with a wrong output, in any segment.

    Args:
        network: whose outputs they are.
        script: what was driven.
        record: what came out.
        expected: the model's outputs, one row a sample.
        count: samples of the main run, which stand first.
    """
    values = expected.reshape(len(expected), -1)
    failing: dict[int, None] = {}
    for segment, outcome in zip(script.segments, record.segments, strict=False):
        expected_values, neurons = values[segment.samples].reshape(-1), network.output_neurons
        bits = record.output_bits or -(-network.output_width // 8) * 8
        judged = outcome.judged or judge(
            beat_array(outcome.beats), expected_values, bits, signed=network.output_signed, neurons=neurons
        )
        for index in judged.wrong:
            sample = segment.samples[index // values.shape[1]]
            if sample < count:
                failing[int(sample)] = None
    return list(failing)[:MOST_SAMPLES]


def write_failure(
    out: Path,
    design: Design,
    sources: Sequence[Path],
    stimulus: Stimulus,
    samples: Sequence[int],
    expected: np.ndarray,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Write the folder `failing` into the folder of a co-simulation; returns what `cosim.json` says of it.

    Args:
        out: of the co-simulation.
        design: what was verified.
        sources: the Verilog that was simulated; what lies beside it (manifest, load image) is taken along.
        stimulus: the samples that were driven.
        samples: the numbers of those that failed; where there are none, the same vectors are driven again.
        expected: the model's outputs.
        options: `simulator`, `stall` and `seed` of the run.
    """
    kind = "circuit" if isinstance(design, CircuitDesign) else "network"
    command = ["sc-neurocore", *(["circuit"] if kind == "circuit" else []), "cosim", kind, "--rtl", "rtl"]
    if samples:
        command += ["--codes", "codes.npy"]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    command += ["--out", "replayed"]
    if options["simulator"] != "amaranth":
        command += ["--waves"]
    with written_folder(out / FOLDER, replaces=_OWN) as folder:
        if isinstance(design, CircuitDesign):
            save_circuit(design.circuit, folder / kind)
        else:
            save_network(design, folder / kind)
        (folder / "rtl").mkdir()
        for place in dict.fromkeys(path.parent for path in sources):
            for path in sorted(each for each in place.iterdir() if each.is_file()):
                shutil.copyfile(path, folder / "rtl" / path.name)
        if samples:
            for name, array in (("codes", stimulus.codes[list(samples)]), ("expected", expected[list(samples)])):
                (folder / f"{name}.npy").write_bytes(_npy(array))
        script = SCRIPT.format(command=shlex.join(command))
        (folder / REPLAY).write_text(script, "utf-8")
    return {"folder": FOLDER, "samples": list(samples), "replay": f"sh {FOLDER}/{REPLAY}"}


def remove_failure(out: Path) -> None:
    """Remove the folder of an earlier failure, where it holds nothing but what `write_failure` writes."""
    folder = out / FOLDER
    if folder.is_dir() and not folder.is_symlink() and {path.name for path in folder.iterdir()} <= {*_OWN}:
        shutil.rmtree(folder)


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array, np.int64), allow_pickle=False)
    return buffer.getvalue()
