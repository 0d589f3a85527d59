"""A picture of fault curves."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sc_neurocore.pictures import plain_numbers
from sc_neurocore.spec import OptionError
from sc_neurocore.spec.entrance import entrance

from .picture_file import picture_file


@entrance
def plot_faults(document: Mapping[str, Any], out: str | os.PathLike[str]) -> Path:
    """Draw accuracy against probability, a curve and its interval for each site; p = 0 is a dashed line.

    Args:
        document: content of `faults.json`.
        out: `.svg` or `.png` file to write.

    Raises:
        OptionError: another ending, or no curve to draw.
    """
    curves = document.get("curves")
    if not isinstance(curves, Sequence) or not curves:
        raise OptionError("document must be the content of a faults.json, with its curves")
    with picture_file(out) as axes:
        for site in dict.fromkeys(row["site"] for row in curves):
            rows = sorted((row for row in curves if row["site"] == site), key=lambda row: row["probability"])
            faulty = [row for row in rows if row["probability"] > 0]
            places = [row["probability"] for row in faulty]
            (line,) = axes.plot(places, [100 * row["accuracy"] for row in faulty], marker="o", label=site)
            low, high = ([100 * row["interval_95"][i] for row in faulty] for i in (0, 1))
            axes.fill_between(places, low, high, color=line.get_color(), alpha=0.15)
            for row in rows:
                if row["probability"] == 0:
                    axes.axhline(100 * row["accuracy"], color=line.get_color(), linestyle="--", linewidth=1)
        axes.set_xscale("log")
        plain_numbers(axes.xaxis)
        axes.set(xlabel="probability p of a wrong bit", ylabel="accuracy, %")
    return Path(out)
