"""The verb `cosim` on the serial and column cores: directed, random and mutant-killing vectors, stalls, episodes."""

from __future__ import annotations

import pytest
from support.networks.default_pair import random_default_pair
from support.networks.random_networks import write_folder

from sc_neurocore.cosim import run
from sc_neurocore.spec import load_network

WAYS = (
    {"architecture": "serial", "stream_bits_per_cycle": 1},
    {"architecture": "serial"},
    {"architecture": "column"},
    {"architecture": "column", "overlap": True},
    {"architecture": "column", "neurons_in_parallel": 2, "stream_bits_per_cycle": 3},
)


@pytest.mark.one_in(2)
@pytest.mark.contract("core.frames", "core.stall", "core.frame_error", "core.reset")
@pytest.mark.parametrize("options", WAYS, ids=lambda options: "-".join(map(str, options.values())))
def test_the_certificate_of_a_small_network(options, tmp_path):
    network = load_network(write_folder(tmp_path / "network", *random_default_pair(2, n=3)))
    result = run(
        network, tmp_path / "out", simulator="amaranth", stall="random", samples=2, search_seconds=0.5, **options
    )
    assert result.passed, result.reason
    assert result.report["mutants_killed"] > 0
    assert result.comparison.values_compared > 0
