"""How often the streams of a network may be halved: answers at any time, from fewer bits."""

from __future__ import annotations

from collections.abc import Sequence

from ...spec.errors import OptionError
from ...spec.network import NetworkSpec
from .known_layers import known_layers


def most_halvings(network: NetworkSpec, stream_bits: Sequence[int]) -> int:
    """The largest k for which every stream has a whole number of clocks in its first 1 / 2^k.

    Raises:
        OptionError: there is none above 0.
    """
    most = []
    for i, (layer, bits) in enumerate(zip(known_layers(network), stream_bits, strict=True)):
        clocks, beyond = divmod(layer.stream_length, bits)
        if beyond or clocks % 2:
            rule = "stream_length must be an even multiple of the stream bits of a clock"
            raise OptionError(f"anytime: {rule}; layers[{i}] has {layer.stream_length} and {bits}")
        most.append((clocks & -clocks).bit_length() - 1)
    return min(most)
