"""What an export proved about its source, as a certificate carries it on."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..importing.probes import SourceCheck
from ..spec.entrance import entrance
from ..spec.errors import OptionError
from ..spec.files.json_object import read_object
from .report import BARE, IntegerCheck
from .sources import REPORT_FILE


@entrance
def source_proof(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """The two checks of a network folder's `export.json`: `source`, and `integers` or None.

    Args:
        folder: the network folder; without a report the network was brought as bare integers, and nothing was checked.

    Raises:
        OptionError: the report is no JSON of ours.
    """
    path = Path(folder) / REPORT_FILE
    if not path.exists():
        return {"source": BARE.to_dict(), "integers": None}
    report = read_object(path, str(path), error=OptionError)
    for key, check, absent in (("source", SourceCheck, False), ("integers", IntegerCheck, True)):
        if key not in report or not (_is(check, report[key]) or (absent and report[key] is None)):
            raise OptionError(f"{path} is no report of an export: {key} must hold the figures of its check")
    return {"source": report["source"], "integers": report["integers"]}


_TYPES = {"str": {str}, "bool": {bool}, "int": {int}, "float": {int, float}, "None": {type(None)}}


def _is(check: type[SourceCheck] | type[IntegerCheck], value: Any) -> bool:
    """Whether a JSON value is what a check is written as: all its fields, each of its type, and no others."""
    types = {field.name: str(field.type).split(" | ") for field in fields(check)}
    return (
        isinstance(value, dict)
        and value.keys() == types.keys()
        and all(any(type(value[name]) in _TYPES[each] for each in legal) for name, legal in types.items())
    )
