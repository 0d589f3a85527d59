"""Python objects as float graphs: whose model is this? Only libraries that are loaded already are asked."""

from __future__ import annotations

import functools
import inspect
import sys
from types import FunctionType, MethodType
from typing import Any

from ..spec.errors import OptionError
from .graph import FloatGraph

EVALUATION = {
    **dict.fromkeys(("train", "training", "is_training"), False),
    **dict.fromkeys(("deterministic", "inference", "use_running_average"), True),
}
"""Arguments by which models are told to evaluate, and what they are then given."""
HINTS = ("features", "input_shape")


def graph_of(source: Any, **hints: Any) -> FloatGraph | None:
    """The float graph of a model that lies in memory.

    Args:
        source: a Torch module; a pair (apply_fn, params) of JAX, such as `(model.apply, variables)`; a pair (Flax linen
            module, variables), or a bound linen module; a Flax nnx module; an Equinox module, which takes one sample;
            a pair (`haiku.Transformed`, params), with state (`haiku.TransformedWithState`, (params, state)); or a JAX
            function that holds its own parameters.
        hints: `features` or `input_shape`, as `torch_graph` and `jax_graph` take them.

    Returns:
        None: it is none of these.

    Raises:
        OptionError: it is one, and something in it is not supported.
    """
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(source, torch.nn.Module):
        from .torch_graph import torch_graph

        return torch_graph(source, **hints)
    if "jax" not in sys.modules:
        return None
    if isinstance(source, tuple) and len(source) == 2:
        function, params = _pair(*source)
    else:
        function, params = _single(source)
    if function is None:
        return None
    from .jax_graph import jax_graph

    model = source[0] if isinstance(source, tuple) else source
    name = getattr(model, "__qualname__", type(model).__name__)
    for hint in hints:
        if hint not in HINTS:
            raise OptionError(f"{hint} is no option of this export; of a model {' and '.join(HINTS)} may be said")
    return jax_graph(function, params, name=name, **hints)


def _is(value: Any, module: str, *names: str) -> bool:
    """Whether the value is of a class of a library, if that is loaded."""
    library = sys.modules.get(module)
    return library is not None and isinstance(value, tuple(getattr(library, name) for name in names))


def _flags(call: Any) -> dict[str, bool]:
    return {name: EVALUATION[name] for name in inspect.signature(call).parameters if name in EVALUATION}


def _pair(model: Any, params: Any) -> tuple[Any, Any]:
    if _is(model, "flax.linen", "Module"):
        flags = _flags(model.__call__)
        return lambda variables, x: model.apply(variables, x, **flags), params
    if _is(model, "haiku", "TransformedWithState"):
        if not isinstance(params, tuple) or len(params) != 2:
            raise OptionError("a haiku.TransformedWithState needs (params, state) beside it")
        return lambda both, x: model.apply(*both, None, x)[0], params
    if _is(model, "haiku", "Transformed"):
        return lambda weights, x: model.apply(weights, None, x), params
    if not callable(model):
        return None, None
    # Haiku's apply takes a random key before the input.
    names = [*inspect.signature(model).parameters]
    return ((lambda weights, x: model(weights, None, x)) if names[1:2] == ["rng"] else model), params


def _single(model: Any) -> tuple[Any, Any]:
    if _is(model, "flax.linen", "Module"):
        if model.scope is None:
            raise OptionError(f"{type(model).__name__} holds no variables; give the pair (module, variables)")
        unbound, variables = model.unbind()
        return _pair(unbound, variables)
    if _is(model, "flax.nnx", "Module"):
        nnx = sys.modules["flax.nnx"]
        copy = nnx.merge(*nnx.split(model))
        copy.eval()
        graph, state = nnx.split(copy)
        flags = _flags(model.__call__)
        return lambda weights, x: nnx.merge(graph, weights)(x, **flags), state
    if _is(model, "equinox", "Module"):
        import jax

        equinox = sys.modules["equinox"]
        flags = _flags(model.__call__)
        return lambda each, x: jax.vmap(lambda v: each(v, **flags))(x), equinox.nn.inference_mode(model)
    if isinstance(model, (FunctionType, MethodType, functools.partial)) or hasattr(model, "lower"):  # a jitted function
        return model, None
    return None, None
