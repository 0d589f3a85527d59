"""A spiking dense layer in JAX whose synapses are stochastic streams, counted exactly."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from ..spec.coerce import array as coerced_array
from ..spec.coerce import finite, first_index, integer, number
from ..spec.errors import CodesError, OptionError, require_extra
from ..spec.network import InputSpec, NetworkSpec
from ..training.surrogate import Arctan, Surrogate
from . import _checks
from .neuron_parameters import NeuronParameters

require_extra("jax", "jax")

import jax  # noqa: E402 -- after the check, so that a missing jax is an error that names the extra
import jax.numpy as jnp  # noqa: E402
from jax.core import Tracer  # noqa: E402

from . import jax_functional as functional  # noqa: E402


@partial(jax.jit, static_argnames=("input_scale",))
def _project(projection: functional.Projection, x: jax.Array, input_scale: float | None) -> jax.Array:
    return functional.project(projection, x, input_scale)


_step = jax.jit(functional.step_currents, static_argnames=("parameters", "surrogate"))
_run = jax.jit(functional.run_currents, static_argnames=("parameters", "surrogate"))
_encode_weights = jax.jit(functional.encode_weights, static_argnames=("length",))


class JaxSCDenseLayer:
    """Inputs → stochastic projection W·x → leaky integrate-and-fire neurons → spikes.

    The projection is the contract's exact count at `bitstream_length` (`network` gives it as a network that `infer`
    and the gates run), so it is coarse for short streams and tends to W·x for long ones. The object holds weights,
    membranes and the noise's key; the pure functions are in `sc_neurocore.layers.jax_functional`, for use under
    `jit`, `grad` and `vmap`, where an object that changes itself has no place.

    >>> layer = JaxSCDenseLayer(2, 3, bitstream_length=256, weights=np.eye(2, 3, dtype=np.float32), seed=0)
    >>> layer.run(np.ones((5, 3), np.float32)).shape
    (5, 2)
    """

    def __init__(
        self,
        n_neurons: int,
        n_inputs: int,
        bitstream_length: int = 1024,
        dt_ms: float = 1.0,
        neuron_params: Mapping[str, Any] | None = None,
        seed: int | None = None,
        weights: Any = None,
        *,
        input_scale: float | None = None,
        surrogate: Surrogate | None = None,
    ) -> None:
        """Make a layer at rest.

        Args:
            n_neurons: neurons.
            n_inputs: inputs.
            bitstream_length: bits of a stream, 1 to 2^20.
            dt_ms: time step.
            neuron_params: constants of `NeuronParameters` that differ from its defaults.
            seed: 0 to 2^32 − 1, of noise and initial weights; None is 0.
            weights: floating `(n_neurons, n_inputs)`; normal with deviation 1/√n_inputs where not given.
            input_scale: real input that the streams' full scale stands for; larger ones are errors. None scales each
                input vector by max(1, its largest magnitude).
            surrogate: gradient of a spike; `Arctan(alpha=2.0)` where not given.

        Raises:
            OptionError: a number or name breaks its rule.
            CodesError: the weights do.
        """
        self.n_neurons = integer("n_neurons", n_neurons, 1, 65_536)
        self.n_inputs = integer("n_inputs", n_inputs, 1, 65_536)
        self.bitstream_length = integer("bitstream_length", bitstream_length, 1, 2**20)
        if self.n_inputs * self.bitstream_length >= 2**31:
            product = self.n_inputs * self.bitstream_length
            raise OptionError(f"n_inputs * bitstream_length must be below 2^31, got {product}")
        self.parameters = NeuronParameters.from_mapping(neuron_params, dt_ms)
        self.seed = 0 if seed is None else integer("seed", seed, 0, 2**32 - 1)
        self.input_scale = None if input_scale is None else number("input_scale", input_scale, above=0)
        self.surrogate = Arctan(alpha=2.0) if surrogate is None else surrogate
        if not isinstance(self.surrogate, Surrogate):
            raise OptionError(f"surrogate must be a Surrogate or None, got {surrogate!r}")
        noise_key, weight_key = jax.random.split(jax.random.key(self.seed))
        self._key = noise_key
        if weights is None:
            weights = jax.random.normal(weight_key, (self.n_neurons, self.n_inputs)) / self.n_inputs**0.5
        self.set_weights(weights)
        self.reset()

    def set_weights(self, weights: Any) -> None:
        """Replace the weights `(n_neurons, n_inputs)`; the neurons' state stays."""
        array = _runtime_array("weights", weights)
        if array.shape != (self.n_neurons, self.n_inputs):
            shape = (self.n_neurons, self.n_inputs)
            raise CodesError(f"weights must have shape {shape}, (n_neurons, n_inputs); got {array.shape}")
        self._projection = _encode_weights(array, length=self.bitstream_length)

    @property
    def weights(self) -> jax.Array:
        """The weights as given, `(n_neurons, n_inputs)`."""
        return self._projection.weights

    @property
    def v(self) -> jax.Array:
        """Membranes, `(n_neurons,)` or `(batch, n_neurons)`."""
        return self._state.v

    def reset(self) -> None:
        """Back to the first step: membranes at rest, and the noise as it was then."""
        self._state = functional.initial_state(self.parameters, (self.n_neurons,), self._key)
        self._started = False

    def step(self, x: Any) -> jax.Array:
        """One time step.

        Args:
            x: floating inputs `(n_inputs,)` or `(batch, n_inputs)`. Where n_neurons differs from n_inputs, an array
                with n_neurons on its last axis is taken as currents; a square layer always projects.

        Returns:
            spikes `(n_neurons,)` or `(batch, n_neurons)`.

        Raises:
            CodesError: the array's type, shape or values are not legal.
            OptionError: the batch is not that of the steps before; or the call is traced.
        """
        return self._advance(self._as_currents(_runtime_array("x", x), axes=1), functional_run=False)

    def step_currents(self, currents: Any) -> jax.Array:
        """`step` on currents `(n_neurons,)` or `(batch, n_neurons)`, without a projection."""
        return self._advance(self._checked_currents(currents, axes=1), functional_run=False)

    def run(self, x: Any) -> jax.Array:
        """All steps of a sequence, in one `lax.scan`; equal to as many calls of `step`.

        Args:
            x: floating inputs `(T, n_inputs)` or `(batch, T, n_inputs)`; currents as in `step`.

        Returns:
            spikes `(T, n_neurons)` or `(batch, T, n_neurons)`.

        Raises:
            CodesError: as `step`.
            OptionError: as `step`.
        """
        return self._advance(self._as_currents(_runtime_array("x", x), axes=2), functional_run=True)

    def run_currents(self, currents: Any) -> jax.Array:
        """`run` on currents `(T, n_neurons)` or `(batch, T, n_neurons)`, without a projection."""
        return self._advance(self._checked_currents(currents, axes=2), functional_run=True)

    def project(self, x: Any) -> jax.Array:
        """Estimate of W·x, the currents of inputs `(..., n_inputs)`."""
        return _project(self._projection, self._checked_inputs(_runtime_array("x", x)), self.input_scale)

    def encode(self, x: Any) -> np.ndarray:
        """The sign_magnitude codes that inputs `(..., n_inputs)` run as, int64."""
        array = self._checked_inputs(_runtime_array("x", x))
        scales = functional.input_scales(array, self.input_scale)
        return np.asarray(functional.sign_codes(array / scales, self.resolution_bits)).astype(np.int64)

    def counts(self, x: Any) -> np.ndarray:
        """The projection's integers, int64 `(..., n_neurons)`: equal to `infer(layer.network(), layer.encode(x))`."""
        codes = jnp.asarray(self.encode(x), jnp.int32)
        return np.asarray(functional.project_counts(self._projection, codes)).astype(np.int64)

    @property
    def resolution_bits(self) -> int:
        """Bits of a code: ceil(log2 bitstream_length), held in 2 ... 16."""
        return _checks.resolution_of(self.bitstream_length)

    def network(self, name: str = "jax_dense_layer") -> NetworkSpec:
        """The projection as a network; its outputs are counts, each worth the last layer's `output_scale`."""
        scale = self.input_scale or 1.0
        worth = scale * float(self._projection.scale)
        layer = functional.describe(self.n_neurons, self.n_inputs, self.bitstream_length, worth)
        return NetworkSpec(
            name=name,
            input=InputSpec(
                features=self.n_inputs,
                encoding="sign_magnitude",
                resolution_bits=self.resolution_bits,
                scale=scale,
            ),
            layers=(layer,),
            weights=(np.asarray(self._projection.codes),),
            biases=(np.zeros(self.n_neurons, np.int32),),
        )

    def _advance(self, currents: jax.Array, functional_run: bool) -> jax.Array:
        shape = (*currents.shape[: -2 if functional_run else -1], self.n_neurons)
        if not self._started:
            self._state = functional.initial_state(self.parameters, shape, self._key)
        elif self._state.v.shape != shape:
            had, got = self._state.v.shape[:-1] or "no batch", shape[:-1] or "no batch"
            raise OptionError(f"the batch must be that of the steps before ({had}), got {got}; call reset() first")
        advance = _run if functional_run else _step
        self._state, spikes = advance(self._state, currents, parameters=self.parameters, surrogate=self.surrogate)
        self._started = True
        return spikes

    def _as_currents(self, array: jax.Array, axes: int) -> jax.Array:
        if self.n_inputs != self.n_neurons and array.ndim and array.shape[-1] == self.n_neurons:
            return self._checked_currents(array, axes)
        self._check_axes("x", array, axes, self.n_inputs, "n_inputs")
        return _project(self._projection, self._checked_inputs(array), self.input_scale)

    def _checked_currents(self, currents: Any, axes: int) -> jax.Array:
        array = _runtime_array("currents", currents)
        self._check_axes("currents", array, axes, self.n_neurons, "n_neurons")
        return array

    def _check_axes(self, name: str, array: jax.Array, axes: int, size: int, size_name: str) -> None:
        if array.ndim not in (axes, axes + 1) or array.shape[-1] != size:
            time = "T, " if axes == 2 else ""
            rule = f"({time}{size_name}) or (batch, {time}{size_name}) with {size_name} = {size}"
            raise CodesError(f"{name} must have shape {rule}, got {array.shape}")

    def _checked_inputs(self, array: jax.Array) -> jax.Array:
        if array.ndim == 0 or array.shape[-1] != self.n_inputs:
            raise CodesError(f"x must have shape (..., n_inputs) with n_inputs = {self.n_inputs}, got {array.shape}")
        if self.input_scale is not None:
            values = np.asarray(array, np.float64)
            outside = np.abs(values) > self.input_scale
            if outside.any():
                index = first_index(outside)
                rule = f"lie in [-input_scale, input_scale], input_scale = {self.input_scale:g}"
                raise CodesError(f"x must {rule}; got {values[index]} at index {index}")
        return array


def _runtime_array(name: str, value: Any) -> jax.Array:
    """A floating, finite, non-empty array.

    Its values are read here, which waits for whoever computes them, but never for the layer's own steps.
    """
    if isinstance(value, Tracer):
        raise OptionError(
            f"{name} is traced, but this object changes itself; under jit, grad and vmap use the functions of "
            "sc_neurocore.layers.jax_functional"
        )
    if not isinstance(value, jax.Array | np.ndarray):
        value = coerced_array(name, value)
    if not jnp.issubdtype(value.dtype, jnp.floating):
        raise CodesError(f"{name} must be floating-point, got dtype {value.dtype}")
    if value.size == 0:
        raise CodesError(f"{name} must not be empty, got shape {value.shape}")
    finite(name, np.asarray(value, np.float64))
    return jnp.asarray(value)
