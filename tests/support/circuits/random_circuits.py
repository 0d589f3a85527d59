"""Random circuits as raw JSON: every operator, every source, lengths beside and between whole words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .oracle import OPERATORS

Json = dict[str, Any]
FORMAT: Json = {"format": "sc-neurocore/circuit", "format_version": 1}


class Draw:
    """Draws the parts of one circuit."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng([seed, 18])
        self.n = self.integer(2, 8)
        self.length = int(self.rng.choice([1, 2, 63, 64, 65, 127, 128, self.integer(3, 300), self.integer(3, 60)]))

    def integer(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def source(self, n: int, lfsr: bool = True) -> Json:
        kinds = ["counter", "van_der_corput", "lfsr_full", "sobol", *(["lfsr"] if lfsr else [])]
        made: Json = {"kind": str(self.rng.choice(kinds))}
        if made["kind"] == "lfsr":
            made["seed"] = self.integer(1, 2**n - 1)
        if made["kind"] == "lfsr_full":
            made["seed"] = self.integer(0, 2**n - 1)
        if made["kind"] == "sobol":
            made["dimension"] = self.integer(1, 12)
        if self.rng.random() < 0.5:
            made["skip"] = self.integer(0, 2 ** (n + 1))
        if self.rng.random() < 0.3:
            made["reverse"] = True
        return made

    def generator(self) -> Json:
        return {"kind": str(self.rng.choice(["comparator", "weighted_binary"])), "source": self.source(self.n)}

    def names(self, streams: list[str], low: int, high: int) -> list[str]:
        return [str(name) for name in self.rng.choice(streams, self.integer(low, high))]

    def code(self) -> int:
        return int(self.rng.choice([0, 2**self.n - 1, self.integer(0, 2**self.n - 1), self.integer(0, 2**self.n - 1)]))

    def node(self, kind: str, streams: list[str], coded: list[str]) -> Json:
        """What stands beside ``name`` and ``kind``."""
        many = 64 if self.rng.random() < 0.1 else 6
        if kind in ("and", "or", "xor", "xnor", "scaled_add"):
            return {"of": self.names(streams, 2, many)}
        if kind == "majority":
            return {"of": self.names(streams, 1, 1) + self.names(streams, 1, 1) * 2 * self.integer(1, many // 2 - 1)}
        if kind == "select":
            of = self.names(streams, 2, many)
            return {"of": of, "source": self.source(max(2, math.ceil(math.log2(len(of)))), lfsr=False)}
        if kind == "switch":
            return {"of": self.names(streams, 3, 3)}
        if kind == "delay":
            by = self.integer(1, 1024 if self.rng.random() < 0.2 else 130)
            return {"of": self.names(streams, 1, 1), "by": by} | self.initial()
        if kind in ("toggle_add", "divide"):
            return {"of": self.names(streams, 2, 2)} | self.initial()
        if kind in ("stanh", "sexp", "btanh"):
            states = 2 * self.integer(1, 2048 if self.rng.random() < 0.2 else 10)
            of = self.names(streams, 1, many) if kind == "btanh" else self.names(streams, 1, 1)
            gain = {"gain": self.integer(1, states - 1)} if kind == "sexp" else {}
            return {"of": of, "states": states} | gain
        if kind in ("umul", "umul_bipolar"):
            return {"of": self.names(streams, 1, 1), "code": str(self.rng.choice(coded)), "source": self.source(self.n)}
        if kind in ("synchronizer", "desynchronizer"):
            return {"of": self.names(streams, 2, 2), "depth": self.integer(1, 64 if self.rng.random() < 0.2 else 3)}
        if kind == "shuffle":
            depth = 2 ** self.integer(1, self.n)
            return {"of": self.names(streams, 1, 1), "depth": depth, "source": self.source(self.n)}
        if kind == "bernstein":
            degree = self.integer(1, 16 if self.rng.random() < 0.2 else 4)
            return {"of": self.names(streams, 2 * degree + 1, 2 * degree + 1), "degree": degree}
        if kind == "addie":
            bits = self.integer(2, 9)
            return {"of": self.names(streams, 1, 1), "bits": bits, "source": self.source(bits)}
        assert kind == "not", kind
        return {"of": self.names(streams, 1, 1)}

    def initial(self) -> Json:
        return {} if self.rng.random() < 0.3 else {"initial": self.integer(0, 1)}


def random_circuit(seed: int, batch: int = 4) -> tuple[Json, np.ndarray]:
    """A description of some ten nodes all of whose streams are outputs, and codes."""
    draw = Draw(seed)
    inputs: list[Json] = []
    for i in range(draw.integer(1, 4)):
        generator = draw.generator() if i == 0 or draw.rng.random() < 0.8 else None
        encoding = str(draw.rng.choice(["unipolar", "bipolar"]))
        inputs.append({"name": f"x{i}", "encoding": encoding, "generator": generator})
    constants: list[Json] = []
    for i in range(draw.integer(0, 3)):
        generator = draw.generator() if draw.rng.random() < 0.7 else None
        constants.append({"name": f"w{i}", "encoding": "unipolar", "generator": generator, "code": draw.code()})
    coded = [each["name"] for each in inputs + constants]
    streams = [each["name"] for each in inputs + constants if each["generator"] is not None]
    kinds = [*draw.rng.permutation(list(OPERATORS))[: draw.integer(1, 12)]]
    nodes: list[Json] = []
    for i, kind in enumerate(map(str, kinds)):
        nodes.append({"name": f"p{i}", "kind": kind} | draw.node(kind, streams, coded))
        two = kind in ("synchronizer", "desynchronizer")
        streams = streams + ([f"p{i}.a", f"p{i}.b"] if two else [f"p{i}"])
    outputs: list[Json] = []
    for i, name in enumerate(streams):
        read = str(draw.rng.choice(["count", "stream", "stream"]))
        outputs.append({"name": f"y{i}", "of": name, "read": read})
    outputs += [
        {"name": f"s{i}", "of": e["name"], "read": "state"} for i, e in enumerate(nodes) if e["kind"] == "addie"
    ]
    head = {"name": "random", "stream_length": draw.length, "resolution_bits": draw.n}
    circuit = FORMAT | head | {"inputs": inputs, "constants": constants, "nodes": nodes, "outputs": outputs}
    codes = np.array([[draw.code() for _ in inputs] for _ in range(batch)], dtype=np.int64)
    return circuit, codes


def circuit_of(nodes: list[Json], length: int = 40, n: int = 4, read: str = "stream", of: str = "p") -> Json:
    """Two streams x and y, a code k, the nodes, and one output of the node ``p``."""
    sources = {"x": {"kind": "lfsr", "seed": 1}, "y": {"kind": "sobol", "dimension": 3}}
    inputs = [
        {"name": name, "encoding": "unipolar", "generator": {"kind": "comparator", "source": source}}
        for name, source in sources.items()
    ]
    inputs.append({"name": "k", "encoding": "unipolar", "generator": None})
    head = {"name": "one", "stream_length": length, "resolution_bits": n, "inputs": inputs, "constants": []}
    return FORMAT | head | {"nodes": nodes, "outputs": [{"name": "z", "of": of, "read": read}]}
