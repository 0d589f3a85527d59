"""One circuit that is legal, and what each change of it that is not is refused with."""

from __future__ import annotations

from typing import Any

from support.networks import descriptions

from .random_circuits import circuit_of

Json = dict[str, Any]
GONE = descriptions.REMOVE


def whole() -> Json:
    """The example of the contract."""
    source = {"kind": "sobol", "dimension": 1}
    x = {"name": "x", "encoding": "unipolar", "generator": {"kind": "comparator", "source": source}}
    w = {"name": "w", "code": 77, "encoding": "unipolar", "generator": {"kind": "comparator", "source": source}}
    circuit = circuit_of([{"name": "p", "kind": "and", "of": ["x", "w"]}], length=256, n=8)
    circuit |= {"name": "product", "inputs": [x], "constants": [w]}
    return circuit | {"outputs": [{"name": "y", "of": "p", "read": "count"}]}


def edited(path: str, value: Any) -> Json:
    """The example with one value set, or gone."""
    return descriptions.edited(whole(), path, value)


def node(kind: str, of: list[str], **fields: Any) -> Json:
    return {"name": "p", "kind": kind, "of": of, **fields}


REFUSED: list[tuple[str, Any, str]] = [
    ("format", "sc-neurocore/network", "format must be 'sc-neurocore/circuit'"),
    ("format_version", 2, "format_version must be 1, got 2"),
    ("format_version", True, "format_version must be 1, got True"),
    ("extra", 1, "'extra' is not a known key"),
    ("nodes", GONE, "nodes is required"),
    ("name", "Product", r"name must match \[a-z\]"),
    ("name", "p" * 64, r"name must match \[a-z\]"),
    ("stream_length", 0, "stream_length must be greater than or equal to 1"),
    ("stream_length", 2**20 + 1, "stream_length must be less than or equal to 1048576"),
    ("stream_length", 8.0, "stream_length must be a valid integer"),
    ("resolution_bits", 1, "resolution_bits must be greater than or equal to 2"),
    ("resolution_bits", 17, "resolution_bits must be less than or equal to 16"),
    ("inputs", [], "inputs must be a list of 1 to 256 inputs, got 0"),
    ("inputs", [{}] * 257, "inputs must be a list of 1 to 256 inputs, got 257"),
    ("constants", [{}] * 257, "constants must be a list of 0 to 256 constants, got 257"),
    ("nodes", [{}] * 1025, "nodes must be a list of 0 to 1024 nodes, got 1025"),
    ("outputs", [], "outputs must be a list of 1 to 256 outputs, got 0"),
    ("outputs", [{}] * 257, "outputs must be a list of 1 to 256 outputs, got 257"),
    ("inputs", "x", "inputs must be a list"),
    ("inputs.0.name", "x" * 32, r"inputs\[0\].name must match"),
    ("inputs.0.name", "wire", r"inputs\[0\].name must be no keyword"),
    ("inputs.0.encoding", "spike", r"inputs\[0\].encoding must be 'unipolar' or 'bipolar', got 'spike'"),
    ("inputs.0.encoding", GONE, r"inputs\[0\].encoding is required"),
    ("inputs.0.generator", GONE, r"inputs\[0\].generator is required"),
    ("inputs.0.generator.kind", "halton", r"inputs\[0\].generator.kind must be one of .* got 'halton'"),
    ("inputs.0.generator.source.kind", "halton", r"source.kind must be one of .* got 'halton'"),
    ("inputs.0.generator.source.lane_skip", 1, r"inputs\[0\].generator.source.lane_skip must be 0 in a circuit"),
    ("inputs.0.generator.source", {"kind": "lfsr", "seed": 256}, r"inputs\[0\].generator.source.seed must be at most"),
    ("inputs.0.code", 3, r"inputs\[0\].code is not a known key"),
    ("constants.0.code", 256, r"constants\[0\].code must be 0 to 2\^8 - 1 = 255, got 256"),
    ("constants.0.code", -1, r"constants\[0\].code must be"),
    ("constants.0.name", "x", r"constants\[0\].name must be unlike all others, got 'x', which inputs\[0\] has"),
    ("outputs.0.name", "p", r"outputs\[0\].name must be unlike all others, got 'p', which nodes\[0\] has"),
    ("outputs.0.read", "sum", r"outputs\[0\].read must be 'count', 'stream' or 'state', got 'sum'"),
    ("outputs.0.read", "state", r"outputs\[0\].of must name an addie where read is 'state', got 'p'"),
    ("outputs.0.of", "q", r"outputs\[0\].of must name inputs, constants or earlier nodes, got 'q'"),
    ("outputs.0.of", ["p"], r"outputs\[0\].of must be a valid string"),
    ("inputs.0.generator", None, r"nodes\[0\].of must name streams, got 'x', which has no generator"),
    ("nodes.0.of", ["x", "p"], r"nodes\[0\].of must name earlier nodes, got 'p'"),
    ("nodes.0.of", "x", r"nodes\[0\].of must be a list of 2 to 64 names of streams, got str"),
    ("nodes.0.of", ["x", 3], r"nodes\[0\].of\[1\] must be a valid string"),
    ("nodes.0.kind", "nand", r"nodes\[0\].kind must be one of 'not', 'and', .* got 'nand'"),
    ("nodes.0.kind", GONE, r"nodes\[0\].kind is required"),
    ("nodes.0", 3, r"nodes\[0\] must be an object"),
    ("nodes.0.gain", 3, r"nodes\[0\].gain is not a known key"),
    ("nodes.0", node("not", ["x", "w"]), r"nodes\[0\].of must be a list of 1 names"),
    ("nodes.0", node("and", ["x"] * 65), r"nodes\[0\].of must be a list of 2 to 64 names of streams, got 65"),
    ("nodes.0", node("majority", ["x"] * 4), r"nodes\[0\].of must be an odd number"),
    ("nodes.0", node("select", ["x", "w"], source={"kind": "lfsr", "seed": 1}), r"source must not be 'lfsr'"),
    (
        "nodes.0",
        node("select", ["x"] * 5, source={"kind": "lfsr_full", "seed": 8}),
        r"source.seed must be at most 2\^3",
    ),
    ("nodes.0", node("delay", ["x"], by=0), r"nodes\[0\].by must be greater than or equal to 1"),
    ("nodes.0", node("delay", ["x"], by=1025), r"nodes\[0\].by must be less than or equal to 1024"),
    ("nodes.0", node("delay", ["x"], by=1, initial=2), r"nodes\[0\].initial must be less than or equal to 1"),
    ("nodes.0", node("delay", ["x"], by=1, initial=True), r"nodes\[0\].initial must be a valid integer"),
    ("nodes.0", node("delay", ["x"]), r"nodes\[0\].by is required"),
    ("nodes.0", node("stanh", ["x"], states=7), r"nodes\[0\].states must be even, got 7"),
    ("nodes.0", node("stanh", ["x"], states=4098), r"nodes\[0\].states must be less than or equal to 4096"),
    ("nodes.0", node("stanh", ["x"], states=0), r"nodes\[0\].states must be greater than or equal to 2"),
    ("nodes.0", node("sexp", ["x"], states=8, gain=8), r"nodes\[0\].gain must be 1 to states - 1 = 7, got 8"),
    ("nodes.0", node("btanh", ["x"] * 65, states=8), r"nodes\[0\].of must be a list of 1 to 64"),
    ("nodes.0", node("umul", ["x"], code="p", source={"kind": "counter"}), r"nodes\[0\].code must name an input"),
    ("nodes.0", node("umul", ["x"], code="w"), r"nodes\[0\].source is required"),
    (
        "nodes.0",
        node("umul", ["x"], code="w", source={"kind": "lfsr", "seed": 999}),
        r"source.seed must be at most 2\^8",
    ),
    ("nodes.0", node("synchronizer", ["x", "w"], depth=65), r"nodes\[0\].depth must be less than or equal to 64"),
    ("nodes.0", node("synchronizer", ["x", "w"], depth=1), r"outputs\[0\].of must name one output of 'p', 'p.a' or"),
    (
        "nodes.0",
        node("shuffle", ["x"], depth=3, source={"kind": "counter"}),
        r"depth must be a power of two",
    ),
    ("nodes.0", node("shuffle", ["x"], depth=512, source={"kind": "counter"}), r"nodes\[0\].depth must be less than"),
    ("nodes.0", node("bernstein", ["x"] * 4, degree=1), r"nodes\[0\].of must be a list of 2·degree \+ 1 = 3"),
    ("nodes.0", node("bernstein", ["x"] * 3, degree=17), r"nodes\[0\].degree must be less than or equal to 16"),
    ("nodes.0", node("addie", ["x"], bits=3, source={"kind": "lfsr", "seed": 8}), r"source.seed must be at most 2\^3"),
    ("nodes.0", node("addie", ["x"], bits=1, source={"kind": "counter"}), r"nodes\[0\].bits must be greater than"),
]
