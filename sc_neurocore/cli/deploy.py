"""`sc-neurocore deploy`: a trained model onto a board, up to the bitstream."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from ..synth.boards.board import board_names
from ..synth.flow import DSP_REFUSED
from .cosim import SIMULATOR
from .export import HINTS, LOWERING
from .options import (
    ARCHITECTURE,
    BUDGET,
    FORCE,
    PAIR,
    Group,
    Option,
    Verb,
    architecture,
    given,
    number_or_numbers,
    pair,
)
from .output import say


def deploy(options: Namespace) -> int:
    """Run the steps that are not done yet and say what came out; status 1 where the board cannot hold the core."""
    from ..workflows.deploy import deploy as deploy_model

    keys = "inputs", "labels", "simulator", "samples", "seed", "pins", "bitstream"
    document = deploy_model(
        options.model,
        options.out,
        board=options.board,
        lowering=lowering(options),
        core=architecture(options) | given(options, *(option.key for option in BUDGET.options)),
        **{key: getattr(options, key) for key in keys},
        say=say,
    )
    options.document = {"deployment": document}
    return print_result(options.out, document)


def lowering(options: Namespace) -> dict[str, Any]:
    """What was given of the export's options."""
    keys = [option.key for group in (_LOWERING, _HINTS) for option in group.options]
    arguments = given(options, "stream_length", "resolution_bits", "name", *keys) | pair(options)
    if "model_weights" in arguments:
        arguments["weights"] = arguments.pop("model_weights")
    return arguments


def print_result(out: str, document: dict[str, Any]) -> int:
    """Print where everything lies; 1 where there is a reason why no bitstream was made."""
    pins, packed = document["pins"], document["bitstream"]
    if document["accuracy"] is not None:
        where = ", on the samples that calibrated them" if document["calibrated_on_inputs"] else ""
        print(f"accuracy of the integers {document['accuracy']:.2%}{where}")
    print(
        f"cosim {document['cosim']['verdict']}, pins {pins['verdict']}{': ' + pins['reason'] if pins['reason'] else ''}"
    )
    if packed is None:
        print(f"no bitstream was asked for; make -C {out}/board makes it")
        return 0
    if packed.get("dsp_refused"):
        print(f"{packed['device']}: {DSP_REFUSED}", file=sys.stderr)
    if packed["bitstream"] is None:
        print(f"{packed['device']}: {packed['note']}")
        return 1
    print(f"{out}/bitstream/{packed['bitstream']}: {packed['fmax_mhz']:g} MHz of {packed['clock_mhz']:g} needed")
    print(f"python {out}/board/host.py PORT {out}/samples/codes.txt --expected {out}/samples/expected.txt")
    return 0


def _without(group: Group, *names: str) -> Group:
    """A group of options but for some."""
    return Group([option for option in group.options if option.name not in names], group.room)


_LOWERING = _without(LOWERING, "--labels")
_HINTS = Group(
    [
        *_without(HINTS, "--weights").options,
        Option("--model-weights", metavar="FILE", help="of a Keras JSON"),
    ],
    HINTS.room,
)
VERB = Verb(
    "deploy",
    "put a trained model onto a board: core, checks, pins, bitstream, the host's script",
    deploy,
    (
        Option("model", help="what export takes, or a network folder"),
        Option("--board", metavar="NAME | FILE.toml", required=True, help=f"{', '.join(board_names())}, or a file"),
        Option("--out", metavar="DIR", required=True, help="folder of the deployment; an interrupted one continues"),
        FORCE,
        Option("--inputs", metavar="X.npy", help="real features: they calibrate, and are what the host sends"),
        Option("--labels", metavar="L.npy", help="their classes"),
        Option("--samples", type=int, default=8, metavar="N", help="sent over the pins of the simulated board"),
        Option("--seed", type=int, default=0, help="of random codes and stalls"),
        SIMULATOR,
        Option("--skip-pins", dest="pins", action="store_false", help="no simulation of the board's top module"),
        Option("--skip-bitstream", dest="bitstream", action="store_false", help="end before Yosys"),
        Option("--stream-length", type=number_or_numbers, metavar="L[,L...]", help="of all layers, or of each"),
        Option("--resolution-bits", type=number_or_numbers, metavar="N[,N...]"),
        PAIR,
        Option("--name"),
        _LOWERING,
        _HINTS,
        BUDGET,
        ARCHITECTURE,
    ),
)
