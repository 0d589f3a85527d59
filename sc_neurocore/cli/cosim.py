"""`sc-neurocore cosim`: the gates against the model, value by value."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ..cosim.simulators.tools import SIMULATORS
from .options import ARCHITECTURE, BUDGET, NETWORK, RTL, TARGET, Option, Verb, architecture, given, one_of
from .output import say

SIMULATOR = Option("--simulator", choices=("auto", *SIMULATORS), default="auto")


def cosim(options: Namespace) -> int:
    """Print the verdict; status 1 where it is no PASS."""
    from ..cosim import run
    from ..export.proof import source_proof
    from ..spec import load_network

    core = architecture(options) | given(options, TARGET.key, *(option.key for option in BUDGET.options))
    network, proof = load_network(options.network), source_proof(options.network)
    result = run(network, options.out, **comparison(options), **core, proof=proof, progress=say)
    return print_result(options, result)


def print_result(options: Namespace, result: Any) -> int:
    """Print a verdict, and write it as JUnit XML where that was asked for; 1 where it is no PASS."""
    options.document = {"report": result.report}
    print(result.summary())
    if result.report["failure"] is not None:
        print(f"what failed lies in {options.out}/{result.report['failure']['folder']}; to see it again:")
        print(f"  sh {options.out}/{result.report['failure']['folder']}/replay.sh")
    if result.report["waves"] is not None:
        print(f"{options.out}/{result.report['waves']}; gtkwave {options.out}/waves.gtkw shows it")
    if options.junit is not None:
        from ..cosim.verdict.junit import junit_xml
        from ..spec.files.atomic import write_atomic

        write_atomic(options.junit, junit_xml(result.report))
    return 0 if result.passed else 1


def comparison(options: Namespace) -> dict[str, Any]:
    """What of `COMPARISON` was given, the codes read from their file."""
    from ..spec import load_array

    keys = "rtl", "simulator", "mode", "netlist", "samples", "stall", "seed", "mutants", "waves"
    codes = {} if options.codes is None else {"codes": load_array(options.codes, "codes")}
    return {key: getattr(options, key) for key in keys} | codes


CODES = Option("--codes", metavar="X.npy", help="integer codes (batch, features)")
SAMPLES = Option("--samples", type=int, metavar="N", help="random samples beside the directed vectors")
COMPARISON = (
    Option("--out", metavar="DIR", required=True, help="folder for cosim.json"),
    RTL,
    SIMULATOR,
    Option("--mode", choices=("auto", "block", "cocotb"), default="auto", help="who drives: see the docs"),
    Option("--netlist", metavar="TARGET", help="simulate what Yosys maps it to: ice40, ecp5 or a device"),
    one_of(CODES, SAMPLES),
    Option("--stall", choices=("none", "random"), default="none", help="stalls on both streams"),
    Option("--seed", type=int, default=0, help="of random codes and stalls"),
    Option("--mutants", type=int, metavar="N", help="mutate the gates N times and run the same stimulus on each"),
    Option("--waves", action="store_true", help="keep the waves, and a view of them; Python then drives"),
    Option("--junit", metavar="FILE", help="the verdict as JUnit XML, too"),
)
"""What is asked of the comparison of any core, a network's or a circuit's."""
VERB = Verb(
    "cosim",
    "compare the Verilog with the model, value by value",
    cosim,
    (NETWORK, *COMPARISON, TARGET, BUDGET, ARCHITECTURE),
)
