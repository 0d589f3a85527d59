"""`sc-neurocore doctor`: what is installed, what is missing and how to get it."""

from __future__ import annotations

from argparse import Namespace

from .. import __version__
from .options import Verb


def doctor(options: Namespace) -> int:
    """Print a row a part, and what can be done with those that are there."""
    from dataclasses import asdict

    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from ..workflows.doctor import advice, rows

    table = Table("part", "state", "version", "to fix", title=f"sc-neurocore {__version__}")
    parts = rows()
    for row in parts:  # 'sc-neurocore-cosim[jax]' is no markup
        cells = row.part, "found" if row.found else "missing", row.version or "", "" if row.found else row.fix
        table.add_row(*map(escape, cells))
    Console().print(table)
    options.document = {"parts": [asdict(row) for row in parts], "advice": advice(parts)}
    print(advice(parts))
    return 0


VERB = Verb("doctor", "say what is installed, what is missing and how to get it", doctor)
