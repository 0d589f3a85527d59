"""The command `sc-neurocore`: each verb is one call of the package.

Exit status: 0 done, 1 a comparison failed, 2 bad input or a missing tool, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, get_args

from . import __version__
from .spec.errors import ComparisonError, OptionError, SCError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit status and lets no error through as a traceback."""
    try:
        options = _parser().parse_args(arguments)
        return options.verb(options)
    except (SCError, MemoryError) as error:
        _complain(str(error) or "out of memory")
        return 1 if isinstance(error, ComparisonError) else 2
    except OSError as error:
        if isinstance(error, BrokenPipeError):  # the reader of our output has gone: not our error
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        _complain(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
        return 2
    except KeyboardInterrupt:
        print("sc-neurocore: interrupted", file=sys.stderr)
        return 130


def _complain(text: str) -> None:
    """One printable line, whatever names a damaged file brought into the message."""
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in " ".join(text.split()))
    print(f"sc-neurocore: error: {line}", file=sys.stderr)


def _say(line: str) -> None:
    """Progress goes to stderr, so that stdout holds results alone."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def _progress(text: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; elsewhere a line every ten seconds, so that short runs say nothing."""
    if not sys.stderr.isatty():
        said = time.monotonic()

        def line(done: int, total: int) -> None:
            nonlocal said
            if time.monotonic() - said > 10:
                _say(f"{text}: {done} of {total} samples")
                said = time.monotonic()

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn(text), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        bar = shown.add_task(text, total=None)
        yield lambda done, total: shown.update(bar, completed=done, total=total)


def _infer(options: argparse.Namespace) -> int:
    from .inference.files import infer_files

    with _progress("infer") as progress:
        figures = infer_files(
            options.network,
            options.out,
            codes=options.codes,
            inputs=options.inputs,
            labels=options.labels,
            engine=options.engine,
            chunk=options.chunk,
            threads=options.threads,
            restart=options.restart,
            progress=progress,
        )
    if options.explain:
        from .inference.engines import explanation
        from .spec import load_network

        _say(explanation(load_network(options.network), figures["samples"], figures["engine"]))
    if options.json:
        print(json.dumps(figures, sort_keys=True))
    else:
        accuracy = f", accuracy {figures['accuracy']:.4f}" if "accuracy" in figures else ""
        saturated = f", {figures['saturated']} inputs saturated" if figures.get("saturated") else ""
        resumed = f", the first {figures['resumed']} of an interrupted run" if "resumed" in figures else ""
        print(f"{figures['samples']} samples -> {figures['out']}{accuracy}{saturated}{resumed}")
    return 0


def _generate(options: argparse.Namespace) -> int:
    from .rtl import generate, write_integration, write_load_image
    from .spec import load_network

    network = load_network(options.network)
    names = ("target", "max_luts", "min_rate")
    budget = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if options.image_for is not None:
        others = [*_architecture(options), *budget, *(n for n in ("testbench", "integration") if getattr(options, n))]
        if others:
            raise OptionError(f"image_for is of a core that is there; it cannot be combined with {', '.join(others)}")
        words = write_load_image(network, options.image_for, options.out)
        print(f"{words} load words in {options.out}")
        return 0
    manifest = generate(network, options.out, **_architecture(options), **budget)
    if options.testbench:
        from .cosim import write_testbench

        write_testbench(network, options.out)
    if options.integration:
        write_integration(manifest, options.out)
    if "why" in manifest["parameters"]:
        print(f"{manifest['parameters']['architecture']}: {manifest['parameters']['why']}")
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
        mode=options.mode,
        netlist=options.netlist,
        codes=None if options.codes is None else load_array(options.codes, "codes"),
        samples=options.samples,
        stall=options.stall,
        seed=options.seed,
        progress=_say,
        **_architecture(options),
    )
    print(result.summary())
    return 0 if result.passed else 1


def _train(options: argparse.Namespace) -> int:
    from .training import TrainConfig, train

    given = {name: value for name in TrainConfig.model_fields if (value := getattr(options, name, None)) is not None}
    if options.leak_shift == "none":
        given["leak_shift"] = None
    config = TrainConfig(**given, **_pair(options))
    model = train(config, options.out, data=options.data, resume=not options.restart, progress=_say)
    shown = ", ".join(f"{name} {value:.2%}" for name, value in sorted(model.accuracy.items()) if value is not None)
    print(f"{options.out}: {shown}")
    return 0


