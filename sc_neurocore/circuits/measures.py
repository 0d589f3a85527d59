"""How good a circuit is: errors, correlation, and how fast a stream comes near its value.

Streams are zeros and ones `(..., time)`; what a circuit should give is a real number a sample.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np

from ..bitstream.correlation import scc
from ..spec.circuit import CircuitSpec, circuit_spec
from ..spec.coerce import integer, number
from ..spec.errors import CodesError, OptionError
from ..spec.kinds import unknown_kind
from .engines import run

__all__ = [
    "Errors",
    "accuracy",
    "autocorrelation",
    "codes_of",
    "errors",
    "progressive_precision",
    "scc",
    "stability",
    "values",
]

Reading = Literal["unipolar", "bipolar"]


class Errors(NamedTuple):
    """Errors of many values, each the measured value less the wanted one."""

    mse: float
    """Mean of the squares."""
    mae: float
    """Mean of the magnitudes."""
    bias: float
    """Mean."""
    maximum: float
    """Largest magnitude."""


def values(ones: Any, length: int, reading: Reading = "unipolar") -> np.ndarray:
    """What counts of ones stand for: k / L, bipolar 2k / L - 1.

    Args:
        ones: counts of any shape.
        length: L.
        reading: "unipolar" or "bipolar"; nothing in a circuit says which.

    Raises:
        OptionError: there is no such reading, or the length is no positive integer.
    """
    return _read(np.asarray(ones, dtype=np.float64) / integer("length", length, 1), reading)


def _read(density: np.ndarray, reading: Reading) -> np.ndarray:
    match reading:
        case "unipolar":
            return density
        case "bipolar":
            return 2 * density - 1
        case other:
            unknown_kind(other, "a reading of counts")


def errors(measured: Any, wanted: Any) -> Errors:
    """Mean square, mean magnitude, bias and largest magnitude of measured - wanted.

    Args:
        measured: values of any shape.
        wanted: values of the same shape, or one for all.

    Raises:
        CodesError: there is nothing to compare, or the shapes differ.
    """
    values_measured, values_wanted = np.asarray(measured, dtype=np.float64), np.asarray(wanted, dtype=np.float64)
    if values_measured.size == 0:
        raise CodesError("measured must hold at least one value, got none")
    if values_wanted.shape not in ((), values_measured.shape):
        raise CodesError(f"wanted must have the shape of measured, {values_measured.shape}, got {values_wanted.shape}")
    error = values_measured - values_wanted
    magnitude = np.abs(error)
    return Errors(*map(float, ((error**2).mean(), magnitude.mean(), error.mean(), magnitude.max())))


def codes_of(circuit: Any, most: int = 65_536, seed: int = 0) -> np.ndarray:
    """All codes of a circuit's inputs, the last input fastest; where there are more than `most`, so many drawn ones.

    Args:
        circuit: a description or a builder.
        most: samples at most.
        seed: of the drawing.

    Returns:
        int64 `(samples, inputs)`.
    """
    spec, most = circuit_spec(circuit), integer("most", most, 1)
    inputs, size = len(spec.inputs), 2**spec.resolution_bits
    if size**inputs <= most:
        return np.stack(np.unravel_index(np.arange(size**inputs), (size,) * inputs), axis=1).astype(np.int64)
    return np.random.default_rng(seed).integers(0, size, (most, inputs))


def accuracy(
    circuit: Any,
    output: str,
    wanted: Callable[[np.ndarray], np.ndarray],
    *,
    reading: Reading = "unipolar",
    codes: Any = None,
) -> Errors:
    """Errors of a `count` output over many codes.

    Args:
        circuit: a description or a builder.
        output: name of the output.
        wanted: from codes `(samples, inputs)` to what the output should stand for, `(samples,)`.
        reading: how its count is read.
        codes: `(samples, inputs)`; None: those of `codes_of`.

    Raises:
        OptionError: the circuit has no such `count` output.
    """
    spec: CircuitSpec = circuit_spec(circuit)
    check_output(spec, output, "count")
    samples = codes_of(spec) if codes is None else codes
    return errors(values(run(spec, samples)[output], spec.stream_length, reading), wanted(np.asarray(samples)))


def check_output(circuit: CircuitSpec, output: str, read: Literal["count", "stream"]) -> None:
    """Whether a circuit has an output of that name which reads this.

    Args:
        circuit: the description.
        output: the name.
        read: what it must read.

    Raises:
        OptionError: it has none; the message lists those there are.
    """
    legal = [each.name for each in circuit.outputs if each.read == read]
    if output not in legal:
        raise OptionError(
            f"output must be a {read} of the circuit, one of {', '.join(legal) or 'none'}; got {output!r}"
        )


def _streams(streams: Any) -> np.ndarray:
    bits = np.asarray(streams)
    if bits.ndim == 0 or bits.shape[-1] == 0 or not np.isin(bits, (0, 1)).all():
        raise CodesError("streams must hold zeros and ones only, at least one in the last axis")
    return bits.astype(np.float64)


def autocorrelation(streams: Any, lag: int) -> np.ndarray:
    """Σ (x(t) - m)(x(t + lag) - m) / Σ (x(t) - m)², m the stream's mean; 0 of a stream that never changes.

    Args:
        streams: zeros and ones `(..., L)`.
        lag: 0 ... L - 1.

    Returns:
        float64 `(...)`.

    Raises:
        CodesError: other values, or no bits.
        OptionError: the lag is out of range.
    """
    bits = _streams(streams)
    lag = integer("lag", lag, 0, bits.shape[-1] - 1)
    centred = bits - bits.mean(axis=-1, keepdims=True)
    power = (centred**2).sum(axis=-1)
    common = (centred[..., : bits.shape[-1] - lag] * centred[..., lag:]).sum(axis=-1)
    return np.where(power > 0, common / np.where(power > 0, power, 1), 0.0)


def _running_errors(streams: Any, wanted: Any, reading: Reading) -> np.ndarray:
    """Error of the first 1, 2 ... L bits, `(..., L)`."""
    bits = _streams(streams)
    t = np.arange(1, bits.shape[-1] + 1)
    return _read(np.cumsum(bits, axis=-1) / t, reading) - np.asarray(wanted, dtype=np.float64)[..., None]


def progressive_precision(streams: Any, wanted: Any, reading: Reading = "unipolar") -> tuple[np.ndarray, np.ndarray]:
    """Mean magnitude of the error of the first 1, 2, 4 ... bits (Alaghi and Hayes, DATE 2014).

    Args:
        streams: zeros and ones `(..., L)`.
        wanted: the value of each stream, `(...)`.
        reading: "unipolar" or "bipolar".

    Returns:
        Lengths, the powers of two up to L, int64; and the mean error at each, float64.

    Raises:
        CodesError: other values, or no bits.
    """
    error = np.abs(_running_errors(streams, wanted, reading))
    lengths = 2 ** np.arange(error.shape[-1].bit_length(), dtype=np.int64)
    return lengths, error.reshape(-1, error.shape[-1])[:, lengths - 1].mean(axis=0)


def stability(streams: Any, wanted: Any, reading: Reading = "unipolar", threshold: float = 0.05) -> np.ndarray:
    """1 - T / L, T the number of bits after which the error stays within a threshold (UnarySim).

    Args:
        streams: zeros and ones `(..., L)`.
        wanted: the value of each stream, `(...)`.
        reading: "unipolar" or "bipolar".
        threshold: the largest magnitude of an error that counts as none.

    Returns:
        float64 `(...)`: 0 of a stream whose last value is still off, 1 of one that never was.

    Raises:
        CodesError: other values, or no bits.
    """
    threshold = number("threshold", threshold, 0)
    off = np.abs(_running_errors(streams, wanted, reading)) > threshold
    length = off.shape[-1]
    settling = np.where(off.any(axis=-1), length - off[..., ::-1].argmax(axis=-1), 0)
    return 1 - settling / length
