"""Verilog of a stranger's: taken into a folder of our own, and refused where it asks for more than a simulation.

What a core may say is listed, not what it may not: a system task, a directive or an import that stands in no list is
refused with its file and line, before any tool reads the file. So it does not matter which new task a simulator brings.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..spec.errors import OptionError

_TASKS = re.compile(
    r"""signed|unsigned|clog2|bits|size|high|low|left|right|dimensions|unpacked_dimensions|increment|cast
    |isunknown|countones|onehot0?|past|rose|fell|stable|sampled|itor|rtoi|bitstoreal|realtobits
    |ceil|floor|pow|sqrt|ln|log10|exp|s?time|realtime|timeformat|u?random|urandom_range
    |finish|stop|fatal|error|warning|info|(display|write|strobe|monitor)[boh]?|monitoron|monitoroff
    |setup|hold|setuphold|width|period|recovery|removal|recrem|skew|nochange""",
    re.VERBOSE,
)
"""System tasks that compute, print, check times or end the simulation, and touch nothing outside it."""
_DIRECTIVES = re.compile(
    r"""define|undef|undefineall|ifdef|ifndef|elsif|else|endif|include|timescale|default_nettype|resetall
    |celldefine|endcelldefine|default_decay_time|(no)?unconnected_drive|(begin|end)_keywords""",
    re.VERBOSE,
)
_NO_MACROS = re.compile(r"systemc_|verilator|verilog$|line$|pragma$")
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<string>"(?:\\.|[^"\\\n])*")
    |(?P<escaped>\\[^\s]+)
    |(?P<task>\$[A-Za-z0-9_$]*)
    |(?P<directive>`[A-Za-z0-9_$]*)
    |(?P<word>[A-Za-z_][A-Za-z0-9_$]*)
    |(?P<number>[0-9][A-Za-z0-9_]*)
    |(?P<scope>::)
    |(?P<space>\s+)
    |(?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_READS_OR_WRITES = "reads or writes files, or reaches outside the simulation; constants belong into the Verilog"


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def take_foreign(files: tuple[Path, ...], folder: Path) -> tuple[Path, ...]:
    """Copy Verilog files, and what they include, into an empty folder of ours; the copies of `files`, in their order.

    Args:
        files: Verilog files of one folder.
        folder: gets the copies, which alone are compiled; made here.

    Raises:
        OptionError: a file is a link out of its folder or not text, or says something that no core may say.
    """
    folder.mkdir(parents=True)
    home, waiting, texts = files[0].parent, [path.name for path in files], dict[str, str]()
    while waiting:
        name = waiting.pop()
        if name not in texts:
            texts[name] = _text(home, name)
            waiting += _included(name, texts[name])
    macros = {name for text in texts.values() for name in _defined(text)}
    for name, text in sorted(texts.items()):
        _check(name, text, macros)
        (folder / name).write_bytes(text.encode("latin-1"))
    return tuple(folder / path.name for path in files)


def inside(home: Path, name: str) -> Path:
    """A file of a folder by its bare name.

    Raises:
        OptionError: the name leads out of the folder, as it stands or over a link.
    """
    path = home / name
    if name != os.path.basename(name) or path.resolve().parent != home.resolve():
        raise OptionError(f"rtl: {name} leads out of the folder; a core's files must lie in it themselves")
    return path


def _text(home: Path, name: str) -> str:
    try:
        # bytes as they are: the copy is the file, whatever its comments are written in
        return inside(home, name).read_bytes().decode("latin-1")
    except OSError as error:
        raise OptionError(f"rtl: {name} cannot be read: {error.strerror}") from None


def _tokens(text: str) -> list[_Token]:
    """Everything but comments and space, with its line."""
    tokens, line = [], 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup not in ("comment", "space"):
            tokens.append(_Token(str(match.lastgroup), match[0], line))
        line += match[0].count("\n")
    return tokens


def _followed(text: str) -> Iterator[tuple[_Token, _Token, _Token]]:
    """Each token with the two after it."""
    tokens = _tokens(text)
    end = _Token("end", "", 0)
    yield from zip(tokens, [*tokens[1:], end], [*tokens[2:], end, end], strict=False)


def _defined(text: str) -> set[str]:
    return {after.text for token, after, _ in _followed(text) if token.text == "`define" and after.kind == "word"}


def _included(name: str, text: str) -> Iterator[str]:
    for token, after, _ in _followed(text):
        if token.text == "`include":
            bare = after.text[1:-1]
            if after.kind != "string" or bare != os.path.basename(bare) or "\\" in bare:
                _refuse(name, token, f"`include {after.text} must name a file of the same folder in plain letters")
            yield bare


def _check(name: str, text: str, macros: set[str]) -> None:
    for token, after, last in _followed(text):
        reason = _reason(token, after, last, macros)
        if reason is not None:
            _refuse(name, token, reason)


def _reason(token: _Token, after: _Token, last: _Token, macros: set[str]) -> str | None:
    """Why a token may not stand in a core; None where it may."""
    word = token.text[1:]
    match token.kind:
        case "task" if not _TASKS.fullmatch(word):
            return f"{token.text} {_READS_OR_WRITES}" if word else "a $ that begins no name of a system task"
        case "directive" if not word:
            return "a ` that begins no directive: names must not be put together by macros"
        case "directive" if word == "define" and _NO_MACROS.match(after.text):
            return f"`define {after.text} gives a directive of the simulator another meaning"
        case "directive" if not _DIRECTIVES.fullmatch(word) and word not in macros:
            return f"`{word} is no directive that a core needs, and no macro of these files"
        case "word" if token.text in ("import", "export") and (after.kind, last.kind) != ("word", "scope"):
            return f"{token.text} of anything but a package calls functions outside the simulation"
        case "word" if token.text == "bind":
            return "bind reaches into other modules"
        case "string" if after.kind == "string" and token.text == '""':
            return 'strings in """ are not known'
        case "escaped" if re.search(r'["`]|//|/\*', word):
            return f"the name {token.text} can be read as a comment, a string or a directive"
        case "other" if token.text == '"' or (token.text == "/" and after.text == "*"):
            return "a string or a comment that does not end"
        case _:
            return None


def _refuse(name: str, token: _Token, reason: str) -> None:
    raise OptionError(f"rtl: {name}, line {token.line}: {reason}; nothing was compiled")
