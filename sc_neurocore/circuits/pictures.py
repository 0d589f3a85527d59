"""Pictures of circuits: streams as rows of marks, errors and correlations as heat maps, error against length.

Each function returns a Matplotlib figure that belongs to no window; `figure.savefig(path)` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..pictures import BLUE, style
from ..spec.circuit import CircuitSpec, circuit_spec
from ..spec.errors import OptionError
from .engines import run
from .measures import Reading, check_output, codes_of, scc, values

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Wanted = Callable[[np.ndarray], np.ndarray]


def _figure(width: float, height: float) -> tuple[Figure, Any]:
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(style("circuit")):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.add_subplot()


def streams(bits: Mapping[str, Any]) -> Figure:
    """Streams below one another, a mark for each one.

    Args:
        bits: zeros and ones `(L,)` by the name that stands beside them.

    Raises:
        OptionError: there are none, or their lengths differ.
    """
    rows = {name: np.asarray(each) for name, each in bits.items()}
    if len({row.shape for row in rows.values()}) != 1 or any(row.ndim != 1 for row in rows.values()):
        shapes = ", ".join(str(row.shape) for row in rows.values()) or "none"
        raise OptionError(f"bits must be streams of one length, (L,); got {shapes}")
    figure, axes = _figure(8, 0.6 + 0.35 * len(rows))
    axes.eventplot(
        [np.flatnonzero(row) for row in rows.values()], lineoffsets=range(len(rows)), linelengths=0.8, colors=BLUE
    )
    axes.set_yticks(range(len(rows)), list(rows))
    axes.invert_yaxis()
    axes.set_xlabel("position t")
    return figure


def error_map(circuit: Any, output: str, wanted: Wanted, reading: Reading = "unipolar") -> Figure:
    """The error of a `count` output over all codes of a circuit with two inputs.

    Args:
        circuit: a description or a builder.
        output: name of the output.
        wanted: from codes `(samples, 2)` to what the output should stand for.
        reading: how its count is read.

    Raises:
        OptionError: the circuit has not two inputs, or no such output.
    """
    spec = _of_two(circuit)
    check_output(spec, output, "count")
    codes = codes_of(spec, most=4**spec.resolution_bits)
    error = values(run(spec, codes)[output], spec.stream_length, reading) - wanted(codes)
    return _map(spec, error, f"error of {output}", float(np.abs(error).max()) or 1.0)


def correlation_map(circuit: Any, first: str, second: str) -> Figure:
    """SCC of two `stream` outputs over all codes of a circuit with two inputs.

    Args:
        circuit: a description or a builder.
        first: name of an output.
        second: of another.

    Raises:
        OptionError: the circuit has not two inputs, or no such outputs.
    """
    spec = _of_two(circuit)
    for name in (first, second):
        check_output(spec, name, "stream")
    result = run(spec, codes_of(spec, most=4**spec.resolution_bits))
    return _map(spec, scc(result[first], result[second]), f"SCC of {first} and {second}", 1.0)


def _of_two(circuit: Any) -> CircuitSpec:
    spec = circuit_spec(circuit)
    if len(spec.inputs) != 2:
        raise OptionError(f"circuit must have two inputs for a map, got {len(spec.inputs)}")
    return spec


def _map(spec: CircuitSpec, numbers: np.ndarray, title: str, limit: float) -> Figure:
    figure, axes = _figure(5, 4)
    side = 2**spec.resolution_bits
    shown = axes.imshow(numbers.reshape(side, side).T, origin="lower", cmap="RdBu", vmin=-limit, vmax=limit)
    axes.set(title=title, xlabel=f"code of {spec.inputs[0].name}", ylabel=f"code of {spec.inputs[1].name}")
    figure.colorbar(shown)
    return figure


def error_against_length(
    circuit: Any, output: str, wanted: Wanted, *, lengths: Any, reading: Reading = "unipolar"
) -> Figure:
    """Root of the mean squared error of a `count` output, at several stream lengths.

    Args:
        circuit: a description or a builder.
        output: name of the output.
        wanted: from codes `(samples, inputs)` to what the output should stand for.
        lengths: values of L.
        reading: how its count is read.

    Raises:
        OptionError: the circuit has no such output.
        SpecError: a length is illegal.
    """
    spec = circuit_spec(circuit)
    check_output(spec, output, "count")
    codes = codes_of(spec)
    figure, axes = _figure(5, 3.5)
    roots = []
    for length in lengths:
        ones = run(spec.model_copy(update={"stream_length": int(length)}), codes)[output]
        roots.append(float(np.sqrt(((values(ones, int(length), reading) - wanted(codes)) ** 2).mean())))
    axes.loglog(list(lengths), roots, marker="o", base=2)
    axes.set(xlabel="stream length L", ylabel=f"RMS error of {output}")
    return figure
