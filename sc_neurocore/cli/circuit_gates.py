"""`sc-neurocore circuit generate|cosim|synth`: a circuit's Verilog, its comparison with the model, its area."""

from __future__ import annotations

from argparse import Namespace

from ..spec.circuit import load_circuit
from .cosim import COMPARISON, comparison, print_result
from .options import FORCE, OUT, Option, Verb
from .output import say
from .synth import PLACEMENT, print_figures

CIRCUIT = Option("circuit", help="circuit folder")


def generate(options: Namespace) -> int:
    """Write the core."""
    from ..rtl import generate as generate_core

    manifest = generate_core(load_circuit(options.circuit), options.out)
    print(f"{manifest['verilog']} in {options.out}, {manifest['cycles_per_inference']} clocks per evaluation")
    return 0


def cosim(options: Namespace) -> int:
    """Print the verdict; status 1 where it is no PASS."""
    from ..cosim import run

    return print_result(options, run(load_circuit(options.circuit), options.out, **comparison(options), progress=say))


def synth(options: Namespace) -> int:
    """Write synth.json and print its figures; status 1 where the core does not fit."""
    from ..synth import run

    figures = run(
        load_circuit(options.circuit),
        options.out,
        target=options.target,
        seeds=options.seeds,
        rtl=options.rtl,
        place_and_route=not options.count_only,
        progress=say,
    )
    return print_figures(figures)


GATES = (
    Verb("generate", "write the circuit's Verilog and manifest", generate, (CIRCUIT, OUT, FORCE)),
    Verb("cosim", "compare the Verilog with the model, bit by bit", cosim, (CIRCUIT, *COMPARISON)),
    Verb("synth", "estimate cells and clock on a device", synth, (CIRCUIT, *PLACEMENT)),
)
