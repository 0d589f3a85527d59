"""Damaged tensor files: names, types, shapes, hashes and bytes that must be refused in one clear line."""

from __future__ import annotations

import hashlib
import struct

import numpy as np
import pytest
from safetensors.numpy import save as safetensors_bytes
from support.networks.descriptions import tensors
from support.networks.folders import WHOLE, changed, raw_safetensors, refused, with_tensors, written

from sc_neurocore.spec import load_network


@pytest.mark.contract("folder.tensors")
@pytest.mark.parametrize("name", [f"layer{i}.{part}" for i in range(3) for part in ("weight", "bias")])
def test_each_tensor_is_needed_in_its_type_and_shape(tmp_path, name):
    folder = written(tmp_path)
    arrays = tensors(WHOLE)

    def replaced(value):
        return with_tensors(folder, safetensors_bytes({**arrays, name: value}))

    load_network(replaced(arrays[name]))
    missing = {k: v for k, v in arrays.items() if k != name}
    refused(with_tensors(folder, safetensors_bytes(missing)), name)
    for dtype in (np.int64, np.uint32, np.int16, np.int8, np.uint8, np.float32, np.float64, np.bool_):
        refused(replaced(arrays[name].astype(dtype)), name, "int32")
    shape = arrays[name].shape
    for other in ((*shape, 1), (1, *shape), (shape[0] + 1, *shape[1:]), (int(np.prod(shape)) + 1,), (), (0,)):
        refused(replaced(np.zeros(other, np.int32)), name, "shape")


@pytest.mark.contract("folder.tensors")
def test_a_transposed_weight_is_refused(tmp_path):
    arrays = tensors(WHOLE)
    arrays["layer0.weight"] = np.ascontiguousarray(arrays["layer0.weight"].T)
    refused(with_tensors(written(tmp_path), safetensors_bytes(arrays)), "layer0.weight", "shape")


@pytest.mark.contract("folder.tensors")
@pytest.mark.parametrize("name", ["layer3.weight", "extra", "layer0.weights", "layer00.bias", "a\nb", "x" * 5000])
def test_other_tensors_are_refused(tmp_path, name):
    raw = safetensors_bytes({**tensors(WHOLE), name: np.zeros(1, np.int32)})
    refused(with_tensors(written(tmp_path), raw), "tensor")


@pytest.mark.contract("folder.hash")
def test_wrong_hash(tmp_path):
    folder = written(tmp_path)
    raw = bytearray((folder / "weights.safetensors").read_bytes())
    raw[-1] ^= 1
    (folder / "weights.safetensors").write_bytes(raw)
    refused(folder, "sha256")
    refused(changed(written(tmp_path), "tensors.sha256", "0" * 64), "sha256")
    for sha in ("", "0" * 63, "0" * 65, "g" * 64, "0x" + "0" * 62, 0):
        refused(changed(written(tmp_path), "tensors.sha256", sha), "sha256")


@pytest.mark.contract("folder.tensors")
@pytest.mark.parametrize(
    "file",
    ["../weights.safetensors", "/etc/passwd", "./weights.safetensors", "weights.safetensors/", "",
     "sub/weights.safetensors", "Weights.safetensors", "weights.safetensors\n", "..",
     "other.safetensors", "\\weights.safetensors"],
)  # fmt: skip
def test_the_tensor_file_has_one_name(tmp_path, file):
    folder = written(tmp_path)
    (tmp_path / "weights.safetensors").write_bytes((folder / "weights.safetensors").read_bytes())
    (folder / "other.safetensors").write_bytes((folder / "weights.safetensors").read_bytes())
    refused(changed(folder, "tensors.file", file), "file")


def one_tensor(dtype='"I32"', shape="[4, 3]", offsets="[0, 48]", data=48) -> bytes:
    header = f'{{"layer0.weight": {{"dtype": {dtype}, "shape": {shape}, "data_offsets": {offsets}}}}}'
    return raw_safetensors(header.encode(), b"\0" * data)


DAMAGED = [
    b"",
    b"\x00" * 7,
    struct.pack("<Q", 0),
    struct.pack("<Q", 2**63),
    struct.pack("<Q", 2**64 - 1) + b"{}",
    struct.pack("<Q", 1 << 30) + b"{}",
    raw_safetensors(b"{}"),
    raw_safetensors(b"[]"),
    raw_safetensors(b"null"),
    raw_safetensors(b"{" * 5000),
    raw_safetensors(b'{"layer0.weight": 3}'),
    one_tensor(data=47),
    one_tensor(offsets="[48, 0]"),
    one_tensor(shape="[65536, 65536]", offsets="[0, 17179869184]"),
    one_tensor(shape="[-1]", offsets="[0, 0]", data=0),
    one_tensor(dtype='"I33"'),
    one_tensor(dtype="null"),
    one_tensor(shape="[0, 4294967296, 4294967296]", offsets="[0, 0]", data=0),
    one_tensor(dtype='"BF16"', shape="[24]"),
    one_tensor(dtype='"F8_E4M3"', shape="[48]"),
    b"PK\x03\x04" + b"\0" * 100,
]


@pytest.mark.contract("folder.tensors")
@pytest.mark.parametrize("raw", DAMAGED, ids=range(len(DAMAGED)))
def test_damaged_tensor_files_with_a_right_hash(tmp_path, raw):
    refused(with_tensors(written(tmp_path), raw))


@pytest.mark.contract("folder.tensors")
def test_truncated_and_lengthened_tensor_files(tmp_path):
    folder = written(tmp_path)
    raw = (folder / "weights.safetensors").read_bytes()
    for damaged in (raw[:-1], raw[: len(raw) // 2], raw[:9], raw + b"\0", raw + b"\0" * 100_000):
        refused(with_tensors(folder, damaged))
        refused(with_tensors(folder, damaged, hashlib.sha256(raw).hexdigest()))


def test_a_tensor_that_stands_twice_is_refused(tmp_path):
    one = '"layer0.weight": {"dtype": "I32", "shape": [4, 3], "data_offsets": [0, 48]}'
    raw = raw_safetensors(f"{{{one}, {one}}}".encode(), b"\0" * 48)
    refused(with_tensors(written(tmp_path), raw), "tensor 'layer0.weight' stands twice")
