"""The Verilog bench sees additions turned into subtractions: of a small core here, the demo's by `make additions`."""

from __future__ import annotations

import json
import subprocess

import pytest
from cosim.hall.additions import NETWORK, RESULT, instrumented, passes, written
from support.networks.two_layers import two_layers
from support.verilog.icarus import needs_icarus

from sc_neurocore.spec import load_network


class TestSmallCore:
    pytestmark = needs_icarus

    def test_wrong_sums_of_a_small_core_fail(self, tmp_path):
        network = two_layers()
        manifest, additions = written(network, tmp_path / "core", architecture="column")
        folder = tmp_path / "core"
        subprocess.run(
            ["iverilog", "-g2005", "-o", "tb", manifest["verilog"], f"{network.name}_tb.v"], cwd=folder, check=True
        )
        assert passes(["vvp", "tb"], folder, -1)
        # Not those of products: few weights make few of them, and additions of 0 are none.
        sums = {i: line for i, line in enumerate(additions) if "_total_" in line and "'h00" not in line}
        assert len(sums) >= 5
        assert [line for i, line in sums.items() if passes(["vvp", "tb"], folder, i)] == []


def test_additions_of_another_form_are_not_passed_over():
    with pytest.raises(ValueError, match="another form"):
        instrumented("  y <= a + b;\n", "module t_tb;", "t")
    core, bench, found = instrumented("  assign y = a + b;\n  // a + b\n", "module t_tb;\n", "t")
    assert found == [": assign y = a + b;"]
    assert "(t_tb.mutant == 0) ? (a - b) : (a + b);" in core
    assert bench.startswith("module t_tb;\n  integer mutant;")


def test_the_committed_count_is_of_the_demos_network():
    rows = json.loads(RESULT.read_text())
    assert {row["network_sha256"] for row in rows} == {load_network(NETWORK).sha256}
    demo = rows[0]
    assert demo["additions"] > 200
    assert demo["failed"] + len(demo["passed"]) == demo["additions"]
    # An addition of 0, one whose carry no weight of its neuron ever makes, a count of four bits from 0 to 8.
    assert len(demo["passed"]) <= 3
