"""A whole network with faults. Without any, streams and closed forms give the integers of `infer`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...spec.codes import check_codes
from ...spec.coerce import choice, integer
from ...spec.encoding import Encoding
from ...spec.entrance import entrance
from ...spec.errors import OptionError
from ...spec.kinds import unknown_kind
from ...spec.layer import Clamp, DenseLayer, Lif, Linear, Relu
from ...spec.network import NetworkSpec
from ..jit import require_compiler
from ..kinds import sums_steps
from ..output_stage import NumpyLayer
from .binary import WordCounts
from .description import HARDWARE, SITES, Fault, Hardware, check_faults
from .lines import SiteFaults
from .philox import round_keys
from .streams import StreamCounts

ROOM = "the fault model"
AT_ONCE = 256
"""Samples whose codes and sums are held between layers; no integer depends on it."""


@entrance
def run(
    network: NetworkSpec,
    codes: Any,
    faults: Fault | tuple[Fault, ...] | list[Fault],
    *,
    seed: int = 0,
    hardware: Hardware = "streams",
    first_sample: int = 0,
) -> np.ndarray:
    """Outputs of a network some of whose bits go wrong.

    Every bit's fate is a function of (seed, layer, site, kind, line, position, sample, time step) alone. So the result
    is the same for any batch, and of a part of a batch where `first_sample` is the number of its first sample.

    Args:
        network: dense layers; with `hardware` other than `streams` AND products under parallel counters.
        codes: integer codes, as `infer` takes them.
        faults: what goes wrong; each site and kind at most once.
        seed: 0 … 2^64 − 1.
        hardware: `streams`; `closed_form`, whose products are the counts of streams as binary words; `binary`, exact
            products of the codes, which has `linear` and `relu` neurons (see `hdl/baselines`).
        first_sample: number of the first sample.

    Returns:
        int64 of the shape that `infer` gives; of `binary` hardware linear outputs are 2^n times finer than counts.

    Raises:
        CodesError: the codes have a shape, type or value that the network does not take.
        OptionError: an argument breaks a rule, or the hardware cannot be this network's.
        ToolError: Numba is told to compile nothing.
    """
    require_compiler(ROOM)
    some, keys = check_faults(faults), round_keys(integer("seed", seed, 0, 2**64 - 1))
    choice("hardware", hardware, HARDWARE)
    first_sample = integer("first_sample", first_sample, 0, 2**32 - 1)
    checked = check_codes(network, codes)
    layers = [_layer(network, i, some, keys, hardware) for i in range(len(network.dense_layers(ROOM)))]
    outputs = np.empty(network.output_shape(len(checked)), dtype=np.int64)
    for start in range(0, len(checked), AT_ONCE):
        part = checked[start : start + AT_ONCE]
        outputs[start : start + AT_ONCE] = _steps(network, layers, part, first_sample + start)
    return outputs


def _steps(network: NetworkSpec, layers: list[_Layer], codes: np.ndarray, first_sample: int) -> np.ndarray:
    """Outputs of a batch over all its time steps."""
    states = [layer.stage.start(codes) for layer in layers]
    outputs = []
    for step in range(network.time_steps):
        x = codes[:, step] if codes.ndim == 3 else codes
        for i, layer in enumerate(layers):
            a = layer.sums(x.astype(np.int64), first_sample, step)
            x, states[i] = layer.stage.outputs(a, states[i])
        outputs.append(x.astype(np.int64))
    if network.time_steps == 1:
        return outputs[0]
    every = np.stack(outputs, axis=1)
    return every.sum(axis=1) if sums_steps(network.output.reduce) else every


class _Layer:
    """One layer: sums of products with their faults, and the neuron's stage."""

    def __init__(self, counts: StreamCounts | WordCounts, accumulator: SiteFaults, stage: NumpyLayer) -> None:
        self.counts, self.accumulator, self.stage = counts, accumulator, stage
        self.bits = counts.full_scale.bit_length() + 1

    def sums(self, codes: np.ndarray, first_sample: int, step: int) -> np.ndarray:
        """The sums, bits of which may go wrong: two's complement of the least width that holds ± full scale."""
        a = self.counts(codes, first_sample, step)
        if not self.accumulator.thresholds.any:
            return a
        words = (a & (2**self.bits - 1)).astype(np.uint64)
        faulty = self.accumulator.words(words, self.bits, first_sample, step).astype(np.int64)
        return faulty - ((faulty >> (self.bits - 1)) << self.bits)


def _layer(network: NetworkSpec, i: int, faults: tuple[Fault, ...], keys: np.ndarray, hardware: Hardware) -> _Layer:
    layer = network.dense_layers(ROOM)[i]
    sites = {site: SiteFaults(faults, site, i, keys) for site in SITES}
    weights = stored_weights(layer, network.weights[i].astype(np.int64), sites["stored_weight"])
    biases = network.biases[i].astype(np.int64)
    match hardware:
        case "streams":
            counts = StreamCounts(layer, weights, sites)
        case "closed_form":
            counts = WordCounts(layer, weights, sites, exact=False)
        case "binary":
            counts = WordCounts(layer, weights, sites, exact=True)
            layer, biases = _finer(layer), biases << layer.resolution_bits
        case other:
            unknown_kind(other, ROOM)
    return _Layer(counts, sites["accumulator"], NumpyLayer(layer, biases, lambda codes: codes))


def _finer(layer: DenseLayer) -> DenseLayer:
    """The layer with its requantizer on sums that are 2^n times finer than counts."""
    match layer.neuron:
        case Linear():
            return layer
        case Relu(shift=shift) as neuron:
            finer = neuron.model_copy(update={"shift": shift + layer.resolution_bits})
            return layer.model_copy(update={"neuron": finer})
        case Clamp() | Lif() as neuron:
            raise OptionError(f"hardware binary takes relu and linear neurons, got {neuron.kind!r}")
        case other:
            unknown_kind(other, ROOM)


def stored_bits(encoding: Encoding, n: int) -> int:
    """Bits of a stored weight: n, and a sign beside the magnitude."""
    match encoding:
        case "unipolar" | "bipolar":
            return n
        case "sign_magnitude":
            return n + 1
        case "spike":
            return 1
        case other:
            unknown_kind(other, ROOM)


def stored_weights(layer: DenseLayer, weights: np.ndarray, faults: SiteFaults) -> np.ndarray:
    """The codes that a memory with faults holds; the sign is bit n, and −0 is 0.

    Args:
        layer: gives encoding and resolution.
        weights: codes `(neurons, inputs)`.
        faults: of the site `stored_weight`.
    """
    if not faults.thresholds.any:
        return weights
    n, bits = layer.resolution_bits, stored_bits(layer.weight_encoding, layer.resolution_bits)
    words = np.abs(weights).ravel().astype(np.uint64) | (weights < 0).ravel().astype(np.uint64) << np.uint64(n)
    codes = faults.stored(words, bits).astype(np.int64)
    magnitude, negative = codes & (2**n - 1), codes >> n & 1
    return np.where(negative == 1, -magnitude, magnitude).reshape(weights.shape)
