"""Pages made from the code: the JSON Schemas of our files, the command line's own help, data sheets as they stand.

`cli-reference` prints the help of the command and of each verb, as a terminal of 88 columns shows it.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx


def write_schemas(app: Sphinx) -> None:
    """Write the schemas where the page that shows them and the published site find them."""
    from sc_neurocore.spec.circuit.schema import circuit_schema
    from sc_neurocore.spec.schema import network_schema

    folder = Path(app.srcdir) / "_generated"
    folder.mkdir(exist_ok=True)
    for name, schema in (("network", network_schema()), ("circuit", circuit_schema())):
        text = json.dumps(schema, indent=2, sort_keys=True) + "\n"
        target = folder / f"{name}.schema.json"
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")


class CliReference(Directive):
    """One section for each verb, with its help."""

    def run(self) -> list[nodes.Node]:
        """Build the sections from the parser itself."""
        from sc_neurocore.cli import parser as described

        os.environ["COLUMNS"] = "88"  # argparse wraps to the terminal; the page is the same everywhere
        parser = described.parser()
        for file in Path(described.__file__).parent.glob("*.py"):
            self.state.document.settings.env.note_dependency(str(file))
        verbs = _verbs(parser)
        assert verbs, "the command has verbs"
        whole = nodes.literal_block(parser.format_help(), parser.format_help(), language="text")
        return [whole, *(_section(name, sub.format_help()) for name, sub in verbs.items())]


def _verbs(parser: argparse.ArgumentParser, before: str = "") -> dict[str, argparse.ArgumentParser]:
    """The parsers of all verbs by their names, `circuit run` behind `circuit`."""
    found = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, sub in action.choices.items():
                found |= {before + name: sub} | _verbs(sub, f"{before}{name} ")
    return found


def _section(name: str, text: str) -> nodes.section:
    section = nodes.section(ids=[f"verb-{name.replace(' ', '-')}"], names=[f"verb-{name}"])
    section += nodes.title(name, name)
    section += nodes.literal_block(text, text, language="text")
    return section


def show_data_sheet(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """A hardware block's docstring is a data sheet laid out by hand: show it as it stands."""
    if what == "class" and name.startswith("sc_neurocore.rtl"):
        lines[:] = ["::", "", *("   " + line for line in lines), ""]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the hook and the directive."""
    app.connect("builder-inited", write_schemas)
    app.connect("autodoc-process-docstring", show_data_sheet, priority=100)  # before napoleon looks for sections
    app.add_directive("cli-reference", CliReference)
    return {"parallel_read_safe": True}
