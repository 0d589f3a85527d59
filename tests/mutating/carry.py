"""`python -m mutating.carry REVISION`, in `tests/`: the committed rows of what was only renamed since then.

A change of a file keeps its verdict where the file is the same program under other names of variables: its row gets the
place, the text and the hash of today. Rows of files that changed otherwise stay as they are; `make core-mutants` makes
them anew.
"""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from typing import Any

from .__main__ import RESULT, ROOT, write
from .changes import Change, changes
from .rows import SURVIVORS, document, key_of, known_survivors

NAMES = ("id", "arg", "attr", "name", "names", "asname", "kwd_attrs")
"""Fields of Python's syntax tree that hold names."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class _Nameless(ast.NodeTransformer):
    """A tree whose names are all one, without docstrings."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for field in NAMES:
            value = getattr(node, field, None)
            if isinstance(value, str):
                setattr(node, field, "_")
            elif isinstance(value, list) and value and isinstance(value[0], str):
                setattr(node, field, ["_"] * len(value))
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)


def _variables(tree: ast.AST) -> list[str]:
    return [
        each.arg if isinstance(each, ast.arg) else each.id
        for each in ast.walk(tree)
        if isinstance(each, ast.arg | ast.Name)
    ]


def is_renamed(old: bytes, new: bytes) -> bool:
    """Whether two files are one program under other names: no two variables of a function are one in the other."""
    functions = [[each for each in ast.walk(ast.parse(text)) if isinstance(each, FUNCTIONS)] for text in (old, new)]
    if ast.dump(_Nameless().visit(ast.parse(old))) != ast.dump(_Nameless().visit(ast.parse(new))):
        return False
    pairs = [set(zip(_variables(a), _variables(b), strict=True)) for a, b in zip(*functions, strict=True)]
    return all(len(each) == len({a for a, _ in each}) == len({b for _, b in each}) for each in pairs)


def _place(row: dict[str, Any], old: bytes) -> int:
    """Which of a file's changes a row is of."""
    return next(
        i
        for i, each in enumerate(changes(old))
        if (each.line, each.kind, each.shown(old)) == (row["line"], row["kind"], row["change"])
        and each.start - old.rfind(b"\n", 0, each.start) - 1 == row["column"]
    )


def _described(change: Change, source: bytes) -> dict[str, Any]:
    """What `make core-mutants` would write of a change's place."""
    return {
        "line": source[: change.start].count(b"\n") + 1,
        "column": change.start - source.rfind(b"\n", 0, change.start) - 1,
        "function": change.function,
        "change": change.shown(source),
        "sha256": hashlib.sha256(source).hexdigest()[:16],
    }


def carried(row: dict[str, Any], old: bytes, new: bytes) -> dict[str, Any]:
    """A row of the old file as one of the new; unchanged where that is another program, or the row is of neither."""
    if hashlib.sha256(old).hexdigest()[:16] != row["sha256"] or old == new or not is_renamed(old, new):
        return row
    return row | _described(changes(new)[_place(row, old)], new)


def main() -> None:
    """Write the rows and the list of survivors anew."""
    tree = json.loads(RESULT.read_text(encoding="utf-8"))
    reasons, rows = known_survivors(), []
    for row in tree["rows"]:
        path = f"sc_neurocore/{row['file']}"
        old = subprocess.run(["git", "show", f"{sys.argv[1]}:{path}"], cwd=ROOT, capture_output=True, check=True).stdout
        rows.append(carried(row, old, (ROOT / path).read_bytes()))
        if key_of(row) in reasons:
            reasons[key_of(rows[-1])] = reasons.pop(key_of(row))
    write(SURVIVORS, reasons)
    write(RESULT, document(rows, tree["seed"]))
    print(f"{sum(a != b for a, b in zip(rows, tree['rows'], strict=True))} of {len(rows)} rows carried")


if __name__ == "__main__":
    main()
