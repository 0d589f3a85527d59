"""Circuits written in Python are those of files, and what breaks a rule is refused where it stands."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from support.circuits import oracle

from sc_neurocore.circuits import Circuit, load_circuit, run, save_circuit
from sc_neurocore.spec import Comparator, Counter, Lfsr, OptionError, Sobol, SpecError, ToolError, kinds
from sc_neurocore.spec.circuit import Node

SOURCE = Sobol(dimension=2)
BITS = Comparator(source=Lfsr(seed=1))


def everything() -> Circuit:
    """One node of each kind."""
    c = Circuit("everything", stream_length=70, resolution_bits=4)
    x, w = c.input("x", generator=BITS), c.constant("w", np.int64(5), generator=Comparator(source=SOURCE))
    made = [
        c.not_(x),
        c.and_(x, w),
        c.or_(x, w),
        c.xor(x, w),
        c.xnor(x, w),
        c.majority(x, w, x),
        c.select(x, w, source=SOURCE),
        c.switch(x, w, x),
        c.delay(x, by=np.int32(3)),
        c.toggle_add(x, w, initial=1),
        c.scaled_add(x, w, x),
        c.stanh(x, states=8),
        c.sexp(x, states=8, gain=2),
        c.btanh(x, w, states=8),
        c.umul(x, w, source=SOURCE),
        c.umul_bipolar(x, x, source={"kind": "counter"}),
        c.divide(x, w),
        *c.synchronizer(x, w, depth=1),
        *c.desynchronizer(x, w, depth=1),
        c.shuffle(x, depth=4, source=SOURCE),
        c.bernstein([x, w], [x, w, x]),
        c.addie(x, bits=3, source=Counter()),
    ]
    for i, each in enumerate(made):
        c.output(f"y{i}", each, "stream")
    c.output("state", made[-1], "state")
    return c


def test_each_kind_has_a_method_and_a_name_of_its_own(tmp_path):
    c = everything()
    assert {node.kind for node in c.spec.nodes} == set(kinds(Node))
    assert c.spec.nodes[1].name == "and_1"
    save_circuit(c, tmp_path / "c")
    assert load_circuit(tmp_path / "c") == c.spec
    description = json.loads((tmp_path / "c" / "circuit.json").read_text())
    codes = np.arange(16)[:, None]
    right = oracle.run(description, codes)
    for engine in ("auto", "reference", "fast"):
        given = run(c, codes, engine)
        assert list(given) == list(right)
        assert all(np.array_equal(given[name], right[name]) for name in right)


@pytest.mark.contract("circuits.results")
@pytest.mark.parametrize("engine", ["reference", "fast"])
def test_types_and_shapes_of_an_empty_batch(engine):
    given = run(everything(), np.zeros((0, 1), int), engine)
    assert given["y0"].shape == (0, 70)
    assert given["y0"].dtype == np.uint8
    assert given["state"].shape == (0,)
    assert given["state"].dtype == np.int64


def test_the_sketch_of_the_issue():
    c = Circuit("act", stream_length=256, resolution_bits=8)
    x = c.input("x", encoding="bipolar", generator=BITS)
    w = c.constant("w", 77, encoding="bipolar", generator=Comparator(source=SOURCE))
    c.output("y", c.stanh(c.xnor(x, w), states=8))
    assert run(c, [[200]])["y"].shape == (1,)


def test_streams_of_another_circuit_are_refused():
    one, two = (Circuit(name, stream_length=8, resolution_bits=3) for name in ("one", "two"))
    x = one.input("x", generator=BITS)
    with pytest.raises(OptionError, match="stream 'x' must be of this circuit, 'two'"):
        two.not_(x)
    with pytest.raises(OptionError, match="a stream of this circuit is needed, got str"):
        one.not_("x")
    with pytest.raises(OptionError, match="code must be an input or a constant of this circuit, got Stream"):
        one.umul(x, one.not_(x), source=SOURCE)


def test_a_broken_rule_is_told_in_the_call():
    c = Circuit("c", stream_length=8, resolution_bits=3)
    x = c.input("x", generator=BITS)
    with pytest.raises(SpecError, match="states must be even, got 7"):
        c.stanh(x, states=7)
    with pytest.raises(SpecError, match="states must be a valid integer"):
        c.stanh(x, states=8.0)
    with pytest.raises(SpecError, match="outputs must be a list of 1 to 256"):
        c.spec  # noqa: B018  (reading it is the test)


def test_an_unknown_engine_is_refused():
    with pytest.raises(OptionError, match="engine must be one of auto, reference, fast; got 'packed'"):
        run(everything(), [[0]], "packed")


def test_without_a_compiler():
    """`fast` is refused, `auto` takes the reference."""
    program = (
        "from sc_neurocore.circuits import Circuit, run\n"
        "from sc_neurocore.spec import ToolError, Comparator, Counter\n"
        "c = Circuit('c', stream_length=8, resolution_bits=3)\n"
        "c.output('y', c.input('x', generator=Comparator(source=Counter())))\n"
        "print(run(c, [[5]])['y'])\n"
        "try:\n    run(c, [[5]], 'fast')\nexcept ToolError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.startswith("[5]\nengine fast needs Numba's compiler"), done.stdout + done.stderr
    assert issubclass(ToolError, RuntimeError)


def test_describing_loads_no_compiler():
    program = "import sys, sc_neurocore.circuits; print('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False\n"
