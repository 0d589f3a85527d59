"""What `make crash` cuts short: every verb that writes, on inputs that a seed chooses.

Simulators and synthesis are replaced where thousands of runs are needed: the answer of the real simulator is kept and
given again, and Yosys maps each core once. `crash_others.py` takes the real ones.
"""

from __future__ import annotations

import functools
import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sc_neurocore import cosim, save_network, synth
from sc_neurocore.circuits import Circuit
from sc_neurocore.explore import sweep
from sc_neurocore.explore.candidates import FloatNetwork
from sc_neurocore.export import export, lower_dense
from sc_neurocore.inference.files import infer_files
from sc_neurocore.report import write as write_report
from sc_neurocore.rtl import generate, write_load_image
from sc_neurocore.spec import Comparator, NetworkSpec, Sobol
from sc_neurocore.spec.circuit import CircuitSpec, save_circuit


def arrays(seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, (4, 5)), rng.uniform(-1, 1, (3, 4))]


@functools.cache
def network(seed: int) -> NetworkSpec:
    return lower_dense(arrays(seed), [np.zeros(4), np.zeros(3)], stream_length=8, name="tiny").network


def circuit(seed: int) -> CircuitSpec:
    made = Circuit("tiny", stream_length=16, resolution_bits=4)
    x, y = (made.input(each, generator=Comparator(source=Sobol(dimension=i))) for i, each in enumerate("xy", 1))
    made.output("z", made.and_(x, y) if seed == 1 else made.or_(x, y))
    return made.spec


def _export(folder: Path, seed: int) -> None:
    named = {"0.weight": arrays(seed)[0], "1.weight": arrays(seed)[1]}
    export(named, folder / "network", stream_length=8, name="tiny")


def _infer(folder: Path, seed: int) -> None:
    given = folder.with_name("given")
    if not given.exists():
        save_network(network(1), given / "network")
        for each in (1, 2):
            np.save(given / f"{each}.npy", np.random.default_rng(each).integers(0, 8, (9, 5)))
    infer_files(given / "network", folder / "y.npy", codes=given / f"{seed}.npy", chunk=4)


def _report(folder: Path, seed: int) -> None:
    given = folder.with_name(f"run{seed}")
    if not given.exists():
        save_network(network(seed), given / "network")
    write_report(given, folder / "page.html")


