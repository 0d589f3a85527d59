"""`sc-neurocore report`: one HTML page about a run folder."""

from __future__ import annotations

from argparse import Namespace

from .options import Option, Verb


def report(options: Namespace) -> int:
    """Write the page and print its path."""
    from ..report import write

    print(write(options.folder, options.out))
    return 0


VERB = Verb(
    "report",
    "write one self-contained HTML page about a run folder",
    report,
    (Option("folder", help="run folder"), Option("--out", metavar="PAGE.html", required=True)),
)
