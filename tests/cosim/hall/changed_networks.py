"""Networks with one thing changed, whose gates stand in the hall of cheats for those of the network itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sc_neurocore.spec import NetworkSpec
from sc_neurocore.spec.maps import AvgPool2dLayer, MaxPool2dLayer


def _first(network: NetworkSpec, **changes: object) -> NetworkSpec:
    """With fields of the first layer changed; shapes stay."""
    return network.replace(layers=(network.layers[0].model_copy(update=changes), *network.layers[1:]))


def _neuron(network: NetworkSpec, **changes: object) -> NetworkSpec:
    """With fields of the first layer's neurons changed."""
    neuron = getattr(network.layers[0], "neuron").model_copy(update=changes)  # noqa: B009  a pool has none
    return _first(network, neuron=neuron)


def _pool(network: NetworkSpec, kind: type[AvgPool2dLayer | MaxPool2dLayer], **changes: object) -> NetworkSpec:
    """With the second layer, a pool, of a kind, and with other fields."""
    fields = network.layers[1].model_dump(exclude={"kind", "multiplier", "shift"}) | changes
    return network.replace(layers=(network.layers[0], kind.model_validate(fields), *network.layers[2:]))


def _tensor(network: NetworkSpec, kind: str, layer: int, change: Callable[[np.ndarray], np.ndarray]) -> NetworkSpec:
    arrays = list(getattr(network, kind))
    arrays[layer] = change(arrays[layer].copy())
    return network.replace(**{kind: tuple(arrays)})


def _nearer_zero(place: int) -> Callable[[np.ndarray], np.ndarray]:
    def change(array: np.ndarray) -> np.ndarray:
        flat = array.reshape(-1)
        flat[place] -= 1 if flat[place] > 0 else -1
        return array

    return change


def _negated(place: int) -> Callable[[np.ndarray], np.ndarray]:
    def change(array: np.ndarray) -> np.ndarray:
        array.reshape(-1)[place] *= -1
        return array

    return change


CHANGES: dict[str, Callable[[NetworkSpec], NetworkSpec]] = {
    "a weight is off by one": lambda net: _tensor(net, "weights", 0, _nearer_zero(0)),
    "a last weight has the other sign": lambda net: _tensor(net, "weights", len(net.layers) - 1, _negated(3)),
    "a bias is off by one": lambda net: _tensor(net, "biases", 0, lambda bias: bias + (np.arange(len(bias)) == 1)),
    "the shift is off by one": lambda net: _neuron(net, shift=net.layers[0].neuron.shift + 1),  # pyright: ignore
    "halves are rounded down": lambda net: _tensor(net, "biases", 0, lambda bias: bias - 1),
    "the threshold is off by one": lambda net: _neuron(net, v_threshold=net.layers[0].neuron.v_threshold + 1),  # pyright: ignore
    "gt for ge": lambda net: _neuron(net, comparator="gt"),
    "the membrane leaks half as much": lambda net: _neuron(net, leak_shift=3),
    "a spike clears the membrane": lambda net: _neuron(net, reset="zero"),
    "the padding is on the other side": lambda net: _first(net, padding=(0, 1, 1, 0)),
    "the kernel is mirrored": lambda net: _tensor(net, "weights", 0, lambda weight: weight[:, :, ::-1].copy()),
    "the pool is an average": lambda net: _pool(net, AvgPool2dLayer, shift=2),
    "the pool looks at one column": lambda net: _pool(net, MaxPool2dLayer, kernel=(2, 1)),
}
