"""A shell for a core whose ports outnumber the pins of a package: three pins, one register at every port.

Inputs hang on a shift register fed by one pin; outputs are folded into a second shift register by XOR, so that no
output can be optimized away and the last bit is one pin. The core's own cells are counted before the shell is put
around it. With the shell every path into and out of the core runs from register to register, so it counts towards fmax.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sc_neurocore.spec.errors import ToolError

SHELL = "sc_serial_shell"


@dataclass(frozen=True)
class Port:
    """One port of a module."""

    name: str
    direction: str
    width: int


def read_ports(netlist: str, top: str) -> tuple[Port, ...]:
    """Ports of module `top` in a Yosys JSON netlist, in its order.

    Raises:
        ToolError: the netlist has no such module.
    """
    try:
        module = json.loads(netlist)["modules"][top]
        return tuple(Port(name, p["direction"], len(p["bits"])) for name, p in module["ports"].items())
    except (ValueError, KeyError, TypeError) as error:
        raise ToolError(f"yosys wrote no module {top!r} into its netlist") from error


def pins(ports: tuple[Port, ...]) -> int:
    """Number of package pins that the ports take."""
    return sum(port.width for port in ports)


def serial_shell(ports: tuple[Port, ...], top: str, clock: str = "clk") -> str:
    """Verilog of the shell and of an empty declaration of the core.

    Args:
        ports: of the core.
        top: the core's module.
        clock: name of its clock.

    Raises:
        ToolError: there is no port `clock`, or a port is bidirectional: the shell would be no fair surrounding.
    """
    if not any(port.name == clock and port.direction == "input" and port.width == 1 for port in ports):
        raise ToolError(f"module {top!r} needs a one-bit input {clock!r} to be placed in the serial shell")
    inputs = [port for port in ports if port.direction == "input" and port.name != clock]
    outputs = [port for port in ports if port.direction == "output"]
    if len(inputs) + len(outputs) + 1 != len(ports):
        raise ToolError(f"module {top!r} has a bidirectional port; the serial shell takes inputs and outputs alone")
    n_in, n_out = max(1, pins(tuple(inputs))), max(1, pins(tuple(outputs)))
    lines, declared, low = [], [f"  input \\{clock} "], 0
    for port in inputs:
        declared.append(f"  input [{port.width - 1}:0] \\{port.name} ")
        lines.append(f"    .\\{port.name} (shift_in[{low + port.width - 1}:{low}])")
        low += port.width
    low = 0
    for port in outputs:
        declared.append(f"  output [{port.width - 1}:0] \\{port.name} ")
        lines.append(f"    .\\{port.name} (from_core[{low + port.width - 1}:{low}])")
        low += port.width
    nl = ",\n"
    return f"""(* blackbox *)
module \\{top} (
{nl.join(declared)}
);
endmodule

module {SHELL}(input clk, input serial_in, output serial_out);
  reg [{n_in - 1}:0] shift_in;
  reg [{n_out - 1}:0] shift_out;
  wire [{n_out - 1}:0] from_core;
  assign serial_out = shift_out[{n_out - 1}];
  always @(posedge clk) begin
    shift_in <= (shift_in << 1) | serial_in;
    shift_out <= (shift_out << 1) ^ from_core;
  end
  \\{top} core(
    .\\{clock} (clk),
{nl.join(lines)}
  );
endmodule
"""
