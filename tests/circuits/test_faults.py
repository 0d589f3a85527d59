"""Circuits with wrong bits against the outside oracle, one operator changed by hand at a time."""

from __future__ import annotations

import json

import numpy as np
import pytest
from support.circuits import oracle
from support.circuits.random_circuits import random_circuit
from support.faults.oracle import philox

from sc_neurocore.circuits import Circuit, load_circuit, run, run_with_faults
from sc_neurocore.circuits.faults import stream_names
from sc_neurocore.spec import CodesError, Comparator, OptionError, Sobol

KINDS = ["flip", "stuck_at_0", "stuck_at_1"]


def struck(seed: int, line: int, sample: int, kind: str, probability: float, t: int) -> bool:
    word = philox(seed, t // 4, line, 0 if kind != "flip" else sample, 5 * 2**22 + KINDS.index(kind) * 2**25)[t % 4]
    return word < round(probability * 2**32)


def wanted(circuit, codes, faults, kind, seed):
    """The oracle's evaluation, in step, with every bit changed as it is made."""
    names = [each["name"] for each in circuit["inputs"] + circuit["constants"] if each["generator"] is not None]
    for node in circuit["nodes"]:
        two = node["kind"] in ("synchronizer", "desynchronizer")
        names += [f"{node['name']}.a", f"{node['name']}.b"] if two else [node["name"]]
    results = []
    for sample, row in enumerate(codes.tolist()):
        given = {each["name"]: code for each, code in zip(circuit["inputs"], row, strict=True)}
        given |= {each["name"]: each["code"] for each in circuit["constants"]}
        places = [oracle.Place(circuit, node, given) for node in circuit["nodes"]]
        running = [oracle.OPERATORS[place.node["kind"]](place) for place in places]
        for each in running:
            next(each)
        streams = {name: [] for name in names}
        for t in range(circuit["stream_length"]):
            now = {}

            def put(name, bit, t=t, now=now, sample=sample):
                if name in faults and struck(seed, names.index(name), sample, kind, faults[name], t):
                    bit = {"flip": 1 - bit, "stuck_at_0": 0, "stuck_at_1": 1}[kind]
                now[name] = bit

            for each in circuit["inputs"] + circuit["constants"]:
                if each["generator"] is not None:
                    code, n = np.array([given[each["name"]]]), circuit["resolution_bits"]
                    put(each["name"], int(oracle.stream_bits(each["generator"], code, n, t)[0]))
            for place, operator in zip(places, running, strict=True):
                out = operator.send(tuple(now[name] for name in place.node["of"]))
                name = place.node["name"]
                for suffix, bit in zip([""] if len(out) == 1 else [".a", ".b"], out, strict=True):
                    put(name + suffix, bit)
            for name, bit in now.items():
                streams[name].append(bit)
        results.append((streams, {place.node["name"]: place.state for place in places}))
    return results, names


@pytest.mark.one_in(4)
@pytest.mark.parametrize("seed", range(24))
def test_random_circuits_equal_the_oracle(seed, tmp_path):
    circuit, codes = random_circuit(seed, 2)
    (tmp_path / "circuit.json").write_text(json.dumps(circuit))
    spec, rng, kind = load_circuit(tmp_path), np.random.default_rng(seed), KINDS[seed % 3]
    names = stream_names(spec)
    faults = {name: float(rng.choice([0.05, 0.4, 1.0])) for name in names if rng.random() < 0.6}
    found = run_with_faults(spec, codes, faults, kind=kind, seed=seed * 2**32 + 1)
    results, in_order = wanted(circuit, codes, faults, kind, seed * 2**32 + 1)
    assert names == in_order
    for output in spec.outputs:
        for sample, (streams, states) in enumerate(results):
            value = found[output.name][sample]
            if output.read == "count":
                assert value == sum(streams[output.of])
            elif output.read == "state":
                assert value == states[output.of]
            else:
                assert value.tolist() == streams[output.of]
    clean = run(spec, codes)
    for name, values in run_with_faults(spec, codes, {}).items():
        assert np.array_equal(values, clean[name])


def product() -> Circuit:
    c = Circuit("p", stream_length=100, resolution_bits=6)
    x = c.input("x", generator=Comparator(source=Sobol(dimension=1)))
    w = c.constant("w", 20, generator=Comparator(source=Sobol(dimension=2)))
    c.output("y", c.and_(x, w, name="p"))
    return c


def test_a_part_of_a_batch_has_the_same_faults_and_p_one_gives_complements():
    codes = np.arange(0, 64, 9)[:, None]
    assert stream_names(product().spec) == ["x", "w", "p"]
    whole = run_with_faults(product(), codes, {"p": 0.2}, seed=3)["y"]
    part = run_with_faults(product(), codes[4:], {"p": 0.2}, seed=3, first_sample=4)["y"]
    assert np.array_equal(whole[4:], part)
    assert (whole != run(product(), codes)["y"]).any()
    assert np.array_equal(run_with_faults(product(), codes, {"p": 1.0})["y"], 100 - run(product(), codes)["y"])


@pytest.mark.parametrize(
    ("faults", "options", "text"),
    [
        ({"z": 0.1}, {}, "faults must name streams of the circuit"),
        ({"x": 1.5}, {}, "probability must be a number from 0 to 1"),
        ({"x": 0.1}, {"kind": "glitch"}, "kind must be one of"),
        ({"x": 0.1}, {"seed": -1}, "seed must be an integer"),
    ],
)
def test_what_is_no_fault_is_refused(faults, options, text):
    with pytest.raises(OptionError, match=text):
        run_with_faults(product(), [[1]], faults, **options)
    with pytest.raises(CodesError):
        run_with_faults(product(), [[99]], {})
