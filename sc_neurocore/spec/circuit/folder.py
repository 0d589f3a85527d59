"""The circuit folder: `circuit.json`, read with suspicion and written whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..coerce import short
from ..errors import SpecError
from ..files.atomic import written_folder
from ..files.json_object import check_keys, parse_object, read_limited
from .description import FORMAT, FORMAT_VERSION, CircuitSpec, circuit_spec

JSON_FILE = "circuit.json"
_JSON_LIMIT = 1 << 22
"""Bytes; 1,024 nodes of 64 names each take about 3 MB, more is no description."""
_TOP_KEYS = ("format", "format_version", *CircuitSpec.model_fields)


def load_circuit(path: str | os.PathLike[str]) -> CircuitSpec:
    """Read a circuit folder; nothing in it is executed or trusted.

    Args:
        path: the folder that holds `circuit.json`.

    Raises:
        SpecError: the file is missing, damaged, or breaks a rule of the contract; the message names key and value.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise SpecError(f"{folder} is not a folder; a circuit is a folder with {JSON_FILE}")
    try:
        return _build(parse_object(read_limited(folder / JSON_FILE, _JSON_LIMIT), JSON_FILE))
    except SpecError as error:
        raise SpecError(f"{folder}: {error}") from None


def save_circuit(circuit: Any, path: str | os.PathLike[str]) -> None:
    """Write a circuit folder, whole or not at all; an older circuit folder of that name is replaced.

    Args:
        circuit: a description, or a builder.
        path: the folder to write.

    Raises:
        OptionError: `path` holds anything but a circuit folder's file, or cannot be written.
        SpecError: a builder's circuit breaks a rule of the contract.
    """
    content = circuit_spec(circuit).json_bytes
    with written_folder(path, replaces=(JSON_FILE,)) as folder:
        (folder / JSON_FILE).write_bytes(content)


def _build(tree: dict[str, Any]) -> CircuitSpec:
    check_keys(tree, _TOP_KEYS, "")
    if tree["format"] != FORMAT:
        raise SpecError(f"format must be {FORMAT!r}, got {short(tree['format'])}")
    version = tree["format_version"]
    if type(version) is not int or version != FORMAT_VERSION:
        raise SpecError(f"format_version must be {FORMAT_VERSION}, got {short(version)}")
    return CircuitSpec(**{key: value for key, value in tree.items() if key in CircuitSpec.model_fields})