def _export(options: argparse.Namespace) -> int:
    import numpy as np

    from .export import export
    from .spec import load_array

    arrays = {"calibration": options.calibration, "labels": options.labels}
    given: dict[str, Any] = {key: np.asarray(load_array(path, key)) for key, path in arrays.items() if path is not None}
    for name in ("stream_length", "resolution_bits", "name", "input_scale", "border", "layers", "activations"):
        if getattr(options, name) is not None:
            given[name] = getattr(options, name)
    given |= _pair(options)
    if os.path.isdir(options.source):
        for name in ("calibration", "labels", "input_scale", "border", "layers", "activations", "input_generator"):
            if name in given:
                raise OptionError(f"{name} is for safetensors files; a trained model knows its own ranges")
    exported = export(options.source, options.out, **given)
    print(exported.report)
    return 0


def _synth(options: argparse.Namespace) -> int:
    from .spec import load_network
    from .synth import run

    found = run(
        load_network(options.network),
        options.out,
        target=options.target,
        seeds=options.seeds,
        rtl=options.rtl,
        place_and_route=not options.count_only,
        progress=_say,
        **_architecture(options),
    )
    shown = ("luts", "ffs", "brams", "dsps", "fmax_mhz", "cycles_per_inference", "inferences_per_second")
    shown += ("latency_us", "area_latency_lut_us", "area_time_lut_us")
    for key in shown:
        print(f"{key:<22} {'not measured' if found[key] is None else found[key]}")
    return 0


def _sweep(options: argparse.Namespace) -> int:
    from .explore import plot_sweep, sweep_data

    document = sweep_data(
        options.models,
        options.out,
        data=options.data,
        stream_lengths=options.stream_lengths,
        generators=options.generators,
        resolution_bits=options.resolution_bits,
        workers=options.workers,
        progress=_say,
    )
    plot_sweep(document, os.path.join(options.out, "sweep.svg"))
    for point in document["points"]:
        place = f"{point['generators']}, L = {point['stream_length']}, n = {point['resolution_bits']}"
        print(f"{place:<40} accuracy {point['accuracy']:.2%}")
    return 0


def _report(options: argparse.Namespace) -> int:
    from .report import write

    print(write(options.folder, options.out))
    return 0


