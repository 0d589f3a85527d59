"""The outside oracle of circuits: the circuit contract once more, from its text alone, on raw JSON.

It shares no line with ``sc_neurocore``. All operators run in step, one position after the other, as clocked hardware
would: each is a generator that is sent its input bits of one position and yields its output bits of that position.
Words of sources and bits of codes are those of the oracle of networks. It does not validate.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np

from ..oracle.network import stream_bits, word

Json = dict[str, Any]
Bits = tuple[int, ...]


class Place:
    """What an operator sees beside its input bits."""

    def __init__(self, circuit: Json, node: Json, codes: dict[str, int]) -> None:
        self.node, self.n = node, circuit["resolution_bits"]
        self.code = codes.get(node.get("code", ""), 0)
        self.state = 0
        """Of an ``addie``: S, kept up to date."""

    def below(self, t: int, w: int, bits: int) -> int:
        """[u(t) < w] of the node's source, [u(t) <= w] where it does not emit 0."""
        source = self.node["source"]
        u = word(source, bits, t)
        return int(u <= w if source["kind"] == "lfsr" else u < w)


Operator = Callable[[Place], Generator[Bits, Bits, None]]


def gate(rule: Callable[[Bits], int]) -> Operator:
    def operator(place: Place) -> Generator[Bits, Bits, None]:
        bits = yield ()
        while True:
            bits = yield (rule(bits),)

    return operator


def majority(bits: Bits) -> int:
    return int(bits.count(1) > bits.count(0))


def select(place: Place) -> Generator[Bits, Bits, None]:
    width = 2
    while 2**width < len(place.node["of"]):
        width += 1
    bits, t = (yield ()), 0
    while True:
        u = word(place.node["source"], width, t)
        bits = yield (bits[u] if u < len(bits) else 0,)
        t += 1


def delay(place: Place) -> Generator[Bits, Bits, None]:
    line = [place.node.get("initial", 0)] * place.node["by"]
    bits = yield ()
    while True:
        line.append(bits[0])
        bits = yield (line.pop(0),)


def toggle_add(place: Place) -> Generator[Bits, Bits, None]:
    q = place.node.get("initial", 0)
    a, b = yield ()
    while True:
        differ = a != b
        before = a, b
        a, b = yield (q if differ else before[0],)
        q = 1 - q if differ else q


def scaled_add(place: Place) -> Generator[Bits, Bits, None]:
    m, c = len(place.node["of"]), 0
    bits = yield ()
    while True:
        c += sum(bits)
        out = 1 if c >= m else 0
        c -= m * out
        bits = yield (out,)


def counter(rule: Callable[[int, Json], bool]) -> Operator:
    """Stanh, sexp and btanh: one input bit up for a one, down for a zero."""

    def operator(place: Place) -> Generator[Bits, Bits, None]:
        states = place.node["states"]
        s = states // 2
        bits = yield ()
        while True:
            step = bits.count(1) - bits.count(0)
            bits = yield (int(rule(s, place.node)),)
            s = max(0, min(states - 1, s + step))

    return operator


def umul(place: Place) -> Generator[Bits, Bits, None]:
    i = 0
    (a,) = yield ()
    while True:
        out = place.below(i, place.code, place.n) if a else 0
        i += a
        (a,) = yield (out,)


def umul_bipolar(place: Place) -> Generator[Bits, Bits, None]:
    used = [0, 0]  # words taken by zeros and by ones
    (a,) = yield ()
    while True:
        drawn = place.below(used[a], place.code, place.n)
        used[a] += 1
        (a,) = yield (drawn if a else 1 - drawn,)


def divide(place: Place) -> Generator[Bits, Bits, None]:
    q = place.node.get("initial", 0)
    a, b = yield ()
    while True:
        if b:
            q = a
        a, b = yield (q,)


def synchronizer(place: Place) -> Generator[Bits, Bits, None]:
    depth, s = place.node["depth"], 0
    a, b = yield ()
    while True:
        out = (a, b)
        if (a, b) == (1, 0):
            if s < 0:
                out, s = (1, 1), s + 1
            elif s < depth:
                out, s = (0, 0), s + 1
        elif (a, b) == (0, 1):
            if s > 0:
                out, s = (1, 1), s - 1
            elif s > -depth:
                out, s = (0, 0), s - 1
        a, b = yield out


