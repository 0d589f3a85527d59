"""What a core must put out whose streams are stopped early: counts of the shorter streams, each worth more."""

from __future__ import annotations

import numpy as np

from ...bitstream.network import counts, neuron_step
from ...spec.kinds import unknown_kind
from ...spec.network import NetworkSpec


def halved_outputs(network: NetworkSpec, codes: np.ndarray, halvings: int) -> np.ndarray:
    """Outputs where every stream ends after 1 / 2^k of its positions and a count is worth 2^k, before bias and neuron.

    Args:
        network: of dense layers; its stream lengths are multiples of 2^k.
        codes: as `infer` takes them.
        halvings: k.

    Returns:
        What `infer` returns for k = 0.
    """
    layers = network.dense_layers("cosim")
    shorter = [layer.model_copy(update={"stream_length": layer.stream_length >> halvings}) for layer in layers]
    states = [np.zeros((len(codes), layer.neurons), dtype=np.int64) for layer in layers]
    outputs = []
    for step in range(network.time_steps):
        values = codes[:, step] if codes.ndim == 3 else codes
        for i, layer in enumerate(shorter):
            a = (counts(layer, values, network.weights[i]) << halvings) + network.biases[i]
            states[i], values = neuron_step(layer.neuron, states[i], a)
        outputs.append(values)
    match network.output.reduce:
        case "sum":
            return np.stack(outputs).sum(axis=0)
        case "none":
            return outputs[0] if len(outputs) == 1 else np.stack(outputs, axis=1)
        case other:
            unknown_kind(other, "cosim halvings")
