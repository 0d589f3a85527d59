"""Reading result files: a missing key is "not measured", a wrong type is an error that names file, key and value."""

from __future__ import annotations

import pytest

from sc_neurocore.report.artifacts import Node, first_json, read_json
from sc_neurocore.spec.errors import SpecError

NODE = Node(
    "a.json", {"text": "t", "integer": 3, "number": 0.5, "flag": True, "none": None, "rows": [{"x": 1}], "in": {}}
)


def test_values_come_back_as_they_are():
    assert (NODE.text("text"), NODE.integer("integer"), NODE.flag("flag")) == ("t", 3, True)
    assert (NODE.word("text"), NODE.count("integer"), NODE.amount("number"), NODE.amount("integer")) == ("t", 3, 0.5, 3)
    assert (NODE.number("number"), NODE.number("integer"), NODE.fraction("number")) == (0.5, 3.0, 0.5)
    assert NODE.nodes("rows")[0].integer("x") == 1
    assert NODE.node("in") == Node("a.json: in", {})
    assert NODE.scalars() == {"flag": "yes", "integer": "3", "number": "0.5", "text": "t"}


@pytest.mark.parametrize("getter", ["text", "word", "integer", "count", "number", "amount", "fraction", "flag", "node"])
@pytest.mark.parametrize("key", ["none", "absent"])
def test_null_and_absent_are_not_measured(getter, key):
    assert getattr(NODE, getter)(key) is None
    assert not NODE.has(key)
    assert NODE.nodes(key) == []
    assert NODE.numbers(key) == []


@pytest.mark.parametrize(
    ("getter", "value", "message"),
    [
        ("text", 3, "x must be a string or null, got 3"),
        ("integer", "3", "x must be an integer or null, got '3'"),
        ("integer", 3.0, "x must be an integer or null, got 3.0"),
        ("integer", True, "x must be an integer or null, got True"),
        ("integer", 2**63, "x must be an integer or null, got 9"),
        ("integer", -(10**400), "x must be an integer or null, got -1"),
        ("count", -1, r"x must be an integer from 0 to 2\^63 - 1 or null, got -1"),
        ("count", 10**400, r"x must be an integer from 0 to 2\^63 - 1 or null"),
        ("count", 3.0, r"x must be an integer from 0 to 2\^63 - 1 or null, got 3.0"),
        ("count", False, r"x must be an integer from 0 to 2\^63 - 1 or null, got False"),
        ("amount", -0.5, "x must be a number from 0 to 1e15 or null, got -0.5"),
        ("amount", 10**400, "x must be a number from 0 to 1e15 or null"),
        ("amount", True, "x must be a number from 0 to 1e15 or null, got True"),
        ("word", "x" * 201, "x must be a string of at most 200 characters or null, got 'xxx"),
        ("word", 3, "x must be a string of at most 200 characters or null, got 3"),
        ("number", False, "x must be a number or null, got False"),
        ("number", float("inf"), "x must be a number or null, got inf"),
        ("fraction", 97.5, "x must be a number from 0 to 1 or null, got 97.5"),
        ("fraction", "0.5", "x must be a number from 0 to 1 or null"),
        ("flag", 1, "x must be true or false or null, got 1"),
        ("node", [], "x must be an object or null"),
        ("nodes", {}, "x must be a list of objects or null"),
        ("nodes", [{}, 3], r"x\[1\] must be an object, got 3"),
        ("numbers", [1, "2"], "x must be a list of numbers or null"),
        ("texts", ["a", 1], "x must be a list of strings or null"),
        ("numbers", [True], "x must be a list of numbers or null"),
    ],
)
def test_a_wrong_type_is_told(getter, value, message):
    with pytest.raises(SpecError, match=f"cosim.json: {message}"):
        getattr(Node("cosim.json", {"x": value}), getter)("x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not JSON"),
        (b'{"a": 1', "is not JSON"),
        (b"\xff\xfe", "must be UTF-8"),
        (b'{"a": NaN}', "numbers must be finite, got NaN"),
        (b'{"a": -Infinity}', "numbers must be finite"),
        (b"[1]", "must hold one object, got"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_damaged_files(tmp_path, content, message):
    (tmp_path / "cosim").mkdir()
    (tmp_path / "cosim" / "cosim.json").write_bytes(content)
    with pytest.raises(SpecError, match=f"cosim/cosim.json.*{message}"):
        read_json(tmp_path / "cosim" / "cosim.json", tmp_path)


def test_missing_files_are_none(tmp_path):
    (tmp_path / "b.json").write_text("{}")
    assert read_json(tmp_path / "no" / "a.json", tmp_path) is None
    assert read_json(tmp_path / "b.json" / "a.json", tmp_path) is None  # a file where a folder should be
    found = first_json(tmp_path, "a.json", "b.json")
    assert found is not None
    assert found.where == "b.json"
    assert first_json(tmp_path, "a.json") is None
