"""`sc-neurocore faults`: accuracy against the probability of wrong bits."""

from __future__ import annotations

import argparse
import os
from argparse import Namespace

from ...accel.faults.description import HARDWARE, KINDS, SITES
from ..options import DATA, EXECUTOR, WORKERS, Option, Verb, words
from ..output import say


def faults(options: Namespace) -> int:
    """Write faults.json and its picture, and print the curves."""
    from ...explore import fault_curves_data, plot_faults

    keys = "data", "sites", "kind", "probabilities", "trials", "seed", "hardware", "workers", "executor"
    arguments = {key: value for key in keys if (value := getattr(options, key)) is not None}
    document = fault_curves_data(options.networks, options.out, **arguments, progress=say)
    plot_faults(document, os.path.join(options.out, "faults.svg"))
    for row in document["curves"]:
        low, high = row["interval_95"]
        place = f"{row['site']}, p = {row['probability']:g}"
        print(f"{place:<30} accuracy {row['accuracy']:.2%}  ({low:.2%} to {high:.2%})")
    return 0


def chances(text: str) -> tuple[float, ...]:
    """`0.01`, or several: `0.001,0.01`."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be numbers with commas between them, got {text!r}") from None


VERB = Verb(
    "faults",
    "accuracy against the probability of wrong bits, of streams and of binary hardware",
    faults,
    (
        Option("networks", nargs="+", help="network folders; several are seeds of one network"),
        Option("--out", metavar="DIR", required=True, help="folder for faults.json; finished points are kept"),
        DATA,
        Option("--sites", type=words, metavar="SITE[,SITE...]", help=f"of {', '.join(SITES)}; default: product"),
        Option("--kind", choices=KINDS, help="default: flip"),
        Option("--probabilities", type=chances, metavar="P[,P...]", help="default: 0 and eight from 1e-4 to 0.2"),
        Option("--hardware", choices=HARDWARE, help="what a product is; default: streams"),
        Option("--trials", type=int, metavar="N", help="draws of the faults for each network; default: 1"),
        Option("--seed", type=int, help="of the first draw"),
        WORKERS,
        EXECUTOR,
    ),
)
