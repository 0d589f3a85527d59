"""Verilog with one character of a number changed, many such changes in one text: an input selects which is there.

It reads what the package writes, one declaration a line. Of a module with changes there are a copy for each of them
and a module around the copies, which hands out the results of the selected one; all copies see the same inputs.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SELECT = "sc_mutant"
"""0: the text as it is."""
_NUMBER = re.compile(r"(?<![\w$'.\\])(?:(\d+)'([bdh])([0-9a-f]+)|(\d+))(?!\w)")
_DIGITS = {"b": "01", "d": "0123456789", "h": "0123456789abcdef"}
_MODULE = re.compile(r"^module (\w+)\((.*)\);$")
_PORT = re.compile(r"^  (input|output) (?:\[(\d+):0\] )?(\w+);$")
_CONNECTION = re.compile(r"^    \.(\w+)\((.*)\),?$")
_INSTANCE = re.compile(r"^  (\w+) (\w+) \($")


@dataclass(frozen=True)
class Flip:
    """One character of a text."""

    line: int
    """From 1 on."""
    column: int
    """From 0 on."""
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The text with it."""
        lines = text.split("\n")
        row = lines[self.line - 1]
        assert row[self.column] == self.old
        lines[self.line - 1] = row[: self.column] + self.new + row[self.column + 1 :]
        return "\n".join(lines)


def characters(text: str) -> list[tuple[int, int, str]]:
    """Every character of a number in the code: line, column and the digits that may stand there.

    A size of 0 is left out: no such number is Verilog (IEEE 1800-2012, 5.7).
    """
    found = []
    for number, row in enumerate(text.split("\n"), 1):
        for match in _NUMBER.finditer(row.partition("//")[0]):
            for group, digits in ((1, _DIGITS["d"]), (3, _DIGITS[match[2] or "d"]), (4, _DIGITS["d"])):
                if match[group] is not None:
                    begin, end = match.span(group)
                    for at in range(begin, end):
                        zero = group == 1 and not row[begin:at].strip("0") and not row[at + 1 : end].strip("0")
                        found.append((number, at, digits[1:] if zero else digits))
    return found


def drawn_flips(text: str, count: int, seed: int) -> list[Flip]:
    """So many different places, each with one of the other digits."""
    draw, rows = random.Random(seed), text.split("\n")
    flips = []
    for line, column, digits in sorted(draw.sample(characters(text), count)):
        old = rows[line - 1][column]
        flips.append(Flip(line, column, old, draw.choice([digit for digit in digits if digit != old])))
    return flips


def _with_whole_heads(text: str) -> str:
    """With the head of each module on one line, and as many lines as before."""
    return re.sub(
        r"^module \w+\([^;]*\);",
        lambda head: head[0].replace("\n", "") + "\n" * head[0].count("\n"),
        text,
        flags=re.MULTILINE,
    )


def selectable(text: str, flips: Sequence[tuple[int, Flip]]) -> str:
    """The text with all flips, each there while `sc_mutant` is its number.

    Args:
        text: modules, the first of them the top.
        flips: with their numbers.
    """
    parts: list[str] = []
    text = _with_whole_heads(text)
    for first, name, rows in _modules(text):
        own = [(number, flip) for number, flip in flips if first <= flip.line < first + len(rows)]
        wired = _wired(rows)
        if not own:
            parts += wired
            continue
        copies = {f"{name}__0": wired}
        for number, flip in own:
            copies[f"{name}__{number}"] = _wired(
                Flip(flip.line - first + 1, flip.column, flip.old, flip.new).applied("\n".join(rows)).split("\n")
            )
        for copy, lines in copies.items():
            parts += [lines[0].replace(f"module {name}(", f"module {copy}(", 1), *lines[1:]]
        parts += _around(name, rows, [number for number, _ in own])
    return "`default_nettype none\n" + "\n".join(parts) + "\n"