def _samples(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {"features": rng.uniform(0, 1, (12, 5)), "labels": np.arange(12) % 3}


def _sweep(folder: Path, seed: int) -> None:
    source = FloatNetwork((*arrays(seed),), (np.zeros(4), np.zeros(3)))
    sweep(source, folder / "sweep", **_samples(seed), stream_lengths=(4, 8), workers=0)


def data_file(folder: Path, seed: int) -> Path:
    """A small data set beside the folder."""
    file = folder.with_name(f"data{seed}.npz")
    if not file.exists():
        samples = _samples(seed)
        np.savez(file, x=samples["features"], y=samples["labels"])
    return file


def _train(folder: Path, seed: int) -> None:
    from sc_neurocore.training import TrainConfig, train

    config = TrainConfig(name="tiny", hidden=(2,), stream_length=4, epochs=4, batch_size=4, seed=seed)
    train(config, folder / "model", data=data_file(folder, 1), checkpoint_every=1)


def _loadable(folder: Path) -> Path:
    core = folder.with_name("core")
    if not core.exists():
        generate(network(1), core, weights="loadable")
    return core


def _run(folder: Path, seed: int) -> None:
    from sc_neurocore.workflows.run import full_run

    data = str(data_file(folder, seed))
    options = {"hidden": (2,), "stream_lengths": (8, 4), "deployed": 4, "epochs": 1, "samples": 2}
    full_run(folder / "run", data=data, targets=("hx8k",), simulator="verilator", say=lambda line: None, **options)


def _deploy(folder: Path, seed: int) -> None:
    from sc_neurocore.workflows.deploy import deploy

    model = folder.with_name(f"deployed{seed}")
    if not model.exists():
        save_network(network(seed), model)
    quick = {"simulator": "verilator", "pins": False, "bitstream": False, "say": lambda line: None}
    deploy(model, folder / "deploy", board="ulx3s", **quick)


VERBS: dict[str, Callable[[Path, int], Any]] = {
    "save": lambda folder, seed: save_network(network(seed), folder / "network"),
    "save circuit": lambda folder, seed: save_circuit(circuit(seed), folder / "circuit"),
    "export": _export,
    "infer": _infer,
    "generate": lambda folder, seed: generate(network(seed), folder / "rtl"),
    "generate circuit": lambda folder, seed: generate(circuit(seed), folder / "rtl"),
    "load image": lambda folder, seed: write_load_image(network(seed), _loadable(folder), folder / "image.hex"),
    "cosim": lambda folder, seed: cosim.run(
        network(seed), folder / "cosim", simulator="verilator", samples=2, search_seconds=0.0
    ),
    "synth": lambda folder, seed: synth.run(network(seed), folder / "synth", target="hx8k", place_and_route=False),
    "sweep": _sweep,
    "report": _report,
    "train": _train,
    "run": _run,
    "deploy": _deploy,
}
WITH_JAX = {"train", "run"}
"""Verbs that use a library which cannot be forked once it works."""
SELDOM = {"train": 6, "run": 24, "deploy": 12}
"""Verbs that take seconds: every how many of their changes are cut."""
PARTS: dict[str, Callable[[str], str | None]] = {
    "sweep": lambda name: name if name.endswith("sweep.json") else None,
    "train": lambda name: "model" if name.startswith("model/") else None,
    "run": lambda name: _step(name),
    "deploy": lambda name: _step(name),
}
"""Verbs whose folder keeps finished parts: which of them a file belongs to; None: to what only a rerun reads."""
TIMES = ("seconds", "cpu_seconds", "cycles_per_second")
"""Keys of JSON files that say how long something took; two runs differ there."""


def _step(name: str) -> str | None:
    """The result of one step of a run."""
    top, _, rest = name.partition("/")[2].partition("/")
    if top in ("run.json", ""):
        return None
    return f"{top}/{rest.partition('/')[0]}" if top in ("models", "synth") else top


def remember(folder: Path) -> None:
    """Give what simulator and Yosys said once again, for the same core and stimulus.

    Args:
        folder: where it is kept.
    """
    from sc_neurocore.cosim.verdict import verify
    from sc_neurocore.rtl.emit import folder as cores
    from sc_neurocore.synth import artifact

    def kept(called: Callable[..., Any], key: Callable[..., bytes]) -> Callable[..., Any]:
        def again(*args: Any, **options: Any) -> Any:
            file = folder / hashlib.sha256(key(*args)).hexdigest()
            if not file.exists():
                answer = called(*args, **options)
                if not file.exists():
                    file.with_suffix(".new").write_bytes(pickle.dumps(answer))
                    file.with_suffix(".new").rename(file)
            return pickle.loads(file.read_bytes())

        return again

    def mapped_once(called: Callable[..., Any]) -> Callable[..., Any]:
        def again(*args: Any, logs: Path | None = None, **options: Any) -> Any:
            if logs is not None:
                (logs / "yosys.log").write_text("mapped\n")
            return called(*args, **options)

        return again

    def simulated(script: Any, sources: Any, top: str, *_: Any) -> bytes:
        return b"".join([script.to_json().encode(), top.encode(), *(Path(each).read_bytes() for each in sources)])

    def mapped(sources: Any, top: str, target: str) -> bytes:
        return b"".join([top.encode(), target.encode(), *(Path(each).read_bytes() for each in sources)])

    verilog = cores.readable_verilog

    def converted(core: Any, top: str, head: str) -> tuple[str, str]:
        from amaranth.back import rtlil

        text = rtlil.convert(core, name=top, emit_src=False)
        return kept(lambda *_: verilog(core, top, head), lambda *words: "".join(words).encode())(text, top, head)

    cores.readable_verilog = converted
    verify.simulate = kept(verify.simulate, simulated)
    artifact.implement = mapped_once(kept(artifact.implement, mapped))


def untimed(content: bytes) -> bytes:
    """A JSON file without what differs between two runs."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without(each) for key, each in value.items() if key not in TIMES}
        return [without(each) for each in value] if isinstance(value, list) else value

    try:
        return json.dumps(without(json.loads(content))).encode()
    except ValueError:
        return content
