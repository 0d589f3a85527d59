"""Network folders as a whole: the written form, other spellings of it, and what saving leaves behind."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from support.networks.descriptions import REMOVE, comparator, dense, edited, network, tensors
from support.networks.folders import LIF, WHOLE, refused, rewrite, written
from support.networks.random_networks import random_network, shuffle_keys, write_folder
from support.oracle import read_folder

from sc_neurocore.spec import NetworkSpec, load_network, save_network

# ---------------------------------------------------------------- the written form


@pytest.mark.contract("folder.written")
@pytest.mark.parametrize("seed", range(40))
def test_written_form_and_round_trip(tmp_path, seed):
    net = random_network(seed)
    first = load_network(net.write(tmp_path / "stranger"))
    save_network(first, tmp_path / "ours")
    text = (tmp_path / "ours" / "network.json").read_text("utf-8")
    assert text == json.dumps(json.loads(text), sort_keys=True, indent=2) + "\n"
    assert sorted(os.listdir(tmp_path / "ours")) == ["network.json", "weights.safetensors"]
    description, arrays = read_folder(tmp_path / "ours")
    stored = (tmp_path / "ours" / "weights.safetensors").read_bytes()
    assert description.pop("tensors") == {"file": "weights.safetensors", "sha256": hashlib.sha256(stored).hexdigest()}
    assert without_defaults(description) == without_defaults(net.description)
    assert {k: v.tolist() for k, v in arrays.items()} == {k: v.tolist() for k, v in net.tensors.items()}
    again = load_network(tmp_path / "ours")
    assert again == first
    assert hash(again) == hash(first)
    save_network(again, tmp_path / "twice")
    for name in ("network.json", "weights.safetensors"):
        assert (tmp_path / "twice" / name).read_bytes() == (tmp_path / "ours" / name).read_bytes()


def without_defaults(value, inside=""):
    """Drop the optional keys that state their default, so that two spellings of one network compare equal."""
    if isinstance(value, list):
        return [without_defaults(v) for v in value]
    if not isinstance(value, dict):
        return value
    optional = {"skip": 0, "reverse": False, "lane_skip": 0}
    if value.get("kind") in ("relu", "clamp"):
        optional = {"multiplier": 1, "shift": 0}
    if value.get("kind") == "lif":
        optional = {"comparator": "ge", "reset": "subtract"}
    return {k: without_defaults(v) for k, v in value.items() if k not in optional or v != optional[k]}


@pytest.mark.contract("folder.hash")
def test_hash_names_the_network_not_its_spelling(tmp_path):
    rng = np.random.default_rng(1)
    plain = load_network(write_folder(tmp_path / "a", WHOLE, tensors(WHOLE)))
    for i in range(5):
        assert load_network(write_folder(tmp_path / f"b{i}", WHOLE, tensors(WHOLE), rng)).sha256 == plain.sha256
    others = [
        (edited(WHOLE, "layers.0.neuron.shift", 1), tensors(WHOLE)),
        (edited(WHOLE, "name", "other"), tensors(WHOLE)),
        (edited(WHOLE, "layers.1.accumulator.select.skip", 2), tensors(WHOLE)),
        (WHOLE, tensors(WHOLE, biases=[[0] * 4, [0] * 2, [0, 1]])),
    ]
    hashes = {load_network(write_folder(tmp_path / f"c{i}", *other)).sha256 for i, other in enumerate(others)}
    assert len(hashes | {plain.sha256}) == 5
    assert all(len(h) == 64 and set(h) <= set("0123456789abcdef") for h in hashes)


@pytest.mark.contract("folder.written", "folder.hash")
def test_two_processes_write_the_same_bytes(tmp_path):
    source = written(tmp_path)
    program = "import sys, sc_neurocore as s; s.save_network(s.load_network(sys.argv[1]), sys.argv[2])"
    for seed in ("1", "2"):
        command = [sys.executable, "-c", program, str(source), str(tmp_path / seed)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
    for name in ("network.json", "weights.safetensors"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


# ---------------------------------------------------------------- what is accepted


@pytest.mark.contract("folder.read")
def test_any_key_order_and_spacing(tmp_path):
    folder = written(tmp_path)
    rng = np.random.default_rng(3)
    whole = json.loads((folder / "network.json").read_text())
    expected = load_network(folder)
    for indent, separators in ((None, (",", ":")), ("\t", (" ,", " : ")), (7, None)):
        text = json.dumps(shuffle_keys(whole, rng), indent=indent, separators=separators)
        assert load_network(rewrite(folder, f"\r\n {text} \n\n")) == expected


@pytest.mark.contract("folder.read")
def test_escapes_are_the_characters_they_stand_for(tmp_path):
    folder = written(tmp_path)
    text = (folder / "network.json").read_text()
    assert load_network(rewrite(folder, text.replace('"net"', '"n\\u0065t"'))).name == "net"


@pytest.mark.contract("folder.keys")
def test_optional_keys_have_their_defaults(tmp_path):
    spelled = network(
        dense(
            2, 3, n=4,
            input_generator=comparator({"kind": "sobol", "dimension": 2, "skip": 0, "reverse": False, "lane_skip": 0}),
            neuron={"kind": "relu", "multiplier": 1, "shift": 0, "output_bits": 4},
        ),
        dense(3, 2, n=4, neuron={**LIF, "comparator": "ge", "reset": "subtract"}),
    )  # fmt: skip
    short = spelled
    for key in ("skip", "reverse", "lane_skip"):
        short = edited(short, f"layers.0.input_generator.source.{key}", REMOVE)
    for key in (
        "layers.0.neuron.multiplier",
        "layers.0.neuron.shift",
        "layers.1.neuron.comparator",
        "layers.1.neuron.reset",
    ):
        short = edited(short, key, REMOVE)
    arrays = tensors(spelled)
    assert load_network(write_folder(tmp_path / "a", spelled, arrays)) == load_network(
        write_folder(tmp_path / "b", short, arrays)
    )


@pytest.mark.contract("folder.values")
def test_an_integer_is_accepted_for_a_float(tmp_path):
    one = edited(edited(WHOLE, "input.scale", 2), "layers.0.output_scale", 3)
    two = edited(edited(WHOLE, "input.scale", 2.0), "layers.0.output_scale", 3.0)
    arrays = tensors(WHOLE)
    assert load_network(write_folder(tmp_path / "a", one, arrays)) == load_network(
        write_folder(tmp_path / "b", two, arrays)
    )


# ---------------------------------------------------------------- the folder itself


@pytest.mark.contract("folder.read")
def test_missing_files_and_wrong_kinds(tmp_path):
    refused(tmp_path / "nowhere", "nowhere")
    refused(tmp_path, "network.json")
    folder = written(tmp_path)
    (folder / "weights.safetensors").unlink()
    refused(folder, "weights.safetensors")
    (folder / "weights.safetensors").mkdir()
    refused(folder, "weights.safetensors")
    (folder / "network.json").unlink()
    (folder / "network.json").mkdir()
    refused(folder, "network.json")
    file = tmp_path / "file"
    file.write_text("{}")
    refused(file, "file")
    refused(file / "below", "below")


def test_a_pipe_does_not_hang_the_reader(tmp_path):
    folder = written(tmp_path)
    for name in ("network.json", "weights.safetensors"):
        kept = (folder / name).read_bytes()
        (folder / name).unlink()
        os.mkfifo(folder / name)
        refused(folder, name)
        (folder / name).unlink()
        (folder / name).write_bytes(kept)
    load_network(folder)


def test_a_vast_description_is_refused_unread(tmp_path):
    folder = written(tmp_path)
    with open(folder / "network.json", "wb") as file:
        file.truncate(2**36)  # sparse: 64 GiB on paper
    refused(folder, "network.json")


def test_a_vast_tensor_file_is_refused_unread(tmp_path):
    folder = written(tmp_path)
    with open(folder / "weights.safetensors", "wb") as file:
        file.truncate(2**36)
    refused(folder, "weights.safetensors")


@pytest.mark.contract("folder.written")
def test_saving_never_leaves_half_a_folder(tmp_path, monkeypatch):
    net = load_network(written(tmp_path))
    target = tmp_path / "out" / "deep"

    def broken(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.write_bytes", broken)
        with pytest.raises(OSError, match="space"):
            save_network(net, target)
    assert not (tmp_path / "out").exists()
    assert os.listdir(tmp_path) == ["net"]
    save_network(net, target)
    before = {p.name: p.read_bytes() for p in target.iterdir()}
    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.write_bytes", broken)
        with pytest.raises(OSError, match="space"):
            save_network(net.replace(name="other"), target)
    assert {p.name: p.read_bytes() for p in target.iterdir()} == before
    assert os.listdir(tmp_path / "out") == ["deep"]
    save_network(net.replace(name="other"), target)
    assert load_network(target).name == "other"


def test_saving_does_not_overwrite_strangers(tmp_path):
    net = load_network(written(tmp_path))
    target = tmp_path / "mine"
    target.mkdir()
    (target / "thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match=r"thesis\.txt"):
        save_network(net, target)
    assert os.listdir(target) == ["thesis.txt"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(ValueError, match="file"):
        save_network(net, tmp_path / "file")
    with pytest.raises(ValueError, match="below"):
        save_network(net, tmp_path / "file" / "below")
    assert isinstance(net, NetworkSpec)
