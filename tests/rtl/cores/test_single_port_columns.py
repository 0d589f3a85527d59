# amaranth: UnusedElaboratable=no
"""Columns with loaded weights in single-port memory: as Verilog with unknown contents, in cells, on maps, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.networks.default_pair import reloadable
from support.networks.map_descriptions import RELU, conv2d, map_network, map_tensors
from support.oracle import evaluate
from support.simulation.load_bench import Load
from support.simulation.serial_cores import SMALL, frames, spec
from support.verilog.icarus import needs_icarus
from support.verilog.load_verilog import run_icarus

from sc_neurocore import cosim
from sc_neurocore.export import export_dense
from sc_neurocore.rtl.cores.architectures import gates_of, plan_core
from sc_neurocore.rtl.emit.verilog import verilog_text
from sc_neurocore.rtl.plan.single_port import BITS, MEMORIES, ROWS, fitting, memories_of
from sc_neurocore.spec.errors import OptionError
from sc_neurocore.synth import write_netlist

pytestmark = needs_icarus  # it knows unknown values

COLUMN: dict[str, Any] = {"architecture": "column", "weights": "loadable", "memory": "spram", "control": "stream"}


def inner(**options):
    """The core without its control port, and how many single-port memories its plan has."""
    plan = plan_core(spec(*SMALL), **COLUMN, **options)
    stored = [each for how, each in zip(plan.layers, plan.numbers, strict=True) if how.weight_storage == "single_port"]
    assert stored
    assert not plan.initialised
    return gates_of(plan).core, sum(memories_of(each.rows, each.side_by_side) for each in stored)


def check(core, memories: int | None, folder: Path) -> None:
    """Two networks, one after the other; nothing unknown may show on a port."""
    script, expected = [], []
    codes = np.random.default_rng(2).integers(0, 8, (3, 3))
    limits = [load.bias_limit for load in core.load_map.layers]
    for case in (SMALL, reloadable(SMALL, 1, limits)):
        script += [Load(core.load_map.image(spec(*case))), *frames(core, codes)]
        expected += evaluate(case[0], codes, case[1]).tolist()
    sources = [folder / "net.v"]
    sources[0].write_text(verilog_text(core, "net"))
    if memories is not None:
        (folder / "mapped").mkdir()
        netlist = write_netlist(sources, "net", "up5k", folder / "mapped")
        assert netlist.area.sprams == memories
        sources = list(netlist.files)
    width = len(core.m_axis_tdata)
    told = [f"{v % 2**width:0{width}b} {int(i == len(frame) - 1)}" for frame in expected for i, v in enumerate(frame)]
    clocks = 2 * core.plan.timing().cycles_per_inference
    assert run_icarus(core, sources, "net", script, folder, clocks=clocks) == told


@pytest.mark.parametrize(
    "options", [{}, {"neurons_in_parallel": 1}, {"neurons_in_parallel": 2, "stream_bits_per_cycle": 2}]
)
def test_a_memory_of_unknown_contents_is_never_seen(options, tmp_path):
    check(inner(**options)[0], None, tmp_path)


def test_the_mapped_core_has_its_weights_in_single_port_memory_and_loads_alike(tmp_path):
    check(*inner(neurons_in_parallel=2), tmp_path)


def test_windows_of_maps_read_single_port_memory(tmp_path):
    description = map_network(
        conv2d([5, 4, 2], 6, [3, 2], groups=2, padding=[1, 1, 0, 0], neuron=RELU), conv2d([5, 3, 6], 3, [5, 3])
    )
    network = spec(description, map_tensors(description))
    result = cosim.run(network, tmp_path / "cosim", samples=6, stall="random", neurons_in_parallel=[2, 3], **COLUMN)
    assert result.report["verdict"] == "PASS"
    assert result.report["load"]["samples_that_differ"] > 0


def test_the_largest_layers_that_fit_go_there():
    full = (ROWS, BITS * MEMORIES)
    assert memories_of(*full) == MEMORIES
    assert fitting([(10, 16), full]) == {1}
    assert fitting([full, (ROWS + 1, BITS * MEMORIES)]) == {0}
    assert fitting([(100, 17), (100, 33), (90, 16)]) == {1, 2}
    assert fitting([(0, 0), (5, 65)]) == set()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"architecture": "row", "weights": "loadable"},
            "belongs to loadable weights of architecture 'serial'",
        ),
        ({"architecture": "column", "weights": "rom"}, "belongs to loadable weights of architecture 'serial'"),
        ({"architecture": ["column", "row"], "weights": "loadable"}, "belongs to loadable weights of architecture"),
    ],
)
def test_other_cores_are_refused(options, words):
    with pytest.raises(OptionError, match=words):
        plan_core(spec(*SMALL), memory="spram", **options)


def test_weights_that_fit_nowhere_are_refused_with_their_sizes():
    rng = np.random.default_rng(0)
    network = export_dense([rng.normal(0, 0.1, (40, 9))], stream_length=16)
    with pytest.raises(
        OptionError, match="4 of 16,384 rows of 16 bits, and no layer's weights fit; they are 9 rows of 200"
    ):
        plan_core(network, **COLUMN)
