"""What a path holds is told by its content, whatever it is called; the rest is refused with what it is."""

from __future__ import annotations

import gzip
import pickle
import subprocess
import sys
import zipfile
from typing import get_args

import joblib
import numpy as np
import pytest
from support.foreign_models import WRITERS, W, h5_file, npy_file, onnx_file

from sc_neurocore.importing import recognise as room
from sc_neurocore.importing.recognise import Kind, read, recognise
from sc_neurocore.spec import MissingExtraError, OptionError


def test_every_kind_has_a_writer_here():
    assert set(WRITERS) | {"model folder"} == set(get_args(Kind)) == set(room.READERS) | {"model folder"}


@pytest.mark.parametrize(
    ("kind", "write"),
    [(kind, write) for kind, each in WRITERS.items() for write in each],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_file_is_known_by_its_content_under_any_name(tmp_path, kind, write):
    path = tmp_path / "anything.bin"
    write(path)
    assert recognise(path) == kind
    graph = read(path)
    assert np.allclose(graph.run(np.eye(3)), W.T)
    with pytest.raises(OptionError, match=rf"is of the kind {kind}, which takes .*; got colour=…"):
        read(path, colour=1)


OTHERS = {
    "pickle": (lambda path: path.write_bytes(pickle.dumps({"a": 1})), "is a pickle, which runs code when it is loaded"),
    "joblib": (lambda path: joblib.dump({"a": W}, path, compress=3), "if joblib wrote it, it is a pickle"),
    "gzip": (lambda path: path.write_bytes(gzip.compress(b"abc")), "is compressed; unpack it first"),
    "npy": (
        npy_file,
        "is one NumPy array; write the named weights as npz or safetensors",
    ),
    "tflite": (lambda path: path.write_bytes(b"\x1c\0\0\0TFL3" + bytes(99)), "is a TensorFlow Lite model"),
    "json": (lambda path: path.write_text('{"layers": []}'), "is JSON, and no Keras configuration"),
    "broken json": (lambda path: path.write_text('{"class_name'), "is no readable JSON"),
    "zip": (lambda path: zipfile.ZipFile(path, "w").writestr("readme.txt", "x"), "is a zip that holds readme.txt"),
    "text": (lambda path: path.write_text("hello there"), "is of no known kind (its first bytes are 68 65 6c 6c"),
    "empty": (lambda path: path.write_bytes(b""), "its first bytes are none: it is empty"),
    "nothing": (lambda path: None, "is missing; supported are ONNX"),
    "folder": (lambda path: path.mkdir(), "is a folder without model.json"),
    "saved model": (lambda path: (path.mkdir(), (path / "saved_model.pb").touch()), "is a TensorFlow SavedModel"),
    "network": (lambda path: (path.mkdir(), (path / "network.json").touch()), "load_network reads it"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_not_read_is_called_by_its_name(tmp_path, what):
    write, says = OTHERS[what]
    write(tmp_path / "m")
    with pytest.raises(OptionError) as caught:
        recognise(tmp_path / "m")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_model_folder_is_for_export(tmp_path):
    (tmp_path / "model.json").touch()
    assert recognise(tmp_path) == "model folder"
    with pytest.raises(OptionError, match="give it to export"):
        read(tmp_path)


@pytest.mark.parametrize(("module", "write", "extra"), [("onnx", onnx_file, "onnx"), ("h5py", h5_file, "keras")])
def test_a_missing_library_names_its_extra(tmp_path, module, write, extra):
    write(tmp_path / "m")
    program = (
        f"import sys; sys.modules[{module!r}] = None\n"
        "from sc_neurocore.importing.recognise import read\n"
        f"try: read({str(tmp_path / 'm')!r})\n"
        "except ImportError as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert MissingExtraError.__name__ in done.stdout
    assert f"pip install 'sc-neurocore-cosim[{extra}]'" in done.stdout


def test_recognising_loads_no_front_end():
    program = "import sys, sc_neurocore.importing.recognise; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert not {"onnx", "h5py", "torch", "sklearn", "jax"} & set(done.stdout.split())
