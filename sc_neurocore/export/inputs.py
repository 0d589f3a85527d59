"""How real features become the codes of a network's input: by one scale, or by a scale and an offset of each feature.

Features of different size need scales of their own (contract §8): the code of x is that of u = (x − offset) / scale.
The first layer then takes W·x + b = (W·scale)·u + (b + W·offset), which is exact in real numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from ..importing.graph import Scale
from ..importing.maps import MapShape
from ..spec.coerce import number, real_array
from ..spec.encoding import is_signed
from ..spec.errors import OptionError
from ..spec.network import InputSpec
from .float_network import FloatNetwork

InputEncoding = Literal["unipolar", "sign_magnitude"]

FRACTIONS = (1.0, 0.84, 0.71, 0.59, 0.5)
"""Of the largest magnitude in the calibration data: rare larger features saturate, where that costs less than it gains.
"""

SAME = 1e-9
"""Relative difference under which scales of a channel's elements count as one."""

DEVIATIONS = (8.0, 6.0, 5.0, 4.0, 3.4, 2.8, 2.4, 2.0)
"""Standard deviations of a feature within which its codes lie: features often have long tails on one side."""


@dataclass(frozen=True, eq=False)
class InputRange:
    """What the codes of the input stand for."""

    encoding: InputEncoding
    scale: float | np.ndarray
    """Real value of the largest code; of each feature `(features,)` where there is an offset."""
    offset: np.ndarray | None = None
    """Real value of the code 0 of each feature; None: 0, and one scale for all."""

    @property
    def peak(self) -> float:
        """What the first layer reads as its inputs' largest value, once `folded` has taken scales of features."""
        return 1.0 if self.offset is not None else float(self.scale)

    def units(self, x: np.ndarray) -> np.ndarray:
        """Real features `(samples, features)` as parts of the largest code."""
        return (x if self.offset is None else x - self.offset) / self.scale

    def features(self, x: np.ndarray) -> np.ndarray:
        """Real features `(samples, features)` as the `folded` network takes them."""
        return x if self.offset is None else self.units(x)

    def folded(self, floats: FloatNetwork) -> FloatNetwork:
        """The network on `units` where features have scales of their own, else on features as they are."""
        if self.offset is None and floats.leading is None:
            return floats
        scale, offset = (1.0, 0.0) if self.offset is None else (self.scale, self.offset)
        leading = floats.leading
        factor, shift = (1.0, 0.0) if leading is None else (leading.factor, leading.offset)
        first = floats.weights[0]
        with np.errstate(over="ignore", invalid="ignore"):
            factor, shift = factor * scale, factor * offset + shift
            if floats.in_shape is not None:
                size = np.asarray(factor, np.float64)
                factor, shift = (_of_inputs(floats, np.asarray(each, np.float64), size) for each in (size, shift))
            moved = first @ shift if np.ndim(shift) == 1 else (first * shift).sum(axis=1)
            weight, bias = first * factor, floats.biases[0] + moved
        weight = real_array("weights[0] times input_scale", weight, error=OptionError)
        bias = real_array("biases[0] with weights[0] times input_offset", bias, error=OptionError)
        weights, biases = (weight, *floats.weights[1:]), (bias, *floats.biases[1:])
        return replace(floats, weights=weights, biases=biases, leading=None)

    def fields(self, features: int, bits: int, shape: MapShape | None) -> dict[str, Any]:
        """Fields of the network that describe its input.

        Args:
            features: how many.
            bits: of a code.
            shape: of the map that they are; None: they are none.
        """
        size: dict[str, Any] = {"features": features, "encoding": self.encoding, "resolution_bits": bits}
        size["shape"] = shape
        if self.offset is None:
            return {"input": InputSpec(**size, scale=float(self.scale))}
        return {"input": InputSpec(**size, per_feature=True), "input_scale": self.scale, "input_offset": self.offset}


