"""Run in a process of its own, on a copy of the package with one more source kind: does every room know it?

`python proof.py KIND FIELDS` compares every engine and a generated core with the words that the definition gives, at
the widths and lengths below, and prints the number of values compared. `halton3` is defined here once more, from
exact fractions: u(t) = floor(2^n · R / 3^m).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import cache, partial
from typing import Any

import numpy as np
from support import oracle
from support.networks.descriptions import comparator, dense, network, tensors, weighted_binary
from support.networks.random_networks import code_range
from support.networks.specs import spec_of
from support.oracle import network as oracle_of_networks
from support.simulation.axis import beats, run_core

import sc_neurocore
from sc_neurocore.rtl import build_core
from sc_neurocore.spec import SCError
from sc_neurocore.spec.values import count_value
from sc_neurocore.training import SCNetworkModule

HALTON: dict[str, Any] = {"kind": "halton3"}


@cache
def halton(n: int) -> tuple[int, ...]:
    """One period of base-3 radical inverses, in words of n bits."""
    m = next(m for m in range(1, 20) if 3**m >= 2**n)
    words = []
    for t in range(3**m):
        inverse = sum(Fraction(t // 3**i % 3, 3 ** (i + 1)) for i in range(m))
        words.append(int(2**n * inverse))
    return tuple(words)


def _period(kind: str, parameter: int, n: int) -> tuple[int, ...]:
    return halton(n) if kind == "halton3" else known_period(kind, parameter, n)


known_period, oracle_of_networks._period = oracle_of_networks._period, _period


def descriptions() -> list[tuple[str, dict[str, Any]]]:
    """Layers with the new source everywhere a source may stand, at lengths around and beyond its periods."""
    made = []
    for n, length in ((2, 9), (3, 8), (3, 27), (4, 37), (5, 100)):
        where = {"n": n, "length": length, "inputs": 3, "neurons": 3}
        other = {**HALTON, "skip": 2**n + 5, "reverse": True}
        for name, by in (("comparator", comparator), ("weighted_binary", weighted_binary)):
            made += [
                (f"inputs by {name}", dense(**where, input_generator=by(HALTON))),
                (f"weights by {name}", dense(**where, weight_generator=by(other))),
                (f"both by {name}", dense(**where, input_generator=by(other), weight_generator=by(HALTON))),
            ]
        lanes = comparator({**HALTON, "lane_skip": 2**n + 1})
        bipolar = {"input_encoding": "bipolar", "weight_encoding": "bipolar"}
        select = {"kind": "mux", "select": HALTON}
        made += [
            ("spikes", dense(**where, input_encoding="spike", weight_generator=comparator(HALTON))),
            ("bipolar", dense(**where, **bipolar, input_generator=comparator({**HALTON, "skip": 1}))),
            ("signed", dense(**where, input_encoding="sign_magnitude", input_generator=comparator(HALTON))),
            ("or", dense(**where, accumulator={"kind": "or"}, input_generator=lanes, weight_generator=lanes)),
            ("mux", dense(**where, accumulator=select, weight_generator=comparator(other))),
        ]
    return made


def in_gates(net: Any, codes: np.ndarray, architecture: str) -> np.ndarray:
    core, _ = build_core(net, architecture=architecture)
    sent = [beat for row in codes.tolist() for beat in beats(row, len(core.s_axis_tdata))]
    seen = run_core(core, sent, frames=len(codes), signed=net.output_signed, limit=60_000)
    return np.array(seen.frames)


def refuses(where: str, call: Callable[[], object]) -> int:
    """1: the call is refused by the kind's name, else nothing goes on."""
    message = refusal(call)
    assert message is not None, f"{where}: not refused"
    assert "halton3" in message, f"{where}: refused without the kind's name: {message}"
    return 1


def refusal(call: Callable[[], object]) -> str | None:
    """What the call says where it is refused."""
    try:
        call()
    except SCError as error:
        return str(error)
    return None


def main() -> int:
    rooms = ("reference", "packed", "counts", "jax", "auto", "row", "column", "serial")
    compared, refusals = dict.fromkeys(rooms, 0), 0
    rng = np.random.default_rng(0)
    for number, (name, layer) in enumerate(descriptions()):
        low, high = code_range(layer["weight_encoding"], layer["resolution_bits"])
        description = network(layer)
        arrays = tensors(description, [rng.integers(low, high + 1, (3, 3))], [rng.integers(-5, 6, 3)])
        low, high = code_range(layer["input_encoding"], layer["resolution_bits"])
        codes = rng.integers(low, high + 1, (5, 3))
        codes[0], codes[1] = low, high
        expected = oracle.evaluate(description, codes, arrays)
        net = spec_of(description, arrays)
        where = f"{name}, n = {layer['resolution_bits']}, L = {layer['stream_length']}"
        for engine in ("reference", "packed", "counts", "jax", "auto"):
            if engine == "counts" and layer["accumulator"]["kind"] == "or":
                continue
            if engine == "jax" and number % 5:
                continue  # a compilation each
            got = sc_neurocore.infer(net, codes, engine=engine)
            assert np.array_equal(got, expected), f"{engine}: {where}: {got.tolist()} for {expected.tolist()}"
            compared[engine] += got.size
        refusals += refuses(f"torch: {where}", partial(SCNetworkModule.from_network, net))  # it needs a value scale
        for architecture in ("row", "column", "serial"):
            if number % 5 or (layer["accumulator"]["kind"] == "or" and architecture != "row"):
                continue  # a simulation each
            got = in_gates(net, codes[:4], architecture)
            assert np.array_equal(got, expected[:4]), (
                f"{architecture}: {where}: {got.tolist()} for {expected[:4].tolist()}"
            )
            compared[architecture] += got.size
        refusals += refuses(where, partial(count_value, net.layers[0]))
    for name, source in (("input_generator", weighted_binary), ("weight_generator", comparator)):
        description = network(dense(n=3, length=8, **{name: source(HALTON)}))  # else the default pair at L = 2^n
        net = spec_of(description, tensors(description))
        for form in ({"product_table": True}, {"overlap": True}, {"logic_weights": True}):
            refusals += refuses(f"{name} in {form}", partial(build_core, net, architecture="column", **form))
    print(json.dumps({"compared": compared, "refusals": refusals}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
