"""JAX functions come in by their jaxpr, whoever made their parameters, and whatever flags JAX is run with."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from sc_neurocore.spec.errors import OptionError

jax = pytest.importorskip("jax")

import jax.numpy as jnp  # noqa: E402

from sc_neurocore.importing.graph import Clip, Dense  # noqa: E402
from sc_neurocore.importing.jax_graph import jax_graph  # noqa: E402
from sc_neurocore.importing.objects import graph_of  # noqa: E402
from sc_neurocore.importing.probes import check_source, probes  # noqa: E402

RNG = np.random.default_rng(0)
PARAMS = {"w": jnp.asarray(RNG.normal(size=(4, 6)), jnp.float32), "b": jnp.asarray(RNG.normal(size=6), jnp.float32)}


def then(function: Any) -> Any:
    return lambda params, x: function(x @ params["w"] + params["b"])


def same(graph: Any, own: Any):
    """A graph that gives what a function gives."""
    assert graph is not None
    x = probes(graph, count=64)
    want = np.asarray(own(jnp.asarray(x, jnp.float32)), np.float64).reshape(len(x), -1)
    assert np.abs(want).max() > 0.01
    np.testing.assert_allclose(graph.run(x, tail=True), want, rtol=0, atol=1e-5 * np.abs(want).max())
    assert check_source(graph, x).checked
    return graph


def refused(function: Any, *words: str, params: Any = PARAMS, **hints: Any) -> None:
    with pytest.raises(OptionError) as error:
        jax_graph(function, params, **hints)
    message = str(error.value)
    assert "\n" not in message
    for word in words:
        assert word in message


FUNCTIONS = {
    "relu": jax.nn.relu,
    "relu6": jax.nn.relu6,
    "hard_tanh": jax.nn.hard_tanh,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "where": lambda x: jnp.where(x > 0, x, 0),
    "mask": lambda x: x * (x > 0),
    "softmax": jax.nn.softmax,
    "log_softmax": jax.nn.log_softmax,
    "logsumexp": lambda x: x - jax.nn.logsumexp(x, axis=-1, keepdims=True),
    "spelled softmax": lambda x: jnp.exp(x) / jnp.exp(x).sum(-1, keepdims=True),
    "sigmoid": jax.nn.sigmoid,
    "argmax": lambda x: jnp.argmax(x, -1),
    "single samples": lambda x: jax.vmap(lambda v: jax.nn.softmax(jnp.ones((3, 6)).at[0].set(2.0) @ jax.nn.relu(v)))(x),
    "gather": lambda x: x[:, jnp.array([2, 1, 0])],
    "moves": lambda x: jnp.roll(x[:, ::-1].reshape(-1, 2, 3).transpose(0, 2, 1).reshape(-1, 6), 1, 1),
    "joined parts": lambda x: jnp.concatenate([x[:, 2:], x[:, :2]], 1),
    "stacked copies": lambda x: jnp.stack([x, x], 1).reshape(-1, 12),
    "batch last": lambda x: jax.nn.relu(x.T).T,
    "inlined": lambda x: jax.checkpoint(jax.jit(lambda y: y * 2 - 1))(x),
    "cond": lambda x: jax.lax.cond(jnp.array(True), lambda y: y * 2.0, lambda y: y, x),
    "some features": lambda x: jnp.where(jnp.arange(6) > 2, x, 0.5),
    "dropout mask": lambda x: x * jax.random.bernoulli(jax.random.key(1), 0.5, (6,)),
    "tensordot": lambda x: jnp.tensordot(x.reshape(-1, 2, 3), jnp.arange(24.0).reshape(2, 3, 4), 2),
}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name: str):
    function = then(FUNCTIONS[name])
    graph = same(jax_graph(function, PARAMS), lambda x: function(PARAMS, x))
    assert (graph.framework, graph.features) == ("jax", 4)


def test_the_nodes_are_those_of_the_function():
    def network(params, x):
        for _ in range(2):
            x = jax.nn.relu(x @ params)
        return x

    graph = jax_graph(network, jnp.eye(5) * 2)
    assert [type(node) for node in graph.nodes] == [Dense, Clip, Dense, Clip]
    assert graph.features == 5


UNSUPPORTED = {
    "tanh": (jnp.tanh, ("tanh", "test_jax.py", "supported are")),
    "gelu": (jax.nn.gelu, ("integer_pow", "y=3", "test_jax.py")),
    "leaky": (jax.nn.leaky_relu, ("leaky_relu: select_n", "no clip")),
    "residual": (lambda x: x + jax.nn.relu(x), ("add", "test_jax.py", "two branches of the network join here")),
    "swish": (jax.nn.silu, ("silu", "mul", "two branches")),
    "over time": (lambda x: x.reshape(-1, 2, 3) @ jnp.ones((3, 2)), ("dot_general", "shared by (2,) positions")),
    "samples mix": (lambda x: x.reshape(-1, 3), ("reshape", "samples of a batch")),
    "samples turn": (lambda x: x[::-1], ("rev", "samples of a batch")),
    "softmax of the batch": (lambda x: jax.nn.softmax(x, axis=0), ("reduce_max", "over axes [0]")),
    "mean": (lambda x: x - x.mean(1, keepdims=True), ("reduce_sum", "over axes [1]")),
    "by data": (lambda x: x if x.sum() > 0 else -x, ("TracerBoolConversionError",)),
    "branch by data": (lambda x: jax.lax.cond(x[0, 0] > 0, jax.nn.relu, lambda y: y, x), ("slice", "samples")),
    "loop": (lambda x: jax.lax.fori_loop(0, 3, lambda _, y: y * 2, x), ("scan", "length=3")),
    "bfloat16": (lambda x: x.astype(jnp.bfloat16), ("convert_element_type", "bfloat16", "rounds")),
    "noise": (lambda x: x + jax.random.normal(jax.random.key(0), x.shape), ("differs between the samples",)),
    "another level": (lambda x: jnp.where(x > 1, x, 0), ("select_n", "no clip")),
    "absolute": (lambda x: jnp.where(x > 0, x, -x), ("select_n", "no clip")),
    "maximum": (lambda x: x.max(-1), ("max", "part of a softmax")),
    "two outputs": (lambda x: (x, x), ("tuple",)),
    "constant": (lambda x: jnp.ones((3, 2)), ("does not depend",)),
    "not a number": (lambda x: x @ jnp.full((6, 2), jnp.nan), ("dot_general", "must be finite, got nan at (0, 0)")),
    "complex": (lambda x: x * 1j, ("complex64",)),
    "padding": (lambda x: jnp.pad(x, ((0, 0), (1, 1))), ("pad",)),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_what_is_not_supported_is_refused_by_name(name: str):
    function, words = UNSUPPORTED[name]
    refused(then(function), *words)


def test_the_number_of_features():
    refused(lambda x: x * 2, "features=N", params=None)
    assert jax_graph(lambda x: x * 2, features=3).features == 3
    graph = jax_graph(lambda w, x: x.reshape(len(x), -1) @ w, jnp.ones((4, 2)), input_shape=(2, 2))
    assert graph.features == 4
    refused(then(jnp.sin), "(3, 7)", features=7)


def test_flax_linen():
    nn = pytest.importorskip("flax.linen")

    class Model(nn.Module):
        @nn.compact
        def __call__(self, x, train=True):
            head = nn.Dense(4)
            x = nn.relu(nn.BatchNorm(use_running_average=not train)(nn.Dense(4)(x)))
            x = nn.Dropout(0.5, deterministic=not train)(x)
            return nn.softmax(nn.DenseGeneral((2, 2))(nn.hard_tanh(head(head(x)))).reshape((-1, 4)))

    model = Model()
    variables = model.init(jax.random.key(0), jnp.ones((1, 5)), train=False)
    variables = jax.tree.map(lambda leaf: leaf + 0.3, variables)

    def own(x):
        return model.apply(variables, x, train=False)

    graph = same(graph_of((model, variables)), own)
    assert graph.features == 5
    assert any(node.name.startswith("Model/Dense_1: dot_general") for node in graph.nodes)
    same(graph_of((lambda v, x: model.apply(v, x, train=False), variables), features=5), own)
    same(graph_of(model.bind(variables)), own)
    with pytest.raises(OptionError, match="Model holds no variables"):
        graph_of(model)
    with pytest.raises(OptionError, match="fails on a batch"):
        graph_of((model.apply, variables), features=5)  # in training, which the batch statistics do not allow


def test_flax_nnx():
    nnx = pytest.importorskip("flax.nnx")

    class Model(nnx.Module):
        def __init__(self, rngs):
            self.out = nnx.Linear(4, 3, rngs=rngs)
            self.first = nnx.Linear(5, 4, rngs=rngs)
            self.norm, self.dropout = nnx.BatchNorm(4, rngs=rngs), nnx.Dropout(0.5, rngs=rngs)

        def __call__(self, x):
            return self.out(self.dropout(nnx.relu(self.norm(self.first(x)))))

    model = Model(nnx.Rngs(0))
    evaluated = nnx.merge(*nnx.split(model))
    evaluated.eval()
    same(graph_of(model), evaluated)
    assert not model.dropout.deterministic  # the user's model still trains


def test_equinox():
    eqx = pytest.importorskip("equinox")
    model = eqx.nn.Sequential(
        [eqx.nn.MLP(5, 3, 4, 2, key=jax.random.key(0)), eqx.nn.Dropout(0.5), eqx.nn.Lambda(jax.nn.softmax)]
    )
    same(graph_of(model), jax.vmap(eqx.nn.inference_mode(model)))


@pytest.mark.slow  # the seam of flax is the same
def test_haiku():
    hk = pytest.importorskip("haiku")
    model = hk.transform(lambda x: hk.nets.MLP([4, 3])(x))
    params = model.init(jax.random.key(0), jnp.ones((1, 5)))

    def own(x):
        return model.apply(params, None, x)

    same(graph_of((model, params)), own)
    same(graph_of((model.apply, params)), own)
    same(graph_of((hk.without_apply_rng(model).apply, params)), own)

    def normed(x, training=False):
        return hk.BatchNorm(True, True, 0.9)(hk.Linear(3)(x), is_training=training)

    stateful = hk.transform_with_state(normed)
    both = stateful.init(jax.random.key(0), jnp.asarray(RNG.normal(size=(9, 5)), jnp.float32), True)
    same(graph_of((stateful, both)), lambda x: stateful.apply(*both, None, x)[0])


def test_what_is_no_model_of_these_libraries():
    assert graph_of(np.ones((2, 2))) is None
    assert graph_of([np.ones((2, 2))]) is None
    assert graph_of({"w": 1}) is None
    assert graph_of((np.ones(2), np.ones(2))) is None


def test_asking_loads_no_library():
    code = (
        "import sys; from sc_neurocore.importing.objects import graph_of; "
        "print(graph_of((len, 1)), {'jax', 'torch'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["None", "set()"]


FLAGS = """
import sys
import jax, jax.numpy as jnp, numpy as np
from sc_neurocore.importing.jax_graph import jax_graph
from sc_neurocore.importing.probes import check_source, probes
def layer(i, o):
    w, b = np.linspace(-1, 1, i * o).reshape(i, o), np.ones(o)
    return jax.device_put(w.astype(np.float32)), jax.device_put(b.astype(np.float32))
