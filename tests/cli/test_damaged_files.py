"""Damaged data sets, weight files, model folders and run folders at the verbs train, export, report and run."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save as safetensors_bytes
from support.networks.descriptions import dense, network, tensors
from support.networks.folders import raw_safetensors
from support.networks.random_networks import write_folder
from support.refusals import Bomb, header, refuse, saved

pytest.importorskip("jax", reason="the jax extra is not installed")

X, Y = np.arange(24.0).reshape(8, 3), np.array([0, 1] * 4)


def npz(**members: object) -> bytes:
    """An archive; arrays as themselves, bytes raw."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in members.items():
            archive.writestr(f"{name}.npy", value if isinstance(value, bytes) else saved(value))
    return buffer.getvalue()


def spoiled_stream() -> bytes:
    """A deflate stream damaged in its middle; the directory is intact."""
    raw = bytearray(npz(x=np.random.default_rng(0).random((400, 3)), y=np.arange(400) % 2))
    raw[200:260] = b"\xff" * 60
    return bytes(raw)


def lying_size() -> bytes:
    """A member whose directory entry claims ten bytes fewer than there are."""
    raw = npz(x=X, y=Y)
    at = raw.index(b"PK\x01\x02") + 24
    size = int.from_bytes(raw[at : at + 4], "little") - 10
    return raw[:at] + size.to_bytes(4, "little") + raw[at + 4 :]


DATA = {
    "empty": (b"", []),
    "text": (b"x,y\n1,2\n", []),
    "an npy": (saved(X), []),
    "truncated": (npz(x=X, y=Y)[:-40], []),
    "spoiled stream": (spoiled_stream(), []),
    "lying size": (lying_size(), []),
    "no y": (npz(x=X), ["y"]),
    "no arrays": (npz(), ["x"]),
    "x_test alone": (npz(x=X, y=Y, x_test=X), ["x_test"]),
    "NaN": (npz(x=np.where(X == 5, np.nan, X), y=Y), ["finite", "nan"]),
    "infinity": (npz(x=np.where(X == 5, np.inf, X), y=Y), ["finite", "inf"]),
    "one dimension": (npz(x=X[0], y=Y), ["shape"]),
    "other test image": (npz(x=X.reshape(8, 3, 1), y=Y, x_test=X.reshape(8, 1, 3), y_test=Y), ["shape"]),
    "twice": (npz(x=X, x_train=X, y=Y), ["x_train"]),
    "no samples": (npz(x=X[:0], y=Y[:0]), ["x"]),
    "no features": (npz(x=X[:, :0], y=Y), ["x"]),
    "float labels": (npz(x=X, y=Y + 0.5), ["y"]),
    "negative labels": (npz(x=X, y=Y - 1), ["y"]),
    "huge labels": (npz(x=X, y=Y + 10**12), ["y"]),
    "too few labels": (npz(x=X, y=Y[:5]), ["y"]),
    "strings": (npz(x=X.astype(str), y=Y), ["x"]),
    "complex": (npz(x=X + 1j, y=Y), ["x"]),
    "rare class": (npz(x=X, y=np.array([0, 0, 0, 0, 1, 1, 1, 2])), ["y"]),
    "other test width": (npz(x=X, y=Y, x_test=X[:, :2], y_test=Y), ["x_test"]),
    "huge claim": (npz(x=header("(1000000000000, 3)", "'<f8'"), y=Y), ["x"]),
    "objects": (npz(x=header("(8, 3)", "'|O'") + b"\0" * 192, y=Y), ["x"]),
    "bad header": (npz(x=b"\x93NUMPY\x01\x00\xff\xff{", y=Y), []),
    "bad magic": (npz(x=b"hello", y=Y), []),
}


@pytest.mark.parametrize("name", ["train", "run"])
@pytest.mark.parametrize("damage", DATA)
def test_damaged_data(tmp_path, capsys, name, damage):
    content, words = DATA[damage]
    (tmp_path / "data.npz").write_bytes(content)
    refuse(tmp_path, capsys, name, "--data", tmp_path / "data.npz", "--out", tmp_path / "out", words=["data", *words])


