"""`sc-neurocore run`: all verbs in one folder."""

from __future__ import annotations

from argparse import Namespace

from .cosim import SIMULATOR
from .options import DATA, FORCE, Option, Verb, numbers, parallelism, words
from .output import say


def run(options: Namespace) -> int:
    """Run the steps that are not done yet and print what they found; status 1 where the core does not fit a device."""
    from rich.console import Console
    from rich.table import Table

    from ..workflows.run import full_run

    keys = "data", "hidden", "layers", "stream_lengths", "deployed", "epochs", "seed", "samples", "simulator", "targets"
    arguments = {key: getattr(options, key) for key in (*keys, "neurons_in_parallel")}
    results = full_run(options.out, **arguments, say=say)
    options.document = {"results": results}
    table = Table("figure", "value", title="sc-neurocore run")
    for length, share in results["accuracy"].items():
        name = "float accuracy" if length == "float" else f"exact integer accuracy, L = {length}"
        table.add_row(name, f"{share:.2%}")
    cosim = results["cosim"]
    table.add_row(
        f"cosim, {cosim['simulator']}",
        f"{cosim['verdict']}: {cosim['samples']} samples, {cosim['stimulus']['user']} of them from the test set, "
        f"{cosim['values_compared']} values compared, {cosim['mismatches']} mismatches",
    )
    for target, synth in results["synth"].items():
        clock = "not placed" if synth["fmax_mhz"] is None else f"{synth['fmax_mhz']:.1f} MHz"
        rate = synth["inferences_per_second"]
        speed = "" if rate is None else f", {rate} inferences/s"
        text = f"{synth['luts']} LUTs, {clock}{speed}"
        table.add_row(f"estimate, {target}", f"[red]{synth['note']}[/red]" if synth["fits"] is False else text)
    table.add_row("report", results["report"])
    Console().print(table)
    return 1 if any(synth["fits"] is False for synth in results["synth"].values()) else 0


VERB = Verb(
    "run",
    "all verbs in one folder; an interrupted run continues",
    run,
    (
        Option("--out", metavar="DIR", required=True, help="run folder"),
        FORCE,
        DATA,
        Option("--hidden", type=numbers, default=(32,), metavar="H[,H...]"),
        Option("--layers", type=words, default=(), metavar="W[,W...]", help="in the place of --hidden, as for train"),
        Option("--stream-lengths", type=numbers, default=(256, 32, 16, 8), metavar="L[,L...]"),
        Option("--deployed", type=int, default=16, metavar="L", help="the length that becomes Verilog"),
        Option("--epochs", type=int, default=250),
        Option("--seed", type=int, default=0),
        Option("--samples", type=int, default=100, help="test samples in the co-simulation"),
        SIMULATOR,
        Option("--targets", type=words, default=("up5k",), metavar="T[,T...]", help="the core is chosen for the first"),
        *parallelism("as for generate"),
    ),
)