def desynchronizer(place: Place) -> Generator[Bits, Bits, None]:
    depth, s = place.node["depth"], 0
    a, b = yield ()
    while True:
        out = (a, b)
        if (a, b) == (1, 1) and s < depth:
            out, s = (1, 0), s + 1
        elif (a, b) == (0, 0) and s > 0:
            out, s = (0, 1), s - 1
        a, b = yield out


def shuffle(place: Place) -> Generator[Bits, Bits, None]:
    depth = place.node["depth"]
    cells, t = [k % 2 for k in range(depth)], 0
    (a,) = yield ()
    while True:
        cell = word(place.node["source"], place.n, t) % depth
        out, cells[cell] = cells[cell], a
        (a,) = yield (out,)
        t += 1


def bernstein(place: Place) -> Generator[Bits, Bits, None]:
    m = place.node["degree"]
    bits = yield ()
    while True:
        bits = yield (bits[m:][sum(bits[:m])],)


def addie(place: Place) -> Generator[Bits, Bits, None]:
    m, t = place.node["bits"], 0
    place.state = 2 ** (m - 1)
    (a,) = yield ()
    while True:
        f = place.below(t, place.state, m)
        place.state = max(0, min(2**m - 1, place.state + a - f))
        (a,) = yield (f,)
        t += 1


OPERATORS: dict[str, Operator] = {
    "not": gate(lambda bits: 1 - bits[0]),
    "and": gate(min),
    "or": gate(max),
    "xor": gate(lambda bits: bits.count(1) % 2),
    "xnor": gate(lambda bits: (bits.count(1) + 1) % 2),
    "majority": gate(majority),
    "select": select,
    "switch": gate(lambda bits: bits[1 + bits[0]]),
    "delay": delay,
    "toggle_add": toggle_add,
    "scaled_add": scaled_add,
    "stanh": counter(lambda s, node: 2 * s >= node["states"]),
    "sexp": counter(lambda s, node: s + node["gain"] < node["states"]),
    "btanh": counter(lambda s, node: 2 * s >= node["states"]),
    "umul": umul,
    "umul_bipolar": umul_bipolar,
    "divide": divide,
    "synchronizer": synchronizer,
    "desynchronizer": desynchronizer,
    "shuffle": shuffle,
    "bernstein": bernstein,
    "addie": addie,
}


def evaluate(circuit: Json, row: list[int], operators: dict[str, Operator]) -> tuple[dict[str, Bits], dict[str, int]]:
    """All streams by name, and the last state of each node, for the input codes of one sample."""
    codes = {each["name"]: code for each, code in zip(circuit["inputs"], row, strict=True)}
    codes |= {each["name"]: each["code"] for each in circuit["constants"]}
    coded = [each for each in circuit["inputs"] + circuit["constants"] if each["generator"] is not None]
    places = [Place(circuit, node, codes) for node in circuit["nodes"]]
    running = [operators[place.node["kind"]](place) for place in places]
    for each in running:
        next(each)
    streams: dict[str, list[int]] = {}
    for t in range(circuit["stream_length"]):
        now: dict[str, int] = {}
        for each in coded:
            bit = stream_bits(each["generator"], np.array([codes[each["name"]]]), circuit["resolution_bits"], t)
            now[each["name"]] = int(bit[0])
        for place, operator in zip(places, running, strict=True):
            out = operator.send(tuple(now[name] for name in place.node["of"]))
            name = place.node["name"]
            now |= {name: out[0]} if len(out) == 1 else {f"{name}.a": out[0], f"{name}.b": out[1]}
        for name, bit in now.items():
            streams.setdefault(name, []).append(bit)
    return {name: tuple(bits) for name, bits in streams.items()}, {p.node["name"]: p.state for p in places}


def run(circuit: Json, codes: np.ndarray, operators: dict[str, Operator] | None = None) -> dict[str, np.ndarray]:
    """Outputs by name: counts and states (batch,), streams (batch, L)."""
    rows = [evaluate(circuit, row, operators or OPERATORS) for row in np.asarray(codes).tolist()]
    results = {}
    for output in circuit["outputs"]:
        of = output["of"]
        if output["read"] == "count":
            results[output["name"]] = np.array([sum(streams[of]) for streams, _ in rows], dtype=np.int64)
        elif output["read"] == "state":
            results[output["name"]] = np.array([states[of] for _, states in rows], dtype=np.int64)
        else:
            assert output["read"] == "stream", output
            streams = [bits[of] for bits, _ in rows]
            results[output["name"]] = np.array(streams, dtype=np.uint8).reshape(len(rows), circuit["stream_length"])
    return results
