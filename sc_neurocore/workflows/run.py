"""Everything in one run folder: trained on data, exported, inferred, generated, co-simulated, synthesized, reported."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..cosim.simulators.tools import find_simulator
from ..spec.coerce import integer
from ..spec.errors import ComparisonError, OptionError
from ..spec.features import quantize_features
from ..spec.files.atomic import json_text, sha256_file, write_atomic, written_folder
from ..spec.folder import load_network
from ..spec.layer import WeightedLayer
from ..synth.targets import get_target
from .pipeline import Step, run_steps

LENGTHS = (256, 32, 16, 8)
DEPLOYED = 16
TARGETS = ("up5k",)


def full_run(
    out: str | os.PathLike[str],
    *,
    data: str | None = None,
    hidden: Sequence[int] = (32,),
    layers: Sequence[str] = (),
    stream_lengths: Sequence[int] = LENGTHS,
    deployed: int = DEPLOYED,
    epochs: int = 250,
    seed: int = 0,
    samples: int = 100,
    simulator: str = "auto",
    targets: Sequence[str] = TARGETS,
    neurons_in_parallel: int | Sequence[int] | None = None,
    say: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Run all verbs, each kept when nothing it depends on has changed.

    Args:
        out: run folder; an interrupted run continues there.
        data: a file or folder as for `train`; None: scikit-learn's digits.
        hidden: neurons of the hidden layers.
        layers: words of `training.layer_list` in their place, as "conv6k5p2", "pool2", … up to the classes.
        stream_lengths: an exact network is trained at each, n = log2 L.
        deployed: the one of them that becomes Verilog.
        epochs: of each training.
        seed: of training, co-simulation stimuli and placement.
        samples: test samples that the co-simulation takes beside its directed vectors.
        simulator: as for `cosim`; "auto" ends at Amaranth's own, which runs the components and not the Verilog.
        targets: devices for `synth`; the core is chosen for the first one.
        neurons_in_parallel: as for `generate`, of architecture "row"; None lets the device choose the core.
        say: takes progress lines.

    Returns:
        `accuracy` (stream length, or "float", to share), `cosim`, `synth` (their documents), `report` (path).

    Raises:
        OptionError: an argument is illegal, or `out` holds other files.
        ToolError: no such simulator here.
        ComparisonError: the co-simulation ended with FAIL; its document lies in the run folder.
    """
    if deployed not in stream_lengths:
        raise OptionError(f"deployed must be one of the stream lengths {tuple(stream_lengths)}, got {deployed}")
    samples = integer("samples", samples, 1, rule="at least 1")
    for target in targets:
        get_target(target)  # a typing mistake is told at once, not after the training
    if len(set(targets)) < len(targets):
        raise OptionError(f"targets must be different devices, got {tuple(targets)}")
    simulator = find_simulator(simulator).name  # a missing one, too
    sizes: dict[str, Any] = {"layers": tuple(layers)} if layers else {"hidden": tuple(hidden)}
    _check_training(data, sizes, stream_lengths, epochs, seed)
    folder = Path(out)
    run = _Run(folder, data, seed, say)
    shape = {key: list(value) for key, value in sizes.items()}
    recipe = {**shape, "lengths": list(stream_lengths), "epochs": epochs, "seed": seed}
    source = [] if data is None else [str(Path(data).absolute())]
    core: dict[str, Any] = {"neurons_in_parallel": neurons_in_parallel}
    if neurons_in_parallel is None:
        core = {"target": targets[0]} if targets else {}
    cosim = {"samples": samples, "seed": seed, "simulator": simulator}
    steps = [
        Step("train", "models", lambda: run.train(sizes, stream_lengths, epochs), recipe, source),
        Step("export", "network", lambda: run.export(deployed), {"deployed": deployed}, ["models"]),
        Step("accuracy", "sweep.json", lambda: run.accuracies(stream_lengths), {}, ["models", *source]),
        Step("infer", "infer", run.infer, {}, ["network", *source]),
        Step("generate", "rtl", lambda: run.generate(core), core, ["network"]),
        Step("cosim", "cosim", lambda: run.cosim(samples, simulator, core), cosim, ["network", "rtl", "infer"]),
        *(
            Step(f"synth {target}", f"synth/{target}", partial(run.synth, target), {"seed": seed}, ["network", "rtl"])
            for target in targets
        ),
    ]
    results = ["models", "network", "sweep.json", "infer", "rtl", "cosim", *(f"synth/{target}" for target in targets)]
    steps.append(Step("report", "report.html", run.report, {}, results))
    run_steps(folder, steps, say)
    return run.summary(targets)


def _check_training(data: str | None, sizes: dict[str, Any], lengths: Sequence[int], epochs: int, seed: int) -> None:
    """Refuse a damaged data set or recipe before anything is written."""
    if len(set(lengths)) < len(lengths):
        raise OptionError(f"stream_lengths must be different lengths, got {tuple(lengths)}")
    from ..training.config import TrainConfig
    from ..training.data import load_data

    if data is not None:
        load_data(data)
    for length in lengths:
        TrainConfig(**sizes, epochs=epochs, seed=seed, stream_length=length)


