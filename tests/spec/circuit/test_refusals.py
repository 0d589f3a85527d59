"""Circuit folders: what is written, what is read, and every refusal by name."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from support.circuits.random_circuits import random_circuit
from support.circuits.refused import REFUSED, Json, edited, node, whole

from sc_neurocore.spec import CodesError, OptionError, SpecError, kinds
from sc_neurocore.spec.circuit import CircuitSpec, Node, circuit_codes, circuit_spec, load_circuit, save_circuit
from sc_neurocore.spec.circuit.operators import Stanh
from sc_neurocore.spec.keywords import KEYWORDS


def written(folder: Path, circuit: Json | str) -> Path:
    text = circuit if isinstance(circuit, str) else json.dumps(circuit)
    (folder / "circuit.json").write_text(text)
    return folder


# ---------------------------------------------------------------- the written form


@pytest.mark.contract("circuits.folder", "circuits.defaults")
@pytest.mark.one_in(4)
@pytest.mark.parametrize("seed", range(20))
def test_written_form_and_round_trip(seed, tmp_path):
    circuit, _ = random_circuit(seed)
    first = load_circuit(written(tmp_path, circuit))
    save_circuit(first, tmp_path / "ours")
    text = (tmp_path / "ours" / "circuit.json").read_text()
    assert text == json.dumps(json.loads(text), sort_keys=True, indent=2) + "\n"
    assert os.listdir(tmp_path / "ours") == ["circuit.json"]
    again = load_circuit(tmp_path / "ours")
    assert again == first
    assert again.sha256 == first.sha256
    assert pickle.loads(pickle.dumps(first)) == first
    for given, made in zip(circuit["nodes"], json.loads(text)["nodes"], strict=True):
        plain = given.keys() - {"source"}
        assert {key: made[key] for key in plain} == {key: given[key] for key in plain}
        if given["kind"] in ("delay", "toggle_add", "divide"):
            assert made["initial"] == given.get("initial", 0)
        if "source" in given:
            assert {"skip", "reverse"} <= made["source"].keys()
            assert "lane_skip" not in made["source"]


@pytest.mark.contract("circuits.folder")
def test_spelling_changes_no_hash_and_content_does(tmp_path):
    first = load_circuit(written(tmp_path, whole()))
    shuffled = json.dumps(dict(reversed(whole().items())), indent=7)
    assert load_circuit(written(tmp_path, shuffled)) == first
    assert load_circuit(written(tmp_path, edited("constants.0.code", 78))) != first
    changed = first.model_copy(update={"stream_length": 255})
    assert changed.sha256 != first.sha256


def test_a_folder_of_others_is_not_replaced(tmp_path):
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "notes.txt").write_text("mine")
    with pytest.raises(OptionError, match=r"notes\.txt"):
        save_circuit(load_circuit(written(tmp_path, whole())), tmp_path / "c")


# ---------------------------------------------------------------- refusals


@pytest.mark.contract("circuits.limits", "circuits.names", "circuits.closed", "circuits.codes")
@pytest.mark.parametrize(
    ("path", "value", "message"), [pytest.param(*each, id=f"{i}-{each[0]}") for i, each in enumerate(REFUSED)]
)
def test_refusals(path, value, message, tmp_path):
    with pytest.raises(SpecError, match=message) as error:
        load_circuit(written(tmp_path, edited(path, value)))
    assert str(error.value).isprintable()


COUNTER = {"kind": "counter"}
STREAMS: dict[str, tuple[int, int, Json]] = {
    "not": (1, 1, {}),
    **dict.fromkeys(("and", "or", "xor", "xnor", "scaled_add"), (2, 64, {})),
    "majority": (3, 63, {}),
    "select": (2, 64, {"source": COUNTER}),
    "switch": (3, 3, {}),
    "delay": (1, 1, {"by": 1}),
    **dict.fromkeys(("toggle_add", "divide"), (2, 2, {})),
    "stanh": (1, 1, {"states": 4}),
    "sexp": (1, 1, {"states": 4, "gain": 1}),
    "btanh": (1, 64, {"states": 4}),
    **dict.fromkeys(("umul", "umul_bipolar"), (1, 1, {"source": COUNTER, "code": "x"})),
    **dict.fromkeys(("synchronizer", "desynchronizer"), (2, 2, {"depth": 1})),
    "shuffle": (1, 1, {"source": COUNTER, "depth": 2}),
    "bernstein": (3, 33, {"degree": 1}),
    "addie": (1, 1, {"source": COUNTER, "bits": 4}),
}
"""Of each kind: how few and how many streams it takes, and the parameters without a value of their own."""


@pytest.mark.contract("circuits.limits")
@pytest.mark.parametrize("kind", STREAMS)
def test_an_operator_takes_as_many_streams_as_the_contract_says(kind, tmp_path):
    assert STREAMS.keys() == kinds(Node).keys()
    low, high, fields = STREAMS[kind]
    for count in (low, high):
        more = {"degree": (count - 1) // 2} if kind == "bernstein" else {}
        circuit = edited("nodes.0", node(kind, ["x"] * count, **(fields | more)))
        load_circuit(written(tmp_path, circuit | {"outputs": [{"name": "y", "of": "x", "read": "count"}]}))
    for count in (low - 1, high + 1):
        with pytest.raises(SpecError, match=r"nodes\[0\]\.of must be .* names of streams"):
            load_circuit(written(tmp_path, edited("nodes.0", node(kind, ["x"] * count, **fields))))


@pytest.mark.contract("circuits.folder")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "must hold one object"),
        (json.dumps(whole())[:-1] + ', "name": "twice"}', "key 'name' stands twice"),
        (json.dumps(whole()).replace("77", "NaN"), "numbers must be finite"),
        ("[" * 100_000, "nested too deeply"),
        (" " * (2**22 + 1), "must be at most"),
    ],
    ids=["cut", "list", "twice", "nan", "deep", "large"],
)
def test_damaged_files_are_refused(text, message, tmp_path):
    with pytest.raises(SpecError, match=message):
        load_circuit(written(tmp_path, text))


def test_a_depth_beyond_the_words_of_its_source_is_refused(tmp_path):
    circuit = edited("nodes.0", node("shuffle", ["x"], depth=256, source={"kind": "counter"}))
    load_circuit(written(tmp_path, circuit))
    circuit |= {"resolution_bits": 7}
    with pytest.raises(SpecError, match=r"nodes\[0\].depth must be at most 2\^7 = 128"):
        load_circuit(written(tmp_path, circuit))


def test_the_largest_circuit_is_read(tmp_path):
    """All limits at once, in a file below the limit of size."""
    circuit = whole()
    long = [f"{'v' * 26}{i:05d}" for i in range(1024)]
    circuit["inputs"] = [dict(circuit["inputs"][0], name=f"x{i}") for i in range(256)]
    circuit["constants"] = [dict(circuit["constants"][0], name=f"w{i}") for i in range(256)]
    circuit["nodes"] = [{"name": name, "kind": "and", "of": [long[max(0, i - 1)] if i else "x0"] * 64}
                        for i, name in enumerate(long)]  # fmt: skip
    circuit["outputs"] = [{"name": f"y{i}", "of": long[-1], "read": "count"} for i in range(256)]
    spec = load_circuit(written(tmp_path, circuit))
    save_circuit(spec, tmp_path / "again")
    assert load_circuit(tmp_path / "again") == spec


@pytest.mark.contract("circuits.names")
@pytest.mark.parametrize("word", ["not", "and", "out", "signal", "logic"])
def test_no_name_is_a_keyword(word):
    assert word in KEYWORDS
    with pytest.raises(SpecError, match="must be no keyword"):
        Stanh(name=word, of=("x",), states=8)


@pytest.mark.contract("circuits.closed")
def test_every_kind_is_known_by_its_name():
    assert len(kinds(Node)) == 22
    assert all(each.model_fields["kind"].default == name for name, each in kinds(Node).items())


@pytest.mark.contract("circuits.frame")
def test_what_the_frame_of_outputs_holds(tmp_path):
    addie = node("addie", ["x"], bits=12, source={"kind": "counter"})
    outputs = [("y", "x", "count"), ("z", "x", "stream"), ("s", "p", "state"), ("q", "p", "stream")]
    circuit = edited("nodes.0", addie) | {"outputs": [dict(zip(("name", "of", "read"), each)) for each in outputs]}
    spec = load_circuit(written(tmp_path, circuit))
    assert [each.name for each in spec.frame_outputs] == ["y", "s"]
    assert [each.name for each in spec.stream_outputs] == ["z", "q"]
    assert [spec.output_bits(each) for each in spec.outputs] == [9, 1, 12, 1]  # 256 ones take nine bits
    assert spec.frame_bits == 12
    only = spec.model_copy(update={"outputs": spec.stream_outputs})
    assert (only.frame_outputs, only.frame_bits) == ((), 0)


# ---------------------------------------------------------------- codes


@pytest.mark.contract("circuits.codes")
@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ([[1, 2]], r"codes must have shape \(batch, 1\), got \(1, 2\)"),
        ([1], r"codes must have shape \(batch, 1\), got \(1,\)"),
        ([[0.5]], "codes must be integers"),
        ([[True]], "codes must be integers"),
        ([[0], [256]], r"codes must be 0 to 255; got 256 at index \(1, 0\), of input 'x'"),
        ([[-1]], "codes must be 0 to 255; got -1"),
    ],
)
def test_codes_are_checked(codes, message, tmp_path):
    spec = load_circuit(written(tmp_path, whole()))
    with pytest.raises(CodesError, match=message):
        circuit_codes(spec, codes)


def test_codes_of_any_type_of_integers(tmp_path):
    spec = load_circuit(written(tmp_path, whole()))
    assert circuit_codes(spec, np.array([[255]], dtype=np.uint8)).dtype == np.int64


def test_what_is_no_circuit_is_refused():
    with pytest.raises(OptionError, match=r"circuit must be a CircuitSpec or a circuits\.Circuit, got str"):
        circuit_spec("circuit")
    assert isinstance(CircuitSpec, type)
