"""Readers of arrays and data sets: what is spoiled, and what they must hold to where they take what is left."""

from __future__ import annotations

import io
import math
import struct
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from sc_neurocore.spec import load_array
from sc_neurocore.training import load_data

from .held import put
from .mutations import spoiled_bytes
from .trial import Wrong

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
                content = array_bytes(rng, hostile_array(rng, array))
            else:
                whole = io.BytesIO()
                np.save(whole, array)
                content = whole.getvalue()
            archive.writestr(f"{name}.npy", content)
    raw = buffer.getvalue() if inside else spoiled_bytes(rng, buffer.getvalue())
    put(folder / "data.npz", raw)
    _sound(load_data(folder / "data.npz"))
    return True


def hostile_array(rng: Random, array: np.ndarray) -> np.ndarray:
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


def data_sets(folder: Path) -> None:
    (folder / "idx").mkdir()
    np.savez(folder / "data.npz", x=X, y=Y)
    _sound(load_data(folder / "data.npz"))
