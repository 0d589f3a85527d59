"""A circuit's folder: the same bytes always, its manifest, and what is refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sc_neurocore.circuits import Circuit
from sc_neurocore.rtl import generate
from sc_neurocore.rtl.circuits.make import make_operator
from sc_neurocore.spec.circuit import Operator
from sc_neurocore.spec.errors import OptionError, SpecError

SOBOL = {"kind": "comparator", "source": {"kind": "sobol", "dimension": 1}}


def circuit(name="drawn", reads=("count", "stream", "state")):
    built = Circuit(name, stream_length=20, resolution_bits=9)
    x = built.input("x", generator=SOBOL)
    built.input("unread", generator=None)
    follows = built.addie(x, bits=7, source={"kind": "counter"})
    for i, read in enumerate(reads):
        built.output(f"y{i}", follows, read)
    return built


def test_the_same_circuit_gives_the_same_bytes(tmp_path):
    first, again = (generate(design, tmp_path / str(i)) for i, design in enumerate((circuit(), circuit().spec)))
    assert first == again
    for file in ("drawn.v", "manifest.json"):
        assert (tmp_path / "0" / file).read_bytes() == (tmp_path / "1" / file).read_bytes()
    assert json.loads((tmp_path / "0" / "manifest.json").read_text()) == first


@pytest.mark.contract("circuits.core", "circuits.frame")
def test_the_manifest_has_the_ports_and_the_clocks(tmp_path):
    manifest = generate(circuit(), tmp_path / "rtl")
    ports = {port["name"]: (port["direction"], port["width"]) for port in manifest["ports"]}
    frames = {"s_axis_tdata": ("in", 16), "m_axis_tdata": ("out", 8), "m_axis_tready": ("in", 1)}
    assert frames.items() <= ports.items()
    assert ports["stream_valid"] == ports["y1_bit"] == ("out", 1)
    assert manifest["circuit_sha256"] == circuit().spec.sha256
    assert manifest["output"] == {"width": 7, "signed": False, "elements": 2, "names": ["y0", "y2"]}
    assert manifest["latency_cycles"] == 20 + 4
    assert manifest["cycles_per_inference"] == 20 + 3 + 2


@pytest.mark.contract("circuits.frame")
def test_a_circuit_of_streams_alone_has_no_output_frame(tmp_path):
    manifest = generate(circuit(reads=("stream", "stream")), tmp_path / "rtl")
    assert not any(port["name"].startswith("m_axis_") for port in manifest["ports"])
    assert manifest["output"] is None
    assert manifest["latency_cycles"] is None
    assert manifest["cycles_per_inference"] == 20 + 3


@pytest.mark.parametrize("name", ["y0_bit", "stream_valid", "m_axis_tdata"])
def test_a_circuit_that_bears_the_name_of_a_port_is_refused(name, tmp_path):
    with pytest.raises(SpecError, match=f"^name must not be that of a port of the core, got '{name}'"):
        generate(circuit(name, reads=("stream", "count")), tmp_path / "rtl")
    assert not (tmp_path / "rtl").exists()


def test_an_operator_without_gates_is_refused_by_name():
    class Dream(Operator):
        kind: str = "dream"
        streams = (1, 1)

    dream: Any = Dream(name="y", of=("x",))
    with pytest.raises(OptionError, match="dream"):
        make_operator(dream, 4)


def test_what_is_no_design_is_refused(tmp_path):
    mapping: Any = {"name": "drawn"}
    with pytest.raises(OptionError, match=r"network must be a NetworkSpec, a CircuitSpec or a circuits\.Circuit"):
        generate(mapping, tmp_path / "rtl")
