"""One visual language: the page's colours, and no picture of the docs, the package or the benchmarks with its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sc_neurocore.pictures import BLUE, INK, LINE, MARKS, MUTED, RED, SERIES, style

ROOT = Path(__file__).parents[2]
CSS = (ROOT / "sc_neurocore" / "report" / "page.css").read_text("utf-8")
DRAWING = sorted(
    path
    for top in ("sc_neurocore", "docs/figures", "benchmarks")
    for path in (ROOT / top).rglob("*.py")
    if "savefig(" in path.read_text("utf-8") and path.parent.name != "pictures"
)
OF_ITS_OWN = re.compile(r"""#[0-9a-fA-F]{6}\b|["'](?:C\d|tab:\w+)["']|f"C\{""")
PLACEHOLDERS = re.compile(r"#010[23]\w\w")
"""Of inline figures, which the page replaces by its variables."""


def test_the_page_has_the_same_colours():
    light = CSS[: CSS.index("@media")]
    variables = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", light))
    assert [variables[f"--curve-{i}"] for i in range(len(SERIES))] == list(SERIES)
    assert (variables["--ink"], variables["--muted"], variables["--line"]) == (INK, MUTED, LINE)
    assert variables["--accent"] == BLUE
    dark = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", CSS[CSS.index("@media") :]))
    assert {key for key in variables if key.startswith("--curve")} <= dark.keys()


def test_kinds_can_be_told_apart_without_colour():
    assert len(set(MARKS)) == len(MARKS) == len(SERIES) == len(set(SERIES))
    assert RED in SERIES


@pytest.mark.parametrize("path", DRAWING, ids=lambda path: path.name)
def test_no_picture_has_colours_of_its_own(path):
    text = PLACEHOLDERS.sub("", path.read_text("utf-8"))
    assert OF_ITS_OWN.findall(text) == []
    assert "pictures" in text


def test_there_are_pictures_to_look_at():
    assert len(DRAWING) >= 8


def test_the_same_style_gives_the_same_bytes(tmp_path):
    import matplotlib

    files = []
    for i in range(2):
        with matplotlib.rc_context(style("test")):
            from matplotlib.backends.backend_svg import FigureCanvasSVG
            from matplotlib.figure import Figure

            figure = Figure(figsize=(2, 2))
            FigureCanvasSVG(figure)
            figure.add_subplot().plot([1, 2], [2, 1])
            files.append(tmp_path / f"{i}.svg")
            figure.savefig(files[-1], metadata={"Date": None})
    assert files[0].read_bytes() == files[1].read_bytes()
    assert BLUE in files[0].read_text()
