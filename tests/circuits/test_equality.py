"""Random circuits over all operators, and each operator by itself: reference = fast = outside oracle on every bit."""

from __future__ import annotations

import json

import numpy as np
import pytest
from circuits.fuzz import judge
from support.circuits import oracle
from support.circuits.random_circuits import circuit_of

from sc_neurocore.circuits import load_circuit, run


@pytest.mark.contract("circuits.streams", "circuits.restart", "circuits.results")
@pytest.mark.one_in(8)
@pytest.mark.parametrize("seed", range(10_000, 10_320))
def test_random_circuits(seed, tmp_path):
    counts = judge(seed, tmp_path)
    assert counts["values compared"] > 0
    assert (counts["different in reference"], counts["different in fast"]) == (0, 0)


X, Y = ["x"], ["x", "y"]
LFSR, SOBOL = {"kind": "lfsr", "seed": 5, "skip": 2}, {"kind": "sobol", "dimension": 2, "reverse": True}
SINGLE = [
    ("not", {"of": X}),
    ("and", {"of": ["x", "y", "x"]}),
    ("or", {"of": Y}),
    ("xor", {"of": ["x", "y", "x", "y", "y"]}),
    ("xnor", {"of": Y}),
    ("majority", {"of": ["x", "y", "y"]}),
    ("select", {"of": Y, "source": {"kind": "van_der_corput"}}),
    ("select", {"of": ["x", "y", "y", "x", "x"], "source": {"kind": "lfsr_full", "seed": 6, "skip": 3}}),
    ("switch", {"of": ["x", "y", "x"]}),
    ("delay", {"of": X, "by": 1}),
    ("delay", {"of": X, "by": 64, "initial": 1}),
    ("delay", {"of": X, "by": 100, "initial": 1}),
    ("toggle_add", {"of": Y}),
    ("toggle_add", {"of": Y, "initial": 1}),
    ("scaled_add", {"of": Y}),
    ("scaled_add", {"of": ["x", "y", "x"]}),
    ("scaled_add", {"of": ["x", "y"] * 32}),
    ("stanh", {"of": X, "states": 2}),
    ("stanh", {"of": X, "states": 8}),
    ("stanh", {"of": X, "states": 4096}),
    ("sexp", {"of": X, "states": 8, "gain": 1}),
    ("sexp", {"of": X, "states": 258, "gain": 130}),
    ("btanh", {"of": ["x", "y", "x"], "states": 6}),
    ("umul", {"of": X, "code": "k", "source": LFSR}),
    ("umul", {"of": X, "code": "x", "source": SOBOL}),
    ("umul_bipolar", {"of": X, "code": "k", "source": LFSR}),
    ("divide", {"of": Y}),
    ("divide", {"of": Y, "initial": 1}),
    ("synchronizer", {"of": Y, "depth": 1}),
    ("synchronizer", {"of": Y, "depth": 3}),
    ("desynchronizer", {"of": Y, "depth": 2}),
    ("shuffle", {"of": X, "depth": 4, "source": LFSR}),
    ("shuffle", {"of": X, "depth": 16, "source": SOBOL}),
    ("bernstein", {"of": ["x", "y", "x", "y", "x"], "degree": 2}),
    ("addie", {"of": X, "bits": 3, "source": LFSR}),
]
IDS = [f"{i}-{kind}" for i, (kind, _) in enumerate(SINGLE)]


def all_codes(n: int = 4) -> np.ndarray:
    """Every code of x; y and k run through theirs in other orders."""
    x = np.arange(2**n)
    return np.stack([x, (5 * x + 3) % 2**n, (11 * x + 1) % 2**n], axis=1)


def computed(circuit, folder, engine) -> dict[str, np.ndarray]:
    (folder / "circuit.json").write_text(json.dumps(circuit))
    return run(load_circuit(folder), all_codes(), engine=engine)


@pytest.mark.parametrize("engine", ["reference", "fast"])
@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        pytest.param(kind, fields, id=name, marks=pytest.mark.contract(f"circuits.{kind}"))
        for name, (kind, fields) in zip(IDS, SINGLE, strict=True)
    ],
)
def test_each_operator(kind, fields, engine, tmp_path):
    """All bits at a length that is no multiple of a word, for every code of an input."""
    two = kind in ("synchronizer", "desynchronizer")
    for of in ("p.a", "p.b") if two else ("p",):
        circuit = circuit_of([{"name": "p", "kind": kind, **fields}], length=140, of=of)
        given, right = computed(circuit, tmp_path, engine), oracle.run(circuit, all_codes())
        assert np.array_equal(given["z"], right["z"])
        assert 0 < right["z"].mean() < 1


def test_every_operator_is_tried():
    assert {kind for kind, _ in SINGLE} == set(oracle.OPERATORS)


@pytest.mark.contract("circuits.addie")
@pytest.mark.parametrize("engine", ["reference", "fast"])
@pytest.mark.parametrize("length", [1, 63, 64, 65, 130])
def test_the_state_of_an_addie_is_that_after_the_last_position(length, engine, tmp_path):
    fields = {"of": X, "bits": 4, "source": SOBOL}
    circuit = circuit_of([{"name": "p", "kind": "addie", **fields}], length=length, read="state")
    assert np.array_equal(computed(circuit, tmp_path, engine)["z"], oracle.run(circuit, all_codes())["z"])


