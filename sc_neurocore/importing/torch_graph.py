"""Any Torch module as a float graph: its own forward pass, followed operation by operation.

The module's `forward` runs once, in evaluation mode, on a copy in float64, with a tensor that holds no numbers but a
`Flow`. Torch hands each operation on such a tensor to `__torch_dispatch__`, whoever calls it: layers, functions, hooks,
parametrizations, TorchScript. So what counts is what the next forward pass computes. Operations that do not depend on
the input never come here: Torch evaluates them as ever.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np

from ..spec.errors import OptionError, SCError, require_extra
from .files.lines import one_line
from .graph import FloatGraph
from .sizes import Followed, follow_input
from .torch.trained import refuse_trained

require_extra("torch", "torch")

import torch  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra
from torch import nn  # noqa: E402

from .flow import finish, start  # noqa: E402
from .softmax import Part, unfinished  # noqa: E402
from .torch.operations import OPERATIONS  # noqa: E402
from .torch.trace import Signal, Tracer  # noqa: E402

BATCH = 3
"""Samples in the followed batch: more than one, so that samples that mix are seen."""


def torch_graph(
    module: nn.Module, *, features: int | None = None, input_shape: Sequence[int] | None = None
) -> FloatGraph:
    """The float graph of a Torch module as it evaluates.

    Args:
        module: any module whose forward pass consists of supported operations, on whatever device it lies. It is not
            changed.
        features: of one sample; None: the number that the first layer's weights ask for.
        input_shape: of one sample without the batch, such as (1, 28, 28), for a module that takes no `(batch,
            features)`.

    Returns:
        The graph; its `evaluate` runs the module in float64, or in its own type if it does not run in float64.

    Raises:
        OptionError: an operation is not supported, which is named with its module and arguments; or a weight is on the
            meta device, uninitialized, complex or not finite.
    """
    refuse_trained(module)
    _check_tensors(module)
    double = _copy(module, torch.float64)
    paths = {each: f"{path or 'module'} ({type(each).__name__})" for path, each in double.named_modules()}
    shape, nodes = follow_input(lambda shape: _follow(double, paths, shape), _candidates(module), features, input_shape)
    evaluator = _Evaluator(module, shape)
    return FloatGraph("torch", int(np.prod(shape)), nodes, evaluator, evaluator.precision)


def _check_tensors(module: nn.Module) -> None:
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        if nn.parameter.is_lazy(tensor):
            raise OptionError(f"{name} is not initialized; run the module on one batch first")
        if tensor.is_complex():
            raise OptionError(f"{name} is complex ({tensor.dtype}); supported are real weights")
        if tensor.is_meta:
            raise OptionError(f"{name} is on the meta device, which holds no numbers; load the weights first")


def _copy(module: nn.Module, dtype: torch.dtype | None) -> nn.Module:
    """A copy on the CPU, in evaluation mode; compiled modules as the ones that they were compiled from."""
    # Weights that a hook computed at the last forward pass belong to its gradient's graph; Torch copies leaves only.
    memo: dict[int, Any] = {
        id(value): value.detach().clone()
        for each in module.modules()
        for value in vars(each).values()
        if isinstance(value, torch.Tensor) and not value.is_leaf
    }
    try:
        copied = copy.deepcopy(getattr(module, "_orig_mod", module), memo).eval()
    except Exception as error:  # of any kind: attributes of the user's own classes are copied too
        raise OptionError(f"module {type(module).__name__} cannot be copied: {one_line(error)}") from error
    with warnings.catch_warnings():  # TorchScript's parameters are no leaves, of which Torch warns
        warnings.filterwarnings("ignore", message="The .grad attribute", category=UserWarning)
        return copied.to("cpu", dtype)


def _candidates(module: nn.Module) -> Iterator[int]:
    for each in module.modules():
        if isinstance(each, nn.Linear):
            yield each.in_features
    for tensor in (*module.parameters(), *module.buffers()):
        yield from reversed(tensor.shape)


def _follow(module: nn.Module, paths: dict[nn.Module, str], shape: tuple[int, ...]) -> Followed:
    tracer = Tracer(OPERATIONS)
    with _named(tracer, paths):
        error: OptionError | None = None
        try:
            with torch.inference_mode():  # in which Torch shows operations as they are called, not taken apart
                output = module(Signal(start((BATCH, *shape)), tracer, torch.float64))
            if tracer.refusal is None:
                return Followed(tracer.steps, finish(_single(output, paths[module]), paths[module]), None)
        except OptionError as own:
            error = own
        except SCError:
            raise
        except Exception as other:  # noqa: BLE001 -- of any kind: the user's code runs here
            reason = f"{type(other).__name__}: {one_line(other)}"
            error = OptionError(
                f"{tracer.place()}: the forward pass fails on a batch {(BATCH, *shape)}: {reason}. "
                "If a sample has another shape, give input_shape=(...)"
            )
    # A refusal that the user's code caught, or that TorchScript wrapped, is still the reason.
    return Followed(tracer.steps, (), tracer.refusal or error)


@contextmanager
def _named(tracer: Tracer, paths: dict[nn.Module, str]) -> Iterator[None]:
    """Tells the tracer in which module each operation is."""
    handles = []
    for module, path in paths.items():
        if not isinstance(module, torch.jit.ScriptModule):
            handles.append(module.register_forward_pre_hook(lambda *_, p=path: tracer.enter(p), prepend=True))
            handles.append(module.register_forward_hook(lambda *_: tracer.leave(), always_call=True))
    tracer.enter(next(iter(paths.values())))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _single(output: Any, at: str) -> Any:
    if isinstance(output, (tuple, list)) and len(output) == 1:
        output = output[0]
    if not isinstance(output, torch.Tensor):
        raise OptionError(f"{at}: the module must return one tensor, got {type(output).__name__}")
    value = output.current(at) if isinstance(output, Signal) else output.numpy()
    if isinstance(value, Part):
        raise unfinished(value, at)
    return value


class _Evaluator:
    """The module's own outputs, in float64 where it runs in float64."""

    def __init__(self, module: nn.Module, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.precision: Literal["float32", "float64"] = "float64"
        self.module, self.dtype = _copy(module, torch.float64), torch.float64
        try:
            keeps_double = self._output(np.zeros((BATCH, int(np.prod(shape))))).dtype != torch.float32
        except RuntimeError:  # a type that the forward pass names itself does not meet float64
            keeps_double = False
        if not keeps_double:
            self.precision = "float32"
            self.module = _copy(module, None)
            self.dtype = next((t.dtype for t in self.module.parameters() if t.is_floating_point()), torch.float32)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return self._output(x).to(torch.float64).numpy().reshape(len(x), -1)

    def _output(self, x: np.ndarray) -> torch.Tensor:
        inputs = (
            torch.from_numpy(np.ascontiguousarray(x, np.float64)).to(self.dtype, copy=True).reshape(-1, *self.shape)
        )
        with torch.inference_mode():
            output = self.module(inputs)
        return output[0] if isinstance(output, (tuple, list)) else output
