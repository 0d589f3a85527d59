"""`sc-neurocore sweep`: accuracy over stream lengths and generators."""

from __future__ import annotations

import os
from argparse import Namespace

from ..options import DATA, EXECUTOR, WORKERS, Option, Verb, numbers, words
from ..output import say


def sweep(options: Namespace) -> int:
    """Write sweep.json and its picture, and print the points."""
    from ...explore import plot_sweep, sweep_data

    keys = "data", "stream_lengths", "generators", "resolution_bits", "workers", "executor"
    arguments = {key: getattr(options, key) for key in keys}
    document = sweep_data(options.models, options.out, **arguments, progress=say)
    plot_sweep(document, os.path.join(options.out, "sweep.svg"))
    for point in document["points"]:
        place = f"{point['generators']}, L = {point['stream_length']}, n = {point['resolution_bits']}"
        print(f"{place:<40} accuracy {point['accuracy']:.2%}")
    return 0


VERB = Verb(
    "sweep",
    "accuracy over stream lengths and generators, without training anew",
    sweep,
    (
        Option("models", nargs="+", help="model or network folders; several are seeds of one network"),
        Option("--out", metavar="DIR", required=True, help="folder for sweep.json; finished points are kept"),
        DATA,
        Option("--stream-lengths", type=numbers, default=(256, 64, 32, 16, 8, 4), metavar="L[,L...]"),
        Option("--generators", type=words, metavar="PAIR[,PAIR...]", help="default: a network's own"),
        Option("--resolution-bits", type=int, metavar="N", help="default: ceil(log2 L)"),
        WORKERS,
        EXECUTOR,
    ),
)
