"""What an HDF5 file holds, as plain arrays and texts, read in a process of its own with limits on time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...spec.errors import OptionError, require_extra

MEMORY = 6 * 2**30
"""Address space of the reading process: libraries map far more than they use."""
SECONDS = 60
CHILD = Path(__file__).with_name("hdf5_child.py")


@dataclass(frozen=True)
class Hdf5:
    """A file's contents; paths have no leading slash, the root is ""."""

    arrays: dict[str, np.ndarray]
    groups: dict[str, dict[str, Any]]
    """Attributes of each group: texts, lists of texts, numbers."""
    texts: dict[str, Any]
    """Datasets of texts: a string, or nested lists of them."""


def read_hdf5(path: str | os.PathLike[str], extra: str, name: str | None = None) -> Hdf5:
    """All that the file holds.

    Args:
        path: the file.
        extra: which extra of this distribution brings h5py, for the error.
        name: what the file is called in errors; None: its path.

    Raises:
        OptionError: it is no HDF5 file, is damaged, links to other files, or claims more than is read.
        MissingExtraError: h5py is not installed.
    """
    require_extra("h5py", extra)
    name = str(path) if name is None else name
    environment = {
        **os.environ,
        "HDF5_PLUGIN_PRELOAD": "::",  # no filter is loaded from a library
        "HDF5_USE_FILE_LOCKING": "FALSE",
        "OPENBLAS_NUM_THREADS": "1",
    }
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "arrays.npz")
        # -P: the folder of the program is none of its places to import from.
        command = [sys.executable, "-P", str(CHILD), os.fspath(path), str(out), str(MEMORY), str(SECONDS)]
        try:
            process = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=2 * SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise OptionError(f"{name} is no readable HDF5 file: reading it took over {2 * SECONDS} s") from None
        if process.returncode == 2:
            raise OptionError(f"{name} is no readable HDF5 file: {process.stdout.strip()}")
        if process.returncode != 0:
            how = (
                f"a signal {-process.returncode}"
                if process.returncode < 0
                else process.stderr.strip().rpartition("\n")[2][:160]
            )
            raise OptionError(f"{name} is no readable HDF5 file: its reader ended by {how}")
        with np.load(out, allow_pickle=False) as archive:
            description = json.loads(archive["arr_0"].tobytes())
            arrays = {key: archive[f"arr_{i + 1}"] for i, key in enumerate(description["arrays"])}
    return Hdf5(arrays, description["groups"], description["texts"])
