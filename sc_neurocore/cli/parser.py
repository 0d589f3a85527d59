"""The command line's parser: the verbs in the order of the data's way, each described in a file of its own."""

from __future__ import annotations

import argparse

from .. import __version__
from . import (
    circuit,
    cosim,
    deploy,
    doctor,
    export,
    generate,
    infer,
    report,
    run,
    selftest,
    synth,
    train,
    verify,
)
from .exploring import faults, search, sweep
from .options import PlainHelp

EXPLORING = (sweep, faults, search)
VERBS = (
    train,
    export,
    infer,
    generate,
    cosim,
    verify,
    synth,
    deploy,
    circuit,
    *EXPLORING,
    report,
    run,
    doctor,
    selftest,
)


DESCRIPTION = """The command `sc-neurocore`: each verb is one call of the package.

Exit status: 0 done, 1 a comparison failed, 2 bad input or a missing tool, 3 an error of this program, 130 interrupted
(128 and the number of the signal).
"""


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command; `verb` of what it parses is the function to call with it."""
    command = argparse.ArgumentParser(prog="sc-neurocore", description=DESCRIPTION, formatter_class=PlainHelp)
    command.add_argument("--version", action="version", version=f"sc-neurocore {__version__}")
    command.add_argument("--debug", action="store_true", help="show a traceback where an error ends the command")
    verbs = command.add_subparsers(title="verbs", metavar="VERB", required=True)
    for module in VERBS:
        module.VERB.add_to(verbs)
    return command
