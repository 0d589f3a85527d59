"""The data sheet of every module of a design: what its component's docstring says, as a Verilog comment."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

from ..components.ports.core_ports import core_ports

_SIGNS = {
    "·": "*",
    "×": "x",
    "−": "-",
    "–": "-",
    "…": "...",
    "≤": "<=",
    "≥": ">=",
    "≠": "/=",
    "±": "+-",
    "²": "^2",
    "½": "1/2",
    "¼": "1/4",
    "→": "->",
    "Σ": "sum",
    "Δ": "delta",
    "§": "section ",
    "∞": "infinity",
    "’": "'",
    "ᵏ": "^k",
    "ⁿ": "^n",
    "⊕": "xor",
    "∧": "and",
    "¬": "not ",
    "µ": "u",
    "σ": "sigma",
    "`": "",
}
"""What stands for a sign in a file of ASCII."""
_ENDS = ("Args:", "Raises:", "Returns:", "Attributes:")
_OURS = __name__.split(".")[0] + "."
_CORE_PORTS = "    as ports.core_ports"
_MEMORY = "A memory: rows of words, read and written by its ports."


def data_sheets(fragment: Any, top: str) -> dict[str, str]:
    """The text for each module by its name in Verilog; modules of no component of ours are parts of the one around.

    Args:
        fragment: the elaborated design, an Amaranth fragment.
        top: name of the top module.
    """
    sheets: dict[str, str] = {}
    first: dict[str, str] = {}
    for path, origin, around in _parts(fragment, (top,), top):
        name = re.sub(r"[.$]", "_", "_".join(path))
        if origin is None:
            sheets[name] = f"A part of {around}."
        elif not type(origin).__module__.startswith(_OURS):
            sheets[name] = _MEMORY if "memory" in type(origin).__module__ else f"A part of {around}."
        else:
            kind, text = type(origin).__name__, sheet(type(origin))
            sheets[name] = f"{kind}\n{text}" if text not in first else f"{kind}, as {first[text]}"
            first.setdefault(text, name)
    return sheets


def sheet(component: type) -> str:
    """What the docstring of a component says to whoever reads its gates, in ASCII.

    Args:
        component: the class; what its constructor takes is left out.
    """
    lines = inspect.cleandoc(component.__doc__ or "A part of the core.").splitlines()
    end = next((i for i, line in enumerate(lines) if line.strip() in _ENDS), len(lines))
    text = "\n".join(lines[:end]).strip()
    return in_ascii(text.replace(_CORE_PORTS, _ports_of_cores()))


def _ports_of_cores() -> str:
    """The list of the ports that every core has, as the data sheet of one function has it."""
    return inspect.cleandoc(core_ports.__doc__ or "").partition("Ports\n")[2].rstrip()


def in_ascii(text: str) -> str:
    """The text with signs of other alphabets written out; one that has no form here becomes a question mark."""
    for sign, plain in _SIGNS.items():
        text = text.replace(sign, plain)
    return text.encode("ascii", "replace").decode("ascii")


def _parts(fragment: Any, path: tuple[str, ...], around: str) -> Iterator[tuple[tuple[str, ...], Any, str]]:
    """Of a fragment and those in it: path, component (None where there is none), and name of the component around."""
    origins = [each for each in fragment.origins or () if type(each).__module__ != "amaranth.hdl._dsl"]
    origin = origins[0] if origins else None
    yield path, origin, around
    inside = around if origin is None else type(origin).__name__
    for index, (part, name, _) in enumerate(fragment.subfragments):
        yield from _parts(part, (*path, f"U${index}" if name is None else name), inside)
