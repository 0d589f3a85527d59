"""Verilog that a person reads: a comment on every module, ports under their own names, no implicit nets.

Nothing here changes a gate: names of ports and comments alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

_MODULE = re.compile(r"^module (\w+)\((.*?)\);\n.*?^endmodule\n", re.MULTILINE | re.DOTALL)
_INSTANCE = re.compile(r"^  (\w+) \w+ \(\n(.*?)\n  \);$", re.MULTILINE | re.DOTALL)
_PIN = re.compile(r"\.(\w+)\((.*?)\),?$", re.MULTILINE)
_INPUT = re.compile(r"^  input (?:\[.*?\] )?(\w+);$", re.MULTILINE)
_NUMBERED = re.compile(r"^(\w+?)(?:__\d+)+$")  # `__en` and the like are names of a memory's port


def readable(text: str, sheets: Mapping[str, str]) -> str:
    """The same modules, to be read.

    Args:
        text: Verilog as Yosys writes it, module after module.
        sheets: what is said of each module; one that has none is a part of the core.
    """
    text = with_plain_ports(text)
    modules = []
    for match in _MODULE.finditer(text):
        name = match[1]
        modules.append(f"{comment(sheets.get(name, 'A part of the core.'))}{match[0]}")
    return "`default_nettype none\n\n" + "\n".join(modules) + "\n`default_nettype wire\n"


def comment(text: str) -> str:
    """A text as lines of comments."""
    return "".join(f"// {line}".rstrip() + "\n" for line in text.splitlines())


def with_plain_ports(text: str) -> str:
    """The modules with ports that bear no number of the converter's: `port__17` and `ready__417` get names.

    A name that became another one by its number loses that, or takes a small one where it is taken. A port that has no
    name gets that of what it is connected to: around the module, or in it; else it is an operand or a result.
    """
    modules = {match[1]: match for match in _MODULE.finditer(text)}
    outside = {}
    for match in modules.values():
        for part, pins in _INSTANCE.findall(match[0]):
            outside[part] = dict(_PIN.findall(pins))
    renamed: dict[str, dict[str, str]] = {}
    for name, match in modules.items():
        ports = [port for port in re.findall(r"\w+", match[2]) if _NUMBERED.match(port)]
        if not ports:
            continue
        inside, inputs = _names_inside(match[0]), set(_INPUT.findall(match[0]))
        words, last = set(re.findall(r"\b[A-Za-z_]\w*\b", match[0])), Counter[str]()
        for port in ports:
            stem = _plain_name(port, inside, outside.get(name, {}), port in inputs)
            plain = stem
            while plain in words:
                last[stem] += 1
                plain = f"{stem}_{last[stem] + 1}"
            words.add(plain)
            renamed.setdefault(name, {})[port] = plain
    return _MODULE.sub(lambda match: _renamed(match, renamed), text)


def _names_inside(body: str) -> dict[str, str]:
    """What each net of a module is connected to in it: a port of a part, or another net that has a name."""
    pins = [(value, pin) for pin, value in re.findall(r"\.(\w+)\((\w+)(?:\[[\d:]+\])?\)", body)]
    equal = re.findall(r"^  assign (\w+) = (\w+);$", body, re.MULTILINE)
    names: dict[str, str] = {}
    for net, name in (*pins, *((right, left) for left, right in equal), *equal):
        if _is_name(name):
            names.setdefault(net, name)
    return names


def _is_name(name: str) -> bool:
    return re.fullmatch(r"[a-z]\w*", name) is not None and not _NUMBERED.match(name)


def _plain_name(port: str, inside: Mapping[str, str], outside: Mapping[str, str], is_input: bool) -> str:
    """The name that a port should have."""
    numbered = _NUMBERED.match(port)
    assert numbered is not None
    if numbered[1] != "port":
        return numbered[1]
    around = outside.get(port, "")
    return around if _is_name(around) else inside.get(port, "operand" if is_input else "result")


def _renamed(match: re.Match[str], renamed: Mapping[str, Mapping[str, str]]) -> str:
    """A module with its ports renamed, where they stand in it and at the instances of its parts."""
    own = renamed.get(match[1], {})
    body = match[0]
    if own:
        body = re.sub(r"(?<![.\w])\w+", lambda word: own.get(word[0], word[0]), body)

    def connected(instance: re.Match[str]) -> str:
        ports = renamed.get(instance[1], {})
        return re.sub(r"\.(\w+)\(", lambda pin: f".{ports.get(pin[1], pin[1])}(", instance[0])

    return _INSTANCE.sub(connected, body)
