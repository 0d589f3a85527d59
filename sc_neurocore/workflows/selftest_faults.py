"""What the self-test shows: a small network with outputs written down, faults of its Verilog, and wrong cores."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..spec.generator import Comparator
from ..spec.layer import DenseLayer, Linear, ParallelCounter, Relu
from ..spec.network import InputSpec, NetworkSpec
from ..spec.source import LfsrFull, Sobol

CODES = np.array([[0, 0, 0, 0], [7, 7, 7, 7], [1, 2, 3, 4], [7, 0, 5, 2], [0, 6, 1, 7], [3, 3, 6, 0]])
GOLDEN = np.array([[5, 1], [8, -1], [4, 3], [9, -4], [4, 3], [8, -1]])
"""The reference's outputs for `CODES`; the tests hold them against the outside oracle, too."""


def small_network() -> NetworkSpec:
    """Four inputs, three hidden neurons, two outputs; streams of 8 bits from a shift register and a Sobol sequence."""
    layer = DenseLayer(
        inputs=4,
        neurons=3,
        resolution_bits=3,
        stream_length=8,
        input_encoding="unipolar",
        weight_encoding="sign_magnitude",
        input_generator=Comparator(source=LfsrFull(seed=5)),
        weight_generator=Comparator(source=Sobol(dimension=2)),
        accumulator=ParallelCounter(),
        neuron=Relu(shift=1, output_bits=3),
        output_scale=1.0,
    )
    return NetworkSpec(
        name="selftest",
        input=InputSpec(features=4, encoding="unipolar", resolution_bits=3, scale=1.0),
        layers=(layer, layer.model_copy(update={"inputs": 3, "neurons": 2, "neuron": Linear()})),
        weights=(np.array([[3, -2, 5, 1], [-7, 4, -1, 6], [2, 7, -3, -5]]), np.array([[6, -4, 3], [-5, 7, 2]])),
        biases=(np.array([4, 9, 6]), np.array([5, -3])),
    )


def with_another_weight(network: NetworkSpec) -> NetworkSpec:
    """The network with one weight of its first layer 4 in the place of 5."""
    weight = network.weights[0].copy()
    weight[0, 2] = 4
    return network.replace(weights=(weight, *network.weights[1:]))


VERILOG_FAULTS = {
    "a tap of a shift register": (r"state\[2\] \^ state\[1\]", "state[2] ^ state[0]"),
    "a comparison": (r"held_word < codes", "held_word <= codes"),
    "a weight": (r"held_word < 3'h5", "held_word < 3'h4"),
    "a register's first word": (r"restart \? 3'h5", "restart ? 3'h4"),
    "a register's reset": (r"rst \? 1'h0", "rst ? 1'h1"),
}
"""One change each, of the first place that the pattern finds in the emitted Verilog."""


class Cheat(NamedTuple):
    """A module around a right core, which hands everything on but for one thing."""

    logic: str = ""
    tready: str = "m_axis_tready"
    """What the core is told; the others are what it is seen to say."""
    data: str = "data"
    last: str = "last"
    error: str = "error"


_SPOILED = "reg spoiled = 0; always @(posedge clk) if ({}) spoiled <= 1; else if (valid && m_axis_tready) spoiled <= 0;"
CHEATS = {
    "forges the output after a reset": Cheat(_SPOILED.format("rst"), data="data ^ spoiled"),
    "looks at tlast of an idle line": Cheat(
        _SPOILED.format("!rst && !s_axis_tvalid && s_axis_tlast"), data="data ^ spoiled"
    ),
    "changes its data under a long stall": Cheat(
        "reg [7:0] n = 0; always @(posedge clk) n <= valid && !m_axis_tready ? n + 1 : 0;", data="data ^ (n > 20)"
    ),
    "ignores tready": Cheat(tready="1'b1"),
    "never says tlast": Cheat(last="1'b0"),
    "hides frame_error": Cheat(error="1'b0"),
    "ends the simulation and prints PASS": Cheat('initial begin $display("PASS"); $finish; end'),
}
HOSTILE = Cheat('initial $system("true");')
"""What must be refused before any simulator reads it."""


def around(verilog: str, cheat: Cheat) -> str:
    """The Verilog of the small network's core with a cheat around it."""
    return f"""{verilog.replace("module selftest(", "module selftest_inner(")}
module selftest(input clk, input rst, input [7:0] s_axis_tdata, input s_axis_tvalid, output s_axis_tready,
  input s_axis_tlast, output [7:0] m_axis_tdata, output m_axis_tvalid, input m_axis_tready, output m_axis_tlast,
  output frame_error);
  wire valid, last, error;
  wire [7:0] data;
  {cheat.logic}
  selftest_inner inner (.clk(clk), .rst(rst), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
    .s_axis_tready(s_axis_tready), .s_axis_tlast(s_axis_tlast), .m_axis_tdata(data), .m_axis_tvalid(valid),
    .m_axis_tready({cheat.tready}), .m_axis_tlast(last), .frame_error(error));
  assign m_axis_tvalid = valid;
  assign m_axis_tdata = {cheat.data};
  assign m_axis_tlast = {cheat.last};
  assign frame_error = {cheat.error};
endmodule
"""
