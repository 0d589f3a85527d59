"""Random networks on maps, and random ways to build them in gates."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from support.networks.random_maps import random_map_network
from support.networks.random_networks import RandomNetwork

Json = dict[str, Any]

MAPS = ("conv2d", "max_pool2d", "avg_pool2d")


def map_network_for_gates(seed: int) -> RandomNetwork:
    """A random network with at least one layer on a map."""
    for attempt in range(100):
        net = random_map_network(1000 * seed + attempt)
        if any(layer["kind"] in MAPS for layer in net.description["layers"]):
            return net
    raise AssertionError("a hundred drawn networks without a map")


def neurons_at_a_position(layer: Json) -> int:
    """Neurons of a layer that see the same inputs."""
    return layer["out_channels"] // layer["groups"] if layer["kind"] == "conv2d" else layer["neurons"]


def random_options(net: RandomNetwork, seed: int, *, loadable: bool = False) -> Json:
    """Architecture, neurons and stream bits of each layer with weights."""
    draw = random.Random(seed)
    architectures, neurons, bits = [], [], []
    for layer in net.description["layers"]:
        if layer["kind"] not in ("dense", "conv2d"):
            continue
        words = ["row"] if layer["accumulator"]["kind"] == "or" else ["row", "column", "column", "serial"]
        architectures.append(draw.choice(words))
        most = neurons_at_a_position(layer)
        neurons.append(1 if architectures[-1] == "serial" else draw.choice([1, most, draw.randint(1, most)]))
        length = layer["stream_length"]
        bits.append(min(length, draw.choice([1, 2, 7, 16, 16, 64])))
    options: Json = {"architecture": architectures, "neurons_in_parallel": neurons, "stream_bits_per_cycle": bits}
    if draw.random() < 0.3:
        del options["stream_bits_per_cycle"]
    if loadable:
        options |= {"weights": "loadable", "control": "stream"}
    return options


def without_large_biases(net: RandomNetwork) -> RandomNetwork:
    """Biases that a loadable core takes: 2^30 less the counts, and no more."""
    tensors = {
        key: np.clip(value, -(2**24), 2**24) if key.endswith("bias") else value for key, value in net.tensors.items()
    }
    return RandomNetwork(net.description, tensors, net.rng)
