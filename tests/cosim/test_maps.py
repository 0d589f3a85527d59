"""Co-simulation of networks on maps: what was committed of many, and a small one from end to end."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
from cosim import map_gates
from support.networks.map_descriptions import conv2d, map_network, map_tensors, max_pool2d
from support.networks.specs import spec_of

from sc_neurocore.cosim import run
from sc_neurocore.cosim.testplan.stimulus import directed


@pytest.mark.contract("core.frames", "core.stall", "core.reset", "conv.window", "pool.max")
def test_the_committed_run_is_of_these_networks_and_all_of_them_pass():
    result = json.loads(map_gates.RESULT.read_text(encoding="utf-8"))
    rows, totals = result["rows"], result["totals"]
    assert totals == map_gates.totals(rows)
    assert totals["passed"] == totals["networks"] == len({row["seed"] for row in rows}) >= 60
    assert totals["cycles"] >= 10**7
    assert totals["loadable"] >= 20
    kinds = {kind for row in rows for kind in row["layers"]}
    assert kinds == {"dense", "conv2d", "max_pool2d", "avg_pool2d"}
    assert all(row["values_compared"] for row in rows)
    constant = [row for row in rows if "weights" not in row["options"]]  # a loadable one costs a search for its decoy
    for row in random.Random(0).sample(constant, 3):
        network, options = map_gates.case(row["seed"])
        assert network.sha256 == row["network_sha256"]
        assert json.loads(json.dumps(options)) == row["options"]


@pytest.mark.contract("core.frames", "core.stall", "core.reset", "core.frame_error")
def test_a_loadable_core_on_maps_passes_from_end_to_end(tmp_path):
    tree = map_network(max_pool2d([4, 4, 1]), conv2d([2, 2, 1], 2, (2, 2)))
    weights = np.random.default_rng(0).integers(-7, 8, (2, 2, 2, 1))
    network = spec_of(tree, map_tensors(tree, weights={1: weights}))
    result = run(
        network,
        tmp_path,
        simulator="amaranth",
        samples=2,
        stall="random",
        search_seconds=0,
        architecture="column",
        weights="loadable",
        control="stream",
    )
    assert result.passed, result.reason
    assert "loads" in result.report["features"]
    assert {each["verdict"] for each in result.report["features"].values()} == {"PASS"}


def test_of_a_large_map_some_elements_are_driven_alone_its_corners_among_them():
    tree = map_network(conv2d([12, 12, 2], 1, (2, 2)))
    network = spec_of(tree, map_tensors(tree))
    alone = [row for row in directed(network) if np.count_nonzero(row) == 1]
    places = {int(np.flatnonzero(row)[0]) for row in alone}
    assert len(places) == 64
    assert {0, network.input.features - 1} <= places
