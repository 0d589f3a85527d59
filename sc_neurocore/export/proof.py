"""What an export proved about its source, as a certificate carries it on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ..spec.errors import OptionError
from .report import BARE
from .sources import REPORT_FILE


def source_proof(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """The two checks of a network folder's `export.json`: `source`, and `integers` or None.

    Args:
        folder: the network folder; without a report the network was brought as bare integers, and nothing was checked.

    Raises:
        OptionError: the report is no JSON of ours.
    """
    path = Path(folder) / REPORT_FILE
    try:
        report = json.loads(path.read_text("utf-8"))
        return {"source": dict(report["source"]), "integers": report["integers"]}
    except FileNotFoundError:
        return {"source": BARE.to_dict(), "integers": None}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OptionError(f"{path} is no report of an export: {type(error).__name__}: {error}") from None