FAR = {"kind": "sobol", "dimension": 1111, "skip": 65535, "reverse": True}
FULL = {"kind": "lfsr_full", "seed": 0}
LARGE = [
    ("and", {"of": X * 64}),
    ("majority", {"of": [*Y, "x"] * 21}),
    ("select", {"of": Y * 32, "source": FULL}),
    ("delay", {"of": X, "by": 1024, "initial": 1}),
    ("scaled_add", {"of": Y * 32}),
    ("stanh", {"of": X, "states": 4096}),
    ("sexp", {"of": X, "states": 4096, "gain": 4095}),
    ("btanh", {"of": Y * 32, "states": 4096}),
    ("umul", {"of": X, "code": "k", "source": FAR}),
    ("umul_bipolar", {"of": X, "code": "k", "source": {"kind": "lfsr", "seed": 65535, "skip": 65535}}),
    ("synchronizer", {"of": Y, "depth": 64}),
    ("desynchronizer", {"of": Y, "depth": 64}),
    ("shuffle", {"of": X, "depth": 256, "source": FULL}),
    ("bernstein", {"of": [*Y * 16, "y"], "degree": 16}),
    ("addie", {"of": X, "bits": 16, "source": FAR}),
]


@pytest.mark.contract("circuits.limits")
def test_the_largest_parameters(tmp_path):
    """At 16 bits, all in one circuit, longer than any of them."""
    nodes = [{"name": f"p{i}", "kind": kind, **fields} for i, (kind, fields) in enumerate(LARGE)]
    circuit = circuit_of(nodes, length=1100, n=16, of="p0")
    names = [f"p{i}.b" if kind.endswith("synchronizer") else f"p{i}" for i, (kind, _) in enumerate(LARGE)]
    circuit["outputs"] = [{"name": f"z{i}", "of": name, "read": "stream"} for i, name in enumerate(names)]
    (tmp_path / "circuit.json").write_text(json.dumps(circuit))
    codes = np.array([[50_000, 20_000, 44_000], [2**16 - 1, 1, 0]])
    right = oracle.run(circuit, codes)
    for engine in ("reference", "fast"):
        given = run(load_circuit(tmp_path), codes, engine=engine)
        assert [name for name in right if not np.array_equal(given[name], right[name])] == []


# ---------------------------------------------------------------- wrong conventions stay wrong


def mealy(place):
    """A tanh whose output is that of the state after the move."""
    states = place.node["states"]
    s = states // 2
    (a,) = yield ()
    while True:
        s = max(0, min(states - 1, s + (1 if a else -1)))
        (a,) = yield (int(s >= states // 2),)


def one_lower(place):
    """A tanh that starts one state lower."""
    states = place.node["states"]
    s = states // 2 - 1
    (a,) = yield ()
    while True:
        out = int(s >= states // 2)
        s = max(0, min(states - 1, s + (1 if a else -1)))
        (a,) = yield (out,)


def flushed(place):
    """A synchronizer that lets go what it saved, in the last positions."""
    inner, t, length = oracle.synchronizer(place), 0, 140
    next(inner)
    bits, held = (yield ()), 0
    while True:
        out = inner.send(bits)
        held += (bits[0] - out[0]) - (bits[1] - out[1])
        if t >= length - place.node["depth"] and held and out == (0, 0):
            out = (1, 0) if held > 0 else (0, 1)
        bits = yield out
        t += 1


def too_early(place):
    """A product whose index moves before it reads."""
    i = 0
    (a,) = yield ()
    while True:
        i += a
        (a,) = yield (place.below(i, place.code, place.n) & a,)


def strictly_below(place):
    """A product that compares with `<` where the source never emits 0."""
    from support.oracle import word

    i = 0
    (a,) = yield ()
    while True:
        out = a & int(word(place.node["source"], place.n, i) < place.code)
        i += a
        (a,) = yield (out,)


WRONG = [
    ("stanh", {"of": X, "states": 8}, "p", mealy),
    ("stanh", {"of": X, "states": 8}, "p", one_lower),
    ("synchronizer", {"of": Y, "depth": 3}, "p.a", flushed),
    ("umul", {"of": X, "code": "k", "source": LFSR}, "p", too_early),
    ("umul", {"of": X, "code": "k", "source": LFSR}, "p", strictly_below),
]


@pytest.mark.contract("circuits.moore", "circuits.below")
@pytest.mark.parametrize("engine", ["reference", "fast"])
@pytest.mark.parametrize(("kind", "fields", "of", "rule"), WRONG, ids=lambda value: getattr(value, "__name__", None))
def test_a_wrong_convention_shows(kind, fields, of, rule, engine, tmp_path):
    circuit = circuit_of([{"name": "p", "kind": kind, **fields}], length=140, of=of)
    given = computed(circuit, tmp_path, engine)["z"]
    assert np.array_equal(given, oracle.run(circuit, all_codes())["z"])
    wrong = oracle.run(circuit, all_codes(), oracle.OPERATORS | {kind: rule})["z"]
    assert not np.array_equal(given, wrong)