def _run(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table

    from .report import write
    from .workflows.run import full_run

    found = full_run(
        options.out,
        write,
        data=options.data,
        hidden=options.hidden,
        stream_lengths=options.stream_lengths,
        deployed=options.deployed,
        epochs=options.epochs,
        seed=options.seed,
        samples=options.samples,
        simulator=options.simulator,
        targets=options.targets,
        neurons_in_parallel=options.neurons_in_parallel,
        say=_say,
    )
    table = Table("figure", "value", title="sc-neurocore run")
    for length, share in found["accuracy"].items():
        name = "float accuracy" if length == "float" else f"exact integer accuracy, L = {length}"
        table.add_row(name, f"{share:.2%}")
    cosim = found["cosim"]
    table.add_row(
        f"cosim, {cosim['simulator']}",
        f"{cosim['verdict']}: {cosim['samples']} samples, {cosim['stimulus']['user']} of them from the test set, "
        f"{cosim['values_compared']} values compared, {cosim['mismatches']} mismatches",
    )
    for target, synth in found["synth"].items():
        clock = "not placed" if synth["fmax_mhz"] is None else f"{synth['fmax_mhz']:.1f} MHz"
        rate = synth["inferences_per_second"]
        speed = "" if rate is None else f", {rate} inferences/s"
        table.add_row(f"estimate, {target}", f"{synth['luts']} LUTs, {clock}{speed}")
    table.add_row("report", found["report"])
    Console().print(table)
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table

    from .workflows.doctor import advice, rows

    table = Table("part", "state", "version", "to fix", title=f"sc-neurocore {__version__}")
    parts = rows()
    for row in parts:
        table.add_row(row.part, "found" if row.found else "missing", row.version or "", "" if row.found else row.fix)
    Console().print(table)
    print(advice(parts))
    return 0


def _architecture(options: argparse.Namespace) -> dict[str, Any]:
    """The options that `generate`, `cosim` and `synth` share; those not given are left to their defaults."""
    names = ("architecture", "neurons_in_parallel", "stream_bits_per_cycle", "product_table", "overlap")
    names += ("logic_weights", "anytime", "weights", "control", "memory")
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def _pair(options: argparse.Namespace) -> dict[str, Any]:
    """The pair of generators that `--generators` names; nothing where it is not given."""
    if options.generators is None:
        return {}
    from .explore import PAIRS

    if options.generators not in PAIRS:
        raise OptionError(f"generators must be one of {', '.join(PAIRS)}; got {options.generators!r}")
    inputs, weights = PAIRS[options.generators]
    return {"input_generator": inputs, "weight_generator": weights}


def _seeds(text: str) -> int | tuple[int, ...]:
    """`3`: so many; `3,5,8`: exactly these."""
    numbers = _numbers(text)
    return numbers if "," in text else numbers[0]


def _numbers(text: str) -> tuple[int, ...]:
    """`64`, or several: `64,32`."""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be integers with commas between them, got {text!r}") from None


def _or_none(text: str) -> int | str:
    """`2`, or `none`, which the verb turns into None."""
    return "none" if text == "none" else _numbers(text)[0]


def _schedule(text: str) -> tuple[tuple[int, int], ...]:
    """`0:64,100:16`: pairs of a first epoch and a stream length."""
    try:
        pairs = tuple(tuple(int(number) for number in part.split(":")) for part in text.split(","))
        return tuple((epoch, length) for epoch, length in pairs)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be EPOCH:LENGTH pairs with commas between, got {text!r}") from None


def _activations(text: str) -> list[str | tuple[float, float]]:
    """`relu,0:1.5,-1:1`: one a layer but the last, "relu" or LOW:HIGH."""
    from .export.normalize import RELU_NAME

    parts = [(word, *word.partition(":")[::2]) for word in _words(text)]
    return [word if word == RELU_NAME else (float(low), float(high)) for word, low, high in parts]


def _words(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _parallel(text: str) -> int | tuple[int, ...]:
    """`4`, or one number a layer: `8,10`."""
    numbers = _numbers(text)
    return numbers[0] if len(numbers) == 1 else numbers


def _parser() -> argparse.ArgumentParser:
    from .cosim.simulators.tools import SIMULATORS
    from .explore import PAIRS
    from .export.normalize import Border
    from .inference.engines import Engine
    from .synth.targets import TARGETS
    from .training.config import TrainConfig

    engines, simulators, pairs = get_args(Engine), ("auto", *SIMULATORS), ", ".join(PAIRS)

    def named(field: str) -> tuple[str, ...]:
        """The names that a field of the recipe takes."""
        return get_args(TrainConfig.model_fields[field].annotation)

    parser = argparse.ArgumentParser(prog="sc-neurocore", description=__doc__, formatter_class=_Formatter)
    parser.add_argument("--version", action="version", version=f"sc-neurocore {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)

    def verb(name: str, action: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=text, formatter_class=_Formatter)
        sub.set_defaults(verb=action)
        return sub

    train = verb("train", _train, "train a network through its own integers")
    train.add_argument("--out", metavar="DIR", required=True, help="model folder")
    train.add_argument("--data", metavar="X.npz", help="arrays x, y and, if there are, x_test, y_test; default: digits")
    train.add_argument("--stream-length", type=int, metavar="L")
    train.add_argument("--resolution-bits", type=int, metavar="N", help="default: ceil(log2 L)")
    train.add_argument("--generators", metavar="PAIR", help=f"one of {pairs}")
    train.add_argument("--hidden", type=_numbers, metavar="H[,H...]", help="neurons of the hidden layers")
    train.add_argument("--encoding", choices=named("encoding"))
    train.add_argument("--neuron", choices=named("neuron"), help="lif: a spiking network over --time-steps")
    train.add_argument("--time-steps", type=int, metavar="T", help="the input is repeated, the outputs are summed")
    train.add_argument("--leak-shift", type=_or_none, metavar="K", help="v loses v >> K at each step; 'none': no leak")
    train.add_argument("--v-threshold", type=float, help="in units of x·w; default 1")
    train.add_argument("--comparator", choices=named("comparator"))
    train.add_argument("--reset", choices=named("reset"))
    train.add_argument("--surrogate", metavar="CALL", help="slope of a spike, as 'Sigmoid(alpha=4.0)'")
    train.add_argument("--learn-scale", choices=named("learn_scale"), help="of each hidden layer")
    train.add_argument(
        "--schedule",
        type=_schedule,
        metavar="E:L[,E:L...]",
        help="stream lengths from epoch E on; deploy at --stream-length",
    )
    train.add_argument("--forward", choices=named("forward"), help="float: the real-valued reference")
    train.add_argument("--name", help="of the network and its Verilog top module")
    for name, kind in (("epochs", int), ("batch-size", int), ("border-shift", int), ("seed", int)):
        train.add_argument(f"--{name}", type=kind)
    for name in ("learning-rate", "input-noise", "label-smoothing", "logit-gain"):
        train.add_argument(f"--{name}", type=float)
    train.add_argument("--restart", action="store_true", help="forget the checkpoint of an interrupted run")

    export = verb("export", _export, "lower a trained model or a safetensors file to a network folder")
    export.add_argument("source", help="model folder, or .safetensors file with (neurons, inputs) weights")
    export.add_argument("--out", metavar="DIR", required=True, help="network folder")
    export.add_argument("--stream-length", type=int, metavar="L")
    export.add_argument("--resolution-bits", type=int, metavar="N")
    export.add_argument("--generators", metavar="PAIR", help=f"one of {pairs}")
    export.add_argument("--name")
    export.add_argument("--layers", type=_words, metavar="NAME[,NAME...]", help="layers of the file, in order")
    export.add_argument(
        "--activations", type=_activations, metavar="A[,A...]", help="of a file's hidden layers: relu or LOW:HIGH"
    )
    export.add_argument("--input-scale", type=float, help="real feature of the largest input code")
    export.add_argument("--border", choices=get_args(Border))
    export.add_argument("--calibration", metavar="X.npy", help="real inputs on which ranges are searched")
    export.add_argument("--labels", metavar="L.npy", help="their classes")

    infer = verb("infer", _infer, "run a network on integer codes or real features")
    infer.add_argument("network", help="network folder")
    source = infer.add_mutually_exclusive_group(required=True)
    source.add_argument("--codes", metavar="X.npy", help="integer codes (batch, features)")
    source.add_argument("--inputs", metavar="X.npy", help="real features (batch, features)")
    infer.add_argument("--out", metavar="Y.npy", required=True, help="outputs, int64")
    infer.add_argument("--labels", metavar="L.npy", help="class indices (batch,); adds the accuracy")
    infer.add_argument("--engine", choices=engines, default="auto")
    infer.add_argument("--chunk", type=int, metavar="N", help="samples held at a time; the result is the same")
    infer.add_argument("--threads", type=int, metavar="N", help="default: NUMBA_NUM_THREADS, or all processors")
    infer.add_argument("--restart", action="store_true", help="forget an interrupted run instead of continuing it")
    infer.add_argument("--explain", action="store_true", help="say which engine was chosen, and why")
    infer.add_argument("--json", action="store_true", help="print the figures as JSON")

    generate = verb("generate", _generate, "write the network's Verilog and manifest")
    generate.add_argument("network", help="network folder")
    generate.add_argument("--out", metavar="DIR", required=True)
    _add_architecture(generate)
    beside = generate.add_argument_group("beside the core")
    beside.add_argument("--testbench", action="store_true", help="a bench in plain Verilog with its vectors")
    beside.add_argument("--integration", action="store_true", help="constraint stubs, VHDL component, FuseSoC core")
    beside.add_argument("--image-for", metavar="DIR", help="write only what the core in DIR loads, to the file --out")
    budget = generate.add_argument_group("budget", "lets the architecture 'auto' choose, and say why")
    budget.add_argument("--target", choices=("up5k", "hx8k", "ecp5-25k"), help="device of the budget")
    budget.add_argument("--max-luts", type=int, metavar="N", help="4-input tables that the core may take, estimated")
    budget.add_argument("--min-rate", type=float, metavar="R", help="inferences a second to reach, estimated")

    cosim = verb("cosim", _cosim, "compare the Verilog with the model, value by value")
    cosim.add_argument("network", help="network folder")
    cosim.add_argument("--out", metavar="DIR", required=True, help="folder for cosim.json")
    cosim.add_argument("--rtl", metavar="DIR", help="take the Verilog in DIR as it lies there")
    cosim.add_argument("--simulator", choices=simulators, default="auto")
    cosim.add_argument("--mode", choices=("auto", "block", "cocotb"), default="auto", help="who drives: see the docs")
    cosim.add_argument("--netlist", metavar="TARGET", help="simulate what Yosys maps it to: ice40, ecp5 or a device")
    stimulus = cosim.add_mutually_exclusive_group()
    stimulus.add_argument("--codes", metavar="X.npy", help="integer codes (batch, features)")
    stimulus.add_argument("--samples", type=int, metavar="N", help="random samples beside the directed vectors")
    cosim.add_argument("--stall", choices=("none", "random"), default="none", help="stalls on both streams")
    cosim.add_argument("--seed", type=int, default=0, help="of random codes and stalls")
    _add_architecture(cosim)

    synth = verb("synth", _synth, "estimate cells and clock on a device")
    synth.add_argument("network", help="network folder")
    synth.add_argument("--target", choices=tuple(TARGETS), required=True)
    synth.add_argument("--out", metavar="DIR", required=True, help="folder for synth.json and the tools' logs")
    synth.add_argument("--rtl", metavar="DIR", help="take the Verilog in DIR as it lies there")
    synth.add_argument(
        "--seeds", type=_seeds, default=(1,), metavar="N | S,S[,S...]", help="how many placements, or their seeds"
    )
    synth.add_argument("--count-only", action="store_true", help="cells alone, no placement")
    _add_architecture(synth)

    sweep = verb("sweep", _sweep, "accuracy over stream lengths and generators, without training anew")
    sweep.add_argument("models", nargs="+", help="model folders; several are seeds of one network")
    sweep.add_argument("--out", metavar="DIR", required=True, help="folder for sweep.json; finished points are kept")
    sweep.add_argument("--data", metavar="X.npz", help="as for train")
    sweep.add_argument("--stream-lengths", type=_numbers, default=(256, 64, 32, 16, 8, 4), metavar="L[,L...]")
    sweep.add_argument("--generators", type=_words, default=("default",), metavar="PAIR[,PAIR...]")
    sweep.add_argument("--resolution-bits", type=int, metavar="N", help="default: ceil(log2 L)")
    sweep.add_argument("--workers", type=int, default=0, help="processes; 0: none but this one")

    report = verb("report", _report, "write one self-contained HTML page about a run folder")
    report.add_argument("folder", help="run folder")
    report.add_argument("--out", metavar="PAGE.html", required=True)

    run = verb("run", _run, "all verbs in one folder; an interrupted run continues")
    run.add_argument("--out", metavar="DIR", required=True, help="run folder")
    run.add_argument("--data", metavar="X.npz", help="as for train")
    run.add_argument("--hidden", type=_numbers, default=(32,), metavar="H[,H...]")
    run.add_argument("--stream-lengths", type=_numbers, default=(256, 32, 16, 8), metavar="L[,L...]")
    run.add_argument("--deployed", type=int, default=16, metavar="L", help="the length that becomes Verilog")
    run.add_argument("--epochs", type=int, default=250)
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--samples", type=int, default=100, help="test samples in the co-simulation")
    run.add_argument("--simulator", choices=simulators, default="auto")
    run.add_argument("--targets", type=_words, default=("ecp5-25k",), metavar="T[,T...]")
    run.add_argument("--neurons-in-parallel", "--lanes", type=_parallel, metavar="P[,P...]", help="as for generate")

    verb("doctor", _doctor, "say what is installed, what is missing and how to get it")
    return parser


def _add_architecture(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("architecture")
    group.add_argument("--architecture", choices=("auto", "serial", "column", "row"))
    group.add_argument(
        "--neurons-in-parallel", "--lanes", type=_parallel, metavar="P[,P...]", help="neurons computed at a time"
    )
    group.add_argument(
        "--stream-bits-per-cycle", type=_parallel, metavar="S[,S...]", help="stream positions a clock, up to all"
    )
    group.add_argument(
        "--product-table", action="store_true", default=None, help="of column: products from block memory"
    )
    group.add_argument("--overlap", action="store_true", default=None, help="of column: the next vector at once")
    group.add_argument("--logic-weights", action="store_true", default=None, help="with --overlap: no block memory")
    group.add_argument("--anytime", action="store_true", default=None, help="a port that stops streams early")
    group.add_argument("--weights", choices=("rom", "loadable"), help="loadable: written at run time; default: rom")
    group.add_argument("--control", choices=("axi-lite", "stream"), help="registers, or load frames on the input port")
    group.add_argument("--memory", choices=("block", "spram"), help="of loadable serial cores; spram: iCE40UP alone")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the line breaks of our texts."""


if __name__ == "__main__":
    sys.exit(main())
