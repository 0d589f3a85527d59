"""Rooms stay rooms: few files in each, none of them long, no circle of imports; and the tests mirror them."""

from __future__ import annotations

import ast
from pathlib import Path

import grimp
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sc_neurocore"
TESTS = ROOT / "tests"
MOST_FILES = 20
MOST_LINES = 400
FOLDERS = sorted({path.parent for path in PACKAGE.rglob("*.py")})
OTHER_FOLDERS = sorted({path.parent for top in ("tests", "sim", "hdl") for path in (ROOT / top).rglob("*.py")})

OF_NO_ROOM = {"contract", "kinds", "support", "hdl", "sim"}
"""Folders of tests that stand for no room: rules and kinds that all rooms share, helpers, the two folders outside."""

TOO_FULL = ("importing",)
TOO_LONG = ("importing/flow.py",)
"""Folders and files that are to be split: the lists may only shrink."""


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("folder", FOLDERS, ids=relative)
def test_a_folder_has_few_files_and_says_what_it_is(folder):
    files = sorted(folder.glob("*.py"))
    assert len(files) <= MOST_FILES or str(folder.relative_to(PACKAGE)) in TOO_FULL
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))


@pytest.mark.parametrize("folder", OTHER_FOLDERS, ids=relative)
def test_a_folder_beside_the_package_has_few_files(folder):
    assert len(sorted(folder.glob("*.py"))) <= MOST_FILES


def test_there_are_rooms_to_look_at():
    assert len(FOLDERS) > 30
    assert len(OTHER_FOLDERS) > 30


def test_the_tests_mirror_the_rooms():
    rooms = {path.relative_to(PACKAGE) for path in FOLDERS}
    mirrored = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")} - {Path()}
    assert {folder for folder in mirrored if folder not in rooms and folder.parts[0] not in OF_NO_ROOM} == set()


def test_no_file_is_long():
    lines = {
        str(path.relative_to(PACKAGE)): len(path.read_text("utf-8").splitlines()) for path in PACKAGE.rglob("*.py")
    }
    assert len(lines) > 200
    assert {name: count for name, count in lines.items() if count > MOST_LINES and name not in TOO_LONG} == {}


def circles(imports: dict[str, set[str]]) -> list[set[str]]:
    """Sets of modules each of which comes, over imports, to every other of its set."""
    names = sorted(imports)
    edges = [(names.index(module), names.index(each)) for module in names for each in imports[module]]
    rows, columns = zip(*edges, strict=True)
    matrix = csr_array(([1] * len(edges), (rows, columns)), shape=(len(names), len(names)))
    count, labels = connected_components(matrix, connection="strong")
    members = [{names[i] for i in (labels == label).nonzero()[0]} for label in range(count)]
    return [each for each in members if len(each) > 1]


def test_no_imports_go_in_a_circle():
    """Imports inside functions and those for type checkers alone count as all others."""
    graph = grimp.build_graph(PACKAGE.name, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert sum(map(len, imports.values())) > 500
    assert [sorted(circle) for circle in circles(imports)] == []


def test_a_circle_is_seen():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}) == [{"a", "b", "c"}]
