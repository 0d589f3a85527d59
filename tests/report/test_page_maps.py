"""Pictures of networks on maps."""

from __future__ import annotations

import numpy as np

from sc_neurocore import save_network
from sc_neurocore.export import export_graph
from sc_neurocore.importing.graph import Clip, Conv, Dense, FloatGraph, Pool
from sc_neurocore.importing.maps import Window
from sc_neurocore.report import write
from sc_neurocore.spec import NetworkSpec
from tests.support.pages import Page


def map_network() -> NetworkSpec:
    """Two convolutions with a pool between."""
    rng = np.random.default_rng(1)
    nodes = (
        Conv("first", rng.normal(size=(3, 3, 3, 1)), None, Window((8, 8, 1), (3, 3), (1, 1)), 1),
        Clip("relu", 0.0, None),
        Pool("pool", "max", Window((6, 6, 3), (2, 2), (2, 2))),
        Conv("second", rng.normal(size=(4, 2, 2, 3)), None, Window((3, 3, 3), (2, 2), (1, 1)), 1),
        Clip("relu", 0.0, None),
        Dense("last", rng.normal(size=(3, 16)), None),
    )
    return export_graph(FloatGraph("arrays", 64, nodes, None), stream_length=16).network


def test_kernels_and_maps_are_drawn(tmp_path):
    """As many pictures as channels and kernels, and none of them from outside."""
    network = map_network()
    save_network(network, tmp_path / "network")
    np.save(tmp_path / "codes.npy", np.random.default_rng(0).integers(0, 2**4, network.codes_shape(2)))
    write(tmp_path, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    page = Page(text)
    assert page.open == []
    pictures = [attributes.get("href", "") or "" for tag, attributes in page.tags if tag == "image"]
    assert all(each.startswith("data:image/png;base64,") for each in pictures)
    kernels, maps = 3 + 3 * 4, 1 + 3 + 3 + 4
    assert len(pictures) == kernels + maps
    assert "window 3 × 3" in text
    write(tmp_path, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text() == text


def test_no_maps_are_drawn_of_codes_of_another_network(tmp_path):
    save_network(map_network(), tmp_path / "network")
    np.save(tmp_path / "codes.npy", np.zeros((2, 9), np.int64))
    write(tmp_path, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert "Kernels" in text
    assert "Maps of one sample" not in text
