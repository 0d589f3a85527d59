"""Files of other frameworks: whatever is spoiled in one, a network comes out of it whole or one line refuses it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from support import foreign_models as models

from sc_neurocore.importing.recognise import read

from .held import HELD, put
from .mutations import spoiled_bytes, spoiled_document
from .networks import spoiled_tensors
from .trial import Target, Wrong


def _network(path: Path, **hints: Any) -> None:
    """Read it and run it."""
    graph = read(path, **hints)
    x = np.ones((2, graph.features))
    with np.errstate(all="ignore"):
        outputs = graph.run(x, tail=True)
    outputs = np.asarray(outputs[-1] if isinstance(outputs, list | tuple) else outputs)
    if len(outputs) != 2:
        raise Wrong(f"a network of shape {outputs.shape} for two samples")
    if graph.evaluate is not None:
        graph.evaluate(x)


def files(name: str, write: Callable[[Path], None]) -> Callable[[Path], None]:
    def prepare(folder: Path) -> None:
        write(folder / "whole")
        _network(folder / "whole")
        HELD[name] = (folder / "whole").read_bytes()

    return prepare


def spoiled_file(name: str) -> Callable[[Random, Path], bool]:
    def attempt(rng: Random, folder: Path) -> bool:
        whole = HELD[name]
        raw = spoiled_tensors(rng, whole) if name == "safetensors" else spoiled_bytes(rng, whole)
        put(folder / "m", raw)
        _network(folder / "m")
        return raw != whole

    return attempt


def keras_configurations(folder: Path) -> None:
    path = folder / "k.json"
    models.json_file(path)
    HELD["keras configuration"] = json.loads(path.read_text())


def keras_configuration(rng: Random, folder: Path) -> bool:
    changed, text = spoiled_document(rng, HELD["keras configuration"])
    put(folder / "c.json", text)
    from sc_neurocore.importing.keras_model import _nodes

    if changed is None:
        read(folder / "c.json", weights=folder / "none.h5")
    else:
        _nodes(changed)
    return True


def _target(name: str, write: Callable[[Path], None], share: int) -> Target:
    return Target(spoiled_file(name), files(name, write), share, processes=name in ("h5", "keras", "nir"))


FOREIGN = {
    "onnx": _target("onnx", models.onnx_file, 60),
    "npz of weights": _target("npz of weights", models.npz_file, 60),
    "torch": _target("torch", models.torch_file, 30),
    "torch, old": _target("torch, old", models.old_torch_file, 30),
    "safetensors": _target("safetensors", models.safetensors_file, 90),
    "h5": _target("h5", models.h5_file, 1),
    "keras": _target("keras", models.keras_file, 1),
    "nir": _target("nir", models.nir_file, 1),
}
