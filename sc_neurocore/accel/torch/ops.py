# ruff: noqa: D102 -- what the methods are for stands in `Ops` and `Steps`
"""Torch's answers to what an exact layer asks (see `accel.ops`).

Codes travel as float32, counts and states as float64, which holds every integer of the contract. The autograd functions
have `setup_context` and a vmap rule, so that `torch.func.grad`, `torch.func.vmap` and `torch.compile(fullgraph=True)`
take them; all else are ordinary Torch operations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...spec.encoding import zero_code
from ...spec.errors import require_extra
from ...spec.layer import DenseLayer, WeightedLayer
from ...spec.maps import Conv2dLayer
from ...spec.values import count_value
from ..counters import Side
from ..exact_maps import counting_of
from ..kinds import code_scale
from ..ops import Ops, Surrogate, values

require_extra("torch", "torch")

import torch  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra
from torch import Tensor, nn  # noqa: E402
from torch.nn import functional  # noqa: E402

EXACT_FLOAT32 = 2**24
"""Below this, sums of integers in float32 are exact in any order."""


class _StraightThrough(torch.autograd.Function):
    """`exact` forward; the gradient goes to `smooth`."""

    generate_vmap_rule = True

    @staticmethod
    def forward(smooth: Tensor, exact: Tensor) -> Tensor:
        return exact.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        ctx.dtype = inputs[0].dtype

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0].to(ctx.dtype), None


class _ThroughProducts(torch.autograd.Function):
    """Exact counts forward; backward through Σ_j v(x_j)·v(w_j) / count_value, without computing that sum forward."""

    generate_vmap_rule = True

    @staticmethod
    def forward(exact: Tensor, x: Tensor, w: Tensor, x_offset: float, w_offset: float, slope: float) -> Tensor:
        return exact.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        _, x, w, *ctx.constants = inputs
        ctx.save_for_backward(x, w)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, w = ctx.saved_tensors
        x_offset, w_offset, slope = ctx.constants
        g = gradients[0].to(w.dtype) * slope
        g_rows, x_rows = g.reshape(-1, g.shape[-1]), x.reshape(-1, x.shape[-1])
        to_x = g @ (w - w_offset) if ctx.needs_input_grad[1] else None
        to_w = g_rows.T @ (x_rows - x_offset) if ctx.needs_input_grad[2] else None
        return None, to_x, to_w, None, None, None


def _columns(x: Tensor, kernel: tuple[int, int], stride: tuple[int, int], groups: int) -> Tensor:
    """Windows `(batch, groups, inputs, positions)` of float maps `(batch, channels, rows, columns)`.

    A product with them sums what it is given. `conv2d` of Torch 2.13 with oneDNN does not: on a CPU with AVX-512 it
    gave sums near 0 at kernel 3 × 2 with stride 1 × 3, and on a GPU it may transform its operands.
    """
    columns = functional.unfold(x, kernel, stride=stride)
    return columns.reshape(len(x), groups, columns.shape[1] // groups, columns.shape[2])


class _ThroughWindows(torch.autograd.Function):
    """Exact counts forward; backward through a convolution of values / count_value, without computing it forward."""

    generate_vmap_rule = True

    @staticmethod
    def forward(exact: Tensor, x: Tensor, w: Tensor, stride: tuple[int, int], groups: int, slope: float) -> Tensor:
        return exact.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        _, x, w, *ctx.constants = inputs
        ctx.save_for_backward(x, w)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, w = ctx.saved_tensors
        stride, groups, slope = ctx.constants
        kernel = tuple(w.shape[-2:])
        places = gradients[0].shape[-1] // len(w)
        g = (gradients[0].to(w.dtype) * slope).reshape(len(x), places, len(w)).movedim(-1, -2)
        g = g.reshape(len(x), groups, len(w) // groups, places)  # (batch, groups, M/g, positions)
        to_x = to_w = None
        if ctx.needs_input_grad[1]:
            columns = w.reshape(groups, len(w) // groups, -1).movedim(-1, -2) @ g
            to_x = functional.fold(columns.flatten(1, 2), x.shape[-2:], kernel, stride=stride)
        if ctx.needs_input_grad[2]:
            columns = _columns(x, kernel, stride, groups)
            to_w = (g @ columns.movedim(-1, -2)).sum(0).reshape(w.shape)
        return None, to_x, to_w, None, None, None


def _fewer_bits_allowed() -> bool:
    """Whether the process lets float32 products round their operands; a compiled function keeps the first answer."""
    return torch.get_float32_matmul_precision() != "highest"


# This is all that `torch.compiler.assume_constant_result` does, beside loading the whole compiler (90 MB) at once.
_fewer_bits_allowed._dynamo_marked_constant = True  # pyright: ignore[reportFunctionMemberAccess]


def _rounds(a: Tensor) -> bool:
    """Whether a float32 product of such tensors may round its operands."""
    return torch.is_autocast_enabled(a.device.type) or _fewer_bits_allowed()


class TorchOps(Ops):
    """See `accel.ops`."""

    room, xp = "SCLinear", torch

    def integers(self, v: Any) -> Any:
        return v.detach().to(torch.int32)

    def codes(self, v: Any) -> Any:
        return v.to(torch.float32)

    def sums(self, v: Any) -> Any:
        return v.to(torch.float64)

    def constant(self, v: Any) -> Any:
        return v.detach()

    def zeros(self, codes: Any, neurons: int) -> Any:
        return codes.new_zeros((*codes.shape[:1], neurons), dtype=torch.float64)

    def by_step(self, codes: Any) -> Any:
        return codes.unbind(1)

    def joined(self, outputs: Any) -> Any:
        return torch.stack(outputs, 1)

    def add(self, total: Any, outputs: Any) -> Any:
        return total + outputs.double()

    def straight_through(self, smooth: Any, exact: Any) -> Any:
        return _StraightThrough.apply(smooth, exact.detach())

    def through_products(self, layer: WeightedLayer, exact: Any, x: Any, w: Any) -> Any:
        n = layer.resolution_bits
        encodings = layer.input_encoding, layer.weight_encoding
        x_offset, w_offset = (float(zero_code(encoding, n)) for encoding in encodings)
        x_scale, w_scale = (code_scale(encoding, n) for encoding in encodings)
        return _ThroughProducts.apply(exact, x, w, x_offset, w_offset, 1 / (x_scale * w_scale * count_value(layer)))

    def padded(self, maps: Any, padding: tuple[int, int, int, int], value: int) -> Any:
        top, bottom, left, right = padding
        return functional.pad(maps, (0, 0, left, right, top, bottom), value=value)

    def convolve(self, x_rows: Any, w_rows: Any, layer: Conv2dLayer, bound: int) -> Any:
        """A matrix product of windows; Torch's own convolution is wrong at some shapes (see `_columns`)."""
        dtype = torch.float64 if _rounds(x_rows) or bound >= EXACT_FLOAT32 else torch.float32
        x, w = (each.to(dtype).movedim(-1, -3) for each in (x_rows, w_rows))
        columns = _columns(x, layer.kernel, layer.stride, layer.groups)
        sums = w.reshape(layer.groups, -1, columns.shape[-2]) @ columns  # (batch, groups, M/g, positions)
        return sums.flatten(1, 2).movedim(-1, -2).reshape(len(x), *layer.out_shape)

    def through_windows(self, layer: Conv2dLayer, exact: Any, x: Any, w: Any) -> Any:
        n = layer.resolution_bits
        maps = values(x, layer.input_encoding, n).reshape(-1, *layer.in_shape)
        maps = self.padded(maps, layer.padding, 0).movedim(-1, -3)
        kernels = values(w, layer.weight_encoding, n).movedim(-1, -3)
        return _ThroughWindows.apply(exact, maps, kernels, layer.stride, layer.groups, 1 / count_value(layer))

    def real(self, v: Any) -> Any:
        return v.double()  # as the contract says; a float32 value times 2^n − 1 is exact there

    def nearest_magnitude(self, v: Any, n: int) -> Any:
        return (v.abs() * (2.0**n - 1) + 0.5).floor().clamp(max=2.0**n - 1)

    def nearest_offset(self, v: Any, n: int) -> Any:
        return ((v + 1) / 2 * 2.0**n + 0.5).floor()

    def spikes(self, v: Any, threshold: Any, strict: bool, surrogate: Surrogate) -> Any:
        fires = v > threshold if strict else v >= threshold
        return self.straight_through(surrogate((v - threshold) / threshold), fires.double())

    def matmul(self, a: Any, b: Any, bound: int) -> Any:
        """In float64 also where the caller allows products of fewer bits (autocast, TF32, bfloat16): these round."""
        dtype = torch.float64 if _rounds(a) or bound >= EXACT_FLOAT32 else torch.float32
        return a.to(dtype) @ b.to(dtype).T

    def rows(self, side: Side, bipolar: bool, all_rows: Any, codes: Any) -> Any:
        """Rows side by side, `(…, inputs·groups)`."""
        index = codes + len(all_rows) // 2 if side.signed else codes
        return functional.embedding(index, all_rows).flatten(-2)

    contract = matmul

    def fold(self, body: Callable[[Any, Sequence[Any]], Any], total: Any, arrays: Sequence[Any], size: int) -> Any:
        for first in range(0, len(arrays[0]), size):
            total = body(total, [array[first : first + size] for array in arrays])
        return total


TORCH = TorchOps()


class TorchCounter(nn.Module):
    """A layer's exact counter as a function of input and weight codes; its constants move with the module."""

    def __init__(self, layer: DenseLayer | Conv2dLayer) -> None:
        super().__init__()
        self.counting = counting_of(layer)
        for name, array in self.counting.constants.items():
            self.register_buffer(name, torch.from_numpy(array), persistent=False)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """Counts of codes, floats that hold integers."""
        return self.counting(TORCH, {name: getattr(self, name) for name in self.counting.constants}, x, w)
