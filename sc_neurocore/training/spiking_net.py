"""A fully connected spiking network in Torch, and its weights as stochastic streams take them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal, cast, get_args

import numpy as np

from ..spec.errors import OptionError
from ..spec.kinds import unknown_kind
from .cells import LIFCell
from .cells.base import current_of
from .cells.comparator import SurrogateFn, Tensor, torch
from .leak import leak_shift_of
from .surrogate import Comparator, atan_surrogate
from .surrogate.parameters import number

WeightEncoding = Literal["unipolar", "bipolar", "sign_magnitude"]
"""Where exported weights lie: [0, 1], [−1, 1], or [−1, 1] with the sign beside the stream."""


class SpikingNet(torch.nn.Module):
    """`n_layers` hidden layers and an output layer, each a linear map with bias into leaky cells (`LIFCell`).

    >>> net = SpikingNet(4, 8, 3, beta=0.875)
    >>> counts, membranes = net(torch.rand(25, 2, 4))
    >>> tuple(counts.shape), tuple(membranes.shape)
    ((2, 3), (2, 3))

    Args:
        n_input: features.
        n_hidden: neurons of each hidden layer.
        n_output: neurons of the output layer.
        n_layers: hidden layers, 1 or more.
        beta: decay of all membranes; 1 − 2^−k (0.5, 0.75, 0.875, 0.9375 …) or 1 is what the hardware's shift makes.
        surrogate_fn: spikes of membrane − threshold; any callable with a derivative of its own.
        learn_beta: make each layer's beta a parameter.
        learn_threshold: make each layer's threshold a parameter.
        threshold: firing level of all cells.
        comparator: "ge" or "gt"; None: that of `surrogate_fn`.

    Raises:
        OptionError: an argument breaks its rule; the message names it.
    """

    def __init__(
        self,
        n_input: int,
        n_hidden: int,
        n_output: int,
        n_layers: int = 2,
        beta: float = 0.9,
        surrogate_fn: SurrogateFn = atan_surrogate,
        learn_beta: bool = False,
        learn_threshold: bool = False,
        *,
        threshold: float = 1.0,
        comparator: Comparator | None = None,
    ) -> None:
        super().__init__()
        sizes = {"n_input": n_input, "n_hidden": n_hidden, "n_output": n_output, "n_layers": n_layers}
        n_input, n_hidden, n_output, n_layers = (int(number(*size, "count")) for size in sizes.items())
        widths = [n_input, *[n_hidden] * n_layers, n_output]
        self.linears = torch.nn.ModuleList(torch.nn.Linear(i, o) for i, o in pairwise(widths))
        self.lifs = torch.nn.ModuleList(
            LIFCell(beta, threshold, surrogate_fn, learn_beta, learn_threshold, comparator=comparator)
            for _ in widths[1:]
        )

    @property
    def layers(self) -> list[tuple[torch.nn.Linear, LIFCell]]:
        """The linear map and the cells of each layer, in order."""
        return [(cast(torch.nn.Linear, a), cast(LIFCell, b)) for a, b in zip(self.linears, self.lifs)]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Run the network over time, from membranes at 0.

        Args:
            x: `(T, batch, n_input)`; for a direct input the same vector at every step: `x.expand(T, -1, -1)`.

        Returns:
            Spike counts of the output cells, and the sums of their membranes after each step, both `(batch, n_output)`.

        Raises:
            OptionError: x is no floating-point tensor of that shape, or has no steps.
        """
        x = current_of("x", x)
        n_input = self.layers[0][0].in_features
        if x.dim() != 3 or x.shape[2] != n_input or x.shape[0] == 0:
            raise OptionError(f"x must have shape (T, batch, {n_input}), T at least 1, got {tuple(x.shape)}")
        membranes: list[Tensor | None] = [None] * len(self.lifs)
        counts: list[Tensor] = []
        sums: list[Tensor] = []
        for step in x:
            for i, (linear, lif) in enumerate(self.layers):
                step, membranes[i] = lif(linear(step), membranes[i])
            counts.append(step)
            sums.append(cast(Tensor, membranes[-1]))
        return torch.stack(counts).sum(0), torch.stack(sums).sum(0)

    def to_sc_weights(self, include_bias: bool = True, encoding: WeightEncoding = "unipolar") -> list[dict[str, Any]]:
        """The layers as plain values: weights within an encoding's range, and all that brings the trained map back.

        The trained weight is weight·weight_scale + weight_offset; bipolar and sign_magnitude weights have no offset.
        `VectorizedSCLayer.from_exported_weights` takes one of these or the list, `export.export_spiking` the list.

        Args:
            include_bias: whether the dicts have the key `bias`.
            encoding: "unipolar" (weights in [0, 1]), "bipolar" or "sign_magnitude" (in [−1, 1]).

        Returns:
            One dict a layer: `weight` `(neurons, inputs)` and `bias` `(neurons,)`, real units, as tensors on the CPU;
            `encoding`, `weight_scale`, `weight_offset`; the cells: `neuron` "lif", `beta`, `leak_shift` (k where beta
            is 1 − 2^−k, else None), `threshold`, `comparator`, `reset` "subtract".

        Raises:
            OptionError: there is no such encoding, or a weight is not finite.
        """
        if encoding not in get_args(WeightEncoding):
            raise OptionError(f"encoding must be one of {', '.join(get_args(WeightEncoding))}; got {encoding!r}")
        return [
            _layer_weights(f"linears[{i}]", linear, lif, include_bias, encoding)
            for i, (linear, lif) in enumerate(self.layers)
        ]


def _layer_weights(
    name: str, linear: torch.nn.Linear, lif: LIFCell, include_bias: bool, encoding: WeightEncoding
) -> dict[str, Any]:
    weight = linear.weight.detach().cpu()
    dtype = torch.promote_types(weight.dtype, torch.float32)  # NumPy has no bfloat16
    bias = torch.zeros(len(weight)) if linear.bias is None else linear.bias.detach().cpu()  # a user may have removed it
    for part, tensor in (("weight", weight), ("bias", bias)):
        if not torch.isfinite(tensor).all():
            raise OptionError(f"{name}.{part} must be finite; it holds NaN or infinities: the training diverged")
    weight = weight.double()
    low, high = float(weight.min()), float(weight.max())
    match encoding:
        case "unipolar":
            offset, scale = low, high - low
        case "bipolar" | "sign_magnitude":
            offset, scale = 0.0, max(abs(low), abs(high))
        case other:
            unknown_kind(other, "to_sc_weights")
    scale = scale or 1.0  # all weights equal
    beta = _number(lif.decay())
    return {
        "weight": ((weight - offset) / scale).to(dtype),
        "encoding": encoding,
        "weight_scale": scale,
        "weight_offset": offset,
        "neuron": "lif",
        "beta": beta,
        "leak_shift": leak_shift_of(beta),
        "threshold": _number(lif.level()),
        "comparator": lif.comparator,
        "reset": "subtract",
        **({"bias": bias.to(dtype, copy=True)} if include_bias else {}),
    }


def _number(value: Tensor) -> float:
    """A constant as the shortest number that is the same in its dtype: 0.9, not 0.8999999761581421."""
    value = value.detach().cpu()
    value = value.float() if value.dtype.itemsize < 4 else value
    return float(np.format_float_positional(cast(Any, value.numpy())[()], unique=True))