class _Run:
    """The steps' actions; each returns the line that says what came out."""

    def __init__(self, folder: Path, data: str | None, seed: int, say: Callable[[str], None]) -> None:
        self.folder, self.data, self.seed = folder, data, seed
        self.detail: Callable[[str], None] = lambda line: say(f"      {line}")

    def train(self, sizes: dict[str, Any], lengths: Sequence[int], epochs: int) -> str:
        from ..training import TrainConfig, train_series

        config = TrainConfig(name="digits", **sizes, epochs=epochs, seed=self.seed)
        if self.data is not None:
            config = config.replace(name="network")
        series = train_series(
            config, self.folder / "models", stream_lengths=lengths, data=self.data, progress=self.detail
        )
        return f"float and {len(series.by_length)} exact networks"

    def export(self, deployed: int) -> str:
        from ..export import export

        network = export(self.folder / "models" / f"L{deployed}", self.folder / "network").network
        layers = [layer for layer in network.layers if isinstance(layer, WeightedLayer)]
        sizes = "-".join(str(size) for size in (network.input.features, *(layer.neurons for layer in layers)))
        return f"{sizes} at L = {deployed}, {network.sha256[:12]}"

    def accuracies(self, lengths: Sequence[int]) -> str:
        """Exact accuracy of each trained length, by `infer` on the exported network."""
        from ..export import export_model
        from ..inference.engines import classify, infer
        from ..training import load_model

        points = []
        for length in lengths:
            network = export_model(self.folder / "models" / f"L{length}").network
            codes, labels = self._test_codes(network)
            points.append(
                {
                    "stream_length": length,
                    "resolution_bits": network.layers[0].resolution_bits,
                    "generators": "default pair, trained at each length",
                    "seed": self.seed,
                    "samples": len(labels),
                    "accuracy": float(np.mean(classify(infer(network, codes), network) == labels)),
                    "network_sha256": network.sha256,
                }
            )
        document = {
            "format": "sc-neurocore/sweep",
            "format_version": 1,
            "float_accuracy": load_model(self.folder / "models" / "float").accuracy["float"],
            "samples": points[0]["samples"],
            "points": points,
        }
        write_atomic(self.folder / "sweep.json", json_text(document))
        return ", ".join(f"L = {point['stream_length']}: {point['accuracy']:.2%}" for point in points)

    def infer(self) -> str:
        from ..inference.engines import classify, explain, infer

        network = load_network(self.folder / "network")
        codes, labels = self._test_codes(network)
        outputs = infer(network, codes)
        accuracy = float(np.mean(classify(outputs, network) == labels))
        figures = {
            "engine": explain(network, len(codes))["engine"],
            "samples": len(codes),
            "accuracy": accuracy,
            "network_sha256": network.sha256,
        }
        with written_folder(
            self.folder / "infer", replaces=("codes.npy", "labels.npy", "outputs.npy", "infer.json")
        ) as folder:
            for name, array in (("codes", codes), ("labels", labels.astype(np.int64)), ("outputs", outputs)):
                (folder / f"{name}.npy").write_bytes(_npy(array))
            (folder / "infer.json").write_text(json_text(figures), "utf-8")
        return f"{len(codes)} test samples, accuracy {accuracy:.2%}"

    def generate(self, core: dict[str, Any]) -> str:
        from ..rtl import generate

        network = load_network(self.folder / "network")
        manifest = generate(network, self.folder / "rtl", **core, progress=self.detail)
        architecture = manifest["parameters"]["architecture"]
        return f"{manifest['verilog']}, {architecture}, {manifest['cycles_per_inference']} clocks per inference"

    def cosim(self, samples: int, simulator: str, core: dict[str, Any]) -> str:
        from ..cosim import run
        from ..export.proof import source_proof

        network = load_network(self.folder / "network")
        gates: dict[str, Any] = core if simulator == "amaranth" else {"rtl": self.folder / "rtl"}
        result = run(
            network,
            self.folder / "cosim",
            **gates,
            simulator=simulator,
            codes=np.load(self.folder / "infer" / "codes.npy")[:samples],
            stall="random",
            seed=self.seed,
            proof=source_proof(self.folder / "network"),
            progress=self.detail,
        )
        if not result.passed:
            raise ComparisonError(f"the gates differ from the model: {result.summary()}")
        return result.summary()

    def synth(self, target: str) -> str:
        from ..synth import run

        network = load_network(self.folder / "network")
        options = {"seeds": (self.seed + 1,), "rtl": self.folder / "rtl", "progress": self.detail}
        figures = run(network, self.folder / "synth" / target, target=target, **options)
        if figures["fits"] is False:
            return f"{figures['luts']} LUTs, {figures['note']}"
        clock = "not placed" if figures["fmax_mhz"] is None else f"{figures['fmax_mhz']:.1f} MHz"
        return f"{figures['luts']} LUTs, {clock}"

    def report(self) -> str:
        from ..report import write

        page = write(self.folder, self.folder / "report.html")
        return f"{page}, {sha256_file(page)[:12]}"

    def summary(self, targets: Sequence[str]) -> dict[str, Any]:
        """What the closing table shows, read back from the artifacts."""

        def read(name: str) -> Any:
            return json.loads((self.folder / name).read_text("utf-8"))

        sweep = read("sweep.json")
        accuracy = {"float": sweep["float_accuracy"]}
        accuracy |= {str(point["stream_length"]): point["accuracy"] for point in sweep["points"]}
        synth = {target: read(f"synth/{target}/synth.json") for target in targets}
        report = str(self.folder / "report.html")
        return {"accuracy": accuracy, "cosim": read("cosim/cosim.json"), "synth": synth, "report": report}

    def _test_codes(self, network: Any) -> tuple[np.ndarray, np.ndarray]:
        """Codes and labels of the test samples."""
        from ..training import load_data

        test = load_data(self.data)
        codes, _ = quantize_features(network, test.x_test * test.scale)
        return codes, np.asarray(test.y_test)


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