@pytest.mark.parametrize("name", ["train", "run"])
def test_missing_data_and_pickles(tmp_path, capsys, name):
    command = [name, "--data", tmp_path / "data.npz", "--out", tmp_path / "out"]
    refuse(tmp_path, capsys, *command, words=["data.npz", "missing"])
    np.savez(tmp_path / "data.npz", x=np.array([[Bomb(tmp_path / "exploded")]] * 8, dtype=object), y=Y)
    refuse(tmp_path, capsys, *command, words=["data.npz"])
    assert not (tmp_path / "exploded").exists()
    (tmp_path / "data.npz").unlink()
    (tmp_path / "data.npz").mkdir()
    refuse(tmp_path, capsys, *command, words=["data.npz"])


@pytest.mark.parametrize("name", ["train", "run"])
def test_training_does_not_overwrite_strangers(tmp_path, capsys, name):
    (tmp_path / "data.npz").write_bytes(npz(x=X, y=Y))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    command = [name, "--data", tmp_path / "data.npz", "--out"]
    refuse(tmp_path, capsys, *command, tmp_path / "mine", words=["mine"])
    refuse(tmp_path, capsys, *command, tmp_path / "data.npz", words=["data.npz"])
    refuse(tmp_path, capsys, *command, tmp_path / "data.npz" / "below")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--stream-length", "0"),
        ("--stream-length", "-5"),
        ("--stream-length", "2000000"),
        ("--resolution-bits", "1"),
        ("--resolution-bits", "17"),
        ("--hidden", "0"),
        ("--hidden", "70000"),
        ("--name", "a; endmodule"),
        ("--name", "module"),
        ("--epochs", "0"),
        ("--batch-size", "0"),
        ("--learning-rate", "nan"),
        ("--learning-rate", "-1"),
        ("--label-smoothing", "2"),
        ("--input-noise", "-1"),
        ("--border-shift", "99"),
        ("--seed", "-1"),
        ("--sparsity", "1"),
        ("--validation", "1"),
        ("--pixel-shift", "1"),
        ("--warmup-epochs", "250"),
        ("--optimizer", "Adam"),
    ],
)
def test_illegal_training_options(tmp_path, capsys, option, value):
    (tmp_path / "data.npz").write_bytes(npz(x=X, y=Y))
    command = ["train", "--data", tmp_path / "data.npz", "--out", tmp_path / "out", f"{option}={value}"]
    refuse(tmp_path, capsys, *command, words=[option.strip("-").replace("-", "_")])


@pytest.mark.parametrize(
    "options",
    [["--deployed", "5"], ["--stream-lengths", "8,0", "--deployed", "8"], ["--samples", "0"], ["--targets", "asic"],
     ["--hidden", "0"], ["--epochs", "-1"], ["--stream-lengths", "16,16"], ["--targets", "up5k,up5k"]],
    ids=str,
)  # fmt: skip
def test_illegal_run_options(tmp_path, capsys, options):
    (tmp_path / "data.npz").write_bytes(npz(x=X, y=Y))
    refuse(tmp_path, capsys, "run", "--data", tmp_path / "data.npz", "--out", tmp_path / "out", *options)


# ---------------------------------------------------------------- export

W = np.ones((2, 3), np.float32)

WEIGHTS = {
    "empty": (b"", []),
    "text": (b"weights\n", []),
    "no tensors": (raw_safetensors(b"{}"), []),
    "huge header": ((2**62).to_bytes(8, "little") + b"{}", []),
    "not float": (safetensors_bytes({"a.weight": W.astype(np.complex64)}), []),
    "NaN": (safetensors_bytes({"a.weight": np.where(W > 0, np.nan, W)}), ["finite"]),
    "infinity": (safetensors_bytes({"a.weight": W, "a.bias": np.array([1, np.inf], np.float32)}), ["finite"]),
    "one dimension": (safetensors_bytes({"a.weight": W[0]}), ["shape"]),
    "no neurons": (safetensors_bytes({"a.weight": W[:0]}), []),
    "short bias": (safetensors_bytes({"a.weight": W, "a.bias": W[0]}), ["shape"]),
    "layers that do not meet": (safetensors_bytes({"a.weight": W, "b.weight": W}), ["orders fit"]),
    "strange tensor": (safetensors_bytes({"a.weight": W, "thing": W}), ["thing"]),
    "hostile tensor name": (safetensors_bytes({"a.weight": W, "\x1b[2J\n": W}), []),
    "truncated": (safetensors_bytes({"a.weight": W})[:-4], []),
}


