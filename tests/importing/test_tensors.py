"""Named arrays of state dicts and files: layers are found by name, and their order is never guessed."""

from __future__ import annotations

import json
import struct
import zipfile

import ml_dtypes
import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from sc_neurocore.importing.files.tensors import read_npz, read_safetensors_file, read_torch_file, safetensors_arrays
from sc_neurocore.importing.graph import Clip, Dense, Scale
from sc_neurocore.importing.tensors import read_tensors
from sc_neurocore.spec import OptionError

RNG = np.random.default_rng(4)
X = RNG.normal(size=(9, 8))


def square(*names, last=3):
    """Layers of 8 inputs and neurons, the last one of fewer."""
    sizes = [(8, 8)] * (len(names) - 1) + [(last, 8)]
    return {f"{name}.weight": RNG.normal(size=size).astype(np.float32) for name, size in zip(names, sizes)}


def order(graph):
    return [node.name for node in graph.nodes if isinstance(node, Dense)]


@pytest.mark.parametrize(
    "names",
    [
        ["0", "2", "4"],
        ["layer2", "layer10", "layer11"],
        ["fc1", "fc2", "fc3"],
        ["net.0", "net.2", "net.10"],
        ["Dense_0", "Dense_1", "Dense_2"],
        ["b0.f1", "b0.f2", "b1.f0"],
    ],
)
def test_numbers_in_names_of_one_stem_give_the_order(names):
    tensors = square(*names)
    graph = read_tensors({key: tensors[key] for key in sorted(tensors, reverse=True)})
    assert order(graph) == names
    assert [type(node) for node in graph.nodes] == [Dense, Clip, Dense, Clip, Dense]
    assert (graph.framework, graph.features, graph.evaluate) == ("arrays", 8, None)
    assert "not checked against a source" in graph.notes[0]


@pytest.mark.parametrize(
    "names", [["input", "hidden", "output"], ["fc", "fc1", "fc2"], ["body.0", "body.1", "head"], ["a", "b1", "c2"]]
)
def test_an_open_order_is_asked_for(names):
    tensors = square(*names, last=8)
    with pytest.raises(
        OptionError, match=r"names do not say in which order .* 6 orders fit the shapes; .*layers=\[…\]"
    ):
        read_tensors(tensors)
    assert order(read_tensors(tensors, layers=names[::-1])) == names[::-1]


def test_the_case_of_swappable_shapes():
    with pytest.raises(OptionError, match="2 orders fit the shapes"):
        read_tensors(square("input", "hidden", "output"))


def test_shapes_that_fit_in_one_order_alone_are_enough():
    tensors = {"z.weight": np.ones((5, 8)), "a.weight": np.ones((4, 5)), "m.kernel": np.ones((4, 2))}
    assert order(read_tensors(tensors)) == ["z", "a", "m"]


def test_numbers_against_the_shapes_are_refused():
    with pytest.raises(OptionError, match=r"layer 'fc2' has 5 inputs where the one before it has 4 neurons; .*layers="):
        read_tensors({"fc1.weight": np.ones((4, 8)), "fc2.weight": np.ones((3, 5))})


def test_keys_that_collide_as_texts_are_refused():
    with pytest.raises(OptionError, match=r"two entries are called '0\.weight'"):
        read_tensors(
            {"0.weight": np.ones((2, 2)), type("Key", (), {"__str__": lambda self: "0.weight"})(): np.ones((2, 2))}
        )
    with pytest.raises(OptionError, match=r"two entries are called '0', one of them as int"):
        read_tensors({"0": np.ones((2, 2)), 0: np.ones((2, 2))})


@pytest.mark.parametrize("holds", ["torch", "arrays"])
def test_state_dicts_enter_as_their_modules_compute(holds):
    model = torch.nn.Sequential(torch.nn.Linear(8, 6), torch.nn.BatchNorm1d(6), torch.nn.ReLU(), torch.nn.Linear(6, 3))
    model[1].running_mean.uniform_()
    model[1].running_var.uniform_(0.5, 2)
    state = (
        model.state_dict() if holds == "torch" else {key: value.numpy() for key, value in model.state_dict().items()}
    )
    graph = read_tensors(state)
    want = model.double().eval()(torch.tensor(X)).detach().numpy()
    assert np.allclose(graph.run(X), want, rtol=1e-10, atol=1e-10)
    assert [type(node) for node in graph.nodes] == [Dense, Scale, Clip, Dense]


def test_a_normalization_whose_place_is_open_is_asked_for():
    tensors = square("fc1", "fc2") | {"bn.running_mean": np.ones(8), "bn.running_var": np.ones(8)}
    with pytest.raises(
        OptionError, match="'bn' is a batch normalization, and names do not say whether a ReLU stands before"
    ):
        read_tensors(tensors)
    graph = read_tensors(tensors, layers=["fc1", "relu", "bn", "fc2"])
    assert [type(node) for node in graph.nodes] == [Dense, Clip, Scale, Dense]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"fc1.weight_mask": np.ones(1)}, r"tensor 'fc1.weight_mask' belongs to no layer"),
        ({"fc1.bias": np.ones(3)}, r"fc1.bias must have the shape \(8,\), got \(3,\)"),
        (
            {"fc1.weight": np.ones((8, 8, 3))},
            r"fc1.weight must have two dimensions, got the shape .* maps are not lowered",
        ),
        ({"fc1.weight": np.full((8, 8), np.nan)}, r"fc1.weight must be finite, got nan at \(0, 0\)"),
        ({"fc1.weight": torch.empty((8, 8), device="meta")}, "fc1.weight has no data: it is on the device meta"),
        ({"fc1.weight": torch.eye(8).to_sparse()}, "fc1.weight is sparse"),
        ({"fc1.bias": {"a": 1}}, "fc1.bias: a dict stands where an array should"),
        ({"fc1.bias": np.array(["a"] * 8)}, "fc1.bias must hold real numbers, got dtype <U1"),
    ],
)
def test_tensors_that_fit_nowhere_are_named(change, says):
    with pytest.raises(OptionError, match=says):
        read_tensors(square("fc1", "fc2") | change)


