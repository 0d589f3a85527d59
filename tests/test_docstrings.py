"""What a public function asks for is said where it is defined."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "sc_neurocore"
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
PARAMETERS = 3
"""From so many on, not counting self, each is explained under `Args:`."""


def public_functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef, str]]:
    """Qualified name, definition and docstring; of a constructor the class's docstring counts too."""
    for node in tree.body:
        members = node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else [node]
        owner = node if isinstance(node, ast.ClassDef) else None
        for each in members:
            if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            text = ast.get_docstring(each) or ""
            if owner is not None and each.name == "__init__":
                yield owner.name, each, (ast.get_docstring(owner) or "") + text
            elif not each.name.startswith("_") and "overload" not in map(ast.unparse, each.decorator_list):
                yield each.name if owner is None else f"{owner.name}.{each.name}", each, text


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    a = function.args
    named = [*a.posonlyargs, *a.args, *a.kwonlyargs, *(star for star in (a.vararg, a.kwarg) if star is not None)]
    return [each.arg for each in named if each.arg not in ("self", "cls")]


def unexplained(source: str) -> list[str]:
    """Public functions of many parameters whose docstring does not explain them."""
    return [
        name
        for name, function, text in public_functions(ast.parse(source))
        if len(parameters(function)) >= PARAMETERS and "Args:" not in text
    ]


@functools.cache
def classes() -> list[ast.ClassDef]:
    """All classes of the package; read when first asked for, since every process that collects tests imports this."""
    nodes = (node for file in PACKAGE.rglob("*.py") for node in ast.walk(ast.parse(file.read_text("utf-8"))))
    return [node for node in nodes if isinstance(node, ast.ClassDef)]


def explained_by_a_base(name: str) -> bool:
    """Whether a method stands in for one of a base class that explains it."""
    owner, _, method = name.partition(".")
    bases = {ast.unparse(base) for node in classes() if node.name == owner for base in node.bases}
    members = [each for node in classes() if node.name in bases for each in node.body]
    named = [each for each in members if isinstance(each, ast.FunctionDef) and each.name == method]
    above = any("Args:" in (ast.get_docstring(each) or "") for each in named)
    return above or any(explained_by_a_base(f"{base}.{method}") for base in bases)


@pytest.mark.parametrize("room", ROOMS)
def test_many_parameters_are_explained(room):
    files = sorted((PACKAGE / room).rglob("*.py"))
    assert files
    missing = {str(file.relative_to(PACKAGE)): unexplained(file.read_text("utf-8")) for file in files}
    own = {file: [name for name in names if not explained_by_a_base(name)] for file, names in missing.items()}
    assert {file: names for file, names in own.items() if names} == {}


def test_the_check_sees_what_is_missing():
    source = '''
def silent(a, *b, c=None): "No word."
def explained(a, b, c):
    """Well.

    Args:
        a: one.
    """
def few(a, b): ...
def _private(a, b, c): ...
class Public:
    """No word."""
    def __init__(self, a, b, c): ...
    def method(self, a, b, **c): ...
    def few(self, a, b): ...
class _Private:
    def method(self, a, b, c): ...
'''
    assert unexplained(source) == ["silent", "Public", "Public.method"]
