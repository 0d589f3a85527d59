"""The command line on damaged folders and arrays: status 2, one clear line, no traceback, nothing written, fast."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.networks.descriptions import REMOVE, dense, edited, network, tensors
from support.networks.folders import changed, rewrite, with_tensors
from support.networks.random_networks import write_folder
from support.refusals import Bomb, header, refuse, saved, snapshot, zipped

from sc_neurocore import cli

NETWORK = network(dense(3, 2, n=4, length=16))
GOOD = np.arange(12).reshape(4, 3)


@pytest.fixture
def folder(tmp_path) -> Path:
    return write_folder(tmp_path / "net", NETWORK, tensors(NETWORK))


@pytest.fixture
def codes(tmp_path) -> Path:
    np.save(tmp_path / "codes.npy", GOOD)
    return tmp_path / "codes.npy"


# ---------------------------------------------------------------- folders, for every verb that takes one


def vast(folder: Path) -> None:
    huge = network(dense(65_536, 65_536, 2, 1))
    write_folder(folder, huge, tensors(NETWORK))


def truncated(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:-20])


def replaced(old: str, new: str):
    return lambda f: rewrite(f, (f / "network.json").read_text().replace(old, new, 1))


FOLDERS = {
    "truncated json": (lambda f: truncated(f, "network.json"), ["network.json"]),
    "empty json": (lambda f: rewrite(f, ""), ["network.json"]),
    "binary json": (lambda f: rewrite(f, bytes(range(256))), ["network.json"]),
    "deep json": (lambda f: rewrite(f, "[" * 200_000), ["network.json"]),
    "a list": (lambda f: rewrite(f, "[1, 2]"), ["network.json"]),
    "duplicate key": (replaced('"format"', '"name": "other", "format"'), ["name"]),
    "unknown key": (lambda f: changed(f, "input.extra", 1), ["extra"]),
    "key with a newline": (lambda f: changed(f, "input.a\nb", 1), ["not a known key"]),
    "missing key": (lambda f: changed(f, "layers.0.neurons", REMOVE), ["neurons"]),
    "NaN": (replaced('"scale": 1.0', '"scale": NaN'), ["NaN"]),
    "1e999": (replaced('"scale": 1.0', '"scale": 1e999'), ["scale"]),
    "bool for an integer": (lambda f: changed(f, "layers.0.stream_length", True), ["stream_length"]),
    "float for an integer": (lambda f: changed(f, "layers.0.stream_length", 16.0), ["stream_length"]),
    "huge integer": (replaced('"stream_length": 16', '"stream_length": ' + "9" * 9999), []),
    "wrong hash": (lambda f: changed(f, "tensors.sha256", "0" * 64), ["sha256"]),
    "path traversal": (lambda f: changed(f, "tensors.file", "../../etc/passwd"), ["file"]),
    "hostile name": (lambda f: changed(f, "name", "a; endmodule"), ["name"]),
    "name with a newline": (lambda f: changed(f, "name", "a\nb"), ["name"]),
    "keyword name": (lambda f: changed(f, "name", "module"), ["name"]),
    "terminal escape name": (lambda f: changed(f, "name", "\x1b[2J"), ["name"]),
    "huge sizes": (vast, []),
    "huge stream": (lambda f: changed(f, "layers.0.stream_length", 2**40), ["stream_length"]),
    "truncated tensors": (lambda f: truncated(f, "weights.safetensors"), ["sha256"]),
    "damaged tensors": (lambda f: with_tensors(f, b"\xff" * 64), ["weights.safetensors"]),
    "no tensors": (lambda f: (f / "weights.safetensors").unlink(), ["weights.safetensors"]),
    "no json": (lambda f: (f / "network.json").unlink(), ["network.json"]),
}


def verb(name: str, folder: Path, tmp_path: Path) -> list:
    return {
        "infer": ["infer", folder, "--codes", tmp_path / "codes.npy", "--out", tmp_path / "y.npy"],
        "generate": ["generate", folder, "--out", tmp_path / "rtl"],
        "cosim": ["cosim", folder, "--out", tmp_path / "cosim"],
        "synth": ["synth", folder, "--target", "hx8k", "--out", tmp_path / "synth"],
    }[name]


@pytest.mark.contract("folder.read", "folder.keys", "folder.values", "folder.tensors", "folder.hash", "folder.name")
@pytest.mark.parametrize("name", ["infer", "generate", "cosim", "synth"])
@pytest.mark.parametrize("damage", FOLDERS)
def test_damaged_folder(tmp_path, folder, codes, capsys, name, damage):
    spoil, words = FOLDERS[damage]
    spoil(folder)
    refuse(tmp_path, capsys, *verb(name, folder, tmp_path), words=words)


@pytest.mark.parametrize("name", ["infer", "generate", "cosim", "synth"])
def test_no_folder_there(tmp_path, codes, capsys, name):
    refuse(tmp_path, capsys, *verb(name, tmp_path / "nowhere", tmp_path), words=["nowhere"])
    refuse(tmp_path, capsys, *verb(name, codes, tmp_path), words=["codes.npy"])


@pytest.mark.parametrize("name", ["generate", "synth"])
@pytest.mark.parametrize(("description", "word"), [(network(dense(3, 2, accumulator={"kind": "or"})), "or")])
@pytest.mark.parametrize("architecture", ["serial", "column"])
def test_networks_without_gates(tmp_path, capsys, name, description, word, architecture):
    folder = write_folder(tmp_path / "net", description, tensors(description))
    command = [*verb(name, folder, tmp_path), "--architecture", architecture]
    refuse(tmp_path, capsys, *command, words=[word, architecture])


# ---------------------------------------------------------------- arrays


with_value = lambda value: saved(np.where(np.arange(12).reshape(4, 3) == 7, value, GOOD))  # noqa: E731

ARRAYS = {
    "one dimension": (saved(np.arange(3)), ["shape"]),
    "three dimensions": (saved(GOOD[None]), ["shape"]),
    "no dimension": (saved(3), ["shape"]),
    "too wide": (saved(np.zeros((4, 4), int)), ["shape", "3"]),
    "transposed": (saved(GOOD.T), ["shape"]),
    "too large a code": (with_value(16), ["16"]),
    "negative code": (with_value(-1), ["-1"]),
    "int64 extreme": (with_value(-(2**63)), [str(-(2**63))]),
    "uint64 extreme": (saved(np.full((4, 3), 2**64 - 1, np.uint64)), [str(2**64 - 1)]),
    "uint64 that wraps into range": (saved(np.full((4, 3), 2**63, np.uint64)), [str(2**63)]),
    "floats": (saved(GOOD.astype(float)), ["integers", "float64"]),
    "NaN": (saved(np.full((4, 3), np.nan)), ["float64"]),
    "bools": (saved(GOOD > 3), ["bool"]),
    "complex": (saved(GOOD + 0j), ["complex"]),
    "strings": (saved(GOOD.astype(str)), ["integers"]),
    "dates": (saved(GOOD.astype("datetime64[s]")), ["integers"]),
    "structured": (saved(np.zeros(4, [("a", "i4"), ("b", "i4")])), []),
    "truncated": (saved(GOOD)[:-8], ["codes"]),
    "cut in the header": (saved(GOOD)[:40], ["codes"]),
    "only the magic": (b"\x93NUMPY", ["codes"]),
    "unknown version": (b"\x93NUMPY\x09\x00" + saved(GOOD)[8:], ["codes"]),
    "empty": (b"", ["codes"]),
    "text": (b"1,2,3\n4,5,6\n", ["npy"]),
    "npz": (zipped(), ["npy"]),
    "raw pickle": (pickle.dumps(GOOD), ["npy"]),
    "huge claim": (header("(1000000000000, 3)") + b"\0" * 64, ["codes"]),
    "overflowing claim": (header("(9223372036854775807, 9223372036854775807)") + b"\0" * 64, ["codes"]),
    "claim that wraps to 0": (header("(4294967296, 4294967296)"), ["codes"]),
    "negative claim": (header("(-1, 3)") + b"\0" * 64, ["codes"]),
    "zero wide": (header("(9223372036854775807, 0)"), ["codes"]),
    "code in the header": (header("__import__('os')"), ["codes"]),
    "deep header": (header("(" * 5000 + ")" * 5000), ["codes"]),
    "bad type": (header("(4, 3)", "'<q99'"), ["codes"]),
    "object type": (header("(4, 3)", "'|O'") + b"\0" * 96, ["codes"]),
    "bad order": (header("(4, 3)", order="3") + b"\0" * 96, ["codes"]),
}


@pytest.mark.contract("codes.unipolar", "time.shapes")
@pytest.mark.parametrize("damage", ARRAYS)
def test_damaged_codes(tmp_path, folder, codes, capsys, damage):
    content, words = ARRAYS[damage]
    codes.write_bytes(content)
    refuse(tmp_path, capsys, *verb("infer", folder, tmp_path), words=words)


@pytest.mark.parametrize("damage", ["too wide", "too large a code", "floats", "truncated", "npz", "huge claim"])
def test_damaged_codes_for_cosim(tmp_path, folder, codes, capsys, damage):
    content, words = ARRAYS[damage]
    codes.write_bytes(content)
    refuse(tmp_path, capsys, *verb("cosim", folder, tmp_path), "--codes", codes, words=words)


def test_an_object_array_is_not_unpickled(tmp_path, folder, codes, capsys):
    np.save(codes, np.array([[Bomb(tmp_path / "exploded")] * 3], dtype=object))
    refuse(tmp_path, capsys, *verb("infer", folder, tmp_path), words=["codes"])
    assert not (tmp_path / "exploded").exists()


@pytest.mark.contract("codes.nonfinite")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_non_finite_features(tmp_path, folder, codes, capsys, value, dtype):
    features = np.zeros((4, 3), dtype)
    features[2, 1] = value
    np.save(codes, features)
    command = ["infer", folder, "--inputs", codes, "--out", tmp_path / "y.npy"]
    refuse(tmp_path, capsys, *command, words=["finite", str(value), "2, 1"])


@pytest.mark.parametrize("damage", ["too wide", "three dimensions", "complex", "strings", "bools", "truncated", "npz"])
def test_damaged_features(tmp_path, folder, codes, capsys, damage):
    codes.write_bytes(ARRAYS[damage][0])
    refuse(tmp_path, capsys, "infer", folder, "--inputs", codes, "--out", tmp_path / "y.npy")


@pytest.mark.parametrize(
    "labels", [np.zeros(3, int), np.zeros(5, int), np.zeros((4, 1), int), np.zeros(4), np.array(["a"] * 4)]
)
def test_damaged_labels(tmp_path, folder, codes, capsys, labels):
    np.save(tmp_path / "labels.npy", labels)
    command = [*verb("infer", folder, tmp_path), "--labels", tmp_path / "labels.npy"]
    refuse(tmp_path, capsys, *command, words=["labels"])


def test_missing_arrays_and_other_things_in_their_place(tmp_path, folder, codes, capsys):
    codes.unlink()
    refuse(tmp_path, capsys, *verb("infer", folder, tmp_path), words=["codes"])
    codes.mkdir()
    refuse(tmp_path, capsys, *verb("infer", folder, tmp_path), words=["codes"])
    codes.rmdir()
    os.mkfifo(codes)
    refuse(tmp_path, capsys, *verb("infer", folder, tmp_path), words=["codes"])


@pytest.mark.parametrize("dtype", ["<i2", ">i4", "<u8", "i1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_any_integer_type_and_order_is_no_damage(tmp_path, folder, codes, dtype, order):
    assert cli.main([str(a) for a in verb("infer", folder, tmp_path)]) == 0
    expected = np.load(tmp_path / "y.npy")
    np.save(codes, np.asarray(GOOD.astype(dtype), order=order))
    assert cli.main([str(a) for a in verb("infer", folder, tmp_path)]) == 0
    got = np.load(tmp_path / "y.npy")
    assert got.dtype == np.int64
    assert got.tolist() == expected.tolist()


# ---------------------------------------------------------------- where results would go


def test_places_where_outputs_cannot_go(tmp_path, folder, codes, capsys):
    (tmp_path / "taken").mkdir()
    for out in (tmp_path / "none" / "y.npy", codes / "y.npy", tmp_path / "y.txt", "/proc/y.npy", "/dev/null/y.npy"):
        refuse(tmp_path, capsys, "infer", folder, "--codes", codes, "--out", out, words=["y."])
    (tmp_path / "dir.npy").mkdir()
    refuse(tmp_path, capsys, "infer", folder, "--codes", codes, "--out", tmp_path / "dir.npy", words=["dir.npy"])


@pytest.mark.parametrize("name", ["generate", "synth"])
def test_folders_that_are_not_ours_to_replace(tmp_path, folder, codes, capsys, name):
    command = verb(name, folder, tmp_path)
    out = command[-1]
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    refuse(tmp_path, capsys, *command, words=["thesis.txt"])
    refuse(tmp_path, capsys, *command[:-1], "/proc/out", words=["/proc/out"])


@pytest.mark.parametrize("name", ["generate", "cosim", "synth"])
def test_files_where_a_folder_should_be(tmp_path, folder, codes, capsys, name):
    command = verb(name, folder, tmp_path)
    refuse(tmp_path, capsys, *command[:-1], codes, words=["codes.npy"])
    refuse(tmp_path, capsys, *command[:-1], codes / "below", words=["below"])
    refuse(tmp_path, capsys, *command[:-1], codes / "far" / "below", words=["below"])


# ---------------------------------------------------------------- the same as a program


def program(*arguments, cwd: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "sc_neurocore.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120)


@pytest.mark.parametrize("damage", ["deep json", "hostile name", "huge sizes", "key with a newline"])
def test_the_program_itself_on_damaged_folders(tmp_path, folder, codes, damage):
    FOLDERS[damage][0](folder)
    before = snapshot(tmp_path)
    result = program(*verb("infer", folder, tmp_path), cwd=tmp_path)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert snapshot(tmp_path) == before


def test_the_program_itself_on_a_huge_claim(tmp_path, folder, codes):
    """Memory is capped at 4 GiB: believing the header would end in a MemoryError or worse."""
    import resource

    codes.write_bytes(header("(1000000000, 3)") + b"\0" * 64)
    command = [sys.executable, "-m", "sc_neurocore.cli", *map(str, verb("infer", folder, tmp_path))]
    limit = 4 << 30
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=30,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert (result.returncode, result.stdout) == (2, "")
    assert "codes" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [[], ["nonsense"], ["infer"], ["infer", "net"], ["infer", "net", "--codes", "a", "--inputs", "b", "--out", "c.npy"],
     ["infer", "net", "--codes", "a", "--out", "c.npy", "--engine", "magic"], ["generate", "net"],
     ["generate", "net", "--out", "d", "--neurons-in-parallel", "x"],
     ["cosim", "net", "--out", "d", "--samples", "1.5"]],
    ids=range(9),
)  # fmt: skip
def test_wrong_usage_is_status_2(tmp_path, folder, codes, capsys, arguments, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = snapshot(tmp_path)
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    assert "error:" in capsys.readouterr().err
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("value", ["0", "-1", "3", "1,1", "99999999999999999999"])
def test_illegal_folding(tmp_path, folder, capsys, value):
    command = [*verb("generate", folder, tmp_path), f"--neurons-in-parallel={value}"]
    refuse(tmp_path, capsys, *command, words=["neurons_in_parallel"])


@pytest.mark.parametrize("samples", ["-1", "-1000"])
def test_illegal_sample_counts(tmp_path, folder, capsys, samples):
    refuse(tmp_path, capsys, *verb("cosim", folder, tmp_path), f"--samples={samples}", words=["samples", samples])


def test_good_input_passes_all_these_checks(tmp_path, folder, codes, capsys):
    """The counter-example: nothing above refuses what is legal."""
    assert cli.main([str(a) for a in [*verb("infer", folder, tmp_path), "--json"]]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["samples"] == 4
    assert np.load(tmp_path / "y.npy").shape == (4, 2)
    assert edited(NETWORK, "name", "other")["name"] == "other"
