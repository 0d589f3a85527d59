"""The rooms of the house stay rooms: no folder of the package grows into a hall again."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "sc_neurocore"
FOLDERS = sorted({path.parent for path in PACKAGE.rglob("*.py")})
MOST_FILES = 20


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(PACKAGE.parent)))
def test_a_folder_has_few_files_and_says_what_it_is(folder):
    files = sorted(folder.glob("*.py"))
    assert len(files) <= MOST_FILES
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))


def test_there_are_rooms_to_look_at():
    assert len(FOLDERS) > 30
