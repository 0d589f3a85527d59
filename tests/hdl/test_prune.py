from __future__ import annotations

from pathlib import Path

import numpy as np
from support.programs import program

from sc_neurocore import load_network

ROOT = Path(__file__).resolve().parents[2]


def script():
    return program(ROOT / "hdl" / "synth" / "prune.py")


def test_the_network_of_the_readme_is_what_one_command_makes(monkeypatch, capsys):
    prune = script()
    assert prune.main(["--check"]) == 0
    monkeypatch.setattr(prune, "LARGEST", 1)
    assert prune.main(["--check"]) == 1
    assert "is not what is made of tests/golden/digits" in capsys.readouterr().out


def test_small_weights_go_and_all_else_stays():
    network = load_network(ROOT / "tests" / "golden" / "digits")
    pruned = script().pruned(network, 3, "other")
    for before, after in zip(network.weights, pruned.weights, strict=True):
        assert np.array_equal(after[np.abs(before) > 3], before[np.abs(before) > 3])
        assert not after[np.abs(before) <= 3].any()
        assert (after != before).any()
    assert all(np.array_equal(a, b) for a, b in zip(network.biases, pruned.biases, strict=True))
    assert (pruned.name, pruned.layers) == ("other", network.layers)
