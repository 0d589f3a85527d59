"""What an exact layer asks of an array library; JAX's and Torch's answers stand in `jax/ops.py` and `torch/ops.py`.

Codes, counts and states travel as floats that hold integers (JAX float32; Torch float32 codes, float64 counts), because
only floats have derivatives. What both libraries spell alike (`x.clip`, `abs(x)`, `xp.floor` …) is used directly.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from ..spec.encoding import Encoding, zero_code
from ..spec.layer import WeightedLayer
from ..spec.maps import Conv2dLayer
from .executor import Steps
from .kinds import code_scale

Surrogate = Callable[[Any], Any]
"""A step function with a derivative of its own; called with (v − threshold) / threshold, so that its width means the
same at every stream length."""


def no_surrogate(x: Any) -> Any:
    """Of layers without spikes, and of arrays without derivatives."""
    raise AssertionError("a lif layer has a surrogate")


def values(codes: Any, encoding: Encoding, n: int) -> Any:
    """The real values that codes stand for (contract §1).

    Args:
        codes: floats that hold integers.
        encoding: of the codes.
        n: bits of a code.
    """
    return (codes - float(zero_code(encoding, n))) / code_scale(encoding, n)


class Ops(Steps, ABC):
    """An array library and the types that integers travel in."""

    room: str
    """Who asks, as the subject of a refusal."""
    xp: Any
    """The library's functions."""

    @abstractmethod
    def integers(self, v: Any) -> Any:
        """The numbers as int32, without a derivative."""

    @abstractmethod
    def codes(self, v: Any) -> Any:
        """Integers or truth values in the type that codes travel in."""

    @abstractmethod
    def sums(self, v: Any) -> Any:
        """Integers in the type that counts and states travel in."""

    @abstractmethod
    def constant(self, v: Any) -> Any:
        """The same without a derivative."""

    @abstractmethod
    def zeros(self, codes: Any, neurons: int) -> Any:
        """States 0, `(batch, neurons)`."""

    @abstractmethod
    def straight_through(self, smooth: Any, exact: Any) -> Any:
        """`exact` in the forward pass, the derivative of `smooth` in the backward pass; equal shapes."""

    @abstractmethod
    def through_products(self, layer: WeightedLayer, exact: Any, x: Any, w: Any) -> Any:
        """`exact`, with the derivative of Σ_j v(x_j)·v(w_j) / count_value.

        Args:
            layer: gives encodings and the value of a count.
            exact: counts, integers.
            x: input codes `(batch, inputs)`.
            w: weight codes `(neurons, inputs)`.
        """

    @abstractmethod
    def padded(self, maps: Any, padding: tuple[int, int, int, int], value: int) -> Any:
        """Maps `(…, rows, columns, channels)` of any of the types with a value about them.

        Args:
            maps: codes.
            padding: rows above and below, columns left and right.
            value: what stands there.
        """

    @abstractmethod
    def convolve(self, x_rows: Any, w_rows: Any, layer: Conv2dLayer, bound: int) -> Any:
        """Σ over a window's inputs and groups of rows of the products, as `contract`: `(batch, H', W', M)`.

        Args:
            x_rows: `rows` of padded maps of codes.
            w_rows: `rows` of weights `(M, kh, kw, C/g)`.
            layer: gives strides and groups of channels.
            bound: as in `matmul`.
        """

    @abstractmethod
    def through_windows(self, layer: Conv2dLayer, exact: Any, x: Any, w: Any) -> Any:
        """`through_products` of a convolution.

        Args:
            layer: the description.
            exact: counts `(batch, out_elements)`, integers.
            x: input codes `(batch, in_elements)`.
            w: weight codes `(M, kh, kw, C/g)`.
        """

    @abstractmethod
    def real(self, v: Any) -> Any:
        """Real numbers in the type that `nearest_magnitude` and `nearest_offset` want."""

    @abstractmethod
    def nearest_magnitude(self, v: Any, n: int) -> Any:
        """floor(|v|·(2^n − 1) + ½), at most 2^n − 1: without an error of rounding (contract §1)."""

    @abstractmethod
    def nearest_offset(self, v: Any, n: int) -> Any:
        """floor((v + 1) / 2·2^n + ½) before saturation."""

    @abstractmethod
    def spikes(self, v: Any, threshold: Any, strict: bool, surrogate: Surrogate) -> Any:
        """[v > threshold] where `strict`, else [v >= threshold].

        Args:
            v: a state.
            threshold: above 0.
            strict: see above.
            surrogate: its derivative at (v − threshold) / threshold is that of the spikes.
        """

    @abstractmethod
    def matmul(self, a: Any, b: Any, bound: int) -> Any:
        """`a @ b.T` of integers `(…, k)` and `(m, k)`, exact where no partial sum exceeds `bound` in magnitude.

        Args:
            a: `(…, k)`.
            b: `(m, k)`.
            bound: below 2^31.
        """

    @abstractmethod
    def rows(self, side: Any, bipolar: bool, all_rows: Any, codes: Any) -> Any:
        """What a `counters.Side` says of codes, laid out as `contract` wants it.

        Args:
            side: the operand.
            bipolar: whether codes have no sign and a bit 0 adds −1.
            all_rows: `side.all_rows()` as an array of this library.
            codes: int32 `(…, inputs)`.
        """

    @abstractmethod
    def contract(self, a: Any, b: Any, bound: int) -> Any:
        """Σ over inputs and groups of the products of two `rows`: `(…, neurons)`; `bound` as in `matmul`.

        Args:
            a: rows of the inputs.
            b: rows of the weights.
            bound: as in `matmul`.
        """

    @abstractmethod
    def fold(self, body: Callable[[Any, Sequence[Any]], Any], total: Any, arrays: Sequence[Any], size: int) -> Any:
        """Run `total = body(total, parts)` over consecutive parts of arrays of one length.

        Args:
            body: adds what some positions add; of positions that fill up the last part the last array is 0.
            total: before the first part.
            arrays: one entry a position; the last one how often a position counts.
            size: positions of a part.
        """

    def leak(self, v: Any, shift: int) -> Any:
        """v >> shift of a state, with the derivative 2^−shift."""
        part = v * 2.0**-shift  # a power of two: exact
        return self.straight_through(part, self.xp.floor(self.constant(part)))

    def saturated_sum(self, v: Any, a: Any, low: int, high: int) -> Any:
        """v + a, clipped.

        Args:
            v: a state.
            a: counts.
            low: the least state.
            high: the largest.
        """
        return (v + a).clip(low, high)