params = [layer(5, 4), layer(4, 3)]
def network(params, x):
    for w, b in params:
        x = jax.nn.relu(jax.lax.dot(x.astype(jnp.float32), w) + b[None, :])
    return jax.nn.softmax(x[:, ::-1])
before = dict(jax.config.values)
graph = jax_graph(network, params)
check_source(graph, probes(graph, count=16))
assert dict(jax.config.values) == before
print(graph.features, [type(node).__name__ for node in graph.nodes], graph.run(np.ones((1, 5)), tail=True).tolist())
"""


def test_flags_of_jax_change_nothing(capsys: pytest.CaptureFixture[str]):
    exec(FLAGS, {})  # as this process is set up
    flags = dict.fromkeys(("JAX_ENABLE_X64", "JAX_DEBUG_NANS"), "1") | {
        "JAX_NUMPY_DTYPE_PROMOTION": "strict",
        "JAX_NUMPY_RANK_PROMOTION": "raise",
        "JAX_DEFAULT_PRNG_IMPL": "rbg",
        "JAX_TRANSFER_GUARD": "disallow",
    }
    done = subprocess.run(
        [sys.executable, "-c", FLAGS], capture_output=True, text=True, timeout=240, env=os.environ | flags, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == capsys.readouterr().out
    assert done.stdout.startswith("5 ['Dense', 'Clip', 'Dense', 'Clip', 'Tail']")
