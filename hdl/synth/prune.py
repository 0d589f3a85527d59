"""Make hdl/synth/networks/digits4, the network of the README's first rows, from tests/golden/digits.

Usage: python hdl/synth/prune.py            write it anew, and say what it classifies
       python hdl/synth/prune.py --check    is the committed one what this makes? status 1 where it is not

Weights of magnitude 1 and 2 of 15 become 0. The network was chosen by its training samples, which it classifies as
before; nothing is trained anew. `sc-neurocore train --sparsity 0.5` trains a network with as many zeros as one likes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from sc_neurocore import NetworkSpec, classify, infer, load_network, save_network
from sc_neurocore.spec import quantize_features
from sc_neurocore.training import load_data

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "tests" / "golden" / "digits"
TARGET = ROOT / "hdl" / "synth" / "networks" / "digits4"
LARGEST = 2
"""Weight codes up to this magnitude become 0."""


def pruned(network: NetworkSpec, largest: int, name: str) -> NetworkSpec:
    """The network without its small weights.

    Args:
        network: of any layers with weights.
        largest: weight codes up to this magnitude become 0.
        name: of the new network.
    """
    weights = tuple(np.where(np.abs(codes) <= largest, 0, codes) for codes in network.weights)
    return network.replace(name=name, weights=weights)


def main(arguments: list[str]) -> int:
    """Write or check the network."""
    source = load_network(SOURCE)
    network = pruned(source, LARGEST, TARGET.name)
    if arguments == ["--check"]:
        same = load_network(TARGET) == network
        print(f"{TARGET.relative_to(ROOT)} is {'' if same else 'not '}what is made of {SOURCE.relative_to(ROOT)}")
        return 0 if same else 1
    save_network(network, TARGET)
    data = load_data("digits")
    for each in (source, network):
        parts = []
        for name, x, y in (("training", data.x_train, data.y_train), ("test", data.x_test, data.y_test)):
            classes = classify(infer(each, quantize_features(each, x * data.scale)[0]), each)
            parts.append(f"{100 * np.mean(classes == y):.1f} % of {len(y)} {name} images")
        zeros = 1 - sum(np.count_nonzero(w) for w in each.weights) / sum(w.size for w in each.weights)
        print(f"{each.name}: {', '.join(parts)}, {100 * zeros:.0f} % of the weights are 0")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
