"""Circuits whose streams have wrong bits, executed bit by bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..accel.faults.description import KINDS, SITES, Kind
from ..spec.circuit import CircuitSpec, circuit_codes, circuit_spec
from ..spec.coerce import choice, integer, number
from ..spec.entrance import entrance
from ..spec.errors import OptionError
from . import reference

STREAM = len(SITES)
"""In the place of a site: the stream of a circuit."""


def stream_names(circuit: CircuitSpec) -> list[str]:
    """Names of all streams in their order: those of codes, then each node's. A stream's number is its line."""
    coded = [each.name for each in circuit.coded if each.generator is not None]
    return [*coded, *(name for node in circuit.nodes for name in node.output_names)]


@entrance
def run_with_faults(
    circuit: Any,
    codes: Any,
    faults: Mapping[str, float],
    *,
    kind: Kind = "flip",
    seed: int = 0,
    first_sample: int = 0,
) -> dict[str, np.ndarray]:
    """What comes out of a circuit where bits of named streams go wrong, each with a probability of its own.

    A stream is wrong for all its readers alike. A bit's fate is a function of (seed, kind, stream, position, sample),
    of a stuck one without the sample (docs/decisions/0012; site 5, layer 0).

    Args:
        circuit: a description (`CircuitSpec`) or a builder (`Circuit`).
        codes: integers, as `run` takes them.
        faults: probabilities by the names of streams: of inputs, constants and nodes (`name.a`, `name.b` of two).
        kind: `flip`, `stuck_at_0` or `stuck_at_1`.
        seed: 0 … 2^64 − 1.
        first_sample: number of the first sample.

    Returns:
        As `run`.

    Raises:
        CodesError: the codes have a type, shape or value that the circuit does not take.
        OptionError: no such stream or kind, or no probability.
    """
    from ..accel.faults.philox import fill_masks, round_keys

    spec = circuit_spec(circuit)
    integers = circuit_codes(spec, codes)
    choice("kind", kind, KINDS)
    keys = round_keys(integer("seed", seed, 0, 2**64 - 1))
    first_sample = integer("first_sample", first_sample, 0, 2**32 - 1)
    lines = {name: i for i, name in enumerate(stream_names(spec))}
    for name, probability in faults.items():
        if name not in lines:
            raise OptionError(f"faults must name streams of the circuit, {', '.join(lines)}; got {name!r}")
        number("probability", probability, 0.0, 1.0)
    place, length = STREAM << 22 | KINDS.index(kind) << 25, spec.stream_length

    def change(sample: int, name: str, bits: list[int]) -> list[int]:
        if not faults.get(name):
            return bits
        threshold, mask, strikes = np.uint64(round(faults[name] * 2**32)), np.zeros(1, dtype=np.uint64), []
        drawn_for = first_sample + sample if kind == "flip" else 0
        for word in range(-(-length // 64)):
            wide = min(64, length - 64 * word)
            fill_masks(lines[name], word, wide, drawn_for, place, keys, threshold, mask)
            strikes += [int(mask[0]) >> t & 1 for t in range(wide)]
        if kind == "flip":
            return [bit ^ strike for bit, strike in zip(bits, strikes, strict=True)]
        stuck = 0 if kind == "stuck_at_0" else 1
        return [stuck if strike else bit for bit, strike in zip(bits, strikes, strict=True)]

    return reference.run(spec, integers, change)
