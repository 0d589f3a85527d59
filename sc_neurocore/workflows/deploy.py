"""From a trained model to a board: imported, proved, generated, co-simulated, run over the pins, packed."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..cosim.simulators.tools import find_simulator
from ..export.order import in_order, order_of
from ..export.proof import source_proof
from ..export.sources import NETWORK_FILES, REPORT_FILE
from ..rtl.options import CoreOptions, options_for
from ..rtl.plan.estimates import DEVICES
from ..rtl.plan.selection import USABLE
from ..spec import load_array, load_network
from ..spec.coerce import integer
from ..spec.entrance import entrance
from ..spec.errors import ComparisonError, OptionError
from ..spec.features import quantize_features
from ..spec.files.atomic import json_text, sha256_file, write_atomic, written_folder
from ..spec.network import NetworkSpec
from ..synth.boards import Board, get_board, make_bitstream, write_design
from ..synth.flow import DSP_REFUSED
from .pipeline import Step, run_steps

KIND = "deploy"
SUMMARY = "deploy.json"
SHELL_TABLES = 450
"""Tables of the serial port and the top module around a core, which its budget leaves free."""
RANDOM_SAMPLES = 16
SAMPLE_FILES = ("codes.txt", "expected.txt", "labels.txt", "codes.npy", "samples.json")
SKIPPED = "skipped: nothing says that the board's top module works"
ONE_ELEMENT = (
    "a board's serial line brings one element at a time: no architecture 'unrolled', no elements_per_beat, and no "
    "min_rate beyond one element a clock"
)
ARRAYS = ("calibration", "labels")
"""Options of the export that name arrays here."""


@entrance
def deploy(
    model: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    board: Board | str | os.PathLike[str],
    inputs: str | os.PathLike[str] | None = None,
    labels: str | os.PathLike[str] | None = None,
    lowering: Mapping[str, Any] | None = None,
    core: Mapping[str, Any] | None = None,
    simulator: str = "auto",
    samples: int = 8,
    seed: int = 0,
    pins: bool = True,
    bitstream: bool = True,
    say: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Put a model onto a board, up to the bitstream; each step is kept when nothing it depends on has changed.

    Args:
        model: a file that `export` reads (ONNX, Keras, NIR, Torch state, …), a model folder, or a network folder.
        out: folder of the deployment; an interrupted one continues there.
        board: a board, its name, or the path of its file.
        inputs: file of real features; they calibrate the lowering where `lowering` names no others, and are what the
            host sends first. None: random codes.
        labels: file of their classes.
        lowering: options of `export`; `calibration` and `labels` as paths.
        core: options of `rtl.generate`; where they leave it open, the board's device chooses.
        simulator: as for `cosim`, of those that take Verilog.
        samples: how many go over the pins of the simulated board.
        seed: of random codes and stalls.
        pins: False leaves the simulation over the pins out, and says so.
        bitstream: False ends before Yosys.
        say: takes progress lines.

    Returns:
        The content of `deploy.json`.

    Raises:
        OptionError: an argument is illegal, or `out` holds other files.
        ComparisonError: the gates, or the board's top module, differ from the model.
        MissingExtraError: a library for the model's format, or the extra `synth`, is not installed.
        ToolError: there is no simulator, or a tool failed.
    """
    place = get_board(board)
    samples = integer("samples", samples, 1, rule="a positive integer")
    if labels is not None and inputs is None:
        raise OptionError("labels are the classes of inputs: give both")
    simulator = find_simulator(simulator, verilog=True).name
    options = core_for(place, dict(core or {}))
    lowering = dict(lowering or {})
    if not is_network(model) and inputs is not None and not os.path.isdir(model) and "calibration" not in lowering:
        lowering |= {"calibration": str(inputs)} | ({} if labels is None else {"labels": str(labels)})
    if is_network(model) and lowering:
        raise OptionError(f"{', '.join(sorted(lowering))}: {model} is a network folder, which is lowered already")
    run = _Deployment(Path(out), place, simulator, seed, say, imports=not is_network(model))
    files = [_absolute(lowering[key]) for key in (*ARRAYS, "weights") if key in lowering]
    samples_of_user = {"inputs": _absolute(inputs), "labels": _absolute(labels)}
    beside = [path for path in samples_of_user.values() if path]
    origin = {"seed": seed, "imports": run.imports, **samples_of_user}
    facts = json.loads(place.model_dump_json())
    checked = {"seed": seed, "simulator": simulator}
    steps = [
        Step("import", "network", lambda: run.load(model, lowering), lowering, [_absolute(model), *files]),
        Step("samples", "samples", lambda: run.samples(inputs, labels), origin, ["network", *beside]),
        Step("generate", "rtl", lambda: run.generate(options), options, ["network"]),
        Step("cosim", "cosim", run.cosim, checked, ["network", "rtl"]),
        Step("design", "board", run.design, {"board": facts}, ["network", "rtl"]),
    ]
    results = ["network", "rtl", "cosim", "samples", "board"]
    if pins:
        over = checked | {"samples": samples}
        steps.append(Step("pins", "pins", lambda: run.pins(samples), over, ["network", "board", "samples"]))
        results.append("pins")
    if bitstream:
        steps.append(Step("bitstream", "bitstream", run.bitstream, {}, ["board"]))
        results.append("bitstream")
    parts = {"pins": pins, "bitstream": bitstream, "calibrated_on_inputs": lowering.get("calibration") == str(inputs)}
    steps.append(Step("summary", SUMMARY, lambda: run.summary(model, parts), parts, results))
    run_steps(out, steps, say, kind=KIND)
    return run.read(SUMMARY)


