"""Readers of files of ours and of data: what is spoiled, and what a reader must hold to where it takes what is left."""

from __future__ import annotations

import hashlib
import io
import json
import math
import struct
import warnings
import zipfile
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from support.networks.descriptions import comparator, dense, network, tensors
from support.networks.random_networks import random_network, write_folder

from sc_neurocore.inference.files import infer_files
from sc_neurocore.spec import load_array, load_network, save_network
from sc_neurocore.training import load_data

from .mutations import same, spoiled_bytes, spoiled_document
from .trial import Target, Wrong

HELD: dict[str, Any] = {}
"""What `prepare` made, for the children."""
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


def put(path: Path, content: bytes | str) -> None:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


# ---------------------------------------------------------------- network folders


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


# ---------------------------------------------------------------- arrays

DESCRIPTIONS = (
    "<i8",
    ">i4",
    "|u1",
    "<f4",
    "<f8",
    "|b1",
    "|O",
    "|S3",
    "<U2",
    "<M8[s]",
    "<c16",
    "<f2",
    "|V8",
    "i",
    "<i9",
    "x" * 40,
    "[('a','<i4')]",
)
SHAPES = (
    "(4, 3)",
    "(4,3,)",
    "()",
    "(12,)",
    "(3, 4, 1)",
    "(-4, 3)",
    "(4.0, 3)",
    "4",
    "(1000000000000, 3)",
    f"({2**62}, {2**62})",
    "(0, 3)",
    "(04, 3)",
    "(4L, 3L)",
    "(True, 12)",
    "[4, 3]",
    "(4, 3",
    "((4), 3)",
    "(4 3)",
    "(" * 500,
    "(4,,3)",
)


def header(rng: Random) -> bytes:
    entries = [
        f"'descr': '{rng.choice(DESCRIPTIONS)}'",
        f"'fortran_order': {rng.choice(('False', 'True', '0', 'None', 'false'))}",
        f"'shape': {rng.choice(SHAPES)}",
    ]
    if rng.random() < 0.2:
        rng.shuffle(entries)
    if rng.random() < 0.1:
        entries.append(rng.choice([*entries, "'more': 1"]))
    if rng.random() < 0.1:
        entries.pop()
    text = "{" + ", ".join(entries) + rng.choice((", }", "}", "", ",}", "} ", "}#", "};import os"))
    text += " " * (-(len(text) + 11) % 64) + "\n"
    version = rng.choice(((1, 0), (1, 0), (1, 0), (2, 0), (3, 0), (0, 0), (9, 9)))
    width = 2 if version[0] <= 1 else 4
    size = len(text) + rng.choice((0, 0, 0, 0, 0, 0, -1, 1, 60_000))
    return b"\x93NUMPY" + bytes(version) + (size & 0xFFFF).to_bytes(width, "little") + text.encode()


