"""Random JAX functions, Flax, Equinox and Haiku models for `fuzz.py`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from importing.fuzz import SIZES, TAILS, Case

ACTIVATIONS = {
    "relu": jax.nn.relu,
    "relu6": jax.nn.relu6,
    "hard_tanh": jax.nn.hard_tanh,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "clip": lambda x: jnp.clip(x, -1.0, 2.0),
    "maximum": lambda x: jnp.maximum(x, 0),
    "where": lambda x: jnp.where(x > 0, x, 0),
    "where the other way": lambda x: jnp.where(x <= 0, 0.0, x),
    "mask": lambda x: x * (x > 0),
    "min of max": lambda x: jnp.minimum(jnp.maximum(x, -2.0), 2.0),
    "lax.clamp": lambda x: jax.lax.clamp(jnp.zeros((), x.dtype), x, jnp.ones((), x.dtype)),
    "jitted relu": jax.jit(jax.nn.relu),
    "checkpointed relu": jax.checkpoint(jax.nn.relu),
    "vmapped relu": jax.vmap(jax.nn.relu),
}
MOVES = {
    "reverse": lambda x: x[:, ::-1],
    "roll": lambda x: jnp.roll(x, 1, axis=1),
    "fold and transpose": lambda x: x.reshape(x.shape[0], 2, -1).transpose(0, 2, 1).reshape(x.shape[0], -1),
    "take": lambda x: x[:, np.arange(x.shape[1])[::-1]],
    "swap halves": lambda x: jnp.concatenate(jnp.split(x, 2, axis=1)[::-1], axis=1),
    "every other first": lambda x: jnp.concatenate([x[:, ::2], x[:, 1::2]], axis=-1),
    "expand and squeeze": lambda x: jnp.squeeze(jnp.expand_dims(x, 1), 1),
    "transpose twice": lambda x: jax.nn.relu(x.T).T,
}
ELEMENTWISE = {
    "negate": lambda x: -x,
    "halve": lambda x: x / 2,
    "from one": lambda x: 1 - x,
    "scale and shift": lambda x: 1.5 * x + 0.25,
    "mask of features": lambda x: jnp.where(jnp.arange(x.shape[1]) > 0, x, 0.5),
    "cond": lambda x: jax.lax.cond(jnp.array(True), lambda y: y * 2.0, lambda y: y, x),
}
UNSUPPORTED = {
    "residual": lambda x: x + jax.nn.relu(x),
    "tanh": jnp.tanh,
    "gelu": jax.nn.gelu,
    "leaky": jax.nn.leaky_relu,
    "elu": jax.nn.elu,
    "swish": jax.nn.silu,
    "softmax in the middle": jax.nn.softmax,
    "over time": lambda x: (x.reshape(x.shape[0], 2, -1) @ (2 * jnp.eye(x.shape[1] // 2))).reshape(x.shape[0], -1),
    "mean": lambda x: x - x.mean(1, keepdims=True),
    "over the batch": lambda x: x - x.mean(0),
    "by the data": lambda x: jnp.where(x.sum(1, keepdims=True) > 0, x, -x),
    "branch on data": lambda x: jax.lax.cond(x.sum() > 0, lambda y: y, lambda y: -y, x),
    "abs": jnp.abs,
    "absolute by where": lambda x: jnp.where(x > 0, x, -x),
    "clip at another level": lambda x: jnp.where(x > 1, x, 0),
    "standardize": jax.nn.standardize,
    "square": jnp.square,
    "samples reversed": lambda x: x[::-1],
    "rounded": lambda x: x.astype(jnp.bfloat16).astype(jnp.float32),
    "step": lambda x: (x > 0).astype(jnp.float32),
    "loop": lambda x: jax.lax.fori_loop(0, 2, lambda _, y: y * y, x),
}
KINDS = tuple(
    kind
    for kind, package in (("linen", "flax"), ("nnx", "flax"), ("equinox", "equinox"), ("haiku", "haiku"))
    if find_spec(package)
)


def _draw(rng: np.random.Generator) -> tuple[list[str], list[tuple[str, Any]], int, bool]:
    """What was drawn in words, the steps, the input's size, and whether all of it is supported.

    A step is ("dense", (key, inputs, outputs)), ("norm", (key, features)) or (name, function).
    """
    size = first = int(rng.choice(SIZES))
    steps: list[tuple[str, Any]] = []
    kept: dict[tuple[int, int], str] = {}
    spoiled = str(rng.choice(list(UNSUPPORTED))) if rng.random() < 1 / 3 else None
    layers = int(rng.integers(1, 5))
    spoils_at = int(rng.integers(layers))
    for index in range(layers):
        outputs = int(rng.choice(SIZES))
        shared = (size, outputs) in kept and rng.random() < 0.7
        # Names in an order that is not that of the forward pass.
        key = kept[size, outputs] if shared else f"{'zyxwv'[index]}_layer"
        kept[size, outputs] = key
        steps.append(("dense", (key, size, outputs)))
        size = outputs
        if rng.random() < 0.3:
            steps.append(("norm", (f"norm{index}", size)))
        if rng.random() < 0.2:
            steps.append(("dropout", None))
        for choices in (MOVES, ELEMENTWISE):
            if rng.random() < 0.3:
                name = str(rng.choice(list(choices)))
                steps.append((name, choices[name]))
        if spoiled is not None and index == spoils_at:
            steps.append((spoiled, UNSUPPORTED[spoiled]))
        if index < layers - 1:
            name = str(rng.choice(list(ACTIVATIONS)))
            steps.append((name, ACTIVATIONS[name]))
    tail = str(rng.choice(TAILS))
    if tail != "none":
        steps.append((tail, _TAILS[tail]))
    said = [f"{name} {value[0]}" if isinstance(value, tuple) else name for name, value in steps]
    return said, steps, first, spoiled is None


def _spelled(x: jax.Array) -> jax.Array:
    e = jnp.exp(x - jax.lax.stop_gradient(x.max(-1, keepdims=True)))
    return e / e.sum(-1, keepdims=True)


_TAILS = {
    "softmax": jax.nn.softmax,
    "log_softmax": jax.nn.log_softmax,
    "sigmoid": jax.nn.sigmoid,
    "argmax": lambda x: jnp.argmax(x, axis=-1),
    "spelled softmax": _spelled,
    "selected softmax": lambda x: jax.nn.softmax(x[:, ::-1][:, :2]),
}


def build(rng: np.random.Generator) -> Case:
    """One model."""
    said, steps, size, supported = _draw(rng)
    kind = str(rng.choice(KINDS)) if KINDS and rng.random() < 0.2 else "function"
    source, call = _BUILDERS[kind](rng, steps, size)

    def own(x: np.ndarray) -> np.ndarray:
        return np.asarray(call(jnp.asarray(x, jnp.float32)), np.float64).reshape(len(x), -1)

    hints = {} if rng.random() < 0.5 else {"features": size}
    return Case([kind, *said], source, hints, own, "float32", supported)


def _array(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(size=shape).astype(np.float32)


def _filled(rng: np.random.Generator, shapes: Any, least: float = -np.inf) -> Any:
    """Random weights in these shapes: the initializers of the libraries compile a program for each of them."""
    return jax.tree.map(lambda leaf: jnp.asarray(np.maximum(_array(rng, *leaf.shape), least)), shapes)


def _function(rng: np.random.Generator, steps: list[tuple[str, Any]], size: int) -> tuple[Any, Any]:
    params: dict[str, Any] = {}
    for name, value in steps:
        if name == "dense":
            key, inputs, outputs = value
            params[key] = {"w": _array(rng, inputs, outputs), "b": _array(rng, outputs)}
        elif name == "norm":
            key, features = value
            params[key] = {name: _array(rng, features) for name in ("mean", "scale", "bias")}
            params[key]["var"] = rng.uniform(0.2, 2, features).astype(np.float32)
    params = jax.tree.map(jnp.asarray, params)
    transposed = bool(rng.random() < 0.3)

    def apply(params: Any, x: jax.Array) -> jax.Array:
        for name, value in steps:
            if name == "dense":
                layer = params[value[0]]
                x = jax.vmap(lambda v, w=layer["w"]: w.T @ v)(x) if transposed else x @ layer["w"]
                x = x + layer["b"]
            elif name == "norm":
                each = params[value[0]]
                x = (x - each["mean"]) * jax.lax.rsqrt(each["var"] + 1e-5) * each["scale"] + each["bias"]
            elif name != "dropout":
                x = value(x)
        return x

    return (apply, params), lambda x: apply(params, x)


def _linen(rng: np.random.Generator, steps: list[tuple[str, Any]], size: int) -> tuple[Any, Any]:
    import flax.linen as nn

    class Model(nn.Module):
        @nn.compact
        def __call__(self, x: jax.Array, train: bool = True) -> jax.Array:
            made: dict[str, Any] = {}
            for name, value in steps:
                if name == "dense":
                    made[value[0]] = made.get(value[0]) or nn.Dense(value[2], name=value[0])
                    x = made[value[0]](x)
                elif name == "norm":
                    x = nn.BatchNorm(use_running_average=not train, name=value[0])(x)
                elif name == "dropout":
                    x = nn.Dropout(0.5, deterministic=not train)(x)
                else:
                    x = value(x)
            return x

    model = Model()
    shapes = jax.eval_shape(lambda x: model.init(jax.random.key(0), x, train=False), jnp.zeros((1, size)))
    variables = {
        name: _filled(rng, each, least=0.1 if name == "batch_stats" else -np.inf) for name, each in shapes.items()
    }
    return (model, variables), lambda x: model.apply(variables, x, train=False)


def _nnx(rng: np.random.Generator, steps: list[tuple[str, Any]], size: int) -> tuple[Any, Any]:
    from flax import nnx

    rngs = nnx.Rngs(0)
    weights = {"kernel_init": lambda _, shape, dtype=None: jnp.asarray(_array(rng, *shape))}

    class Model(nnx.Module):
        def __init__(self) -> None:
            for name, value in steps:
                if name == "dense" and not hasattr(self, value[0]):
                    setattr(self, value[0], nnx.Linear(value[1], value[2], rngs=rngs, **weights))
                elif name == "norm":
                    setattr(self, value[0], nnx.BatchNorm(value[1], rngs=rngs))
            self.dropout = nnx.Dropout(0.5, rngs=rngs)

        def __call__(self, x: jax.Array) -> jax.Array:
            for name, value in steps:
                x = getattr(self, value[0])(x) if name in ("dense", "norm") else (value or self.dropout)(x)
            return x

    model = Model()
    evaluated = nnx.merge(*nnx.split(model))
    evaluated.eval()
    return model, evaluated


def _equinox(rng: np.random.Generator, steps: list[tuple[str, Any]], size: int) -> tuple[Any, Any]:
    import equinox as eqx

    shapes = {
        value[0]: eqx.filter_eval_shape(eqx.nn.Linear, value[1], value[2], key=jax.random.key(0))
        for name, value in steps
        if name == "dense"
    }
    layers = _filled(rng, shapes)

    class Model(eqx.Module):
        layers: dict
        dropout: eqx.nn.Dropout

        def __call__(self, v: jax.Array, *, key: Any = None) -> jax.Array:
            for name, value in steps:
                if name == "dense":
                    v = self.layers[value[0]](v)
                elif name == "dropout":
                    v = self.dropout(v, key=key)
                elif name != "norm":
                    v = value(v[None])[0]
            return v

    model = Model(layers, eqx.nn.Dropout(0.5))
    return model, jax.vmap(eqx.nn.inference_mode(model))


def _haiku(rng: np.random.Generator, steps: list[tuple[str, Any]], size: int) -> tuple[Any, Any]:
    import haiku as hk

    def forward(x: jax.Array) -> jax.Array:
        made: dict[str, Any] = {}
        for name, value in steps:
            if name == "dense":
                made[value[0]] = made.get(value[0]) or hk.Linear(value[2], name=value[0])
                x = made[value[0]](x)
            elif name not in ("norm", "dropout"):
                x = value(x)
        return x

    model = hk.transform(forward)
    params = _filled(rng, jax.eval_shape(model.init, jax.random.key(0), jnp.zeros((1, size))))
    source = (model, params) if rng.random() < 0.5 else (model.apply, params)
    return source, lambda x: model.apply(params, None, x)


_BUILDERS = {"function": _function, "linen": _linen, "nnx": _nnx, "equinox": _equinox, "haiku": _haiku}