FLOATS = {
    "BF16": (ml_dtypes.bfloat16, "<u2"),
    "F8_E4M3": (ml_dtypes.float8_e4m3fn, "u1"),
    "F8_E5M2": (ml_dtypes.float8_e5m2, "u1"),
    "F16": (np.float16, "<u2"),
}


@pytest.mark.parametrize("kind", FLOATS)
def test_small_floats_are_converted_exactly(tmp_path, kind):
    dtype, bits = FLOATS[kind]
    every = np.arange(2 ** (8 * np.dtype(bits).itemsize)).astype(bits)
    data = every.tobytes()
    header = json.dumps({"a": {"dtype": kind, "shape": [len(every)], "data_offsets": [0, len(data)]}}).encode()
    (tmp_path / "m").write_bytes(struct.pack("<Q", len(header)) + header + data)
    found = safetensors_arrays(tmp_path / "m")["a"]
    with np.errstate(invalid="ignore"):  # signalling NaNs are among them
        assert np.array_equal(found.astype(np.float64), every.view(dtype).astype(np.float64), equal_nan=True)


def test_safetensors_files_enter_and_other_types_are_named(tmp_path):
    tensors = square("0", "1")
    save_file(tensors, tmp_path / "m")
    graph = read_safetensors_file(tmp_path / "m")
    assert np.allclose(graph.run(X), np.maximum(X @ tensors["0.weight"].T, 0) @ tensors["1.weight"].T)
    assert len(graph.sha256) == 64
    header = json.dumps({"0.weight": {"dtype": "F8_E8M0", "shape": [2], "data_offsets": [0, 2]}}).encode()
    (tmp_path / "m").write_bytes(struct.pack("<Q", len(header)) + header + b"ab")
    with pytest.raises(OptionError, match=r"tensor '0\.weight' has the type F8_E8M0; supported are F64"):
        read_safetensors_file(tmp_path / "m")


def test_npz_files_enter_and_objects_do_not(tmp_path):
    tensors = square("0", "1")
    np.savez_compressed(
        tmp_path / "m.npz", **{"0.weight": np.asfortranarray(tensors["0.weight"]), "1.weight": tensors["1.weight"]}
    )
    assert np.allclose(read_npz(tmp_path / "m.npz").run(X), read_tensors(tensors).run(X))
    np.savez(tmp_path / "o.npz", a=np.array([{}], object))
    with pytest.raises(OptionError, match=r"a.npy: it holds '.O'; integers, real"):
        read_npz(tmp_path / "o.npz")


def test_an_npy_header_is_not_believed(tmp_path):
    head = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 100), }"
    with zipfile.ZipFile(tmp_path / "m.npz", "w") as archive:
        archive.writestr("a.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + bytes(64))
    with pytest.raises(OptionError, match=r"a.npy has 64 bytes of data where its header claims 800000000"):
        read_npz(tmp_path / "m.npz")


@pytest.mark.parametrize("old", [False, True])
def test_torch_files_hold_state_dicts_and_no_programs(tmp_path, old):
    model = torch.nn.Sequential(torch.nn.Linear(8, 6), torch.nn.ReLU(), torch.nn.Linear(6, 3))
    new = {"_use_new_zipfile_serialization": not old}
    want = model.double()(torch.tensor(X)).detach().numpy()
    torch.save(model.state_dict(), tmp_path / "m.pt", **new)
    assert np.allclose(read_torch_file(tmp_path / "m.pt").run(X), want)
    torch.save({"state_dict": model.state_dict(), "epoch": 3}, tmp_path / "c.pt", **new)
    assert np.allclose(read_torch_file(tmp_path / "c.pt").run(X), want)
    torch.save(model, tmp_path / "p.pt", **new)
    with pytest.raises(
        OptionError, match=r"holds a pickled torch.nn.modules.container.Sequential, .*torch.save\(model.state"
    ):
        read_torch_file(tmp_path / "p.pt")
    torch.save([1, 2], tmp_path / "l.pt", **new)
    with pytest.raises(OptionError, match="must hold a state dict, tensors by name; got a list"):
        read_torch_file(tmp_path / "l.pt")
    torch.save({"0.weight": torch.ones(1).expand(2**20, 2**20)}, tmp_path / "e.pt", **new)
    with pytest.raises(OptionError, match=r"0.weight has the shape \(1048576, 1048576\), and its data have 4 bytes"):
        read_torch_file(tmp_path / "e.pt")


def test_a_torchscript_program_is_named(tmp_path):
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), tmp_path / "s.pt")
    with pytest.raises(OptionError, match="is a TorchScript program; export the module it was made from"):
        read_torch_file(tmp_path / "s.pt")
