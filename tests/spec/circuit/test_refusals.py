"""Circuit folders: what is written, what is read, and every refusal by name."""

from __future__ import annotations

import copy
import json
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.circuits.random_circuits import circuit_of, random_circuit

from sc_neurocore.spec import CodesError, OptionError, SpecError, kinds
from sc_neurocore.spec.circuit import CircuitSpec, Node, circuit_codes, circuit_spec, load_circuit, save_circuit
from sc_neurocore.spec.circuit.operators import Stanh
from sc_neurocore.spec.keywords import KEYWORDS

Json = dict[str, Any]
GONE = object()


def written(folder: Path, circuit: Json | str) -> Path:
    text = circuit if isinstance(circuit, str) else json.dumps(circuit)
    (folder / "circuit.json").write_text(text)
    return folder


def whole() -> Json:
    """The example of the contract."""
    source = {"kind": "sobol", "dimension": 1}
    x = {"name": "x", "encoding": "unipolar", "generator": {"kind": "comparator", "source": source}}
    w = {"name": "w", "code": 77, "encoding": "unipolar", "generator": {"kind": "comparator", "source": source}}
    circuit = circuit_of([{"name": "p", "kind": "and", "of": ["x", "w"]}], length=256, n=8)
    circuit |= {"name": "product", "inputs": [x], "constants": [w]}
    return circuit | {"outputs": [{"name": "y", "of": "p", "read": "count"}]}


def edited(path: str, value: Any) -> Json:
    """The example with one value set, or gone."""
    circuit = copy.deepcopy(whole())
    at: Any = circuit
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in way:
        at = at[part]
    if value is GONE:
        del at[last]
    else:
        at[last] = value
    return circuit


def node(kind: str, of: list[str], **fields: Any) -> Json:
    return {"name": "p", "kind": kind, "of": of, **fields}


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

