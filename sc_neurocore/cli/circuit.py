"""`sc-neurocore circuit`: verbs on circuits of stream operators."""

from __future__ import annotations

from argparse import Namespace
from typing import get_args

from ..circuits.engines import Engine
from .circuit_gates import CIRCUIT, GATES
from .options import FORCE, OUT, Option, Verb, VerbGroup


def run(options: Namespace) -> int:
    """Write the outputs, one array each, and say how many samples there were."""
    from ..circuits.files import run_files

    record = run_files(options.circuit, options.codes, options.out, options.engine)
    print(f"{record['samples']} samples, outputs {', '.join(record['outputs'])} -> {options.out}")
    return 0


RUN = Verb(
    "run",
    "run a circuit on integer codes",
    run,
    (
        CIRCUIT,
        Option("--codes", metavar="X.npy", required=True, help="integer codes (batch, inputs)"),
        OUT,
        FORCE,
        Option("--engine", choices=get_args(Engine), default="auto"),
    ),
)
VERB = VerbGroup("circuit", "run circuits of stream operators, and their gates", (RUN, *GATES))
