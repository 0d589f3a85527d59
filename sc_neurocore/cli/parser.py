"""The command line's parser: the verbs of `verbs`, each described in a file of its own, loaded when asked for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from .. import __version__
from .command.completion import SHELLS, completion
from .command.formatting import Command, PlainHelp
from .command.verbs import VERBS, Entry

DESCRIPTION = """The command `sc-neurocore`: each verb is one call of the package.

Exit status: 0 done, 1 a comparison failed, 2 bad input or a missing tool, 3 an error of this program, 130 interrupted
(128 and the number of the signal).
"""


class _Complete(argparse.Action):
    """Prints the completion of a shell and ends."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: Any = None
    ) -> None:
        print(completion(values, globals()["parser"]()))
        parser.exit()


def verb_of(arguments: Sequence[str]) -> str | None:
    """The verb of a command line: its first word, if that is one."""
    word = next((word for word in arguments if not word.startswith("-")), None)
    return word if word in VERBS else None


def module_of(entry: Entry) -> Any:
    """The module that describes a verb."""
    return import_module(f".{entry.module or entry.name}", __package__)


def parser(only: str | None = None) -> Command:
    """The parser of the whole command; `verb` of what it parses is the function to call with it.

    Args:
        only: the one verb whose options are needed; of the others then the names and sentences are known, and nothing
            is loaded for them. None: all; an empty text: none.
    """
    command = Command(prog="sc-neurocore", description=DESCRIPTION, formatter_class=PlainHelp)
    command.add_argument("--version", action="version", version=f"sc-neurocore {__version__}")
    command.add_argument("--debug", action="store_true", help="show a traceback where an error ends the command")
    command.add_argument(
        "--completion", action=_Complete, choices=SHELLS, help="print what makes the shell complete this"
    )
    verbs = command.add_subparsers(title="verbs", metavar="VERB", required=True)
    for name, entry in VERBS.items():
        if only is None or only == name:
            module_of(entry).VERB.add_to(verbs, entry.example)
        else:
            verbs.add_parser(name, help=entry.help, formatter_class=PlainHelp)
    return command


def whole_parser() -> Command:
    """The parser with all verbs and their options."""
    return parser()
