"""Surrogates as objects: equality, static arguments, subclasses of one's own, errors, a light import."""

from __future__ import annotations

import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sc_neurocore.spec import OptionError
from sc_neurocore.training import surrogate
from sc_neurocore.training.surrogate import CATALOGUE, Surrogate


@pytest.mark.parametrize("name", CATALOGUE)
def test_equality_and_hash_agree(name):
    entry = CATALOGUE[name]
    one, same, other, gt = entry(), entry(), entry(gain=2.0), entry(comparator="gt")
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != gt
    assert len({one, same, other, gt}) == 3


def test_different_forms_of_equal_parameters_differ():
    assert surrogate.Arctan(alpha=1.0) != surrogate.SoftSign(alpha=1.0)


def test_numbers_of_any_type_make_equal_objects():
    assert {surrogate.Sigmoid(4), surrogate.Sigmoid(4.0), surrogate.Sigmoid(np.float32(4))} == {surrogate.Sigmoid()}


def test_entries_are_frozen():
    with pytest.raises(AttributeError):
        surrogate.Sigmoid().alpha = 1.0


def test_equal_objects_share_a_compilation():
    traces = []

    def f(entry, x):
        traces.append(entry)
        return entry(x)

    jitted = jax.jit(f, static_argnums=0)
    jitted(surrogate.Sigmoid(alpha=3.0), 0.5)
    jitted(surrogate.Sigmoid(alpha=3.0), 0.25)
    assert len(traces) == 1
    jitted(surrogate.Sigmoid(alpha=2.0), 0.25)
    assert len(traces) == 2


class Bump(Surrogate):
    """Written as users do: an initializer with a parameter, one gradient, and a function."""

    def __init__(self, width=1.0):
        super().__init__()
        self.width = width

    def surrogate_fun(self, x):
        return jnp.tanh(x / self.width) * 0.5 + 0.5

    def surrogate_grad(self, x):
        return 0.5 / self.width * (1 - jnp.tanh(x / self.width) ** 2)


def test_a_subclass_needs_a_gradient_only():
    x = jnp.array([-1.0, 0.0, 1.0])
    np.testing.assert_array_equal(Bump(2.0)(x), [0, 1, 1])
    slope = jax.jit(jax.vmap(jax.grad(Bump(2.0))))(x)
    np.testing.assert_allclose(slope, 0.25 / np.cosh([-0.5, 0, 0.5]) ** 2, rtol=1e-6)
    by_width = jax.grad(lambda w: Bump(w)(0.5))(2.0)
    np.testing.assert_allclose(by_width, jax.grad(lambda w: Bump(w).surrogate_grad(0.5))(2.0), rtol=1e-6)


def test_a_subclass_may_fire_above_only():
    class Strict(Bump):
        comparator = "gt"

    assert float(Strict()(0.0)) == 0


def test_the_base_class_has_no_gradient_and_no_function():
    with pytest.raises(NotImplementedError, match=r"Surrogate must define surrogate_grad\(x\)"):
        Surrogate()(0.5)
    with pytest.raises(NotImplementedError, match="has no surrogate_fun"):
        Surrogate().surrogate_fun(0.5)


def test_foreign_arrays_are_refused_by_name():
    foreign = type("Tensor", (), {"__module__": "tensorflow.python"})()
    with pytest.raises(OptionError, match="x must be a JAX, NumPy or Torch array or a number, got tensorflow's Tensor"):
        surrogate.Sigmoid()(foreign)


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True).stdout


def test_importing_loads_no_framework():
    out = run(
        "import sys, sc_neurocore.training.surrogate as s; s.Sigmoid(2); print({'jax', 'torch'} & {*sys.modules})"
    )
    assert out.strip() == "set()"


def test_without_jax_the_call_names_the_extra():
    out = run(
        "import sys; sys.modules['jax'] = None\n"
        "from sc_neurocore.training.surrogate import Sigmoid, BernoulliForward\n"
        "for call in (lambda: Sigmoid()(0.5), lambda: BernoulliForward()(0.5, None)):\n"
        "    try: call()\n"
        "    except ImportError as e: print(type(e).__name__, e)\n"
    )
    assert out.count("MissingExtraError jax is not installed; install it with: pip install") == 2
