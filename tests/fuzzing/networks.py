"""The reader of network folders: what is spoiled, and what it must hold to where it takes what is left."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from random import Random
from typing import Any

from support.networks.descriptions import comparator, dense, network, tensors
from support.networks.random_networks import random_network, write_folder

from sc_neurocore.spec import load_network, save_network

from .held import HELD, put
from .mutations import same, spoiled_bytes, spoiled_document
from .trial import Wrong

RELU = {"kind": "relu", "multiplier": 3, "shift": 2, "output_bits": 4}
LIF = {"kind": "lif", "leak_shift": None, "v_threshold": 3, "comparator": "gt", "reset": "zero", "state_bits": 8}
WHOLE = network(
    dense(3, 4, neuron=RELU),
    dense(4, 2, n=4, accumulator={"kind": "mux", "select": {"kind": "sobol", "dimension": 3, "skip": 1}}, neuron=LIF),
    dense(2, 2, input_encoding="spike", weight_generator=comparator({"kind": "lfsr", "seed": 3, "reverse": True})),
    steps=3,
    reduce="sum",
)
SMALL = network(dense(3, 4, neuron=RELU), dense(4, 2, n=4))


def networks(folder: Path) -> None:
    folders = []
    for i, (description, arrays) in enumerate(
        [
            (WHOLE, tensors(WHOLE)),
            (SMALL, tensors(SMALL)),
            *((n.description, n.tensors) for n in map(random_network, range(6))),
        ]
    ):
        folders.append(write_folder(folder / f"net{i}", description, arrays))
        load_network(folders[-1])
    HELD["networks"] = [
        (each, json.loads((each / "network.json").read_text()), (each / "weights.safetensors").read_bytes())
        for each in folders
    ]


def _taken(folder: Path, document: Any) -> None:
    """A folder that was read must be read again from what we write of it, and must say what its document says."""
    read = load_network(folder)
    again = folder.with_name("again")
    save_network(read, again)
    if load_network(again).sha256 != read.sha256:
        raise Wrong("a network that was read is another after it was written")
    if document is None:
        try:
            document = json.loads((folder / "network.json").read_bytes())
        except ValueError:
            raise Wrong("what is no JSON was read") from None
    written = json.loads((again / "network.json").read_text())
    for each in (document, written):
        each.pop("tensors", None)
    if (document["format_version"], written["format_version"]) == (2, 1):
        document["format_version"] = 1  # a network that needs nothing of a later version is written in the earlier one
    if not _said(document, written):
        raise Wrong(f"read as {written}"[:400])


_LEFT_OUT = {"lane_skip": 0}
"""What the written form leaves out where it has this value; the other keys that may be missing are null."""


def _said(document: Any, written: Any) -> bool:
    """Whether all that a document says was taken as it stands; keys that it leaves out have their defaults."""
    if isinstance(document, dict) and isinstance(written, dict):
        return all(_said(document[key], written.get(key, _LEFT_OUT.get(key))) for key in document)
    if isinstance(document, list) and isinstance(written, list):
        return len(document) == len(written) and all(map(_said, document, written))
    if type(document) is int and type(written) is float:  # a number of a JSON file where a float stands
        return float(document) == written
    return same(document, written)


def network_json(rng: Random, folder: Path) -> bool:
    _, document, raw = rng.choice(HELD["networks"])
    changed, text = spoiled_document(rng, document)
    if changed is not None and same(changed, document):
        return False
    put(folder / "net" / "network.json", text)
    put(folder / "net" / "weights.safetensors", raw)
    _taken(folder / "net", changed)
    return True


def network_bytes(rng: Random, folder: Path) -> bool:
    source, _, raw = rng.choice(HELD["networks"])
    whole = (source / "network.json").read_bytes()
    spoiled = spoiled_bytes(rng, whole)
    put(folder / "net" / "network.json", spoiled)
    put(folder / "net" / "weights.safetensors", raw)
    _taken(folder / "net", None)
    return spoiled != whole


def network_tensors(rng: Random, folder: Path) -> bool:
    _, document, raw = rng.choice(HELD["networks"])
    spoiled = spoiled_tensors(rng, raw)
    put(folder / "net" / "weights.safetensors", spoiled)
    right = {"file": "weights.safetensors", "sha256": hashlib.sha256(spoiled).hexdigest()}
    put(folder / "net" / "network.json", json.dumps({**document, "tensors": right}))
    _taken(folder / "net", dict(document))
    return spoiled != raw


def spoiled_tensors(rng: Random, raw: bytes) -> bytes:
    """A safetensors file with spoiled bytes, or with another header before the same body."""
    if rng.random() < 0.4:
        return spoiled_bytes(rng, raw)
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    if rng.random() < 0.3:
        name = rng.choice(list(header))
        entry = header[name]
        if "shape" in entry:
            entry["shape"] = rng.choice(([], [0], [2**63], [-1], [1, 1], entry["shape"][::-1], [2**32, 2**32], "x"))
        text = json.dumps(header)
    else:
        _, text = spoiled_document(rng, header)
    head = text.encode("utf-8", "surrogatepass")
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + raw[8 + size :]


def prepared_networks(folder: Path) -> None:
    networks(folder)
    (folder / "net").mkdir(exist_ok=True)
