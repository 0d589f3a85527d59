"""Readers of files of ours and of data, and of the verb `infer`: its journals, its rows of files."""

from __future__ import annotations

import json
import warnings
from contextlib import suppress
from pathlib import Path
from random import Random

import numpy as np

from sc_neurocore.inference.files import infer_files

from .data import array_bytes, csv, data_sets, hostile_array, idx, npy, npz
from .held import HELD, put
from .mutations import same, spoiled_bytes, spoiled_document
from .networks import network_bytes, network_json, network_tensors, networks, prepared_networks
from .trial import Target, Wrong


def journals(folder: Path) -> None:
    networks(folder)
    net = HELD["networks"][1][0]
    rng = np.random.default_rng(0)
    np.save(folder / "codes.npy", rng.integers(0, 8, (9, 3)))
    infer_files(net, folder / "whole.npy", codes=folder / "codes.npy", engine="reference")

    def stop(done: int, of: int) -> None:
        if done >= 6:
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        infer_files(net, folder / "y.npy", codes=folder / "codes.npy", engine="reference", chunk=3, progress=stop)
    files = {name: (folder / name).read_bytes() for name in (".y.npy.partial", ".y.npy.journal")}
    HELD["journal"] = (net, files, (folder / "whole.npy").read_bytes())


def infer_journal(rng: Random, folder: Path) -> bool:
    net, files, whole = HELD["journal"]
    spoiled = dict(files)
    if rng.random() < 0.7:
        journal = json.loads(files[".y.npy.journal"])
        changed, text = spoiled_document(rng, journal)
        if changed is not None and same(changed, journal):
            return False
        spoiled[".y.npy.journal"] = text.encode("utf-8", "surrogatepass")
    else:
        spoiled[".y.npy.partial"] = spoiled_bytes(rng, files[".y.npy.partial"])
    for name in (*files, "y.npy"):
        (folder / name).unlink(missing_ok=True)
    for name, content in spoiled.items():
        put(folder / name, content)
    infer_files(net, folder / "y.npy", codes=folder / "codes.npy", engine="reference")
    if (folder / "y.npy").read_bytes() != whole:
        raise Wrong(f"other integers after a spoiled journal: {spoiled['.y.npy.journal'][:300]!r}")
    return True


def label_files(folder: Path) -> None:
    networks(folder)
    np.save(folder / "codes.npy", np.random.default_rng(0).integers(0, 8, (4, 3)))


def labels(rng: Random, folder: Path) -> bool:
    """Codes, inputs and labels of the verb `infer`, on its own way through rows of files."""
    net = HELD["networks"][1][0]
    what = rng.choice(("labels", "codes", "inputs"))
    array = {
        "labels": np.array([0, 1, 0, 1]),
        "codes": np.arange(12).reshape(4, 3) % 8,
        "inputs": np.arange(12.0).reshape(4, 3) / 12,
    }[what]
    put(folder / "a.npy", array_bytes(rng, hostile_array(rng, array)))
    given = {what: folder / "a.npy"} | ({"codes": folder / "codes.npy"} if what == "labels" else {})
    for left in (".out.npy.partial", ".out.npy.journal"):
        (folder / left).unlink(missing_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figures = infer_files(net, folder / "out.npy", engine="reference", **given)
    if figures["samples"] != len(np.load(folder / "out.npy")):
        raise Wrong("other rows than samples")
    if what == "labels" and not 0 <= figures["accuracy"] <= 1:
        raise Wrong(f"accuracy {figures['accuracy']}")
    return True


READERS = {
    "network.json": Target(network_json, prepared_networks, 300),
    "network.json, bytes": Target(network_bytes, prepared_networks, 100),
    "network tensors": Target(network_tensors, prepared_networks, 120),
    "npy": Target(npy, share=250),
    "npz": Target(npz, data_sets, 40),
    "csv": Target(csv, data_sets, 60),
    "idx": Target(idx, data_sets, 60),
    "inference journal": Target(infer_journal, journals, 30),
    "codes, inputs, labels": Target(labels, label_files, 60),
}
