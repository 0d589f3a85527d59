from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest

from sc_neurocore.spec import OptionError
from sc_neurocore.training import load_data
from sc_neurocore.training.data.idx import DTYPES, read_idx

pytest.importorskip("sklearn", reason="the jax extra is not installed")

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (12, 5, 4), dtype=np.uint8)
LABELS = np.arange(12, dtype=np.uint8) % 3


def idx(array: np.ndarray, code: int = 0x08) -> bytes:
    return (
        bytes([0, 0, code, array.ndim])
        + struct.pack(f">{array.ndim}I", *array.shape)
        + array.astype(DTYPES[code]).tobytes()
    )


def write(folder, **files: bytes):
    for name, content in files.items():
        (folder / name).write_bytes(content)


def is_the_images(data):
    assert data.sample_shape == (5, 4)
    assert data.scale == IMAGES[:8].max()
    assert np.array_equal(np.rint(data.x_train * data.scale), IMAGES[:8].reshape(8, 20))
    assert np.array_equal(np.rint(data.x_test * data.scale), IMAGES[8:].reshape(4, 20))
    assert (data.y_train.tolist(), data.y_test.tolist()) == (LABELS[:8].tolist(), LABELS[8:].tolist())


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_of_idx_files(tmp_path, packed):
    form = (lambda content: gzip.compress(content, mtime=0)) if packed else (lambda content: content)
    end = ".gz" if packed else ""
    write(
        tmp_path,
        **{
            f"train-images-idx3-ubyte{end}": form(idx(IMAGES[:8])),
            f"train-labels.idx1-ubyte{end}": form(idx(LABELS[:8])),
            f"t10k-images-idx3-ubyte{end}": form(idx(IMAGES[8:])),
            f"t10k-labels-idx1-ubyte{end}": form(idx(LABELS[8:])),
            "README": b"of no interest",
        },
    )
    is_the_images(load_data(tmp_path))
    with pytest.raises(OptionError, match="give the folder that holds both"):
        load_data(tmp_path / f"train-images-idx3-ubyte{end}")


def test_keras_archives_and_folders_of_npy_files(tmp_path):
    parts = {"x_train": IMAGES[:8], "y_train": LABELS[:8, None], "x_test": IMAGES[8:], "y_test": LABELS[8:]}
    np.savez(tmp_path / "mnist.npz", **parts)
    is_the_images(load_data(tmp_path / "mnist.npz"))
    (tmp_path / "folder").mkdir()
    for name, array in parts.items():
        np.save(tmp_path / "folder" / f"{name.removesuffix('_train')}.npy", array)
    is_the_images(load_data(tmp_path / "folder"))
    assert load_data(tmp_path / "folder").name == "folder"
    np.save(tmp_path / "folder" / "x_train.npy", IMAGES)
    with pytest.raises(OptionError, match="holds x twice, as x_train too"):
        load_data(tmp_path / "folder")
    (tmp_path / "folder" / "x_train.npy").unlink()
    whole = (tmp_path / "folder" / "x.npy").read_bytes()
    (tmp_path / "folder" / "x.npy").write_bytes(whole[:-9])
    with pytest.raises(OptionError, match=r"data: x: .*x\.npy is no readable \.npy file"):
        load_data(tmp_path / "folder")
    (tmp_path / "folder" / "train.csv").write_text("label,a\n0,1\n")
    with pytest.raises(OptionError, match=r"it holds \.npy and \.csv"):
        load_data(tmp_path / "folder")


