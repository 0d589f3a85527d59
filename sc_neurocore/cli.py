"""The command `sc-neurocore`: each verb is one call of the package.

Exit status: 0 done, 1 a comparison failed, 2 bad input or a missing tool, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from . import __version__
from .spec.errors import SCError

_ENGINES = ("auto", "reference", "packed", "counts", "jax")
_SIMULATORS = ("auto", "verilator", "icarus", "amaranth")
_TARGETS = ("up5k", "hx8k", "ecp5-25k")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit status and lets no error through as a traceback."""
    try:
        options = _parser().parse_args(arguments)
        return options.verb(options)
    except (SCError, MemoryError) as error:
        text = " ".join(str(error).split()) or "out of memory"
        print(f"sc-neurocore: error: {text}", file=sys.stderr)
        return 2
    except OSError as error:
        if isinstance(error, BrokenPipeError):  # the reader of our output has gone: not our error
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        print(f"sc-neurocore: error: {error.strerror or error}: {error.filename or ''}".rstrip(": "), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("sc-neurocore: interrupted", file=sys.stderr)
        return 130


def _say(line: str) -> None:
    """Progress goes to stderr, so that stdout holds results alone."""
    print(line, file=sys.stderr, flush=True)


def _infer(options: argparse.Namespace) -> int:
    from .inference_files import infer_files

    figures = infer_files(
        options.network,
        options.out,
        codes=options.codes,
        inputs=options.inputs,
        labels=options.labels,
        engine=options.engine,
    )
    if options.explain:
        from .inference import explain
        from .spec import load_network

        _say(str(explain(load_network(options.network), figures["samples"])))
    if options.json:
        print(json.dumps(figures, sort_keys=True))
    else:
        accuracy = f", accuracy {figures['accuracy']:.4f}" if "accuracy" in figures else ""
        saturated = f", {figures['saturated']} inputs saturated" if figures.get("saturated") else ""
        print(f"{figures['samples']} samples -> {figures['out']}{accuracy}{saturated}")
    return 0


def _generate(options: argparse.Namespace) -> int:
    from .rtl import generate
    from .spec import load_network

    manifest = generate(load_network(options.network), options.out, **_architecture(options))
    print(f"{manifest['verilog']} in {options.out}, {manifest['cycles_per_inference']} cycles an inference")
    return 0


def _cosim(options: argparse.Namespace) -> int:
    from .cosim import run
    from .spec import load_array, load_network

    network = load_network(options.network)
    result = run(
        network,
        options.out,
        rtl=options.rtl,
        simulator=options.simulator,
        codes=None if options.codes is None else load_array(options.codes, "codes"),
        samples=options.samples,
        stall=options.stall,
        seed=options.seed,
        progress=_say,
        **_architecture(options),
    )
    print(result.summary())
    return 0 if result.passed else 1


def _doctor(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table

    from .doctor import advice, rows

    table = Table("part", "state", "version", "to fix", title=f"sc-neurocore {__version__}")
    parts = rows()
    for row in parts:
        table.add_row(row.part, "found" if row.found else "missing", row.version or "", "" if row.found else row.fix)
    Console().print(table)
    print(advice(parts))
    return 0


def _architecture(options: argparse.Namespace) -> dict[str, Any]:
    """The options that `generate`, `cosim` and `synth` share; those not given are left to their defaults."""
    names = ("architecture", "neurons_in_parallel")
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def _parallel(text: str) -> int | tuple[int, ...]:
    """`4`, or one number a layer: `8,10`."""
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be one integer, or one a layer (8,10); got {text!r}") from None
    return numbers[0] if len(numbers) == 1 else numbers


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sc-neurocore", description=__doc__, formatter_class=_Formatter)
    parser.add_argument("--version", action="version", version=f"sc-neurocore {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)

    def verb(name: str, action: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=text, formatter_class=_Formatter)
        sub.set_defaults(verb=action)
        return sub

    infer = verb("infer", _infer, "run a network on integer codes or real features")
    infer.add_argument("network", help="network folder")
    source = infer.add_mutually_exclusive_group(required=True)
    source.add_argument("--codes", metavar="X.npy", help="integer codes (batch, features)")
    source.add_argument("--inputs", metavar="X.npy", help="real features (batch, features)")
    infer.add_argument("--out", metavar="Y.npy", required=True, help="outputs, int64")
    infer.add_argument("--labels", metavar="L.npy", help="class indices (batch,); adds the accuracy")
    infer.add_argument("--engine", choices=_ENGINES, default="auto")
    infer.add_argument("--explain", action="store_true", help="say which engine was chosen, and why")
    infer.add_argument("--json", action="store_true", help="print the figures as JSON")

    generate = verb("generate", _generate, "write the network's Verilog and manifest")
    generate.add_argument("network", help="network folder")
    generate.add_argument("--out", metavar="DIR", required=True)
    _add_architecture(generate)

    cosim = verb("cosim", _cosim, "compare the Verilog with the model, value by value")
    cosim.add_argument("network", help="network folder")
    cosim.add_argument("--out", metavar="DIR", required=True, help="folder for cosim.json")
    cosim.add_argument("--rtl", metavar="DIR", help="take the Verilog in DIR as it lies there")
    cosim.add_argument("--simulator", choices=_SIMULATORS, default="auto")
    stimulus = cosim.add_mutually_exclusive_group()
    stimulus.add_argument("--codes", metavar="X.npy", help="integer codes (batch, features)")
    stimulus.add_argument("--samples", type=int, metavar="N", help="random samples beside the directed vectors")
    cosim.add_argument("--stall", choices=("none", "random"), default="none", help="stalls on both streams")
    cosim.add_argument("--seed", type=int, default=0, help="of random codes and stalls")
    _add_architecture(cosim)

    verb("doctor", _doctor, "say what is installed, what is missing and how to get it")
    return parser


def _add_architecture(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("architecture")
    group.add_argument("--architecture", choices=("auto", "row"))
    group.add_argument("--neurons-in-parallel", type=_parallel, metavar="P[,P...]", help="neurons computed at a time")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the line breaks of our texts."""


if __name__ == "__main__":
    sys.exit(main())