def is_network(model: str | os.PathLike[str]) -> bool:
    """Whether a path is a network folder, which needs no export."""
    return all(Path(model, name).is_file() for name in NETWORK_FILES if name != REPORT_FILE)


def core_for(board: Board, core: dict[str, Any]) -> dict[str, Any]:
    """The options of a core for a board: its device chooses where they leave the core open, with room for what is
    around it.

    Args:
        board: the board.
        core: options of `rtl.generate`.

    Raises:
        OptionError: there is no such option, or the board has no wires for it.
    """
    if core.get("target", board.target) != board.target:
        raise OptionError(f"target of board {board.name} is {board.target!r}, got {core['target']!r}")
    core.pop("target", None)
    if core.get("weights") == "loadable":
        core.setdefault("control", "stream")
    if CoreOptions.of(core).control == "axi-lite":
        raise OptionError("control 'axi-lite' has no wires on a board; take control 'stream', or constant weights")
    words = core.get("architecture")
    if "unrolled" in ([words] if isinstance(words, str) else words or ()) or core.get("elements_per_beat", 1) != 1:
        raise OptionError(ONE_ELEMENT)
    if core.get("anytime"):
        raise OptionError("anytime adds a port that the board's top module does not drive; leave it out")
    choice = options_for(board.target, **core)
    if "target" in choice:
        room = int(USABLE * DEVICES[board.target].tables) - SHELL_TABLES
        choice["max_luts"] = min(room, choice.get("max_luts") or room)
    return choice


def _absolute(path: str | os.PathLike[str] | None) -> str:
    return "" if path is None else str(Path(path).absolute())


