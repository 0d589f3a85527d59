"""Gates as and-inverter circuits, and ABC, which is asked about them: what every proof here begins and ends with.

What is X or has no driver is free: it may be anything in every clock. It becomes an input before any pass may choose it
conveniently, and no pass here settles what a register without a first state holds.
"""

from __future__ import annotations

import re
import shutil

from ...spec.errors import ToolError

ABC = ("yosys-abc", "berkeley-abc", "abc")
"""Names under which ABC is installed; Debian's package is berkeley-abc."""
DRIVERS = "tee -q -o drivers.txt check"
"""Writes what `driven_twice` reads; after `proc`, before anything is cleaned up."""
_LIGHT = "opt_expr; opt_merge -share_all -keepdc t:* t:$anyseq %d; opt_clean"  # two X are not one
GATES = f"memory_map; techmap; setundef -undriven -anyseq; {_LIGHT}; dffunmap; simplemap; {_LIGHT}; aigmap; opt_clean"
"""Yosys: from processed and flattened modules to and-inverter gates. `opt -full` would let X be what is handy, and
`opt_dff` take a register without a first state for the constant that it is given later."""


_NEVER = re.compile(r"Property proved|is trivially unsatisfiable|Networks are equivalent|^UNSATISFIABLE", re.MULTILINE)
"""What ABC's engines say of a proof: `pdr`, that again of a constant, `dprove`, and that of a graph without memory."""


def abc_program() -> str | None:
    """ABC, under one of the names that it is installed as; None: it is not."""
    return next((path for path in map(shutil.which, ABC) if path is not None), None)


def says_never(log: str) -> bool:
    """Whether ABC said of an output that it can never rise."""
    return _NEVER.search(log) is not None


def risen_in(log: str) -> int | None:
    """The frame in which ABC saw it rise; None: it did not."""
    match = re.search(r"was asserted in frame (\d+)", log)
    return None if match is None else int(match[1])


def driven_twice(text: str) -> set[str]:
    """Names of the modules with a bit that two things drive, from what `DRIVERS` wrote.

    Yosys takes one of the two, and a proof of what it took says nothing of the Verilog.
    """
    parts = re.split(r"^[Cc]hecking module (\S+?)\.\.\.$", text, flags=re.MULTILINE)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return {name.removeprefix("\\") for name, log in pairs if "multiple conflicting drivers" in log}


def refuse_conflicts(text: str) -> None:
    """Raise where `driven_twice` finds a module.

    Raises:
        ToolError: a bit is driven twice.
    """
    if twice := sorted(driven_twice(text)):
        raise ToolError(f"a bit has several drivers in {', '.join(map(repr, twice))}: nothing was proved")
