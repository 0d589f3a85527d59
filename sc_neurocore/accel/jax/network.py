"""A whole network as a pure JAX function on integer codes: equal to the reference in every integer, on CPU, GPU or TPU.

Everything runs in int32, int8 and (where exact) float32, under flags of its own (see `settings`); those of the program
are not touched.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from ...spec.codes import check_codes
from ...spec.errors import CodesError, SpecError, require_extra
from ...spec.kinds import unknown_kind
from ...spec.layer import DenseLayer
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ...spec.network import NetworkSpec

require_extra("jax", "jax")

import jax  # noqa: E402 -- after the check, so that a missing jax is an error that names the extra
import jax.numpy as jnp  # noqa: E402
from jax import lax  # noqa: E402
from jax.core import Tracer  # noqa: E402

from ..exact_layer import ExactLayer  # noqa: E402
from ..exact_maps import ExactPool  # noqa: E402
from ..executor import ProgramCache, run_steps  # noqa: E402
from ..kinds import known_layers, positions  # noqa: E402
from . import gradient, ops  # noqa: E402
from .counts import AccumulateFn, compile_layer, compile_windows  # noqa: E402
from .settings import our_settings, under_our_settings  # noqa: E402

BLOCK_ELEMENTS = 2**22
"""Features (samples × inputs × selectors) of one call of `run`, about; longer batches go in blocks of some 20 MB."""

Parameters = list[dict[str, jax.Array]]


class _CompiledLayer(ExactLayer):
    """A layer on integers with its weights in the form that is multiplied fastest: the tensors are `weight`."""

    def counts(self, codes: jax.Array) -> jax.Array:
        """Biased counts."""
        a, layer = self.counter(self.weight, codes), self.layer
        return (a.reshape(len(a), positions(layer), layer.neurons) + self.bias).reshape(len(a), layer.out_elements)


def _compiled(layer: Layer, weight: np.ndarray, bias: np.ndarray) -> tuple[dict[str, jax.Array], AccumulateFn | None]:
    """The tensors of a layer, and what counts with them."""
    match layer:
        case DenseLayer():
            coefficients, accumulate = compile_layer(layer, weight)
        case Conv2dLayer():
            coefficients, accumulate = compile_windows(layer, weight)
        case MaxPool2dLayer() | AvgPool2dLayer():
            return {}, None
        case other:
            unknown_kind(other, ops.INTEGERS.room)
    return {**coefficients, "bias": jnp.asarray(bias, jnp.int32)}, accumulate


def _make_layer(layer: Layer, accumulate: AccumulateFn | None, tensors: dict[str, jax.Array]) -> ExactLayer | ExactPool:
    """The layer for `run_steps`."""
    match layer:
        case DenseLayer() | Conv2dLayer():
            assert accumulate is not None, "what has weights counts"
            return _CompiledLayer(ops.INTEGERS, layer, accumulate, tensors, tensors["bias"])
        case MaxPool2dLayer() | AvgPool2dLayer():
            return ExactPool(ops.INTEGERS, layer)
        case other:
            unknown_kind(other, ops.INTEGERS.room)


class NetworkFunction:
    """`f(codes) -> outputs` of one network; pure, so it may be jitted, vmapped and sharded.

    `apply(parameters, codes)` is the same with the tensors as arguments, for callers who jit it themselves and do not
    want them compiled in as constants.
    """

    def __init__(self, network: NetworkSpec) -> None:
        self.network = network
        self.layers = known_layers(network, ops.INTEGERS.room)
        self.parameters: Parameters = []
        self._accumulate: list[AccumulateFn | None] = []
        for layer, weight, bias in zip(self.layers, network.weights, network.biases, strict=True):
            tensors, accumulate = _compiled(layer, weight, bias)
            self.parameters.append(tensors)
            self._accumulate.append(accumulate)
        self._jitted = jax.jit(self.apply)

    @classmethod
    def of(cls, network: NetworkSpec) -> NetworkFunction:
        """The one that is kept for a network, made under our settings."""
        with our_settings():
            return _cache.of(network.sha256, lambda: cls(network))

    def __call__(self, codes: Any) -> jax.Array:
        """Outputs of integer codes.

        Args:
            codes: integers `(..., features)`, or `(..., time_steps, features)` where each step has its own. In range:
                a pure function cannot check values (`sc_neurocore.infer` does). A JAX array of floats that holds
                integers is taken too: then the outputs are float32 and have the straight-through derivative.

        Returns:
            int32 `(..., neurons)`, or `(..., time_steps, neurons)`; float32 where the codes are floats.

        Raises:
            CodesError: the codes' shape or type is not the network's.
            SpecError: `output.reduce` "sum" may leave int32; `sc_neurocore.infer` gives it in int64.
        """
        if self.network.output_magnitude > 2**31 - 1:
            raise SpecError(
                f"the sum over time_steps = {self.network.time_steps} may reach {self.network.output_magnitude}, which "
                "int32 cannot hold; use infer(network, codes, engine='jax'), or output.reduce 'none'"
            )
        with our_settings():
            if isinstance(codes, jax.Array) and jnp.issubdtype(codes.dtype, jnp.floating):
                return self._differentiable(codes)
            high, low = self._jitted(self.parameters, self._checked(codes))
            return (high << 16) + low.astype(jnp.int32)

    def _differentiable(self, codes: jax.Array) -> jax.Array:
        """The same integers (rounded to float32), with the derivative of `gradient.forward`."""
        if not isinstance(codes, Tracer) and bool((codes != jnp.round(codes)).any()):
            raise CodesError("codes must be integers, also where they are held as floats; quantize real features first")
        self._check_shape(codes)
        smooth = gradient.forward(self.network, self._tensors, codes)
        constant = lax.stop_gradient(codes).astype(jnp.int32)
        return ops.straight_through(smooth, self(constant).astype(jnp.float32))

    @cached_property
    def _tensors(self) -> gradient.Tensors:
        with jax.ensure_compile_time_eval():  # kept beyond the trace that first asks for them
            return gradient.float_tensors(self.network)

    def apply(self, parameters: Parameters, codes: jax.Array) -> ops.Limbs:
        """Outputs as limbs: sums over time need up to 47 bits."""
        time, x, lead = gradient.flat(self.network, codes.astype(jnp.int32))
        layers = [_make_layer(*parts) for parts in zip(self.layers, self._accumulate, parameters, strict=True)]
        outputs = run_steps(ops.INTEGERS, layers, x, time)
        limbs = outputs if time.summed else ops.Limbs(outputs >> 16, (outputs & 0xFFFF).astype(jnp.uint32))
        return ops.Limbs(*(limb.reshape(*lead, *limb.shape[1:]) for limb in limbs))

    def _checked(self, codes: Any) -> jax.Array:
        array = codes if isinstance(codes, jax.Array) else np.asarray(codes)
        if not jnp.issubdtype(array.dtype, jnp.integer):
            raise CodesError(f"codes must be integers, got dtype {array.dtype}; real features go through quantize")
        self._check_shape(array)
        return array.astype(jnp.int32) if isinstance(array, jax.Array) else jnp.asarray(array.astype(np.int32))

    def _check_shape(self, array: Any) -> None:
        sample = self.network.codes_shape(batch=1)[1:]
        if array.shape[array.ndim - len(sample) :] != sample or array.ndim < len(sample):
            raise CodesError(f"codes must have shape (..., {', '.join(map(str, sample))}), got {array.shape}")

    def block(self) -> int:
        """Samples that `run` gives to the device at a time."""
        widest = 1
        for layer, tensors in zip(self.layers, self.parameters, strict=True):
            features = [c.shape[1] for name, c in tensors.items() if name.endswith("coefficients")]
            widest = max(widest, layer.in_elements, layer.out_elements, positions(layer) * sum(features))
        return max(1, BLOCK_ELEMENTS // (widest * self.network.time_steps))


_cache = ProgramCache(16)


def network_fn(network: NetworkSpec) -> Callable[[Any], jax.Array]:
    """A pure JAX function from integer codes to the network's integer outputs, `jit`- and `vmap`-safe.

    Args:
        network: description and tensors.

    Returns:
        `f(codes)`: codes `(..., features)` or `(..., time_steps, features)` of any integer type, outputs int32; codes
        that are JAX floats give floats with the straight-through derivative, for `jax.grad`. See `NetworkFunction`;
        `gradient.forward` differentiates in weights and biases too.
    """
    return NetworkFunction.of(network)


@under_our_settings
def run(network: NetworkSpec, codes: Any) -> np.ndarray:
    """Outputs of a network, int64, by JAX; batches of any size in blocks of bounded memory.

    Args:
        network: description and tensors.
        codes: as the contract's paragraph on time says; checked.

    Raises:
        CodesError: codes of a wrong shape, type or range.
    """
    checked = check_codes(network, codes).astype(np.int32)
    function = NetworkFunction.of(network)
    outputs = np.empty(network.output_shape(len(checked)), dtype=np.int64)
    block = min(function.block(), max(1, len(checked)))
    for start in range(0, len(checked), block):
        part = checked[start : start + block]
        # One shape, one compilation: the last block is filled up with zeros, which are legal codes.
        filled = np.concatenate([part, np.zeros((block - len(part), *part.shape[1:]), np.int32)])
        high, low = function._jitted(function.parameters, filled)
        integers = (np.asarray(high, dtype=np.int64) << 16) + np.asarray(low, dtype=np.int64)
        outputs[start : start + len(part)] = integers[: len(part)]
    return outputs
