"""What stands between two marks of a page, replaced: how every script that writes measured figures does it."""

from __future__ import annotations

from pathlib import Path

Marks = tuple[str, str]
"""Before and behind; the text between them is the script's."""


def filled(page: Path, marks: Marks, text: str) -> str:
    """A page with another text between its marks.

    Args:
        page: the file.
        marks: each of which stands in it once.
        text: what belongs between them.
    """
    start, end = marks
    before, rest = page.read_text(encoding="utf-8").split(start)
    return before + start + text + end + rest.split(end)[1]
