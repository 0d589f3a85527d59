"""The recipe of `TrainConfig` as a plain Torch loop over an exact network: short enough to be copied and changed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ...inference.engines import classify, infer
from ...spec.encoding import quantize
from ...spec.errors import OptionError, require_extra
from ...spec.network import NetworkSpec
from ..architecture import InputEncoding, input_encoding_for, layers_of, with_image_shape
from ..config import OPTIONS, TrainConfig
from ..data import Dataset, load_data
from ..folder import TrainedModel
from ..history import History, Progress

require_extra("torch", "torch")

import torch  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra
from torch.nn import functional  # noqa: E402

from .exact import SCNetworkModule  # noqa: E402
from .layer import SCLayer  # noqa: E402


@dataclass(frozen=True)
class TorchRun:
    """A finished run."""

    module: SCNetworkModule
    network: NetworkSpec
    model: TrainedModel | None
    """What `save_model` writes and `export_model` reads, as of the JAX trainer; None for a module of one's own."""
    accuracy: dict[str, float]
    """`integer` on the test samples, by `infer` on the exported network; `train` of the last epoch. 0 … 1."""
    history: dict[str, list[float]]
    """`loss` and `accuracy` of each epoch, means over its training batches."""


def make_optimizer(config: TrainConfig, module: SCNetworkModule, samples: int) -> tuple[Any, Any]:
    """Adam whose rate falls to 0 by a cosine over the whole run, and that schedule; call `step()` of both.

    Args:
        config: epochs, batch size and learning rate.
        module: gives the parameters.
        samples: training samples.
    """
    steps = config.epochs * max(1, samples // config.batch_size)
    # foreach: one call for all parameters; they are few and small, so calls are what costs.
    optimizer = torch.optim.Adam(module.parameters(), lr=config.learning_rate, foreach=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5 + 0.5 * math.cos(math.pi * step / steps))
    return optimizer, schedule


def _check_recipe(config: TrainConfig) -> None:
    """Refuse what only the JAX trainer does."""
    if config.forward != "exact":
        raise OptionError(f"config.forward must be 'exact' in Torch, got {config.forward!r}; sc_neurocore.train has it")
    for name in sorted(OPTIONS - {"layers", *(("image_shape",) if config.layers else ())}):
        value, default = getattr(config, name), TrainConfig.model_fields[name].default
        if value != default:
            raise OptionError(f"config.{name} must be {default!r} in Torch, got {value!r}; sc_neurocore.train has it")


def train_epoch(
    config: TrainConfig,
    module: torch.nn.Module,
    x: torch.Tensor,
    y: torch.Tensor,
    optimizer: Any,
    schedule: Any,
    generator: torch.Generator | None = None,
) -> tuple[float, float]:
    """One pass over the samples in a random order, whole batches only; mean loss and accuracy, with the noise on.

    Args:
        config: batch size, input noise, label smoothing.
        module: from features to logits; its `clip_()`, if it has one, is called after each step.
        x: features `(samples, …)`, float32.
        y: labels `(samples,)`, int64.
        optimizer: stepped once a batch.
        schedule: stepped once a batch.
        generator: of the order and the noise.
    """
    batch = min(config.batch_size, len(x))
    order = torch.randperm(len(x), generator=generator)[: len(x) // batch * batch].view(-1, batch)
    clip: Callable[[], None] = getattr(module, "clip_", lambda: None)
    loss_sum, right = torch.zeros(()), torch.zeros(())
    for rows in order:
        inputs = x[rows]
        inputs = inputs + config.input_noise * torch.randn(inputs.shape, generator=generator)
        logits = module(inputs)
        loss = functional.cross_entropy(config.logit_gain * logits, y[rows], label_smoothing=config.label_smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        clip()
        loss_sum += loss.detach()
        right += (logits.argmax(1) == y[rows]).sum()
    return float(loss_sum) / len(order), float(right) / order.numel()


def train_torch(
    config: TrainConfig | None = None,
    *,
    data: Dataset | str | None = None,
    module: SCNetworkModule | None = None,
    progress: Progress | None = None,
) -> TorchRun:
    """Train an exact network in Torch by the recipe of `train`.

    Args:
        config: network and recipe; None: the default recipe. `forward` must be "exact".
        data: a data set, a file or folder that `load_data` reads, or None for the bundled digits.
        module: a network to train instead of the recipe's; its `input_scale` must be 1, because a data set's features
            come scaled. A recipe with a schedule makes its own network.
        progress: takes one line now and then.

    Raises:
        OptionError: the recipe asks for what only the JAX trainer does, or training diverged.
    """
    config = config or TrainConfig()
    _check_recipe(config)
    if module is not None and config.schedule:
        raise OptionError("config.schedule must be empty where a module is given; leave module out")
    if module is not None and module.input_scale != 1:
        raise OptionError(f"module.input_scale must be 1, got {module.input_scale}: the data set's features are scaled")
    dataset = data if isinstance(data, Dataset) else load_data(data)
    say = progress or (lambda line: None)
    config = with_image_shape(config, dataset.features, dataset.sample_shape)
    encoding = input_encoding_for(config, dataset.signed)
    net = module
    if net is None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            net = SCNetworkModule.from_config(config, dataset.features, dataset.classes, input_encoding=encoding)
    history = _run(config, net, dataset, encoding, say)
    head = net.to_network(name=config.name)
    network = head.replace(input=head.input.model_copy(update={"scale": float(dataset.scale)}))
    accuracy = {"integer": test_accuracy(network, dataset), "train": history["accuracy"][-1]}
    model = None if module is not None else _model(config, net, dataset, encoding, history, accuracy)
    return TorchRun(net, network, model, accuracy, history)


def _run(
    config: TrainConfig,
    net: SCNetworkModule,
    data: Dataset,
    encoding: InputEncoding,
    say: Progress,
) -> dict[str, list[float]]:
    """All epochs, at the stream lengths of the schedule."""
    generator = torch.Generator().manual_seed(config.seed)
    x = torch.tensor(data.x_train, dtype=torch.float32)
    y = torch.tensor(data.y_train, dtype=torch.int64)
    optimizer, schedule = make_optimizer(config, net, len(x))
    history = History(config.epochs, say)

    @cache
    def at_length(recipe: TrainConfig) -> SCNetworkModule:
        return net.at(layers_of(recipe, data.features, data.classes, encoding)) if config.schedule else net

    for epoch in range(config.epochs):
        module = at_length(config.at_epoch(epoch))
        history.add(*train_epoch(config, module, x, y, optimizer, schedule, generator))
    return history.values


def _model(
    config: TrainConfig,
    net: SCNetworkModule,
    data: Dataset,
    encoding: InputEncoding,
    history: dict[str, list[float]],
    accuracy: dict[str, float],
) -> TrainedModel:
    layers: Any = net.layers
    nothing = np.zeros(0, dtype=np.float32)  # of a pool
    parameters = [
        (layer._as_described(layer.weight.detach()).numpy().copy(), layer.bias.detach().numpy().copy())
        if isinstance(layer, SCLayer)
        else (nothing, nothing)
        for layer in layers
    ]
    return TrainedModel(
        config=config,
        features=data.features,
        classes=data.classes,
        input_encoding=encoding,
        input_scale=data.scale,
        weights=tuple(weight for weight, _ in parameters),
        biases=tuple(bias for _, bias in parameters),
        data=data.summary,
        accuracy={"float": None, **accuracy},
        history=history,
        scales=tuple(float(layer.scale.detach()) for layer in layers if getattr(layer, "scale", None) is not None),
    )


def test_accuracy(network: NetworkSpec, data: Dataset) -> float:
    """Fraction of test samples that the integer network classifies rightly, 0 … 1."""
    codes = quantize(data.x_test, network.input.encoding, network.input.resolution_bits)[0]
    return float(np.mean(classify(infer(network, codes), network) == data.y_test))


__all__ = ["TorchRun", "make_optimizer", "test_accuracy", "train_epoch", "train_torch"]
