"""Every error this package raises on purpose.

All derive from `SCError`, so that one `except` catches them, and from the built-in type a Python user expects.
A message names the argument, the rule and the value.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

LONGEST = 2000
"""Characters of a message; what is longer is cut in its middle, where names and values of others stand."""


class SCError(Exception):
    """Base of all errors of this package; never raised itself.

    Args:
        message: what is wrong. Whatever names it holds, one printable line becomes of it.
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(printable(str(message)))


def printable(text: str, length: int = LONGEST) -> str:
    """A text in one printable line of at most so many characters; what cannot be printed is escaped."""
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return line if len(line) <= length else f"{line[: length // 2]} … {line[3 - length + length // 2 :]}"


class SpecError(SCError, ValueError):
    """A network description, its folder or its tensors break a rule of the contract."""


class CodesError(SCError, ValueError):
    """An input array has a shape, type or value that the network does not take."""


class OptionError(SCError, ValueError):
    """An argument of a verb is not one of its legal values, or does not fit the others."""


class MissingExtraError(SCError, ImportError):
    """A part of the package needs a library that is not installed; the message names the extra."""


class ToolError(SCError, RuntimeError):
    """An outside program is missing or failed; the message says which, and what to do, and may end with its log."""

    def __init__(self, message: object = "") -> None:
        head, *log = str(message).split("\n", 1)
        super().__init__(head)
        if log:
            self.args = (f"{self.args[0]}\n{log[0]}",)


class ComparisonError(SCError, RuntimeError):
    """Two executions that must agree do not; the message says what differs."""


class SaturationWarning(UserWarning):
    """Real features lie beyond the largest code of a network's input, which they are clipped to."""


def require_extra(module: str, extra: str) -> ModuleType:
    """Import `module`, or say which extra of this distribution brings it.

    Raises:
        MissingExtraError: `module` is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        # A module that is installed but breaks inside is not "missing": let that error speak for itself.
        if error.name is None or error.name.split(".")[0] != module.split(".")[0]:
            raise
        raise MissingExtraError(
            f"{module} is not installed; install it with: pip install 'sc-neurocore-cosim[{extra}]'"
        ) from error