REFUSED: list[tuple[str, Any, str]] = [
    ("format", "sc-neurocore/network", "format must be 'sc-neurocore/circuit'"),
    ("format_version", 2, "format_version must be 1, got 2"),
    ("format_version", True, "format_version must be 1, got True"),
    ("extra", 1, "'extra' is not a known key"),
    ("nodes", GONE, "nodes is required"),
    ("name", "Product", r"name must match \[a-z\]"),
    ("name", "p" * 64, r"name must match \[a-z\]"),
    ("stream_length", 0, "stream_length must be greater than or equal to 1"),
    ("stream_length", 2**20 + 1, "stream_length must be less than or equal to 1048576"),
    ("stream_length", 8.0, "stream_length must be a valid integer"),
    ("resolution_bits", 1, "resolution_bits must be greater than or equal to 2"),
    ("resolution_bits", 17, "resolution_bits must be less than or equal to 16"),
    ("inputs", [], "inputs must be a list of 1 to 256 inputs, got 0"),
    ("inputs", [{}] * 257, "inputs must be a list of 1 to 256 inputs, got 257"),
    ("constants", [{}] * 257, "constants must be a list of 0 to 256 constants, got 257"),
    ("nodes", [{}] * 1025, "nodes must be a list of 0 to 1024 nodes, got 1025"),
    ("outputs", [], "outputs must be a list of 1 to 256 outputs, got 0"),
    ("outputs", [{}] * 257, "outputs must be a list of 1 to 256 outputs, got 257"),
    ("inputs", "x", "inputs must be a list"),
    ("inputs.0.name", "x" * 32, r"inputs\[0\].name must match"),
    ("inputs.0.name", "wire", r"inputs\[0\].name must be no keyword"),
    ("inputs.0.encoding", "spike", r"inputs\[0\].encoding must be 'unipolar' or 'bipolar', got 'spike'"),
    ("inputs.0.encoding", GONE, r"inputs\[0\].encoding is required"),
    ("inputs.0.generator", GONE, r"inputs\[0\].generator is required"),
    ("inputs.0.generator.kind", "halton", r"inputs\[0\].generator.kind must be one of .* got 'halton'"),
    ("inputs.0.generator.source.kind", "halton", r"source.kind must be one of .* got 'halton'"),
    ("inputs.0.generator.source.lane_skip", 1, r"inputs\[0\].generator.source.lane_skip must be 0 in a circuit"),
    ("inputs.0.generator.source", {"kind": "lfsr", "seed": 256}, r"inputs\[0\].generator.source.seed must be at most"),
    ("inputs.0.code", 3, r"inputs\[0\].code is not a known key"),
    ("constants.0.code", 256, r"constants\[0\].code must be 0 to 2\^8 - 1 = 255, got 256"),
    ("constants.0.code", -1, r"constants\[0\].code must be"),
    ("constants.0.name", "x", r"constants\[0\].name must be unlike all others, got 'x', which inputs\[0\] has"),
    ("outputs.0.name", "p", r"outputs\[0\].name must be unlike all others, got 'p', which nodes\[0\] has"),
    ("outputs.0.read", "sum", r"outputs\[0\].read must be 'count', 'stream' or 'state', got 'sum'"),
    ("outputs.0.read", "state", r"outputs\[0\].of must name an addie where read is 'state', got 'p'"),
    ("outputs.0.of", "q", r"outputs\[0\].of must name inputs, constants or earlier nodes, got 'q'"),
    ("outputs.0.of", ["p"], r"outputs\[0\].of must be a valid string"),
    ("inputs.0.generator", None, r"nodes\[0\].of must name streams, got 'x', which has no generator"),
    ("nodes.0.of", ["x", "p"], r"nodes\[0\].of must name earlier nodes, got 'p'"),
    ("nodes.0.of", "x", r"nodes\[0\].of must be a list of 2 to 64 names of streams, got str"),
    ("nodes.0.of", ["x", 3], r"nodes\[0\].of\[1\] must be a valid string"),
    ("nodes.0.kind", "nand", r"nodes\[0\].kind must be one of 'not', 'and', .* got 'nand'"),
    ("nodes.0.kind", GONE, r"nodes\[0\].kind is required"),
    ("nodes.0", 3, r"nodes\[0\] must be an object"),
    ("nodes.0.gain", 3, r"nodes\[0\].gain is not a known key"),
    ("nodes.0", node("not", ["x", "w"]), r"nodes\[0\].of must be a list of 1 names"),
    ("nodes.0", node("and", ["x"] * 65), r"nodes\[0\].of must be a list of 2 to 64 names of streams, got 65"),
    ("nodes.0", node("majority", ["x"] * 4), r"nodes\[0\].of must be an odd number"),
    ("nodes.0", node("select", ["x", "w"], source={"kind": "lfsr", "seed": 1}), r"source must not be 'lfsr'"),
    (
        "nodes.0",
        node("select", ["x"] * 5, source={"kind": "lfsr_full", "seed": 8}),
        r"source.seed must be at most 2\^3",
    ),
    ("nodes.0", node("delay", ["x"], by=0), r"nodes\[0\].by must be greater than or equal to 1"),
    ("nodes.0", node("delay", ["x"], by=1025), r"nodes\[0\].by must be less than or equal to 1024"),
    ("nodes.0", node("delay", ["x"], by=1, initial=2), r"nodes\[0\].initial must be less than or equal to 1"),
    ("nodes.0", node("delay", ["x"], by=1, initial=True), r"nodes\[0\].initial must be a valid integer"),
    ("nodes.0", node("delay", ["x"]), r"nodes\[0\].by is required"),
    ("nodes.0", node("stanh", ["x"], states=7), r"nodes\[0\].states must be even, got 7"),
    ("nodes.0", node("stanh", ["x"], states=4098), r"nodes\[0\].states must be less than or equal to 4096"),
    ("nodes.0", node("stanh", ["x"], states=0), r"nodes\[0\].states must be greater than or equal to 2"),
    ("nodes.0", node("sexp", ["x"], states=8, gain=8), r"nodes\[0\].gain must be 1 to states - 1 = 7, got 8"),
    ("nodes.0", node("btanh", ["x"] * 65, states=8), r"nodes\[0\].of must be a list of 1 to 64"),
    ("nodes.0", node("umul", ["x"], code="p", source={"kind": "counter"}), r"nodes\[0\].code must name an input"),
    ("nodes.0", node("umul", ["x"], code="w"), r"nodes\[0\].source is required"),
    (
        "nodes.0",
        node("umul", ["x"], code="w", source={"kind": "lfsr", "seed": 999}),
        r"source.seed must be at most 2\^8",
    ),
    ("nodes.0", node("synchronizer", ["x", "w"], depth=65), r"nodes\[0\].depth must be less than or equal to 64"),
    ("nodes.0", node("synchronizer", ["x", "w"], depth=1), r"outputs\[0\].of must name one output of 'p', 'p.a' or"),
    (
        "nodes.0",
        node("shuffle", ["x"], depth=3, source={"kind": "counter"}),
        r"depth must be a power of two",
    ),
    ("nodes.0", node("shuffle", ["x"], depth=512, source={"kind": "counter"}), r"nodes\[0\].depth must be less than"),
    ("nodes.0", node("bernstein", ["x"] * 4, degree=1), r"nodes\[0\].of must be a list of 2·degree \+ 1 = 3"),
    ("nodes.0", node("bernstein", ["x"] * 3, degree=17), r"nodes\[0\].degree must be less than or equal to 16"),
    ("nodes.0", node("addie", ["x"], bits=3, source={"kind": "lfsr", "seed": 8}), r"source.seed must be at most 2\^3"),
    ("nodes.0", node("addie", ["x"], bits=1, source={"kind": "counter"}), r"nodes\[0\].bits must be greater than"),
]


@pytest.mark.contract("circuits.limits", "circuits.names", "circuits.closed", "circuits.codes")
@pytest.mark.parametrize(
    ("path", "value", "message"), [pytest.param(*each, id=f"{i}-{each[0]}") for i, each in enumerate(REFUSED)]
)
def test_refusals(path, value, message, tmp_path):
    with pytest.raises(SpecError, match=message) as error:
        load_circuit(written(tmp_path, edited(path, value)))
    assert str(error.value).isprintable()


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
