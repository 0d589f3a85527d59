"""The source text tells kinds apart in closed ways only: a `match` that names every kind and refuses the rest.

What these checks see is that no test on a kind is open; that a closed one names every kind is what pyright checks, as
`unknown_kind` takes nothing that a case has left over (`make lint`). What the kinds then do is
`kinds/test_every_kind.py`'s.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import pytest

from sc_neurocore.spec import Accumulator, Encoding, Generator, Layer, Neuron, Source, kinds
from sc_neurocore.spec.circuit import Node

ROOT = Path(__file__).parents[1]
UNIONS = [Source, Generator, Accumulator, Neuron, Layer]
CLASSES = {each.__name__ for union in [*UNIONS, Node] for each in kinds(union).values()}
NAMES = {name for union in UNIONS for name in kinds(union)} | set(get_args(Encoding))
OPEN = {
    "sc_neurocore/cosim/fault_model/mutants.py": {"match that does not end in a refusal"},
    "sc_neurocore/importing/graph.py": {"isinstance of Lif"},
    "sc_neurocore/importing/sklearn_model.py": {"comparison with 'relu'"},
    "sc_neurocore/importing/torch_graph.py": {"isinstance of Linear"},
}
"""A mutant needs nothing of a source but its words, which it has from the model: those of any may begin wrong.
Importers ask for nodes, classes and words of float graphs and other libraries, which share their names with our
kinds and nothing else."""
FILES = [
    *sorted((ROOT / "sc_neurocore").rglob("*.py")),
    *sorted((ROOT / "hdl").rglob("*.py")),
    *sorted((ROOT / "benchmarks").glob("*.py")),
]


def _named(node: ast.AST) -> set[str]:
    """Names of classes that an expression such as `Relu | spec.Clamp` or `(Relu, Clamp)` holds."""
    return {each.id if isinstance(each, ast.Name) else each.attr for each in ast.walk(node) if _is_name(each)}


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name | ast.Attribute)


def _strings(node: ast.AST) -> set[str]:
    """String constants of an expression; those of a tuple or a set too."""
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def open_tests(tree: ast.AST) -> list[tuple[int, str]]:
    """Lines that ask for one kind and take all others for the rest, and how."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_name(node.func) and _named(node.func) & {"isinstance", "issubclass"}:
            asked = set().union(*(_named(each) for each in node.args[1:]))
            found += [(node.lineno, f"isinstance of {name}") for name in asked & CLASSES]
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(isinstance(each, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for each in node.ops):
                literal = [each for each in sides if isinstance(each, ast.Constant | ast.Tuple | ast.Set | ast.List)]
                found += [(node.lineno, f"comparison with {name!r}") for s in literal for name in _strings(s) & NAMES]
            if any(isinstance(each, ast.Call) and _named(each.func) == {"type"} for each in sides):
                found += [(node.lineno, f"type() of {name}") for s in sides for name in _named(s) & CLASSES]
        elif isinstance(node, ast.Match) and not _is_closed(node):
            found.append((node.lineno, "match that does not end in a refusal"))
    return found


def _is_closed(node: ast.Match) -> bool:
    """Whether a match on kinds ends in a case that takes whatever is left and refuses it."""
    patterns = [case.pattern for case in node.cases]
    classes = {n for p in patterns for c in ast.walk(p) if isinstance(c, ast.MatchClass) for n in _named(c.cls)}
    names = {n for p in patterns for v in ast.walk(p) if isinstance(v, ast.MatchValue) for n in _strings(v)}
    if not (classes & CLASSES or names & NAMES):
        return True
    last = node.cases[-1]
    takes_all = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None
    if isinstance(last.pattern, ast.MatchSequence):  # of several subjects at once
        takes_all = all(isinstance(each, ast.MatchAs) and each.pattern is None for each in last.pattern.patterns)
    end = last.body[-1]
    refuses = isinstance(end, ast.Raise) or (
        isinstance(end, ast.Expr | ast.Return)
        and isinstance(end.value, ast.Call)
        and _named(end.value.func) == {"unknown_kind"}
    )
    return takes_all and refuses


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_file_has_an_open_test_on_a_kind(file):
    path = str(file.relative_to(ROOT))
    found = [each for each in open_tests(ast.parse(file.read_text("utf-8"))) if each[1] not in OPEN.get(path, ())]
    assert not found, "\n".join(f"{path}:{line}: {what}" for line, what in found)


@pytest.mark.parametrize(
    "text",
    [
        "isinstance(x, Relu)",
        "isinstance(x, spec.Relu | Clamp)",
        "isinstance(x, (int, Lif))",
        "type(x) is Mux",
        "type(x) == Sobol",
        "x.kind == 'lfsr'",
        "'bipolar' != x",
        "x in ('unipolar', 'else')",
        "x not in {'spike'}",
        "match x:\n  case Relu(): pass",
        "match x:\n  case Relu(): pass\n  case _: pass",
        "match x:\n  case 'bipolar': pass\n  case other: return 1",
        "match x:\n  case 'bipolar': pass\n  case str(): unknown_kind(x, 'here')",
        "match x:\n  case Relu(): pass\n  case other if y: unknown_kind(other, 'here')",
    ],
)
def test_the_check_finds_open_tests(text):
    assert open_tests(ast.parse(text.replace("return 1", "y = 1")))


@pytest.mark.parametrize(
    "text",
    [
        "isinstance(x, np.ndarray | int)",
        "x.kind == y.kind",
        "x == 'row'",
        "match x:\n  case Relu(): pass\n  case other: unknown_kind(other, 'here')",
        "match x, y:\n  case Relu(), 'and': pass\n  case a, b: raise OptionError(a)",
        "match x:\n  case 'row': pass",
    ],
)
def test_the_check_lets_closed_ones_pass(text):
    assert not open_tests(ast.parse(text))


def test_the_check_reads_the_whole_package():
    assert len(FILES) > 250
    of_networks = sum(len(kinds(union)) for union in UNIONS)
    assert of_networks == len(NAMES) - len(get_args(Encoding)) >= 18
    assert len(CLASSES) == of_networks + len(kinds(Node)) - 1  # `Or` is an accumulator and an operator
