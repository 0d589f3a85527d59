"""The Pareto front against its definition, tried on all pairs; the picture against what it must hold."""

from __future__ import annotations

import numpy as np
import pytest

from sc_neurocore.explore import pareto_front, plot_sweep
from sc_neurocore.spec import OptionError


def points(rows):
    return [{"stream_length": length, "accuracy": accuracy, "generators": "default"} for length, accuracy in rows]


def test_front_by_its_definition():
    rng = np.random.default_rng(7)
    for _ in range(50):
        every = points(zip(rng.integers(1, 8, 12).tolist(), (rng.integers(0, 8, 12) / 8).tolist(), strict=True))
        front = pareto_front(every)

        def beats(a, b):
            better = a["accuracy"] > b["accuracy"] or a["stream_length"] < b["stream_length"]
            return a["accuracy"] >= b["accuracy"] and a["stream_length"] <= b["stream_length"] and better

        unbeaten = {(p["stream_length"], p["accuracy"]) for p in every if not any(beats(q, p) for q in every)}
        assert {(p["stream_length"], p["accuracy"]) for p in front} == unbeaten
        assert len(front) == len(unbeaten)
        assert [p["stream_length"] for p in front] == sorted(p["stream_length"] for p in front)


def test_unmeasured_points_are_left_out():
    rows = [*points([(4, None), (8, 0.9)]), {"accuracy": 1.0}]
    assert pareto_front(rows) == [rows[1]]
    assert pareto_front([{"luts": 5, "rate": 3}, {"luts": 6, "rate": 2}], cost="luts", value="rate") == [
        {"luts": 5, "rate": 3}
    ]
    with pytest.raises(OptionError, match="of 1 points none holds both"):
        pareto_front(points([(4, None)]))


def test_picture(tmp_path):
    document = {"points": points([(4, 0.5), (8, 0.75), (8, 0.85)]), "float_accuracy": 0.9}
    document["points"].append({"stream_length": 4, "accuracy": 0.6, "generators": "<$x_&"})
    svg = plot_sweep(document, tmp_path / "sweep.svg").read_text()
    assert svg == plot_sweep(document, tmp_path / "again.svg").read_text()
    assert "<svg" in svg
    assert plot_sweep(document, tmp_path / "sweep.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(OptionError, match=r"out must end in .svg or .png"):
        plot_sweep(document, tmp_path / "sweep.gif")
    with pytest.raises(OptionError, match="none holds both"):
        plot_sweep({"points": []}, tmp_path / "none.svg")