@pytest.mark.parametrize("code", sorted(DTYPES))
def test_every_idx_type_is_read(code, tmp_path):
    values = np.array([[1, 2, 3], [100, 5, 0]])
    write(tmp_path, a=idx(values, code))
    read = read_idx(tmp_path / "a", 1000)
    assert np.array_equal(read, values)
    assert read.dtype.isnative


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no IDX file: it must begin with 0, 0, a type and axes, got $"),
        (b"\0\0\x07\1\0\0\0\1\0", "is no IDX file"),
        (b"\0\0\x08\2\0\0", "is no readable IDX file"),
        (idx(LABELS)[:-2], "holds 10 bytes of elements where its header claims 12"),
        (idx(LABELS) + b"\0", "holds more bytes of elements where its header claims 12"),
        (b"\0\0\x08\3" + b"\xff" * 12, "claims 79228162458924105385300197375 bytes of elements, more than 2147483648"),
        (b"\0\0\x08\1\x7f\xff\xff\xff" + bytes(9), "holds 9 bytes of elements where its header claims 2147483647"),
        (b"\0\0\x08\x60" + struct.pack(">96I", *[1] * 96) + b"\0", "has 96 axes"),
        (gzip.compress(idx(LABELS), mtime=0)[:-9], "is no readable IDX file"),
        (gzip.compress(bytes(1 << 22), mtime=0), "is no IDX file"),
    ],
)  # fmt: skip
def test_damaged_idx_files_are_named(content, message, tmp_path):
    images = "train-images-idx3-ubyte"
    write(tmp_path, **{images: content, "train-labels-idx1-ubyte": idx(LABELS)})
    with pytest.raises(OptionError, match=rf"data: \S*{images} {message}"):
        load_data(tmp_path)


def test_a_gzip_bomb_is_not_unpacked(tmp_path):
    import tracemalloc

    write(tmp_path, bomb=gzip.compress(b"\0\0\x08\1\0\0\0\4" + bytes(1 << 26), 1, mtime=0))
    tracemalloc.start()
    with pytest.raises(OptionError, match="holds more bytes of elements where its header claims 4"):
        read_idx(tmp_path / "bomb", 1000)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_tables_by_the_names_of_their_columns(tmp_path):
    lines = ["a,Label,y"] + [f"{i / 2},{i % 2},-{i}" for i in range(8)]
    (tmp_path / "t.csv").write_text("\n".join(lines), "utf-8-sig")
    data = load_data(tmp_path / "t.csv")
    assert (data.name, data.features, data.classes, data.sample_shape, data.signed) == ("t", 2, 2, (), True)
    assert len(data.x_train) == 6
    (tmp_path / "train.csv").write_text('"a","class"\n1.5,0\n2,"1"\n')
    (tmp_path / "test.csv").write_text("a,class\n4,1\n")
    (tmp_path / "t.csv").unlink()
    data = load_data(tmp_path)
    assert (data.x_train * data.scale).tolist() == [[1.5], [2.0]]
    assert ((data.x_test * data.scale).tolist(), data.y_test.tolist()) == ([[4.0]], [1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must name its columns in the first line"),
        ("1,2\n3,4\n", "in the first line, the one of the class labels label, class, target or y; .* 2 other columns"),
        ("label,label\n3,4\n", "must name its columns"),
        ("a,label\n3,x\n", "is no readable table of numbers: could not convert string 'x'"),
        ("a,label\n3,4\n3\n", "is no readable table of numbers: .*changed from 2 to 1"),
        ("a,label\n3,4,5\n", "names 2 columns, its lines have 3"),
        ("a,label\n3,4\n3,0.5\n", "labels must be whole numbers, got 0.5 in sample 1"),
        ("a,label\n3,nan\n", "labels must be whole numbers, got nan in sample 0"),
        ("a,label\nnan,0\n", "x must be finite"),
        ("a,label\n1,-1\n", "y must hold integer labels"),
        ("label\n1\n", "1 to 65536 features"),
        ("a,label\n", "has no line below the names of its columns"),
    ],
)  # fmt: skip
def test_damaged_tables_are_named(text, message, tmp_path):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(OptionError, match=message):
        load_data(tmp_path / "t.csv")


def test_digits_are_images():
    assert load_data().sample_shape == (8, 8)
