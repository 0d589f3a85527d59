"""`run` on files: a circuit folder and a `.npy` array of codes in, a folder with one `.npy` array an output out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from ..spec.circuit import load_circuit
from ..spec.codes import load_array
from ..spec.files.atomic import check_target, json_text, sha256_file, written_folder
from .engines import Engine, run

RECORD = "circuit_run.json"


def run_files(
    circuit: str | os.PathLike[str],
    codes: str | os.PathLike[str],
    out: str | os.PathLike[str],
    engine: Engine = "auto",
) -> dict[str, Any]:
    """Run a circuit folder on an array file.

    Args:
        circuit: circuit folder.
        codes: `.npy` of integer codes `(batch, inputs)`.
        out: folder to write: `NAME.npy` for each output, as `run` gives it, and `circuit_run.json`, which says what
            was read.
        engine: as for `run`.

    Returns:
        What `circuit_run.json` holds.

    Raises:
        SpecError: the folder holds no circuit.
        CodesError: the codes are not those that the circuit takes.
        OptionError: there is no such engine, or `out` is not ours to replace.
    """
    spec = load_circuit(circuit)
    replaces = [RECORD, *(f"{each.name}.npy" for each in spec.outputs)]
    check_target(out, replaces)
    array_of_codes = load_array(codes, "codes")
    results = run(spec, array_of_codes, engine)
    record = {
        "circuit_sha256": spec.sha256,
        "codes_sha256": sha256_file(codes),
        "engine": engine,
        "outputs": {each.name: each.read for each in spec.outputs},
        "samples": len(array_of_codes),
    }
    with written_folder(out, replaces) as folder:
        for name, array in results.items():
            np.save(Path(folder) / f"{name}.npy", array)
        (Path(folder) / RECORD).write_text(json_text(record), encoding="utf-8")
    return record
