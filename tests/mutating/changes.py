"""Every small change that a Python file can be given, as one replacement of text each.

A comparison is turned or moved by one, an operator exchanged, a number made one more or less, a condition negated,
`and` and `or` exchanged, a statement deleted. Left alone: what no run depends on (docstrings, annotations,
decorators, what only type checkers read) and plain assignments, whose deletion every use of the name would show.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
"""How a comparison is written, and how the one is that stands in its place."""
OPERATORS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "+"),
    ast.FloorDiv: ("//", "*"),
    ast.Div: ("/", "*"),
    ast.Mod: ("%", "//"),
    ast.Pow: ("**", "*"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "&"),
}


@dataclass(frozen=True)
class Change:
    """A replacement of text in one file."""

    kind: str
    line: int
    start: int
    """Offsets into the file's bytes."""
    end: int
    text: str
    function: str
    """The function that it stands in, by the dotted name that Python gives its code; empty: the module's own code."""
    first: int
    """The first line of that function's code; 0 of the module."""

    def apply(self, source: bytes) -> bytes:
        """The file with the change."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    def shown(self, source: bytes) -> str:
        """The change in words."""
        before = source[self.start : self.end].decode()
        return f"{' '.join(before.split())} -> {self.text}"


class _Finder(ast.NodeVisitor):
    def __init__(self, source: bytes) -> None:
        self.source = source
        self.lines = [0]
        for line in source.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.found: list[Change] = []
        self.functions: list[tuple[str, int]] = []
        self.scope: list[str] = []

    def at(self, line: int, column: int) -> int:
        return self.lines[line - 1] + column

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)

    def add(self, kind: str, line: int, start: int, end: int, text: str) -> None:
        function, first = self.functions[-1] if self.functions else ("", 0)
        self.found.append(Change(kind, line, start, end, text, function, first))

    def between(self, kind: str, left: ast.expr, right: ast.expr, old: str, new: str) -> None:
        """Exchange an operator that stands between two expressions."""
        start, end = self.span(left)[1], self.span(right)[0]
        gap = self.source[start:end].decode()
        if gap.count(old) == 1 and "#" not in gap:
            where = start + len(gap[: gap.index(old)].encode())
            line = self.source[:where].count(b"\n") + 1
            self.add(kind, line, where, where + len(old), new)

    def condition(self, node: ast.expr) -> None:
        if isinstance(node, ast.Compare | ast.Constant) or (
            isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
        ):
            return  # changed as what they are
        start, end = self.span(node)
        self.add(
            "condition",
            node.lineno,
            start,
            end,
            f"(not ({self.source[start:end].decode()}))",
        )

    def delete(self, node: ast.stmt) -> None:
        self.add("deletion", node.lineno, *self.span(node), "pass")

    def visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for default in [
            *node.args.defaults,
            *(each for each in node.args.kw_defaults if each is not None),
        ]:
            self.visit(default)
        self.scope.append(node.name)
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        self.functions.append((".".join(self.scope), first))
        for statement in node.body:
            self.visit(statement)
        self.functions.pop()
        self.scope.pop()

    visit_FunctionDef = visit_AsyncFunctionDef = visit_function

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.scope.append(node.name)
        for statement in node.body:
            self.visit(statement)
        self.scope.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        if isinstance(node.value, ast.Call):
            self.delete(node)
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.delete(node)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if all(isinstance(each, ast.Attribute | ast.Subscript) for each in node.targets):
            self.delete(node)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.delete(node)
        if type(node.op) in OPERATORS and not _is_text(node.value):
            old, new = OPERATORS[type(node.op)]
            self.between("operator", node.target, node.value, f"{old}=", f"{new}=")
        self.visit(node.value)

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return
        self.condition(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self.condition(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.condition(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for each in node.ifs:
            self.condition(each)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            self.between("and, or", left, right, old, new)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            start = self.span(node)[0]
            self.add("condition", node.lineno, start, start + len("not"), "")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            self.between("comparison", left, right, *COMPARISONS[type(operator)])
            left = right
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        of_types = isinstance(node.op, ast.BitOr) and (_is_type(node.left) or _is_type(node.right))
        if type(node.op) in OPERATORS and not (_is_text(node.left) or _is_text(node.right) or of_types):
            self.between("operator", node.left, node.right, *OPERATORS[type(node.op)])
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        start, end = self.span(node)
        if isinstance(node.value, bool):
            self.add("constant", node.lineno, start, end, str(not node.value))
        elif isinstance(node.value, int | float):
            for other in (node.value + 1, node.value - 1):
                self.add(
                    "constant",
                    node.lineno,
                    start,
                    end,
                    repr(other) if other >= 0 else f"({other!r})",
                )

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Texts are left alone: on Python 3.11 the places of what stands in them are not known."""

    def visit_arguments(self, node: ast.arguments) -> None:
        for default in [
            *node.defaults,
            *(each for each in node.kw_defaults if each is not None),
        ]:
            self.visit(default)


def _is_text(node: ast.expr) -> bool:
    """Whether an operand is a text or a list, of which Python knows other operators alone: any use would raise."""
    if isinstance(node, ast.JoinedStr | ast.List | ast.Tuple | ast.ListComp):
        return True
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _is_type(node: ast.expr) -> bool:
    """Whether an operand of `|` is a type."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    builtin = name in (
        "int",
        "float",
        "str",
        "bytes",
        "bool",
        "list",
        "dict",
        "tuple",
        "set",
        "complex",
    )
    nothing = isinstance(node, ast.Constant) and node.value is None
    return builtin or nothing or name[:1].isupper() or (isinstance(node, ast.BinOp) and _is_type(node.left))


def changes(source: bytes) -> list[Change]:
    """All changes of a file, in the order of their places."""
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    return sorted(finder.found, key=lambda each: (each.start, each.end, each.text))


def _reads(source: bytes) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def drawn(files: dict[str, bytes], count: int, seed: str) -> Iterator[tuple[str, Change]]:
    """A number of different places of all files, each with one of its changes; all leave what Python can read.

    Args:
        files: contents by name.
        count: of places.
        seed: of the draw; the same files and the same seed give the same changes.
    """
    places: dict[tuple[str, int, int, str], list[Change]] = {}
    for name in sorted(files):
        for each in changes(files[name]):
            places.setdefault((name, each.start, each.end, each.kind), []).append(each)
    rng = random.Random(seed)
    order = sorted(places)
    rng.shuffle(order)
    for key in order:
        if not count:
            return
        change = rng.choice(places[key])
        if _reads(change.apply(files[key[0]])):
            count -= 1
            yield key[0], change
