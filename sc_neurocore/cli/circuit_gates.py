"""`sc-neurocore circuit generate|cosim|synth`: a circuit's Verilog, its comparison with the model, its area."""

from __future__ import annotations

from argparse import Namespace

from ..spec.circuit import load_circuit
from ..synth.targets import TARGETS
from .cosim import CODES, SAMPLES, SIMULATOR
from .options import OUT, RTL, Option, Verb, number_or_numbers, one_of
from .output import say
from .synth import SHOWN

CIRCUIT = Option("circuit", help="circuit folder")


def generate(options: Namespace) -> int:
    """Write the core."""
    from ..rtl import generate as generate_core

    manifest = generate_core(load_circuit(options.circuit), options.out)
    print(f"{manifest['verilog']} in {options.out}, {manifest['cycles_per_inference']} cycles an evaluation")
    return 0


def cosim(options: Namespace) -> int:
    """Print the verdict; status 1 where it is no PASS."""
    from ..cosim import run
    from ..spec import load_array

    arguments = {
        key: getattr(options, key) for key in ("rtl", "simulator", "mode", "netlist", "samples", "stall", "seed")
    }
    if options.codes is not None:
        arguments["codes"] = load_array(options.codes, "codes")
    result = run(load_circuit(options.circuit), options.out, **arguments, progress=say)
    print(result.summary())
    return 0 if result.passed else 1


def synth(options: Namespace) -> int:
    """Write synth.json and print its figures."""
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
    for key in SHOWN:
        print(f"{key:<22} {'not measured' if figures[key] is None else figures[key]}")
    return 0


GATES = (
    Verb("generate", "write the circuit's Verilog and manifest", generate, (CIRCUIT, OUT)),
    Verb(
        "cosim",
        "compare the Verilog with the model, bit by bit",
        cosim,
        (
            CIRCUIT,
            Option("--out", metavar="DIR", required=True, help="folder for cosim.json"),
            RTL,
            SIMULATOR,
            Option("--mode", choices=("auto", "block", "cocotb"), default="auto", help="who drives: see the docs"),
            Option("--netlist", metavar="TARGET", help="simulate what Yosys maps it to: ice40, ecp5 or a device"),
            one_of(CODES, SAMPLES),
            Option("--stall", choices=("none", "random"), default="none", help="stalls on both streams"),
            Option("--seed", type=int, default=0, help="of random codes and stalls"),
        ),
    ),
    Verb(
        "synth",
        "estimate cells and clock on a device",
        synth,
        (
            CIRCUIT,
            Option("--target", choices=tuple(TARGETS), required=True),
            Option("--out", metavar="DIR", required=True, help="folder for synth.json and the tools' logs"),
            RTL,
            Option("--seeds", type=number_or_numbers, default=(1,), metavar="N | S,S[,S...]", help="of placements"),
            Option("--count-only", action="store_true", help="cells alone, no placement"),
        ),
    ),
)