class _Deployment:
    """The steps' actions; each returns the line that says what came out."""

    def __init__(
        self, folder: Path, board: Board, simulator: str, seed: int, say: Callable[[str], None], *, imports: bool
    ) -> None:
        self.folder, self.board, self.simulator, self.seed = folder, board, simulator, seed
        self.imports = imports
        """Whether inputs and labels are the source's, not the network's."""
        self.detail: Callable[[str], None] = lambda line: say(f"      {line}")

    def read(self, name: str) -> dict[str, Any]:
        """A result of an earlier step."""
        return json.loads((self.folder / name).read_text("utf-8"))

    @property
    def network(self) -> NetworkSpec:
        """What is deployed."""
        return load_network(self.folder / "network")

    def load(self, model: str | os.PathLike[str], lowering: Mapping[str, Any]) -> str:
        from ..export import export

        out = self.folder / "network"
        if is_network(model):
            load_network(model)  # refuses a damaged one before anything is copied
            with written_folder(out, replaces=NETWORK_FILES) as target:
                for name in NETWORK_FILES:
                    if Path(model, name).is_file():
                        (target / name).write_bytes(Path(model, name).read_bytes())
        else:
            arrays = {key: load_array(lowering[key], key) for key in ARRAYS if key in lowering}
            export(model, out, **{**lowering, **arrays})
        network, source = self.network, source_proof(out)["source"]
        sizes = "-".join(str(size) for size in (network.input.features, *(x.out_elements for x in network.layers)))
        proved = source["note"]
        if source["checked"]:
            proved += f", {source['probes']} inputs, relative error {source['relative_error']:.1g}"
        return f"{network.name}, {sizes}, {network.sha256[:12]}; {proved}"

    def generate(self, options: Mapping[str, Any]) -> str:
        from ..rtl import check_room, generate, plan_core

        network = self.network
        plan = plan_core(network, **options)
        if plan.beat != (1, 1):
            raise OptionError(ONE_ELEMENT)
        if "target" not in options:  # what is chosen for the device fits it
            check_room(plan, self.board.target)
        manifest = generate(network, self.folder / "rtl", **options, progress=self.detail)
        architecture = manifest["parameters"]["architecture"]
        return f"{architecture}, {manifest['cycles_per_inference']} clocks an inference"

    def cosim(self) -> str:
        from ..cosim import run

        result = run(
            self.network,
            self.folder / "cosim",
            rtl=self.folder / "rtl",
            simulator=self.simulator,
            stall="random",
            seed=self.seed,
            proof=source_proof(self.folder / "network"),
            progress=self.detail,
        )
        if not result.passed:
            raise ComparisonError(f"the gates differ from the model: {result.summary()}")
        return result.summary()

    def samples(self, inputs: str | os.PathLike[str] | None, labels: str | os.PathLike[str] | None) -> str:
        """What the host sends, and what must come back."""
        from ..inference.engines import classify, infer

        network = self.network
        if inputs is None:
            rng, shape = np.random.default_rng([self.seed, 0xB0]), network.codes_shape(RANDOM_SAMPLES)
            from ..cosim.testplan.stimulus import random_codes

            codes, saturated = random_codes(network, RANDOM_SAMPLES, rng).reshape(shape), 0
        else:
            codes, saturated = quantize_features(network, self._features(load_array(inputs, "inputs")))
        outputs = infer(network, codes)
        texts = {"codes.txt": _rows(codes), "expected.txt": _rows(outputs)}
        figures: dict[str, Any] = {"samples": len(codes), "random": inputs is None, "saturated": saturated}
        summary = f"{len(codes)} {'random ' if inputs is None else ''}samples for the host"
        if labels is not None:
            classes = load_array(labels, "labels")
            if classes.shape != (len(codes),):
                raise OptionError(f"labels must be one a sample, ({len(codes)},); got shape {classes.shape}")
            order = self._order("output_order", network.layers[-1].out_elements)
            classes = classes if order is None else in_order(classes, order)
            texts["labels.txt"] = "".join(f"{int(label)}\n" for label in classes)
            figures["accuracy"] = float(np.mean(classify(outputs, network) == classes))
            summary += f", accuracy {figures['accuracy']:.2%}"
        buffer = io.BytesIO()
        np.save(buffer, codes, allow_pickle=False)
        with written_folder(self.folder / "samples", replaces=SAMPLE_FILES) as target:
            for name, text in texts.items():
                (target / name).write_text(text, "utf-8")
            (target / "codes.npy").write_bytes(buffer.getvalue())
            (target / "samples.json").write_text(json_text(figures), "utf-8")
        return summary

    def _order(self, key: str, count: int) -> np.ndarray | None:
        """In which order the source has what the network has in its own."""
        if not self.imports:
            return None
        return order_of(self.read(f"network/{REPORT_FILE}"), key, count)

    def _features(self, inputs: np.ndarray) -> np.ndarray:
        """The inputs as the network takes them: those of a source may have several axes, and its order."""
        if not self.imports:
            return inputs
        flat = inputs.reshape(len(inputs), -1) if inputs.ndim > 1 and inputs.size else inputs
        order = self._order("input_order", self.network.input.features)
        return flat if order is None or flat.shape[1:] != order.shape else flat[:, order]

    def design(self) -> str:
        design = write_design(self.network, self.folder / "rtl", self.board, self.folder / "board")
        rates = [design[f"{where}_inferences_per_second"] for where in ("core", "line")]
        core = "a data-dependent rate" if rates[0] is None else f"{rates[0]:,.0f} inferences/s"
        return f"{self.board.title}: {core} at {self.board.clock.mhz:g} MHz, {rates[1]:,.0f}/s over its serial line"

    def pins(self, samples: int) -> str:
        from ..cosim.pins import run_over_pins

        document = run_over_pins(
            self.network,
            self.folder / "board",
            self.folder / "pins",
            codes=np.load(self.folder / "samples" / "codes.npy")[:samples],
            samples=samples,
            simulator=self.simulator,
            seed=self.seed,
            progress=self.detail,
        )
        if document["verdict"] != "PASS":
            raise ComparisonError(f"the board's top module differs from the model over its pins: {document['reason']}")
        return f"PASS: {document['values_compared']} values of {samples} samples over the pins, {self.simulator}"

    def bitstream(self) -> str:
        document = make_bitstream(self.folder / "board", self.folder / "bitstream", progress=self.detail)
        if document["bitstream"] is None:
            return document["note"]
        summary = f"{document['bitstream']}, {document['fmax_mhz']:g} MHz of {self.board.clock.mhz:g}"
        return summary + (f"; {DSP_REFUSED}" if document.get("dsp_refused") else "")

    def summary(self, model: str | os.PathLike[str], parts: Mapping[str, bool]) -> str:
        names = "board/design.json", "cosim/cosim.json", "samples/samples.json"
        design, cosim, samples = (self.read(name) for name in names)
        over = self.read("pins/pins.json") if parts["pins"] else {"verdict": "UNVERIFIED", "reason": SKIPPED}
        packed = self.read("bitstream/bitstream.json") if parts["bitstream"] else None
        document = {
            "format": "sc-neurocore/deploy",
            "format_version": 1,
            "model": Path(model).name,
            "board": self.board.name,
            "target": self.board.target,
            "source": source_proof(self.folder / "network")["source"],
            "architecture": self.read("rtl/manifest.json")["parameters"],
            "cosim": {key: cosim[key] for key in ("verdict", "simulator", "values_compared", "mismatches")},
            "pins": over,
            "accuracy": samples.get("accuracy"),
            "calibrated_on_inputs": parts["calibrated_on_inputs"],
            "core_inferences_per_second": design["core_inferences_per_second"],
            "line_inferences_per_second": design["line_inferences_per_second"],
            "bitstream": packed,
            "network_sha256": self.network.sha256,
            "rtl_sha256": sha256_file(self.folder / "board" / "core.v"),
        }
        write_atomic(self.folder / SUMMARY, json_text(document))
        return "no bitstream was asked for" if packed is None else packed["note"] or f"bitstream/{packed['bitstream']}"


def _rows(values: np.ndarray) -> str:
    """A frame a line."""
    return "".join(" ".join(map(str, row)) + "\n" for row in values.reshape(-1, values.shape[-1]).tolist())
