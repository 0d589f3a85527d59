from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from sc_neurocore.spec import OptionError
from sc_neurocore.training import load_data
from sc_neurocore.training.data import make_dataset

pytest.importorskip("sklearn", reason="the jax extra is not installed")


def test_digits_are_the_fixed_stratified_split():
    from sklearn.datasets import load_digits

    data = load_data()
    assert (len(data.x_train), len(data.x_test), data.features, data.classes, data.scale) == (1347, 450, 64, 10, 16.0)
    rows = {row.tobytes() for row in load_digits().data}
    assert {row.tobytes() for row in np.concatenate([data.x_train, data.x_test]) * 16.0} == rows
    assert np.bincount(data.y_test).tolist() == [45, 46, 44, 46, 45, 46, 45, 45, 43, 45]  # a quarter of each class
    assert data.sha256 == load_data("digits").sha256
    assert (data.x_train.min(), data.x_train.max()) == (0.0, 1.0)


def test_own_file_with_and_without_test_samples(tmp_path):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)), np.arange(40) % 4
    np.savez(tmp_path / "a.npz", x=x, y=y)
    data = load_data(tmp_path / "a.npz")
    assert (data.name, data.features, data.classes, len(data.x_train), len(data.x_test)) == ("a", 3, 4, 30, 10)
    assert data.signed
    assert np.abs(data.x_train).max() == 1.0
    np.savez_compressed(tmp_path / "b.npz", x=x[:30], y=y[:30], x_test=x[30:], y_test=y[30:], other=np.zeros(3))
    data = load_data(tmp_path / "b.npz")
    assert np.array_equal(data.x_test * data.scale, x[30:] / data.scale * data.scale)
    assert data.scale == np.abs(x[:30]).max()


GOOD = {"x": np.ones((8, 3)), "y": np.arange(8) % 2}
NAN = np.where(np.eye(8, 3) == 1, np.nan, 1.0)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": GOOD["x"]}, "must hold arrays x and y, it holds x"),
        (
            {"x": GOOD["x"][0], "y": GOOD["y"]},
            r"x must have shape \(samples, features\), 1 to 65536 features; got \(3,\)",
        ),
        ({"x": GOOD["x"], "y": GOOD["y"][:5]}, r"y must have shape \(8,\), one label a sample; got \(5,\)"),
        ({"x": NAN, "y": GOOD["y"]}, r"x must be finite, got nan at index \(0, 0\)"),
        ({"x": GOOD["x"].astype(str), "y": GOOD["y"]}, "x.npy: it holds '<U32'; integers, real"),
        ({"x": GOOD["x"], "y": GOOD["y"] - 1}, "y must hold integer labels 0 to 65535"),
        ({"x": GOOD["x"], "y": GOOD["y"] * 0.5}, "y must hold integer labels 0 to 65535, got dtype float64"),
        ({**GOOD, "x_test": GOOD["x"]}, "x_test and y_test must be given together"),
        (
            {**GOOD, "x_test": np.ones((2, 4)), "y_test": np.zeros(2, int)},
            "x_test must have the 3 features of x, got 4",
        ),
        ({"x": GOOD["x"], "y": np.arange(8)}, "each class of y needs 2 samples to be split, class 0 has 1"),
    ],
)
def test_wrong_arrays_are_named(arrays, message, tmp_path):
    np.savez(tmp_path / "d.npz", **arrays)
    with pytest.raises(OptionError, match=message):
        load_data(tmp_path / "d.npz")


def _archive(path, member: bytes, name: str = "x.npy"):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, member)
    return path


def test_damaged_and_hostile_files_are_refused(tmp_path):
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(OptionError, match=r"text.npz is no readable .npz file"):
        load_data(tmp_path / "text.npz")
    with pytest.raises(OptionError, match="is missing"):
        load_data(tmp_path / "none.npz")
    with pytest.raises(OptionError, match="is no regular file"):
        load_data("/dev/null")
    with pytest.raises(OptionError, match=r"must hold one kind of x\.npy .* it holds none of them"):
        load_data(tmp_path)
    np.savez(tmp_path / "pickled.npz", x=np.array([{}, {}], dtype=object), y=np.arange(2))
    with pytest.raises(OptionError, match=r"it holds '.O'; integers, real .* no objects"):
        load_data(tmp_path / "pickled.npz")
    whole = (tmp_path / "whole.npz", np.savez(tmp_path / "whole.npz", **GOOD))[0].read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(OptionError, match="is no readable"):
        load_data(tmp_path / "cut.npz")


def test_a_header_that_claims_more_than_is_there_allocates_nothing(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (2**40, 8)})
    path = _archive(tmp_path / "huge.npz", header.getvalue() + bytes(64))
    with pytest.raises(OptionError, match=r"x\.npy claims 70368744177664 bytes of data, more than 2147483648"):
        load_data(path)


def test_scale_of_all_zero_features_is_one():
    data = make_dataset("z", np.zeros((8, 2)), np.arange(8) % 2)
    assert data.scale == 1.0