def module_alone(text: str, name: str, flips: Sequence[tuple[int, Flip]]) -> str:
    """One module with its flips, as `selectable` has it, and without what is in it.

    What the modules in it get becomes an output, what they give an input: if its copies are the same with any inputs,
    so are cores with them.

    Args:
        text: all modules.
        name: of the module.
        flips: of that module, with their numbers.
    """
    found = {each: (first, rows) for first, each, rows in _modules(_with_whole_heads(text))}
    ports = {each: _ports(rows) for each, (_, rows) in found.items()}
    first, rows = found[name]
    parts = []
    for number, flip in [(0, None), *flips]:
        own = rows
        if flip is not None:
            moved = Flip(flip.line - first + 1, flip.column, flip.old, flip.new)
            own = moved.applied("\n".join(rows)).split("\n")
        copy = _wired(_cut(own, ports))
        parts += [copy[0].replace(f"module {name}(", f"module {name}__{number}(", 1), *copy[1:]]
    parts += _around(name, _cut(rows, ports), [number for number, _ in flips])
    return "\n".join(parts) + "\n"


def _ports(rows: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Direction and range of each port of a module."""
    found = (match.groups() for match in map(_PORT.match, rows) if match)
    return {port: (direction, "" if high is None else f"[{high}:0] ") for direction, high, port in found}


def _cut(rows: Sequence[str], ports: Mapping[str, Mapping[str, tuple[str, str]]]) -> list[str]:
    """A module with ports in the place of the modules in it."""
    lines, added, inside = [], [], None
    for row in rows[1:]:
        instance, connection = _INSTANCE.match(row), _CONNECTION.match(row)
        if instance and instance[1] in ports:
            inside = instance
        elif inside is not None and connection:
            port = f"cut__{inside[2]}__{connection[1]}"
            direction, width = ports[inside[1]][connection[1]]
            given = direction == "output"
            added.append(port)
            lines.append(f"  {'input' if given else 'output'} {width}{port};")
            if connection[2]:
                lines.append(f"  assign {connection[2]} = {port};" if given else f"  assign {port} = {connection[2]};")
        elif inside is not None and row == "  );":
            inside = None
        else:
            lines.append(row)
    return [rows[0].replace("(", "(" + "".join(f"{port}, " for port in added), 1), *lines]


def _modules(text: str) -> list[tuple[int, str, list[str]]]:
    """Of each module the number of its first line, its name, and its lines."""
    found, rows = [], text.split("\n")
    for number, row in enumerate(rows):
        match = _MODULE.match(row)
        if match:
            found.append((number + 1, match[1], rows[number : rows.index("endmodule", number) + 1]))
    return found


def _wired(rows: Sequence[str]) -> list[str]:
    """A module that hands the select input on to all that are in it."""
    head = rows[0].replace("(", f"({SELECT}, ", 1)
    lines = [head, f"  input [15:0] {SELECT};"]
    for row in rows[1:]:
        lines.append(row)
        if _INSTANCE.match(row):
            lines.append(f"    .{SELECT}({SELECT}),")
    return lines


def _around(name: str, rows: Sequence[str], numbers: Sequence[int]) -> list[str]:
    """The module around the copies of one."""
    ports = _ports(rows)
    width = {port: high for port, (_, high) in ports.items()}
    outputs = [port for port, (direction, _) in ports.items() if direction == "output"]
    lines = [rows[0].replace("(", f"({SELECT}, ", 1), f"  input [15:0] {SELECT};"]
    lines += [f"  {direction} {width[port]}{port};" for port, (direction, _) in ports.items()]
    for number in (0, *numbers):
        wires = {port: f"{port}__{number}" if port in outputs else port for port in width}
        lines += [f"  wire {width[port]}{wires[port]};" for port in outputs]
        told = ", ".join(f".{port}({wire})" for port, wire in {SELECT: SELECT, **wires}.items())
        lines.append(f"  {name}__{number} copy_{number} ({told});")
    for port in outputs:
        chosen = f"{port}__0"
        for number in numbers:
            chosen = f"{SELECT} == {number} ? {port}__{number} : {chosen}"
        lines.append(f"  assign {port} = {chosen};")
    return [*lines, "endmodule"]
