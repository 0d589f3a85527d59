"""Contract rules in the docs: the `rule` role tags a rule, and `rule-table` lists the tests that hold each one.

The table is made from the collected tests: every item that carries `pytest.mark.contract("id", ...)`. A rule without a
test, or a marker that names no rule, is a warning, and the docs are built with warnings as errors.
`-D contract_empty_rows=1` allows empty rows while a rule is being written.

Run as a program this file collects the tests and prints the table as JSON.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGES = tuple(ROOT / "docs" / "reference" / f"{name}.md" for name in ("contract", "circuits-contract"))
"""The pages that fix rules, each with a table of its own."""


def rules(*pages: Path) -> list[str]:
    """Tags of all rules of some pages, or of all that fix rules, in their order."""
    return [
        tag for page in pages or PAGES for tag in re.findall(r"\{rule\}`([a-z_.]+)`", page.read_text(encoding="utf-8"))
    ]


@cache
def tests_by_rule() -> dict[str, list[str]]:
    """For each marked rule the tests that carry its marker, as `path::name`, collected by pytest in its own process.

    Raises:
        RuntimeError: pytest could not collect every test.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    command = [sys.executable, __file__]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(f"the tests could not be collected:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


class _Collector:
    """A pytest plugin that keeps what the markers say."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        for item in items:
            name = item.nodeid.partition("[")[0]
            for rule in (rule for marker in item.iter_markers("contract") for rule in marker.args):
                if name not in self.found[rule]:
                    self.found[rule].append(name)


def _main() -> int:
    import pytest

    collector = _Collector()
    options = ["--collect-only", "-qq", "--no-header", "-p", "no:xdist", "-p", "no:cacheprovider", str(ROOT / "tests")]
    options += ["-m", "not slow"]  # a rule is held by tests that every run makes
    status = pytest.main(options, plugins=[collector])
    print(json.dumps(collector.found, sort_keys=True))
    return int(status)


if __name__ == "__main__":
    sys.exit(_main())

# What follows needs Sphinx, which the collecting process does not.
from docutils import nodes  # noqa: E402
from docutils.parsers.rst import Directive  # noqa: E402
from sphinx.application import Sphinx  # noqa: E402
from sphinx.util import logging  # noqa: E402

log = logging.getLogger(__name__)


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
        where, known, held = env.docname, rules(Path(env.doc2path(env.docname))), tests_by_rule()
        for path in (*PAGES, *(ROOT / "tests").rglob("*.py")):
            env.note_dependency(str(path))
        for unknown in sorted(set(held) - set(rules())):
            log.warning("contract rule %r, named by %s, is on no page", unknown, held[unknown][0], location=where)
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
