"""How the help looks and what a mistyped word brings: nothing of the package is needed for either."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Iterable
from typing import Any, NoReturn


class PlainHelp(argparse.RawDescriptionHelpFormatter):
    """Keeps the line breaks of our texts, and says each default that is one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        text, default = action.help or "", action.default
        if "default" in text or text == argparse.SUPPRESS or not action.option_strings:
            return action.help
        default_text = default_text_of(default)
        return f"{text}; {default_text}" if default_text else action.help


def default_text_of(value: Any) -> str | None:
    """What the help says of a default; None where there is none, and of switches."""
    if value is None or isinstance(value, bool) or value == argparse.SUPPRESS:
        return None
    default_text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"default: {default_text.replace('%', '%%')}"


class Command(argparse.ArgumentParser):
    """A parser that names the word that was probably meant."""

    def error(self, message: str) -> NoReturn:
        """End with status 2, the usage and the message."""
        super().error(message + self._meant(message))

    def _meant(self, message: str) -> str:
        choice = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message)
        if choice:
            return nearest(choice[1], re.findall(r"[^\s,']+", choice[2]))
        unknown = re.search(r"unrecognized arguments: (--[\w-]+)", message)
        return nearest(unknown[1], self.options()) if unknown else ""

    def options(self) -> list[str]:
        """Names of all options, those of the verbs too."""
        names = []
        for action in self._actions:
            if action.help != argparse.SUPPRESS:
                names += [name for name in action.option_strings if name.startswith("--")]
            if isinstance(action, argparse._SubParsersAction):
                for parser in action.choices.values():
                    names += parser.options() if isinstance(parser, Command) else []
        return list(dict.fromkeys(names))


def nearest(word: str, legal: Iterable[str]) -> str:
    """The end of a message that names the legal word which is most like this one; nothing where none is."""
    matches = difflib.get_close_matches(word, list(legal), 1)
    return f"; did you mean {matches[0]!r}?" if matches else ""