@pytest.mark.parametrize("damage", WEIGHTS)
def test_damaged_weight_files(tmp_path, capsys, damage):
    content, words = WEIGHTS[damage]
    (tmp_path / "w.safetensors").write_bytes(content)
    refuse(tmp_path, capsys, "export", tmp_path / "w.safetensors", "--out", tmp_path / "net", words=words)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--name", "endmodule"], "name"),
        (["--stream-length", "0"], "stream_length"),
        (["--resolution-bits", "30"], "resolution_bits"),
        (["--input-scale", "0"], "input_scale"),
        (["--input-scale", "nan"], "input_scale"),
        (["--layers", "b"], "b.weight"),
        (["--calibration", "nowhere.npy"], "nowhere.npy"),
    ],
)
def test_illegal_export_options(tmp_path, capsys, options, word):
    (tmp_path / "w.safetensors").write_bytes(safetensors_bytes({"a.weight": W}))
    command = ["export", tmp_path / "w.safetensors", "--out", tmp_path / "net", *options]
    refuse(tmp_path, capsys, *command, words=[word])


@pytest.mark.parametrize(
    "content", [saved(X.astype(str)), saved(X[0]), saved(X * np.nan), saved(X)[:-9], b"PK\3\4", b""]
)
def test_damaged_calibration(tmp_path, capsys, content):
    (tmp_path / "w.safetensors").write_bytes(safetensors_bytes({"a.weight": W}))
    (tmp_path / "cal.npy").write_bytes(content)
    command = ["export", tmp_path / "w.safetensors", "--out", tmp_path / "net", "--calibration", tmp_path / "cal.npy"]
    refuse(tmp_path, capsys, *command, words=["calibration"])


@pytest.fixture
def model(tmp_path) -> Path:
    """A model folder after one epoch."""
    from sc_neurocore.training import TrainConfig, train

    (tmp_path / "data.npz").write_bytes(npz(x=X, y=Y))
    config = TrainConfig(hidden=(2,), stream_length=4, epochs=1, batch_size=4)
    train(config, tmp_path / "model", data=tmp_path / "data.npz")
    return tmp_path / "model"


MODELS = [
    "truncated",
    "empty",
    "list",
    "format",
    "unknown key",
    "missing key",
    "NaN",
    "type",
    "hash",
    "tensors",
    "deep",
    "gone",
]


def spoil(model: Path, damage: str) -> None:
    file = model / "model.json"
    text = file.read_text()
    tree = json.loads(text)
    match damage:
        case "truncated":
            file.write_text(text[:-30])
        case "empty":
            file.write_text("")
        case "list":
            file.write_text("[]")
        case "format":
            file.write_text(json.dumps({**tree, "format_version": 2}))
        case "unknown key":
            file.write_text(json.dumps({**tree, "a\nb": 2}))
        case "missing key":
            file.write_text(json.dumps({k: v for k, v in tree.items() if k != "config"}))
        case "NaN":
            tree["input"]["scale"] = float("nan")
            file.write_text(json.dumps(tree))
        case "type":
            tree["input"]["features"] = "three"
            file.write_text(json.dumps(tree))
        case "hash":
            tree["tensors"]["sha256"] = "0" * 64
            file.write_text(json.dumps(tree))
        case "tensors":
            raw = raw_safetensors(b'{"layer0.weight": 3}')
            (model / "model.safetensors").write_bytes(raw)
            tree["tensors"]["sha256"] = hashlib.sha256(raw).hexdigest()
            file.write_text(json.dumps(tree))
        case "deep":
            file.write_text('{"config":' * 100_000)
        case "gone":
            (model / "model.safetensors").unlink()


def test_damaged_model_folders(tmp_path, capsys, model):
    kept = {path: path.read_bytes() for path in model.iterdir()}
    for damage in MODELS:
        spoil(model, damage)
        refuse(tmp_path, capsys, "export", model, "--out", tmp_path / "net")
        for path, content in kept.items():
            path.write_bytes(content)
    refuse(tmp_path, capsys, "export", tmp_path / "nowhere", "--out", tmp_path / "net", words=["nowhere"])
    refuse(tmp_path, capsys, "export", tmp_path, "--out", tmp_path / "net", words=["model.json"])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    refuse(tmp_path, capsys, "export", model, "--out", tmp_path / "mine", words=["thesis.txt"])


# ---------------------------------------------------------------- report

