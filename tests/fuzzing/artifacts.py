"""Readers of results: model folders, checkpoints, journals of sweeps and runs, manifests, reports."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from support.networks.descriptions import dense, network, tensors
from support.networks.random_networks import write_folder

from sc_neurocore.cosim import run, verify_certificate
from sc_neurocore.cosim.verdict.certificate import canonical, sealed
from sc_neurocore.explore import FloatNetwork, sweep
from sc_neurocore.export import source_proof
from sc_neurocore.rtl import generate, load_image
from sc_neurocore.spec import load_network
from sc_neurocore.spec.files.json_object import parse_object
from sc_neurocore.synth.artifact import read_manifest
from sc_neurocore.training import TrainConfig, TrainedModel, load_model
from sc_neurocore.training.checkpoint import load_checkpoint, save_checkpoint
from sc_neurocore.training.folder import save_model
from sc_neurocore.workflows.pipeline import Step, run_steps

from .held import HELD, put
from .mutations import same, spoiled_bytes, spoiled_document
from .networks import spoiled_tensors
from .trial import Target, Wrong


def document_of(rng: Random, document: Any) -> tuple[bool, str]:
    """Whether the spoiled document is another one, and its text."""
    changed, text = spoiled_document(rng, document)
    return changed is None or not same(changed, document), text


# ---------------------------------------------------------------- model folders, checkpoints


def models(folder: Path) -> None:
    config = TrainConfig(hidden=(3,), stream_length=8, epochs=2)
    rng = np.random.default_rng(0)
    weights = tuple(rng.uniform(-1, 1, shape).astype(np.float32) for shape in ((3, 4), (2, 3)))
    biases = tuple(rng.uniform(-1, 1, size).astype(np.float32) for size in (3, 2))
    data = {"name": "x", "sha256": "0" * 64, "train_samples": 6, "test_samples": 2}
    accuracy: dict[str, float | None] = {"float": 0.5, "integer": 0.5, "train": 1.0}
    history = {"loss": [1.0, 0.5], "accuracy": [0.5, 1.0]}
    model = TrainedModel(config, 4, 2, "unipolar", 1.0, weights, biases, data, accuracy, history)
    save_model(model, folder / "model")
    HELD["model"] = {each.name: each.read_bytes() for each in (folder / "model").iterdir()}
    load_model(folder / "model")


def model(rng: Random, folder: Path) -> bool:
    whole = HELD["model"]
    document = json.loads(whole["model.json"])
    raw = whole["model.safetensors"]
    if rng.random() < 0.75:
        other, text = document_of(rng, document)
        if not other:
            return False
    else:
        raw = spoiled_tensors(rng, raw)
        text = json.dumps(
            {**document, "tensors": {"file": "model.safetensors", "sha256": hashlib.sha256(raw).hexdigest()}}
        )
    put(folder / "model" / "model.json", text)
    put(folder / "model" / "model.safetensors", raw)
    read = load_model(folder / "model")
    save_model(read, folder / "again")
    if load_model(folder / "again").to_json() != read.to_json():
        raise Wrong("a model that was read is another after it was written")
    return True


def checkpoints(folder: Path) -> None:
    like = {"w": np.zeros((2, 3), np.float32), "step": np.int32(3)}
    described = {"config": {"a": 1}, "data": "0" * 64, "history": {"loss": [1.0], "accuracy": [0.5]}}
    save_checkpoint(folder / "c.safetensors", like, described)
    HELD["checkpoint"] = (folder / "c.safetensors").read_bytes(), like, described


def _jax() -> None:
    import jax.numpy

    jax.numpy.zeros(1).block_until_ready()


def checkpoint(rng: Random, folder: Path) -> bool:
    whole, like, described = HELD["checkpoint"]
    raw = whole
    if rng.random() < 0.5:
        size = int.from_bytes(whole[:8], "little")
        head = json.loads(whole[8 : 8 + size])
        metadata = head["__metadata__"]
        metadata["description"] = document_of(rng, json.loads(metadata["description"]))[1]
        text = json.dumps(head).encode("utf-8", "surrogatepass")
        raw = len(text).to_bytes(8, "little") + text + whole[8 + size :]
    else:
        raw = spoiled_tensors(rng, whole)
    put(folder / "c.safetensors", raw)
    state, said = load_checkpoint(folder / "c.safetensors", like)
    if not same(said, described) or any(
        np.asarray(state[key]).tobytes() != np.asarray(like[key]).tobytes() for key in like
    ):
        raise Wrong(f"taken: {said!r}"[:300])
    return raw != whole


# ---------------------------------------------------------------- journals of sweeps and runs

FEATURES, LABELS = np.random.default_rng(1).uniform(0, 1, (6, 3)), np.array([0, 1] * 3)


def _sweep(out: Path) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    source = FloatNetwork((rng.uniform(-1, 1, (2, 3)),), (np.zeros(2),))
    return sweep(source, out, features=FEATURES, labels=LABELS, stream_lengths=(4, 8), engine="reference")


def sweeps(folder: Path) -> None:
    document = _sweep(folder / "sweep")
    HELD["sweep"] = document, {each.name: each.read_bytes() for each in (folder / "sweep" / "points").iterdir()}


def sweep_points(rng: Random, folder: Path) -> bool:
    document, points = HELD["sweep"]
    for name, raw in points.items():
        put(folder / "sweep" / "points" / name, raw)
    name = rng.choice(list(points))
    if rng.random() < 0.8:
        text = document_of(rng, json.loads(points[name]))[1]
        put(folder / "sweep" / "points" / name, text)
    else:
        put(folder / "sweep" / "points" / name, spoiled_bytes(rng, points[name]))
    if _sweep(folder / "sweep") != document:
        raise Wrong("a spoiled point was taken")
    return True


def runs(folder: Path) -> None:
    _run(folder / "run")
    HELD["run"] = json.loads((folder / "run" / "run.json").read_text())


def _run(out: Path) -> None:
    def write() -> str:
        put(out / "a", "content")
        return "done"

    run_steps(out, [Step("one", "a", write, {"x": 1})], lambda line: None)


def run_state(rng: Random, folder: Path) -> bool:
    other, text = document_of(rng, HELD["run"])
    put(folder / "run" / "run.json", text)
    put(folder / "run" / "a", rng.choice(("content", "damaged")))
    _run(folder / "run")
    if (folder / "run" / "a").read_text() != "content":
        raise Wrong("a damaged file was kept")
    _run(folder / "run")
    return other


# ---------------------------------------------------------------- reports and manifests


def proofs(folder: Path) -> None:
    from sc_neurocore.export import export

    rng = np.random.default_rng(0)
    export({"0.weight": rng.uniform(-1, 1, (2, 3))}, folder / "net", stream_length=8)
    HELD["proof"] = json.loads((folder / "net" / "export.json").read_text())


def proof(rng: Random, folder: Path) -> bool:
    other, text = document_of(rng, HELD["proof"])
    put(folder / "net" / "export.json", text)
    said = source_proof(folder / "net")
    json.dumps(said, allow_nan=False)
    kept = {"source": HELD["proof"]["source"], "integers": HELD["proof"]["integers"]}
    if not isinstance(said["source"], dict) or not isinstance(said["integers"], dict | None):
        raise Wrong(f"taken: {said}"[:300])
    return other and not same(said, kept)


def certificates(folder: Path) -> None:
    description = network(dense(3, 2, n=4))
    write_folder(folder / "net", description, tensors(description))
    read = load_network(folder / "net")
    generate(read, folder / "rtl")
    run(read, folder, simulator="amaranth", samples=1, search_seconds=0)
    HELD["certificate"] = json.loads((folder / "certificate.json").read_text())
    HELD["certificate"]["rtl"]["files"] = {"net.v": "0" * 64}


def certificate(rng: Random, folder: Path) -> bool:
    """A spoiled certificate whose own hash is right: refused, or every statement of it told."""
    other, text = document_of(rng, HELD["certificate"])
    tree = parse_object(text.encode("utf-8", "surrogatepass"), "certificate.json")
    put(folder / "certificate.json", canonical(sealed(tree)))
    for item in verify_certificate(folder / "certificate.json", network=folder / "net", rtl=folder / "rtl"):
        if not str(item).isprintable():
            raise Wrong(f"said: {str(item)!r}"[:300])
    return other


def cores(folder: Path) -> None:
    description = network(
        dense(3, 4, neuron={"kind": "relu", "multiplier": 3, "shift": 2, "output_bits": 4}), dense(4, 2, n=4)
    )
    write_folder(folder / "net", description, tensors(description))
    read = load_network(folder / "net")
    generate(read, folder / "rom")
    generate(read, folder / "loadable", weights="loadable")
    HELD["cores"] = (
        read,
        {name: json.loads((folder / name / "manifest.json").read_text()) for name in ("rom", "loadable")},
    )


def manifest(reader: str) -> Callable[[Random, Path], bool]:
    """An attack on one of the readers of `manifest.json`."""

    def attempt(rng: Random, folder: Path) -> bool:
        from sc_neurocore.cosim import write_testbench
        from sc_neurocore.cosim.core_under_test import core_of_folder, quiet_limit

        net, manifests = HELD["cores"]
        name = "loadable" if reader in ("load", "core") else "rom"
        other, text = document_of(rng, manifests[name])
        if not other:
            return False
        put(folder / name / "manifest.json", text)
        match reader:
            case "synth":
                read_manifest(folder / name, net)
            case "load":
                load_image(net, folder / name)
            case "testbench":
                write_testbench(net, folder / name, samples=1)
            case "core":
                core = core_of_folder(net, folder / name, (folder / name / "net.v",))
                quiet_limit(net, core)
                if core.loads is not None:
                    core.loads.summary()
        return True

    return attempt


def pages(folder: Path) -> None:
    from sc_neurocore.report import write

    root = folder / "run"
    if not (root / "network").exists():
        description = network(
            dense(3, 4, neuron={"kind": "relu", "multiplier": 3, "shift": 2, "output_bits": 4}), dense(4, 2, n=4)
        )
        write_folder(root / "network", description, tensors(description))
    net = load_network(root / "network")
    generate(net, root / "rtl")
    document = _sweep(folder / "s")
    put(root / "sweep.json", json.dumps(document))
    shutil.rmtree(folder / "s")
    (root / "cosim").mkdir(exist_ok=True)
    put(root / "cosim" / "cosim.json", json.dumps(_cosim(net)))
    (root / "synth" / "hx8k").mkdir(parents=True, exist_ok=True)
    put(root / "synth" / "hx8k" / "synth.json", json.dumps(_synth(net)))
    models(folder)
    shutil.copytree(folder / "model", root / "model", dirs_exist_ok=True)
    write(root, folder / "page.html")
    HELD["page"] = {
        name: json.loads((root / name).read_text())
        for name in ("sweep.json", "cosim/cosim.json", "synth/hx8k/synth.json", "rtl/manifest.json", "model/model.json")
    }


def _cosim(net: Any) -> dict[str, Any]:
    return {
        "verdict": "PASS",
        "reason": None,
        "findings": [],
        "simulator": "verilator",
        "simulator_version": "5",
        "samples": 9,
        "cycles": 1000,
        "cycles_per_second": 5.5,
        "values_compared": 18,
        "mismatches": 0,
        "first_mismatch": None,
        "network": net.name,
        "network_sha256": net.sha256,
        "rtl_sha256": "0" * 64,
        "load": None,
        "stall": "none",
        "seed": 0,
        "stimulus": {"random": 9},
        "mutants": 3,
        "mutants_killed": 2,
        "mutants_equivalent": 1,
        "mutants_unresolved": 0,
        "mutants_sampled": None,
        "model_faults": {"made": 3, "killed": 2, "equivalent": 1},
        "episodes": {"segments": 3, "values_compared": 4},
        "features": {"anytime": {"verdict": "PASS"}},
        "port_coverage": {"situations": 9, "reached": 8, "holes": ["x"]},
        "latency_cycles": 12,
        "mode": "block",
        "netlist": None,
        "switching": None,
    }


def _synth(net: Any) -> dict[str, Any]:
    return {
        "target": "hx8k",
        "device": "iCE40HX8K",
        "network_sha256": net.sha256,
        "luts": 100,
        "ffs": 20,
        "carries": 3,
        "brams": 1,
        "dsps": 0,
        "fmax_mhz": 50.0,
        "fmax_mhz_seeds": [50.0, None],
        "cycles_per_inference": 10,
        "latency_cycles": 12,
        "inferences_per_second": 5e6,
        "fits": True,
        "tools": {"yosys": "0.5"},
        "note": None,
        "utilization": {"LC": {"used": 5, "available": 9}},
    }


def page(rng: Random, folder: Path) -> bool:
    from sc_neurocore.report import write

    name = rng.choice(list(HELD["page"]))
    other, text = document_of(rng, HELD["page"][name])
    put(folder / "run" / name, text)
    try:
        write(folder / "run", folder / "page.html")
    finally:
        put(folder / "run" / name, json.dumps(HELD["page"][name]))
    return other


ARTIFACTS = {
    "model folder": Target(model, models, 120),
    "checkpoint": Target(checkpoint, checkpoints, 80, begin=_jax),
    "sweep points": Target(sweep_points, sweeps, 6),
    "run.json": Target(run_state, runs, 60),
    "export.json": Target(proof, proofs, 60),
    "certificate.json": Target(certificate, certificates, 60),
    "manifest.json, synth": Target(manifest("synth"), cores, 60),
    "manifest.json, load": Target(manifest("load"), cores, 10),
    "manifest.json, testbench": Target(manifest("testbench"), cores, 4),
    "manifest.json, cosim": Target(manifest("core"), cores, 2),
    "report folder": Target(page, pages, 3),
}
