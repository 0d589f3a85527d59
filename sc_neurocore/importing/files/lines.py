"""Errors in one line: files put names of any characters and any length into them, and libraries whole paragraphs."""

from __future__ import annotations


def one_line(error: BaseException, limit: int = 160) -> str:
    """The error's text without line breaks, cut off behind `limit` characters; its type's name where it has none."""
    return " ".join(str(error).split())[:limit] or type(error).__name__