def _of_inputs(floats: FloatNetwork, values: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """What each element of a map is multiplied with, or what is added to it, for each input of the first layer.

    Args:
        floats: the network, whose first layer takes a map.
        values: of each element, or of all.
        factor: of each element; what counts as equal is measured by it.

    Raises:
        OptionError: elements of one channel differ; or something is added in front of zeros around the map, or in front
            of the largest of a window a factor is negative.
    """
    assert floats.in_shape is not None
    channels = floats.in_shape[2]
    each = np.broadcast_to(values, (floats.features,)).reshape(-1, channels)
    size = float(np.abs(factor).max())
    if not np.allclose(each, each[0], rtol=0, atol=SAME * size):
        raise OptionError("input_scale and input_offset must be the same for all positions of a channel of the map")
    if values is factor:
        if (each[0] < 0).any() and any(pool.kind == "max" for pool in floats.pools_before(0)):
            raise OptionError("the input is multiplied by a negative factor before the largest of a window is taken")
    elif floats.padded(0) and not np.allclose(each, 0, rtol=0, atol=SAME * size):
        raise OptionError(
            "the first layer sees zeros around its map, so the code 0 must stand for the 0 of what it takes: leave "
            "input_scale and input_offset out, or give those of the normalization before it"
        )
    convolution = floats.convolution(0)
    if convolution is None:
        return np.tile(each[0], floats.weights[0].shape[1] // channels)[None]
    own = channels // convolution.groups
    start = np.arange(len(floats.weights[0])) * convolution.groups // len(floats.weights[0]) * own
    return each[0][start[:, None] + (np.arange(floats.weights[0].shape[1]) % own)[None]]


def given_range(
    encoding: InputEncoding | None, scale: Any | None, offset: Any | None, features: int, x: np.ndarray | None
) -> InputRange | None:
    """The range that options say; None: they leave it to the data.

    Args:
        encoding: None: sign_magnitude if any of the data are negative, else unipolar.
        scale: a positive number, or one of each feature; None: the largest magnitude of the data, or 1.
        offset: of each feature, or None.
        features: how many.
        x: calibration data `(samples, features)`, or None.

    Raises:
        OptionError: no such encoding, or one that data do not fit; a scale that is not positive; an offset without
            scales, or of another size.
    """
    if encoding is not None and encoding not in get_args(InputEncoding):
        raise OptionError(f"input_encoding must be {' or '.join(get_args(InputEncoding))}, got {encoding!r}")
    by_feature = offset is not None or (scale is not None and np.ndim(scale) > 0)
    if by_feature:
        if scale is None:
            raise OptionError("input_offset needs input_scale, the scale of each feature")
        one_each = scale if np.ndim(scale) else [scale] * features
        scales = real_array("input_scale", one_each, (features,), error=OptionError)
        if not (scales > 0).all():
            raise OptionError(f"input_scale must be above 0 for every feature, got {scales.min()}")
        zero = np.zeros(features) if offset is None else offset
        input_range = InputRange("unipolar", scales, real_array("input_offset", zero, (features,), error=OptionError))
        units = None if x is None else input_range.units(x)
        _check_signs(encoding, units, "calibration less input_offset")
        return replace(input_range, encoding=encoding or _encoding(units))
    _check_signs(encoding, x, "calibration")
    if scale is not None:
        one = number("input_scale", scale, above=0, rule="a positive finite number")
    elif x is None:
        one = 1.0
    else:
        return None
    return InputRange(encoding or _encoding(x), one)


def _check_signs(encoding: InputEncoding | None, x: np.ndarray | None, what: str) -> None:
    if encoding is not None and not is_signed(encoding) and x is not None and x.min() < 0:
        raise OptionError(f"{what} holds negative inputs, which {encoding} codes cannot; take sign_magnitude")


def _encoding(x: np.ndarray | None) -> InputEncoding:
    return "sign_magnitude" if x is not None and bool(x.min() < 0) else "unipolar"


def common_ranges(x: np.ndarray, encoding: InputEncoding | None) -> Iterator[InputRange]:
    """One scale for all features of the data, from the widest on."""
    peak = float(np.abs(x).max()) or 1.0
    for fraction in FRACTIONS:
        yield InputRange(encoding or _encoding(x), peak * fraction)


def normalized_ranges(leading: Scale, x: np.ndarray, encoding: InputEncoding | None) -> Iterator[InputRange]:
    """Scales and offsets under which one unit is the same for all features behind a normalization, and 0 is 0.

    Args:
        leading: the normalization that the network begins with.
        x: data `(samples, features)`.
        encoding: None: by the signs behind the normalization.
    """
    if not leading.factor.all():
        raise OptionError(f"{leading.name} multiplies a feature by 0; leave the feature out")
    values = leading.factor * x + leading.offset
    peak = float(np.abs(values).max()) or 1.0
    # A negative factor turns the feature's sign, for which its units then stand.
    encoding = encoding or _encoding(values * np.sign(leading.factor))
    for fraction in FRACTIONS:
        yield InputRange(encoding, peak * fraction / np.abs(leading.factor), -leading.offset / leading.factor)


def feature_ranges(x: np.ndarray, encoding: InputEncoding | None) -> Iterator[InputRange]:
    """Each feature about its mean, from the widest range on; unipolar codes begin at the least value."""
    low, mean = x.min(axis=0), x.mean(axis=0)
    if encoding is not None and not is_signed(encoding):
        yield InputRange(encoding, _positive(x.max(axis=0) - low), low)
        return
    farthest, deviation = np.abs(x - mean).max(axis=0), x.std(axis=0)
    for count in DEVIATIONS:
        yield InputRange("sign_magnitude", _positive(np.minimum(count * deviation, farthest)), mean)


def _positive(scale: np.ndarray) -> np.ndarray:
    """Of a constant feature, which has any scale, 1."""
    return np.where(scale > 0, scale, 1.0)
