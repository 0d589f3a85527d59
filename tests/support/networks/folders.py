"""A legal folder with one of everything, ways to damage it, and what a refusal must look like."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from support.networks.descriptions import Json, comparator, dense, edited, network, tensors
from support.networks.random_networks import write_folder

from sc_neurocore.spec import SpecError, load_network

LIF = {"kind": "lif", "leak_shift": None, "v_threshold": 3, "comparator": "gt", "reset": "zero", "state_bits": 8}
RELU = {"kind": "relu", "multiplier": 3, "shift": 2, "output_bits": 4}
WHOLE = network(
    dense(3, 4, neuron=RELU),
    dense(4, 2, n=4, accumulator={"kind": "mux", "select": {"kind": "sobol", "dimension": 3, "skip": 1}}, neuron=LIF),
    dense(2, 2, input_encoding="spike", weight_generator=comparator({"kind": "lfsr", "seed": 3, "reverse": True})),
    steps=3,
    reduce="sum",
)


def written(folder: Path) -> Path:
    """The legal folder."""
    return write_folder(folder / "net", WHOLE, tensors(WHOLE))


def rewrite(folder: Path, text: str | bytes) -> Path:
    """Replace network.json."""
    (folder / "network.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def changed(folder: Path, path: str, value: Any) -> Path:
    """Set or remove one value of network.json."""
    whole = json.loads((folder / "network.json").read_text())
    return rewrite(folder, json.dumps(edited(whole, path, value)))


def with_tensors(folder: Path, raw: bytes, sha: str | None = None) -> Path:
    """Replace the tensor file, with its right hash unless told otherwise."""
    whole: Json = json.loads((folder / "network.json").read_text())
    whole["tensors"]["sha256"] = sha or hashlib.sha256(raw).hexdigest()
    (folder / "weights.safetensors").write_bytes(raw)
    return rewrite(folder, json.dumps(whole))


def raw_safetensors(header: bytes, data: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + data


def refused(folder: Path, *words: str) -> str:
    """The message of the refusal: one printable line of bearable length that holds the words."""
    with pytest.raises(SpecError) as error:
        load_network(folder)
    message = str(error.value)
    said = message.removeprefix(f"{folder}: ")  # the folder bears the test's name, which may hold any word
    assert all(word in said for word in words), message
    assert message.isprintable(), ascii(message)
    assert len(message) < 1000
    return message
