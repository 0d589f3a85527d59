"""`sc-neurocore infer`: outputs of a network on the codes or features of a file."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import get_args

from ..inference.engines import Engine
from .options import NETWORK, Option, Verb, one_of
from .output import progress, say


def infer(options: Namespace) -> int:
    """Write the outputs and print the figures."""
    from ..inference.files import infer_files

    keys = "codes", "inputs", "labels", "engine", "chunk", "threads", "restart"
    with progress("infer") as report:
        arguments = {key: getattr(options, key) for key in keys}
        figures = infer_files(options.network, options.out, **arguments, progress=report)
    if options.explain:
        from ..inference.engines import explanation
        from ..spec import load_network

        say(explanation(load_network(options.network), figures["samples"], figures["engine"]))
    if options.json:
        print(json.dumps(figures, sort_keys=True))
        return 0
    accuracy = f", accuracy {figures['accuracy']:.4f}" if "accuracy" in figures else ""
    saturated = f", {figures['saturated']} inputs saturated" if figures.get("saturated") else ""
    resumed = f", the first {figures['resumed']} of an interrupted run" if "resumed" in figures else ""
    print(f"{figures['samples']} samples -> {figures['out']}{accuracy}{saturated}{resumed}")
    return 0


CODES = Option("--codes", metavar="X.npy", help="integer codes (batch, features)")
INPUTS = Option("--inputs", metavar="X.npy", help="real features (batch, features)")
VERB = Verb(
    "infer",
    "run a network on integer codes or real features",
    infer,
    (
        NETWORK,
        one_of(CODES, INPUTS, required=True),
        Option("--out", metavar="Y.npy", required=True, help="outputs, int64"),
        Option("--labels", metavar="L.npy", help="class indices (batch,); adds the accuracy"),
        Option("--engine", choices=get_args(Engine), default="auto"),
        Option("--chunk", type=int, metavar="N", help="samples held at a time; the result is the same"),
        Option("--threads", type=int, metavar="N", help="default: NUMBA_NUM_THREADS, or all processors"),
        Option("--restart", action="store_true", help="forget an interrupted run instead of continuing it"),
        Option("--explain", action="store_true", help="say which engine was chosen, and why"),
        Option("--json", action="store_true", help="print the figures as JSON"),
    ),
)
