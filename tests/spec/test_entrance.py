"""Arguments of the wrong kind are refused by name before a function looks into them; JSON by one reader."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import sc_neurocore as sc
from sc_neurocore.spec import NetworkSpec, OptionError, SpecError
from sc_neurocore.spec.entrance import entrance
from sc_neurocore.spec.files.json_object import read_object


@entrance
def asked(
    network: NetworkSpec | None,
    path: str | os.PathLike[str] = ".",
    *,
    flag: bool = False,
    progress: Callable[[str], None] | None = None,
) -> str:
    return f"{path}"


def test_what_fits_comes_through():
    assert asked(None, Path("a"), flag=True, progress=print) == "a"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"network": 5}, "network must be a NetworkSpec or None, got 5"),
        ({"network": None, "path": None}, "path must be a path, got None"),
        ({"network": None, "path": "a\0"}, "path must be a path, got"),
        ({"network": None, "path": "a" * 300}, "path must be a path, got"),
        ({"network": None, "path": b"a"}, "path must be a path, got"),
        ({"network": None, "flag": 1}, "flag must be True or False, got 1"),
        ({"network": None, "progress": 1}, "progress must be a function or None, got 1"),
        ({"network": None, "more": 1}, "more is no argument of asked, which takes network, path, flag, progress"),
    ],
)
def test_what_does_not_is_refused_by_name(arguments, message):
    with pytest.raises(OptionError, match=message):
        asked(**arguments)


def test_public_functions_have_it():
    for call in (lambda: sc.infer(None, [[1]]), lambda: sc.save_network(5, "x"), lambda: sc.load_network(None)):
        with pytest.raises(OptionError, match="must be a"):
            call()


def test_characters_beside_the_surrogates_are_text(tmp_path):
    (tmp_path / "a.json").write_bytes(b'{"a": "\\ud7ff\\ue000"}')
    assert read_object(tmp_path / "a.json") == {"a": "\ud7ff\ue000"}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b'{"a": NaN}', "finite"),
        (b'{"a": [1e999]}', "'a' must be finite"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"\\ud800": 1}', "surrogate"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"\xff", "UTF-8"),
        (b"[]", "one object"),
        (b"{" + b" " * 100 + b"}", "at most 99 bytes"),
    ],
)
def test_a_document_that_breaks_a_rule_is_refused(tmp_path, content, rule):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(SpecError, match=rule):
        read_object(tmp_path / "a.json", limit=99 if "99" in rule else 1 << 20)


def test_a_document_that_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SpecError, match="regular file"):
        read_object(tmp_path / "pipe")
    with pytest.raises(SpecError, match="missing"):
        read_object(tmp_path / "none")