def array_bytes(rng: Random, array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    if rng.random() < 0.5:
        return spoiled_bytes(rng, buffer.getvalue())
    return header(rng) + array.tobytes()


def npy(rng: Random, folder: Path) -> bool:
    array = np.arange(12, dtype=rng.choice(("<i8", "<i4", "<f4", "|u1", "<f8"))).reshape(4, 3)
    if rng.random() < 0.2:
        array = np.asfortranarray(array)
    raw = array_bytes(rng, array)
    put(folder / "a.npy", raw)
    read = load_array(folder / "a.npy", "codes")
    try:
        numpys = np.load(io.BytesIO(raw), allow_pickle=False)
    except Exception as error:  # noqa: BLE001 -- whatever NumPy raises
        raise Wrong(f"taken, but not by NumPy: {error}; {raw[:200]!r}") from None
    if numpys.dtype != read.dtype or numpys.shape != read.shape or numpys.tobytes() != read.tobytes():
        raise Wrong(f"read as {read.dtype} {read.shape}, NumPy has {numpys.dtype} {numpys.shape}")
    return not (np.array_equal(read, array) and read.dtype == array.dtype)


# ---------------------------------------------------------------- data sets

X, Y = np.arange(24.0).reshape(8, 3), np.array([0, 1] * 4)


def npz(rng: Random, folder: Path) -> bool:
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {"x": X, "y": Y}
    if rng.random() < 0.3:
        arrays |= {"x_test": X, "y_test": Y}
    inside = rng.random() < 0.5
    chosen = rng.choice(list(arrays))
    compression = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, array in arrays.items():
            if inside and name == chosen:
                content = array_bytes(rng, _hostile_array(rng, array))
            else:
                whole = io.BytesIO()
                np.save(whole, array)
                content = whole.getvalue()
            archive.writestr(f"{name}.npy", content)
    raw = buffer.getvalue() if inside else spoiled_bytes(rng, buffer.getvalue())
    put(folder / "data.npz", raw)
    _sound(load_data(folder / "data.npz"))
    return True


def _hostile_array(rng: Random, array: np.ndarray) -> np.ndarray:
    match rng.randrange(6):
        case 0:
            return np.where(array == array.flat[3], rng.choice((np.nan, np.inf, -np.inf, 1e300)), array)
        case 1:
            return array[: rng.randrange(len(array))]
        case 2:
            return array[..., None]
        case 3:
            return array.astype(rng.choice(("S3", "U4", "c16", "M8[s]", "?", "i1", "f2", "u8")))
        case 4:
            return array + rng.choice((-1, 2**40, 0.5))
        case _:
            return array


def _sound(data: Any) -> None:
    """A data set that was taken keeps its own rules."""
    for x, y in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        if x.ndim != 2 or y.shape != x.shape[:1] or not len(x) or not np.isfinite(x).all() or y.min() < 0:
            raise Wrong(f"taken: {x.shape} {y.shape}")
    if not (math.isfinite(data.scale) and data.scale > 0):
        raise Wrong(f"scale {data.scale}")


CELLS = (
    "",
    "x",
    "nan",
    "inf",
    "-1",
    "1e999",
    "1.5",
    "0x10",
    "1_000",
    "9" * 400,
    '"',
    '""',
    "\x00",
    " ",
    "é",
    "1,1",
    "1;2",
    "\r",
    "True",
    "1e-400",
)


def csv(rng: Random, folder: Path) -> bool:
    rows = [["a", "b", "label"], *([str(i), str(i / 3), str(i % 2)] for i in range(8))]
    for _ in range(rng.choice((1, 1, 2, 4))):
        row = rng.choice(rows)
        if row and rng.random() < 0.8:
            row[rng.randrange(len(row))] = rng.choice(CELLS)
        elif row:
            row.pop() if rng.random() < 0.5 else row.append("1")
    raw = "\n".join(",".join(row) for row in rows).encode()
    if rng.random() < 0.4:
        raw = spoiled_bytes(rng, raw)
    put(folder / "data.csv", raw)
    data = load_data(folder / "data.csv")
    _sound(data)
    lines = [line for line in raw.decode("utf-8-sig").replace("\r\n", "\n").split("\n")[1:] if line.strip()]
    if b'"' not in raw and b"\r" not in raw and len(data.x_train) + len(data.x_test) != len(lines):
        raise Wrong(f"{len(lines)} lines were read as {len(data.x_train) + len(data.x_test)} samples")
    return True


def idx(rng: Random, folder: Path) -> bool:
    images = b"\0\0\x08\x03" + struct.pack(">3I", 8, 2, 2) + bytes(range(32))
    labels = b"\0\0\x08\x01" + struct.pack(">I", 8) + bytes([0, 1] * 4)
    if rng.random() < 0.5:
        images = spoiled_bytes(rng, images)
    else:
        labels = spoiled_bytes(rng, labels)
    name = folder / "idx"
    packed = rng.random() < 0.3
    if packed:
        import gzip

        images = gzip.compress(images, 1)
        images = spoiled_bytes(rng, images) if rng.random() < 0.5 else images
    for file in name.iterdir():
        file.unlink()
    put(name / f"train-images-idx3-ubyte{'.gz' if packed else ''}", images)
    put(name / "train-labels-idx1-ubyte", labels)
    _sound(load_data(name))
    return True


# ---------------------------------------------------------------- journals


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
    put(folder / "a.npy", array_bytes(rng, _hostile_array(rng, array)))
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


def data_sets(folder: Path) -> None:
    (folder / "idx").mkdir()
    np.savez(folder / "data.npz", x=X, y=Y)
    _sound(load_data(folder / "data.npz"))


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
