"""Figures as inline SVG, the accuracy chart among them, in the page's colours: readable in light, dark and print."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from sc_neurocore.pictures import MARKS, SERIES, style

from .accuracy import Curve

# Colours that no chart would use by itself: each is replaced by the page's variable of that name.
_COLOURS = {"#010203": "--ink", "#010204": "--muted", "#010205": "--line", "#010206": "--surface"}
CURVES = {f"#0103{i:02x}": f"--curve-{i}" for i in range(len(SERIES))}
"""Likewise, for curves and kinds; `pictures.SERIES` on the page."""
_DODGE = 0.05
"""Between curves at one stream length, in doublings: each interval stands round its own point."""


def accuracy_chart(
    curves: list[Curve], float_accuracy: float | None = None, float_interval: tuple[float, float] | None = None
) -> Markup | None:
    """Accuracy against stream length, one curve for each pair of generators, the float network as a line in its band.

    Args:
        curves: of the exact integers.
        float_accuracy: of the float network.
        float_interval: around it, 95 %.

    None where no curve has a point.
    """
    drawn_curves = [curve for curve in curves if curve.points]
    if not drawn_curves:
        return None
    return drawn(
        lambda figure: _draw(figure.add_subplot(), drawn_curves, float_accuracy, float_interval),
        (7.2, 3.6),
        _description(drawn_curves, float_accuracy),
    )


def drawn(draw: Callable[[Any], None], size: tuple[float, float], description: str) -> Markup:
    """A figure as inline SVG.

    Args:
        draw: draws into the figure that it is given.
        size: of the figure, inches.
        description: for those who cannot see it.
    """
    import matplotlib

    page: Any = {"svg.fonttype": "none", "axes.edgecolor": "#010205", "text.color": "#010203"}
    rc: Any = style("sc-neurocore", 11) | page
    with matplotlib.rc_context(rc):
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure)
        buffer = io.StringIO()
        figure.savefig(
            buffer, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
        )
    return _inline(buffer.getvalue(), description)


def _draw(
    axes: Any, curves: list[Curve], float_accuracy: float | None, float_interval: tuple[float, float] | None
) -> None:
    lengths = sorted({point.length for curve in curves for point in curve.points})
    if float_accuracy is not None:
        if float_interval is not None:
            axes.axhspan(*(100 * end for end in float_interval), color="#010204", alpha=0.1, linewidth=0, zorder=0)
        axes.axhline(100 * float_accuracy, color="#010204", linewidth=1.2, linestyle=(0, (5, 3)), zorder=1)
        axes.annotate(
            f"float {100 * float_accuracy:.1f} %",
            (1, 100 * float_accuracy),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color="#010204",
        )
    for i, curve in enumerate(curves):
        colour, mark = list(CURVES)[i % len(CURVES)], MARKS[i % len(MARKS)]
        shift = 2 ** (_DODGE * (i - (len(curves) - 1) / 2))
        x = [shift * point.length for point in curve.points]
        y = [100 * point.mean for point in curve.points]
        for place, point in zip(x, curve.points, strict=True):
            if point.interval is not None:
                ends = [[100 * (point.mean - point.interval[0])], [100 * (point.interval[1] - point.mean)]]
                axes.errorbar([place], [100 * point.mean], ends, color=colour, capsize=4, linewidth=1.2, zorder=2)
            elif len(point.values) > 1:
                values = [100 * value for value in point.values]
                axes.plot([place] * len(values), values, ".", color=colour, markersize=4, alpha=0.5)
        axes.plot(x, y, color=colour, marker=mark, markersize=6, linewidth=2, label=curve.label, zorder=3)
    axes.set_xscale("log", base=2)
    axes.set_xticks(lengths, [str(length) for length in lengths])
    axes.set_xticks([], minor=True)
    if len(lengths) == 1:
        axes.set_xlim(lengths[0] / 2, lengths[0] * 2)
    axes.set_xlabel("stream length L (bits per value, logarithmic)", color="#010203")
    axes.set_ylabel("test accuracy, %", color="#010203")
    axes.tick_params(colors="#010203", which="both", length=0, pad=6)
    axes.grid(axis="y", color="#010205", linewidth=0.8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.margins(x=0.06, y=0.15)
    if len(curves) > 1:
        axes.legend(loc="lower right", frameon=False, labelcolor="#010203")


def _description(curves: list[Curve], float_accuracy: float | None) -> str:
    parts = [
        f"{curve.label}: " + ", ".join(f"{100 * p.mean:.1f} % at L = {p.length}" for p in curve.points)
        for curve in curves
    ]
    end = "" if float_accuracy is None else f"; float network {100 * float_accuracy:.1f} %"
    return f"Accuracy against stream length. {'; '.join(parts)}{end}."


def _inline(svg: str, description: str) -> Markup:
    """The `<svg>` element alone, with the page's colours, font and a text for those who cannot see it."""
    body = svg[svg.index("<svg") :]
    for colour, variable in {**_COLOURS, **CURVES}.items():
        body = body.replace(colour, f"var({variable})")
    body = re.sub(r"font-family: [^;\"]*;? ?", "", body)
    body = re.sub(r"<style.*?</style>", "", body, flags=re.DOTALL)  # it would hold for the whole page
    body = body.replace("xlink:href", "href")
    head, rest = body.split(">", 1)
    size = re.search(r'viewBox="[^"]*"', head)
    assert size is not None
    label = Markup('<svg class="chart" role="img" {} aria-label="{}">').format(Markup(size.group()), description)
    return label + Markup(rest)  # matplotlib's own output, which escapes every text given to it
