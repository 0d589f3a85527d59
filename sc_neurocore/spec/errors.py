"""Every error this package raises on purpose.

All derive from `SCError`, so that one `except` catches them, and from the built-in type a Python user expects.
A message names the argument, the rule and the value.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


class SCError(Exception):
    """Base of all errors of this package; never raised itself."""


class SpecError(SCError, ValueError):
    """A network description, its folder or its tensors break a rule of the contract."""


class CodesError(SCError, ValueError):
    """An input array has a shape, type or value that the network does not take."""


class OptionError(SCError, ValueError):
    """An argument of a verb is not one of its legal values, or does not fit the others."""


class MissingExtraError(SCError, ImportError):
    """A part of the package needs a library that is not installed; the message names the extra."""


class ToolError(SCError, RuntimeError):
    """An outside program is missing or failed; the message says which, and what to do."""


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
