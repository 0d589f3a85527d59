"""The serial shell: every port bit is connected once, and what cannot be surrounded is refused."""

from __future__ import annotations

import json
import re

import pytest

from sc_neurocore.spec.errors import ToolError
from sc_neurocore.synth.shell import Port, pins, read_ports, serial_shell

PORTS = (
    Port("clk", "input", 1),
    Port("rst", "input", 1),
    Port("data", "input", 8),
    Port("sum", "output", 12),
    Port("valid", "output", 1),
)


def netlist(ports: dict) -> str:
    return json.dumps({"modules": {"core": {"ports": ports}}})


def test_ports_are_read_in_order_with_their_widths():
    text = netlist({"clk": {"direction": "input", "bits": [2]}, "q": {"direction": "output", "bits": [3, 4, "0"]}})
    assert read_ports(text, "core") == (Port("clk", "input", 1), Port("q", "output", 3))


@pytest.mark.parametrize("text", ["", "{}", netlist({"clk": 3}), netlist({"clk": {"direction": "input"}})])
def test_a_netlist_without_the_module_is_refused(text):
    with pytest.raises(ToolError, match="no module 'core'"):
        read_ports(text, "core")


def test_every_port_bit_is_connected_once():
    text = serial_shell(PORTS, "core")
    assert pins(PORTS) == 23
    slices = {name: re.findall(rf"{name}\[(\d+):(\d+)\]\)", text) for name in ("shift_in", "from_core")}
    covered = {
        name: [bit for high, low in rows for bit in range(int(low), int(high) + 1)] for name, rows in slices.items()
    }
    assert covered == {"shift_in": list(range(9)), "from_core": list(range(13))}
    assert "reg [8:0] shift_in;" in text
    assert "reg [12:0] shift_out;" in text


@pytest.mark.parametrize("clock", [Port("clk", "output", 1), Port("clk", "input", 2), Port("clock", "input", 1)])
def test_a_core_without_a_clock_is_refused(clock):
    with pytest.raises(ToolError, match="one-bit input 'clk'"):
        serial_shell((clock, *PORTS[1:]), "core")


def test_a_bidirectional_port_is_refused():
    with pytest.raises(ToolError, match="bidirectional"):
        serial_shell((*PORTS, Port("pad", "inout", 1)), "core")
