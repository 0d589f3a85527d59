"""What a core must put out whose streams are stopped early: counts of the shorter streams, each worth more."""

from __future__ import annotations

from functools import partial
from math import inf

import numpy as np

from ...bitstream.network import counts, neuron_step
from ...spec.encoding import code_range
from ...spec.kinds import unknown_kind
from ...spec.network import NetworkSpec
from .input_codes import code_vectors

_CLOCKS = 800
"""Of the samples for one number of halvings that are added, about."""
_FEWEST, _MOST = 2, 24
_WORK_AT_MOST = 3 * 10**8
"""Products of bits in the search for them: about a second."""
_POOL = 512


def halved_samples(network: NetworkSpec, base: np.ndarray, halvings: int, seed: int) -> list[np.ndarray]:
    """For each number of halvings from 1 up samples under which misread codes show that do not under those of `base`.

    Args:
        network: as `halved_outputs` takes it.
        base: samples that are driven with each number of halvings anyway.
        halvings: how often at most.
        seed: of what is drawn.
    """
    if not halvings:
        return []  # on maps, for one
    layers = network.dense_layers("cosim")
    codes = 2**network.input.resolution_bits
    samples = []
    for k in range(1, halvings + 1):
        positions = [layer.stream_length >> k for layer in layers]
        bits = sum(each * layer.inputs * layer.neurons for each, layer in zip(positions, layers)) * network.time_steps
        searches = _WORK_AT_MOST // (bits * _POOL * halvings)
        limit = min(_MOST, max(_FEWEST, _CLOCKS // (network.time_steps * (network.input.features + sum(positions)))))
        rng = np.random.default_rng([seed, 0x4A, k])
        outputs = partial(halved_outputs, halvings=k)
        if searches > network.input.resolution_bits:
            how = {"outputs": outputs, "misreadings": searches * codes, "limit": limit}
            samples.append(code_vectors(network, base, rng, seconds=inf, **how))
        else:  # too dear: any samples
            low, high = code_range(network.input.encoding, network.input.resolution_bits)
            samples.append(rng.integers(low, high + 1, network.codes_shape(limit), dtype=np.int64))
    return samples


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
