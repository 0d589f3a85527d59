"""Colours, marks and matplotlib's settings; `report/page.css` has the same colours, and a test holds them equal."""

from __future__ import annotations

from typing import Any

INK, MUTED, GREY, LINE = "#16202a", "#586673", "#9aa5b1", "#d9dfe5"
BLUE, RED, GREEN, VIOLET, OCHRE, TEAL = "#1f5fa8", "#b4432e", "#2c7a4b", "#7a4fa3", "#8a6200", "#0e7480"
SERIES = (BLUE, RED, GREEN, VIOLET, OCHRE, TEAL)
"""Curves and kinds, in this order; ours first, what it is held against second."""
MARKS = ("o", "s", "^", "D", "v", "P")
"""The same kinds, told apart without colour."""


def style(salt: str, size: float = 9.0) -> Any:
    """Settings of matplotlib under which the same data give the same bytes.

    Args:
        salt: what distinguishes the identifiers in this picture from those in others.
        size: of the letters, points.
    """
    from cycler import cycler

    return {
        "svg.hashsalt": salt,
        "svg.fonttype": "path",
        "font.family": "sans-serif",
        "font.size": size,
        "text.color": INK,
        "axes.edgecolor": GREY,
        "axes.labelcolor": INK,
        "axes.titlecolor": INK,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": cycler(color=list(SERIES)),
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "grid.color": LINE,
        "grid.linewidth": 0.8,
        "legend.frameon": False,
        "text.parse_math": False,  # labels are data: a dollar sign in them is a dollar sign
    }


def plain_numbers(*axes: Any) -> None:
    """Write 0.01 and 1,000 at the ticks of logarithmic axes instead of powers, which need math in texts.

    Args:
        axes: each an `xaxis` or `yaxis` whose scale is set.
    """
    for axis in axes:
        axis.set_major_formatter(lambda value, _: f"{value:,.10g}")
        axis.set_minor_formatter(lambda *_: "")
