"""What a surrogate gradient is: a hard threshold forward, a stand-in for its derivative backward."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, get_args

from ...spec.errors import OptionError
from .backends import backend_of
from .ops import Ops
from .parameters import Comparator, number_or_array


class Surrogate:
    """A step function whose derivative is replaced by `surrogate_grad`: the surrogate gradient.

    Source: Neftci, Mostafa and Zenke, Surrogate gradient learning in spiking neural networks, IEEE Signal Processing
    Magazine 36(6), 2019.

    Calling it gives [x >= 0] (or [x > 0] where `comparator` is "gt") in the dtype of x; -0 counts as 0, NaN gives 0.
    Differentiated once it has the slope `surrogate_grad(x)`; differentiated twice it is 0, since the slope itself is
    taken as a constant of x. Works under `jit`, `vmap`, `grad`, `jvp`, `jacfwd` and `jacrev`.

    With respect to a *parameter* of the surrogate the derivative is that of `surrogate_grad`, by convention: neither
    the 0 of the step function nor the derivative of `surrogate_fun`. Parameters can therefore not be trained through a
    spike.

    A subclass defines `surrogate_grad`; where it also defines `surrogate_fun`, the former is the latter's derivative.

    >>> import jax, jax.numpy as jnp
    >>> class Tent(Surrogate):
    ...     def surrogate_grad(self, x):
    ...         return jnp.maximum(1 - jnp.abs(x), 0)
    >>> print(Tent()(jnp.array([-0.5, 0.0, 0.5])), jax.grad(Tent())(0.25))
    [0. 1. 1.] 0.75
    """

    comparator: Comparator = "ge"

    def __call__(self, x: Any) -> Any:
        """Spikes of x = membrane - threshold, in x's shape and dtype."""
        return backend_of(x).spike(x, self.surrogate_grad, self.comparator)

    def surrogate_fun(self, x: Any) -> Any:
        """The smooth function that stands for the step; optional, for looking at it and for sampling from it."""
        raise NotImplementedError(f"{type(self).__name__} is given by its gradient alone: it has no surrogate_fun")

    def surrogate_grad(self, x: Any) -> Any:
        """The slope that stands for the step's derivative."""
        raise NotImplementedError(f"{type(self).__name__} must define surrogate_grad(x)")


@dataclass(frozen=True, kw_only=True)
class Formula(Surrogate):
    """One entry of the catalogue: a surrogate written in the array functions of `Ops`, for any framework to run.

    Entries are frozen dataclasses: equal parameters make equal objects with equal hashes, fit for static arguments.
    Parameters may also be traced arrays (then they are not validated, and the object has no hash). 16-bit floats are
    computed in float32 and rounded once, at the end.
    """

    gain: float = field(default=1.0, metadata={"rule": "finite"})
    """Factor on `surrogate_fun` and `surrogate_grad`; other libraries' amplitudes are expressed with it."""
    comparator: Comparator = "ge"

    equation: ClassVar[str] = ""
    """The slope, as one line of text: the docstring of `gradient`."""
    source: ClassVar[str] = ""
    """Where the form comes from: the paper, and the libraries that have it."""

    def __init_subclass__(cls) -> None:
        cls.equation = vars(cls).get("equation", cls.gradient.__doc__ or "")

    def __post_init__(self) -> None:
        for f in fields(self):
            if "rule" in f.metadata:
                name = f"{type(self).__name__}: {f.name}"
                object.__setattr__(self, f.name, number_or_array(name, getattr(self, f.name), f.metadata["rule"]))
        if self.comparator not in get_args(Comparator):
            raise OptionError(f"{type(self).__name__}: comparator must be 'ge' or 'gt', got {self.comparator!r}")

    def gradient(self, ops: Ops, x: Any) -> Any:
        """The slope at x, without `gain`, in the array functions `ops`; an entry's docstring is its equation."""
        raise NotImplementedError

    def primitive(self, ops: Ops, x: Any) -> Any:
        """The function whose derivative `gradient` is; forms given by their gradient alone have none."""
        return super().surrogate_fun(x)

    @property
    def has_function(self) -> bool:
        """Whether `surrogate_fun` is defined."""
        return type(self).primitive is not Formula.primitive

    def surrogate_grad(self, x: Any) -> Any:
        """The slope, times `gain`; in the dtype of x."""
        return backend_of(x).evaluate(self.gradient, x, self.gain)

    def surrogate_fun(self, x: Any) -> Any:
        """The smooth function, times `gain`; in the dtype of x.

        Raises:
            NotImplementedError: the form is given by its gradient alone.
        """
        return backend_of(x).evaluate(self.primitive, x, self.gain)
