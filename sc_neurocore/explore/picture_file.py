"""A picture with one pair of axes, drawn without a display and written whole or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sc_neurocore.pictures import style
from sc_neurocore.spec import OptionError, write_atomic


@contextmanager
def picture_file(out: str | os.PathLike[str]) -> Iterator[Any]:
    """Axes to draw on; what is drawn becomes the file.

    Raises:
        OptionError: another ending than `.svg` or `.png`, or the file cannot be written.
    """
    file = Path(out)
    if file.suffix not in (".svg", ".png"):
        raise OptionError(f"out must end in .svg or .png, got {file.name!r}")
    import matplotlib

    with matplotlib.rc_context(style("sc-neurocore", 10)):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(7, 4), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        yield axes
        axes.grid(axis="y")
        axes.legend()
        buffer = io.BytesIO()
        metadata, begins = ({"Date": None}, b"<?xml") if file.suffix == ".svg" else ({"Software": None}, b"\x89PNG")
        figure.savefig(buffer, format=file.suffix[1:], dpi=150, metadata=metadata)
    write_atomic(file, buffer.getvalue(), is_ours=lambda head: head.startswith(begins))
