"""A core written by hand, behavioural and slow, from the contract alone: unipolar inputs, sign-magnitude weights.

It shares nothing with the generated Verilog, so it shows that cosim takes a stranger's core, and it is easy to damage:
every constant stands in the text once, under a name.
"""

from __future__ import annotations

import numpy as np

from sc_neurocore.spec import Comparator, Counter, DenseLayer, Lfsr, Linear, NetworkSpec, ParallelCounter, Relu
from sc_neurocore.spec.network import InputSpec

TAPS = {2: "s[1]^s[0]", 3: "s[2]^s[1]", 4: "s[3]^s[2]"}


def small_network(weights, biases, *, n=3, length=7, shift=1, seed=5, name="hand"):
    """Dense layers of these weights, LFSR inputs against counter weights, relu between them, linear at the end."""
    layers = []
    for i, weight in enumerate(weights):
        last = i == len(weights) - 1
        layers.append(
            DenseLayer(
                inputs=len(weight[0]),
                neurons=len(weight),
                resolution_bits=n,
                stream_length=length,
                input_encoding="unipolar",
                weight_encoding="sign_magnitude",
                input_generator=Comparator(source=Lfsr(seed=seed)),
                weight_generator=Comparator(source=Counter()),
                accumulator=ParallelCounter(),
                neuron=Linear() if last else Relu(shift=shift, output_bits=n),
                output_scale=1.0,
            )
        )
    return NetworkSpec(
        name=name,
        input=InputSpec(features=len(weights[0][0]), encoding="unipolar", resolution_bits=n, scale=1.0),
        layers=tuple(layers),
        weights=tuple(np.array(w) for w in weights),
        biases=tuple(np.array(b) for b in biases),
    )


def _layer(i, network):
    layer, weight, bias = network.layers[i], network.weights[i], network.biases[i]
    n, neurons, inputs = layer.resolution_bits, layer.neurons, layer.inputs
    source, target = f"x{i}", f"x{i + 1}"
    rows = "\n".join(
        f"      w{i}[{j * inputs + k}] = {int(weight[j, k])}; // weight {i}.{j}.{k}"
        for j in range(neurons)
        for k in range(inputs)
    )
    biases = "\n".join(f"      b{i}[{j}] = {int(bias[j])}; // bias {i}.{j}" for j in range(neurons))
    if isinstance(layer.neuron, Relu):
        shift, top = layer.neuron.shift, 2**layer.neuron.output_bits - 1
        half = 2 ** (shift - 1) if shift else 0
        finish = f"""a = (a + {half}) >>> {shift}; // shift {i}
        {target}[j] = a < 0 ? 0 : a > {top} ? {top} : a;"""
    else:
        finish = f"{target}[j] = a;"
    weights, outputs = f"w{i} [0:{neurons * inputs - 1}]", f"[0:{neurons - 1}]"
    declare = f"  integer {weights}; integer b{i} {outputs}; integer {target} {outputs};"
    initial = f"{rows}\n{biases}"
    compute = f"""      for (j = 0; j < {neurons}; j = j + 1) begin
        a = b{i}[j];
        s = {n}'d{layer.input_generator.source.seed}; // seed {i}
        for (t = 0; t < {layer.stream_length}; t = t + 1) begin // length {i}
          for (k = 0; k < {inputs}; k = k + 1) begin
            m = w{i}[j * {inputs} + k];
            p = ({{29'd0, s}} <= {source}[k]) && ((t % {2**n}) < (m < 0 ? -m : m)); // compare {i}
            if (p) a = m < 0 ? a - 1 : a + 1;
          end
          s = {{s[{n - 2}:0], {TAPS[n]}}}; // taps {i}
        end
        {finish}
      end"""
    return declare, initial, compute


def verilog(network):
    """Verilog text of a hand-made core of `network`."""
    parts = [_layer(i, network) for i in range(len(network.layers))]
    n, features, neurons = network.input.resolution_bits, network.input.features, network.output_neurons
    width = -(-network.output_width // 8) * 8
    last = f"x{len(parts)}"
    return f"""// written by hand
module {network.name} (
  input clk, input rst,
  input [7:0] s_axis_tdata, input s_axis_tvalid, output s_axis_tready, input s_axis_tlast,
  output [{width - 1}:0] m_axis_tdata, output m_axis_tvalid, input m_axis_tready, output m_axis_tlast,
  output reg frame_error
);
  integer x0 [0:{features - 1}];
{chr(10).join(p[0] for p in parts)}
  integer a, j, k, t, m, wait_left;
  reg p; reg [{n - 1}:0] s;
  reg [1:0] state = 0; // 0 load, 1 compute, 2 send, 3 throw away
  integer count = 0;
  initial begin
{chr(10).join(p[1] for p in parts)}
  end
  assign s_axis_tready = state == 0 || state == 3;
  assign m_axis_tvalid = state == 2;
  assign m_axis_tdata = {last}[count];
  assign m_axis_tlast = count == {neurons - 1};
  always @(posedge clk) begin
    if (rst) begin
      state <= 0; count <= 0; frame_error <= 0; wait_left <= 0;
    end else if (state == 0 && s_axis_tvalid) begin
      x0[count] = {{{32 - n}'d0, s_axis_tdata[{n - 1}:0]}};
      count <= count + 1;
      if (s_axis_tlast != (count == {features - 1})) begin
        frame_error <= 1; state <= s_axis_tlast ? 0 : 3; count <= 0;
      end else if (s_axis_tlast) begin
        state <= 1; count <= 0; wait_left <= 5;
      end
    end else if (state == 3 && s_axis_tvalid) begin
      if (s_axis_tlast) state <= 0;
    end else if (state == 1 && wait_left != 0) begin
      wait_left <= wait_left - 1;
    end else if (state == 1) begin
{chr(10).join(p[2] for p in parts)}
      state <= 2;
    end else if (state == 2 && m_axis_tready) begin
      count <= count + 1;
      if (count == {neurons - 1}) begin state <= 0; count <= 0; end
    end
  end
endmodule
"""