RESULTS = [
    "cosim/cosim.json",
    "synth/synth.json",
    "infer.json",
    "sweep.json",
    "rtl/manifest.json",
    "network/export.json",
]
KEYS = {
    "cosim/cosim.json": ["verdict", "samples", "first_mismatch", "values_compared", "rtl_sha256"],
    "synth/synth.json": ["target", "luts", "fmax_mhz", "tools"],
    "infer.json": ["samples", "accuracy"],
    "sweep.json": ["points", "float_accuracy"],
    "rtl/manifest.json": ["latency_cycles", "parameters", "ports", "alternatives"],
    "network/export.json": ["layers"],
}


@pytest.fixture
def run_folder(tmp_path) -> Path:
    description = network(dense(3, 2))
    write_folder(tmp_path / "run" / "network", description, tensors(description))
    return tmp_path / "run"


@pytest.mark.parametrize("file", RESULTS)
@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "null", "[" * 100_000, '{"a": NaN}', "\x00", '{"a": ' + "9" * 9999 + "}"]
)
def test_damaged_result_files(tmp_path, capsys, run_folder, file, text):
    (run_folder / file).parent.mkdir(exist_ok=True)
    (run_folder / file).write_text(text)
    refuse(tmp_path, capsys, "report", run_folder, "--out", tmp_path / "page.html", words=[file])


@pytest.mark.one_in(3)
@pytest.mark.parametrize("file", RESULTS)
def test_wrong_types_in_result_files(tmp_path, capsys, run_folder, file):
    (run_folder / file).parent.mkdir(exist_ok=True)
    for key in KEYS[file]:
        for value in (10**400, True, ["a"], {"a": {"b": [1]}}, 1e308, "x", -1):
            (run_folder / file).write_text(json.dumps({key: value}))
            out = tmp_path / "page.html"
            from sc_neurocore import cli

            status = cli.main(["report", str(run_folder), "--out", str(out)])
            shown, err = capsys.readouterr()
            if status == 0:  # a value of the right type, or a key that the page does not need
                assert out.exists()
                out.unlink()
            else:
                assert (status, shown, len(err.splitlines())) == (2, "", 1)
                assert file in err
                assert not out.exists()


def test_report_on_no_folder(tmp_path, capsys, run_folder):
    refuse(tmp_path, capsys, "report", tmp_path / "nowhere", "--out", tmp_path / "page.html", words=["nowhere"])
    refuse(tmp_path, capsys, "report", run_folder, "--out", tmp_path / "none" / "page.html", words=["page.html"])
    (run_folder / "network" / "network.json").write_text("{")
    refuse(tmp_path, capsys, "report", run_folder, "--out", tmp_path / "page.html", words=["network.json"])


def test_names_cannot_break_the_page(tmp_path, capsys, run_folder):
    """Text of a result file appears as text."""
    from sc_neurocore import cli

    (run_folder / "cosim").mkdir()
    evil = "</td><script>alert(1)</script>"
    (run_folder / "cosim" / "cosim.json").write_text(json.dumps({"verdict": "PASS", "simulator": evil}))
    assert cli.main(["report", str(run_folder), "--out", str(tmp_path / "page.html")]) == 0
    page = (tmp_path / "page.html").read_text()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


# ---------------------------------------------------------------- sweep


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--generators", "nope"], "generators"),
        (["--generators", ","], "generators"),
        (["--stream-lengths", "0"], "stream_lengths"),
        (["--stream-lengths", "8,8"], "stream_lengths"),
        (["--resolution-bits", "1"], "resolution_bits"),
        (["--resolution-bits", "17"], "resolution_bits"),
        (["--workers", "-1"], "workers"),
    ],
    ids=str,
)
def test_illegal_sweep_options(tmp_path, capsys, model, options, word):
    (tmp_path / "data.npz").write_bytes(npz(x=X, y=Y))
    out = ["--data", tmp_path / "data.npz", "--out", tmp_path / "out"]
    refuse(tmp_path, capsys, "sweep", model, *out, *options, words=[word])


def test_a_sweep_on_other_data_or_over_other_files(tmp_path, capsys, model):
    (tmp_path / "wide.npz").write_bytes(npz(x=np.hstack([X, X]), y=Y))
    command = ["sweep", model, "--data", tmp_path / "wide.npz", "--out"]
    refuse(tmp_path, capsys, *command, tmp_path / "out", words=["features", "columns"])
    refuse(tmp_path, capsys, *command, tmp_path / "wide.npz")
    refuse(tmp_path, capsys, "sweep", tmp_path / "nowhere", "--out", tmp_path / "out", words=["nowhere", "missing"])
