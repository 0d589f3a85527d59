"""One visual language: colours, marks and the style of every picture, of the report, the docs and the benchmarks."""

from .style import BLUE, GREEN, GREY, INK, LINE, MARKS, MUTED, OCHRE, RED, SERIES, TEAL, VIOLET, plain_numbers, style

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "INK",
    "LINE",
    "MARKS",
    "MUTED",
    "OCHRE",
    "RED",
    "SERIES",
    "TEAL",
    "VIOLET",
    "plain_numbers",
    "style",
]
