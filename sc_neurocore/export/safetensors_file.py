"""A dense network in a safetensors file of any framework, read by the names of its tensors."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from ..spec.errors import OptionError
from .normalize import RELU_NAME
from .stages import Clip, Dense, Scale, Stage, batch_norm, fold, natural_key, with_relus


def read_safetensors(
    path: str | os.PathLike[str], layers: Sequence[str] | None = None
) -> tuple[list[np.ndarray], list[np.ndarray | None]]:
    """Weights and biases of a dense ReLU network from a safetensors file, batch normalizations folded in.

    A layer NAME is the tensors `NAME.weight` `(neurons, inputs)` or `NAME.kernel` `(inputs, neurons)`, and optionally
    `NAME.bias`. A batch normalization NAME is `NAME.running_mean`, `NAME.running_var` (or `mean`, `var`), and
    optionally `NAME.weight` (or `scale`) and `NAME.bias`; its ε is 1e-5, as Torch and Flax have it.
    Without `layers`, all names in natural order (layer2 before layer10); a normalization right behind its layer, as
    `1` behind `0`, comes before the ReLU.

    Args:
        path: the file.
        layers: the names in order, "relu" among them where a normalization follows it; tensors of other names are
            then left aside.

    Raises:
        OptionError: the file cannot be read, a tensor is missing or has no place; the message lists what is there.
    """
    tensors = _load(path)
    listed = ", ".join(f"{key} {value.shape}" for key, value in sorted(tensors.items())[:20])
    norms = {key.rpartition(".")[0] for key in tensors if key.endswith((".running_mean", ".mean"))}
    prefixes = {key.rpartition(".")[0] for key in tensors if key.endswith((".weight", ".kernel"))} | norms
    names = sorted(prefixes, key=natural_key) if layers is None else list(layers)
    if not names:
        raise OptionError(f"{path} holds no tensor named NAME.weight or NAME.kernel; it holds: {listed or 'none'}")
    stages: list[Stage] = []
    for before, name in zip([None, *names], names):
        if name == RELU_NAME and name not in prefixes:
            stages.append(Clip(name, 0.0, None))
        elif name in norms:
            if layers is None and not _follows(before, name):
                raise OptionError(
                    f"{path}: {name!r} is a batch normalization, and names do not say whether a ReLU stands before it; "
                    f'give the order with layers=[…], "relu" among them. It holds: {listed}'
                )
            stages.append(_norm(name, tensors))
        else:
            stages.append(_dense(path, name, tensors, listed))
    tensors = {key: value for key, value in tensors.items() if not key.endswith(".num_batches_tracked")}
    if layers is None and tensors:
        raise OptionError(
            f"{path}: tensor {min(tensors)!r} is no NAME.weight, NAME.kernel or their NAME.bias; "
            f"name the dense layers in order with layers=[…] to leave others aside. It holds: {listed}"
        )
    dense = [stage for stage in stages if isinstance(stage, Dense)]
    for before, after in pairwise(dense):
        if before.weight.ndim == after.weight.ndim == 2 and after.weight.shape[1] != before.weight.shape[0]:
            raise OptionError(
                f"{path}: layer {after.name!r} has {after.weight.shape[1]} inputs where the one before it has "
                f"{before.weight.shape[0]} neurons; if the order is wrong, give it with layers=[…]. It holds: {listed}"
            )
    if len(dense) == len(stages):
        return [stage.weight for stage in dense], [stage.bias for stage in dense]
    folded = fold(with_relus(stages))
    return [*folded.weights], [*folded.biases]


def _load(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    try:
        return load_file(path)
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:160]
        raise OptionError(f"{path} is no readable safetensors file: {reason}") from None


def _follows(before: str | None, name: str) -> bool:
    """Whether the names end in consecutive numbers behind equal stems: 0 and 1, block.3 and block.4."""
    first, second = (re.fullmatch(r"(.*?)(\d+)", each or "") for each in (before, name))
    return first is not None and second is not None and first[1] == second[1] and int(second[2]) == int(first[2]) + 1


def _norm(name: str, tensors: dict[str, np.ndarray]) -> Scale:
    def take(*keys: str) -> np.ndarray | None:
        return next((tensors.pop(f"{name}.{key}") for key in keys if f"{name}.{key}" in tensors), None)

    mean, variance = take("running_mean", "mean"), take("running_var", "var")
    if mean is None or variance is None:
        raise OptionError(f"batch normalization {name!r} must have running_mean and running_var (or mean and var)")
    return batch_norm(name, mean, variance, take("weight", "scale"), take("bias"), 1e-5)


def _dense(path: str | os.PathLike[str], name: str, tensors: dict[str, np.ndarray], listed: str) -> Dense:
    kernel = tensors.pop(f"{name}.kernel", None)
    weight = kernel.T if kernel is not None else tensors.pop(f"{name}.weight", None)
    if weight is None:
        raise OptionError(f"{path} holds no {name}.weight or {name}.kernel; it holds: {listed}")
    return Dense(name, weight, tensors.pop(f"{name}.bias", None))
