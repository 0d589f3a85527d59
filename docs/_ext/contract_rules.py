"""Contract rules in the docs: the `rule` role tags a rule, and `rule-table` lists the tests that hold each one.

The table is read from the tests' source: every `pytest.mark.contract("id", ...)` on a test function, its class, one of
its parameters, or the module's `pytestmark`. A rule without a test, or a marker that names no rule, is a warning, and
the docs are built with warnings as errors. `-D contract_empty_rows=1` allows empty rows while a rule is being written.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.util import logging

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "docs" / "reference" / "contract.md"
log = logging.getLogger(__name__)


def rules() -> list[str]:
    """Tags of all rules, in the order of the contract page."""
    return re.findall(r"\{rule\}`([a-z_.]+)`", CONTRACT.read_text(encoding="utf-8"))


def tests_by_rule() -> dict[str, list[str]]:
    """For each marked rule the tests that carry its marker, as `path::name` relative to the repository."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        everywhere = [rule for node in module.body if _assigns_pytestmark(node) for rule in _marked(node)]
        for name, node, inherited in _test_functions(module):
            own = [rule for decorator in node.decorator_list for rule in _marked(decorator)]
            for rule in sorted({*everywhere, *inherited, *own}):
                found[rule].append(f"{path.relative_to(ROOT)}::{name}")
    return dict(found)


def _test_functions(module: ast.Module) -> list[tuple[str, ast.FunctionDef, list[str]]]:
    tests = []
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            tests.append((node.name, node, []))
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            inherited = [rule for decorator in node.decorator_list for rule in _marked(decorator)]
            tests += [
                (f"{node.name}::{member.name}", member, inherited)
                for member in node.body
                if isinstance(member, ast.FunctionDef) and member.name.startswith("test")
            ]
    return tests


def _assigns_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)


def _marked(tree: ast.AST) -> list[str]:
    """Arguments of every `….contract(…)` call below a node; they must be plain strings, so that this page can be made."""
    found = []
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "contract":
            for argument in call.args:
                if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                    raise ValueError(f"line {call.lineno}: pytest.mark.contract takes rule tags as plain strings")
                found.append(argument.value)
    return found


def rule_role(name: str, rawtext: str, text: str, lineno: int, inliner: Any, *_: Any) -> tuple[list[nodes.Node], list]:
    """A rule's tag, which links to its row and is the target that the row links to."""
    target = nodes.target("", "", ids=[_anchor(text)], names=[_anchor(text)])
    inliner.document.note_explicit_target(target)
    tag = nodes.reference("", "", nodes.literal(text, text, classes=["contract-rule"]), refid=f"tests-{_anchor(text)}")
    return [target, tag], []


class RuleTable(Directive):
    """The table from each rule to its tests."""

    def run(self) -> list[nodes.Node]:
        """Build the table; warn about empty rows and about markers without a rule."""
        env = self.state.document.settings.env
        where, known, held = env.docname, rules(), tests_by_rule()
        env.note_dependency(str(CONTRACT))
        for path in (ROOT / "tests").rglob("test_*.py"):
            env.note_dependency(str(path))
        for unknown in sorted(set(held) - set(known)):
            log.warning("contract rule %r, named by %s, is not on this page", unknown, held[unknown][0], location=where)
        rows = []
        for rule in known:
            tests = held.get(rule, [])
            if not tests and not env.config.contract_empty_rows:
                log.warning("contract rule %r is held by no test", rule, location=where)
            link = nodes.reference("", "", nodes.literal(rule, rule), refid=_anchor(rule))
            cell = nodes.paragraph("", "", nodes.target("", "", ids=[f"tests-{_anchor(rule)}"]), link)
            rows.append(nodes.row("", nodes.entry("", cell), nodes.entry("", _test_list(tests))))
        head = nodes.row("", *(nodes.entry("", nodes.paragraph(t, t)) for t in ("rule", "tests")))
        group = nodes.tgroup("", cols=2)
        group += [nodes.colspec(colwidth=1), nodes.colspec(colwidth=3), nodes.thead("", head), nodes.tbody("", *rows)]
        return [nodes.table("", group, classes=["rule-table"])]


def _test_list(tests: list[str]) -> nodes.Node:
    by_file: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        path, _, name = test.partition("::")
        by_file[path].append(name)
    items = nodes.bullet_list()
    for path, names in by_file.items():
        line = nodes.paragraph("", "", nodes.literal(path, path), nodes.Text(": " + ", ".join(names)))
        items += nodes.list_item("", line)
    return items if by_file else nodes.paragraph("none", "none")


def _anchor(rule: str) -> str:
    return "rule-" + rule.replace(".", "-").replace("_", "-")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register role, directive and the switch."""
    app.add_config_value("contract_empty_rows", default=False, rebuild="env", types=[bool, str])
    app.add_role("rule", rule_role)
    app.add_directive("rule-table", RuleTable)
    return {"parallel_read_safe": True}
