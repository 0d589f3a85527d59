"""One layer without a bias, 3 inputs and 2 neurons, in the files of other frameworks."""

from __future__ import annotations

import json
import zipfile

import h5py
import nir
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

W = np.arange(6.0, dtype=np.float32).reshape(2, 3)
DENSE = {"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "linear", "use_bias": False}}
SEQUENTIAL = {"class_name": "Sequential", "config": {"layers": [DENSE]}}


def onnx_file(path):
    given, made = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", size]) for name, size in (("x", 3), ("y", 2))
    )
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "w"], ["y"], transB=1)], "g", [given], [made], [numpy_helper.from_array(W, "w")]
    )
    onnx.save_model(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]), path)


def h5_file(path):
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(SEQUENTIAL)
        file["model_weights/d/d/kernel"] = W.T


def keras_file(path):
    inner = path.with_name("inner")
    with h5py.File(inner, "w") as file:
        file["layers/dense/vars/0"] = W.T
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(SEQUENTIAL))
        archive.write(inner, "model.weights.h5")


def json_file(path):
    path.write_text(json.dumps(SEQUENTIAL))
    with h5py.File(path.with_name(f"{path.stem}_weights.h5"), "w") as file:
        file["d/d/kernel:0"] = W.T


def nir_file(path):
    nir.write(path, nir.NIRGraph.from_list(nir.Linear(W)))


def npz_file(path):
    with open(path, "wb") as file:
        np.savez(file, **{"0.weight": W})  # pyright: ignore[reportArgumentType]  the key is not `allow_pickle`


def torch_file(path):
    torch.save({"0.weight": torch.tensor(W)}, path)


def old_torch_file(path):
    torch.save({"0.weight": torch.tensor(W)}, path, _use_new_zipfile_serialization=False)


def safetensors_file(path):
    save_file({"0.weight": W}, path)


def npy_file(path):
    with open(path, "wb") as file:
        np.save(file, W)


WRITERS = {
    "onnx": [onnx_file],
    "keras": [h5_file, keras_file, json_file],
    "nir": [nir_file],
    "safetensors": [safetensors_file],
    "npz": [npz_file],
    "torch": [torch_file, old_torch_file],
}
"""By kind."""
