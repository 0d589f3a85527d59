"""`sc-neurocore circuit …`: what is done with a circuit, each a verb of its own below this one."""

from __future__ import annotations

from typing import Any

from . import circuit_gates
from .options import PlainHelp

VERBS = circuit_gates.VERBS


class _Group:
    """The verb that has verbs."""

    name = "circuit"

    def add_to(self, verbs: Any) -> None:
        """Declare it, and those below it, among the command's verbs."""
        text = "execute, generate, verify and measure circuits of stream operators"
        parser = verbs.add_parser(self.name, help=text, description=text, formatter_class=PlainHelp)
        below = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
        for verb in VERBS:
            verb.add_to(below)


VERB = _Group()
