"""Several marks at once, as a decorator."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest


def marked(marks: Sequence[pytest.MarkDecorator]) -> Callable:
    """A decorator that puts all of them on a test."""

    def put(test: Callable) -> Callable:
        for mark in marks:
            test = mark(test)
        return test

    return put
