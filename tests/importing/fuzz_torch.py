"""Random Torch modules for `fuzz.py`."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from importing.fuzz import SIZES, TAILS, Case
from torch import nn
from torch.nn.utils import parametrizations, prune

warnings.filterwarnings("ignore", message=".*weight_norm.*", category=FutureWarning)

ACTIVATIONS = {
    "relu": lambda x: F.relu(x),
    "relu in place": lambda x: F.relu(x, inplace=True),
    "clamp(min=0)": lambda x: x.clamp(min=0),
    "clamp(-1, 2)": lambda x: torch.clamp(x, -1.0, 2.0),
    "where": lambda x: torch.where(x > 0, x, torch.zeros_like(x)),
    "mask": lambda x: x * (x > 0),
    "maximum": lambda x: torch.maximum(x, torch.zeros(x.shape[-1])),
    "masked_fill": lambda x: x.masked_fill(x < 0, 0.0),
    "hardsigmoid": F.hardsigmoid,
    "relu6": F.relu6,
    "hardtanh": lambda x: F.hardtanh(x, -2.0, 2.0),
    "threshold": lambda x: F.threshold(x, 0.5, 0.5),
    "clip then relu": lambda x: x.clip(max=1.5).relu_(),
}
MOVES = {
    "flip": lambda x: x.flip(1),
    "roll": lambda x: x.roll(1, dims=1),
    "fold and permute": lambda x: x.view(x.size(0), 2, -1).permute(0, 2, 1).flatten(1),
    "fold and transpose": lambda x: x.reshape(len(x), -1, 2).transpose(1, 2).reshape(len(x), -1),
    "squeeze": lambda x: x.unsqueeze(1).squeeze(1),
    "swap halves": lambda x: torch.cat(x.chunk(2, dim=1)[::-1], dim=1),
    "every other first": lambda x: torch.cat([x[:, ::2], x[:, 1::2]], dim=-1),
    "transpose twice": lambda x: x.t().contiguous().t(),
    "stack of one": lambda x: torch.stack([x], 1).squeeze(1),
}
ELEMENTWISE = {
    "negate": lambda x: -x,
    "halve": lambda x: x / 2,
    "shift in place": lambda x: x.add_(0.25),
    "from one": lambda x: 1 - x,
    "scale": lambda x: 1.5 * x,
    "add with alpha": lambda x: torch.add(x, torch.ones(x.shape[-1]), alpha=0.5),
}
UNSUPPORTED = {
    "residual": lambda x: x + F.relu(x),
    "tanh": torch.tanh,
    "gelu": F.gelu,
    "leaky": lambda x: F.leaky_relu(x, 0.1),
    "elu": F.elu,
    "gate": lambda x: x * torch.sigmoid(x),
    "softmax in the middle": lambda x: x.softmax(1),
    "over time": lambda x: F.linear(x.view(len(x), 2, -1), torch.eye(x.shape[1] // 2, dtype=x.dtype) * 2).flatten(1),
    "mean": lambda x: x - x.mean(1, keepdim=True),
    "over the batch": lambda x: x - x.mean(0),
    "by the data": lambda x: x if x.sum() > 0 else -x,
    "caught": lambda x: _caught(x),
    "written view": lambda x: _written(x),
    "abs": torch.abs,
    "batch statistics": lambda x: F.batch_norm(x, None, None, training=True),
    "layer norm": lambda x: F.layer_norm(x, x.shape[1:]),
    "square": lambda x: x**2,
    "random dropout": lambda x: F.dropout(x, 0.5),
    "samples reversed": lambda x: x.flip(0),
    "samples rolled": lambda x: x.roll(1),
    "by the batch size": lambda x: x.reshape(-1, 2 * x.shape[1])[:, : x.shape[1]].repeat(2, 1)[: len(x)],
}


def _caught(x: torch.Tensor) -> torch.Tensor:
    try:
        return torch.tanh(x)
    except ValueError:
        return x


def _written(x: torch.Tensor) -> torch.Tensor:
    y = x * 1.0
    y[:, :1].mul_(3.0)
    return y


class Net(nn.Module):
    """Runs steps that were drawn; modules are registered in an order of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.ModuleList()
        self.steps: list[Any] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One step after the other."""
        for step in self.steps:
            x = step(x)
        return x


class Negated(nn.Sequential):
    """A Sequential with a forward pass of its own."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """The opposite of what its layers give."""
        return -super().forward(input)


class Weights(nn.Module):
    """x @ w.t() * mask, with plain parameters and a mask that is no buffer."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(outputs, inputs) * 0.7)
        self.mask = (torch.rand(outputs) > 0.3).float()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """A dense layer in the user's own words."""
        return (x @ self.w.t()) * self.mask


def _dense(rng: np.random.Generator, inputs: int, outputs: int) -> tuple[str, nn.Module]:
    kind = str(
        rng.choice(
            ("linear", "no bias", "own", "weight_norm", "old weight_norm", "spectral", "pruned", "hooks", "functional")
        )
    )
    layer = nn.Linear(inputs, outputs, bias=kind != "no bias")
    match kind:
        case "own":
            return kind, Weights(inputs, outputs)
        case "weight_norm":
            layer = parametrizations.weight_norm(layer)
            with torch.no_grad():
                layer.parametrizations.weight.original0.mul_(1.7)
        case "old weight_norm":
            layer = nn.utils.weight_norm(layer)
            with torch.no_grad():
                layer.weight_g.mul_(-1.3)
        case "spectral":
            layer = parametrizations.spectral_norm(layer) if rng.random() < 0.5 else nn.utils.spectral_norm(layer)
            layer(torch.randn(2, inputs))
        case "pruned":
            prune.l1_unstructured(layer, "weight", amount=0.4)
            with torch.no_grad():
                layer.weight_orig.mul_(-2)  # .weight is out of date until the next forward pass
        case "hooks":
            layer.register_forward_hook(lambda _, __, output: output * 2 - 0.5)
            layer.register_forward_pre_hook(lambda _, args: (args[0] + 0.5,))
        case _:
            pass
    return kind, layer


def _norm(rng: np.random.Generator, size: int) -> nn.BatchNorm1d:
    norm = nn.BatchNorm1d(size, affine=bool(rng.random() < 0.8))
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.2, 2)
    if norm.affine:
        nn.init.normal_(norm.weight)
        nn.init.normal_(norm.bias)
    return norm


def build(rng: np.random.Generator) -> Case:
    """One module."""
    torch.manual_seed(int(rng.integers(2**31)))
    net, said, size = Net(), [], int(rng.choice(SIZES))
    first, kept = size, {}
    activation = nn.ReLU(inplace=bool(rng.random() < 0.5))
    spoiled = str(rng.choice(list(UNSUPPORTED))) if rng.random() < 1 / 3 else None
    layers = int(rng.integers(1, 5))
    spoils_at = int(rng.integers(layers))

    def part(module: nn.Module) -> nn.Module:
        net.parts.insert(int(rng.integers(len(net.parts) + 1)), module)
        return module

    def step(name: str, call: Any) -> None:
        said.append(name)
        net.steps.append(call)

    if rng.random() < 0.3:
        step("flatten", part(nn.Flatten()))
    if rng.random() < 0.2:
        step("batch_norm first", part(_norm(rng, size)))
    for index in range(layers):
        size_out = int(rng.choice(SIZES))
        if (size, size_out) in kept and rng.random() < 0.7:
            step("shared", kept[size, size_out])
        else:
            name, layer = _dense(rng, size, size_out)
            if name == "functional":
                weight, bias = nn.Parameter(torch.randn(size_out, size)), nn.Parameter(torch.randn(size_out))
                layer = part(nn.ParameterList([weight, bias]))
                step(name, lambda x, p=layer: F.linear(x, p[0], p[1]))
            else:
                if rng.random() < 0.2:
                    layer, name = Negated(layer, activation), f"negated {name}"
                step(name, part(layer))
                kept[size, size_out] = layer
        size = size_out
        for name in ("batch_norm", "dropout", "identity"):
            if rng.random() < 0.25:
                step(
                    name,
                    part({"batch_norm": lambda s=size: _norm(rng, s), "dropout": nn.Dropout}.get(name, nn.Identity)()),
                )
        for name, choices, chance in (("move", MOVES, 0.3), ("elementwise", ELEMENTWISE, 0.3)):
            if rng.random() < chance:
                name = str(rng.choice(list(choices)))
                step(name, choices[name])
        if spoiled is not None and index == spoils_at:
            step(spoiled, UNSUPPORTED[spoiled])
        if index < layers - 1:
            if rng.random() < 0.3:
                step("the same ReLU", part(activation))
            else:
                name = str(rng.choice(list(ACTIVATIONS)))
                step(name, ACTIVATIONS[name])
    _tail(rng, step, size)
    precision = str(rng.choice(("float32", "float64")))
    net = net.to(getattr(torch, precision))
    net.train(bool(rng.random() < 0.5))
    for module in net.modules():
        if isinstance(module, Weights):
            module.mask = module.mask.to(getattr(torch, precision))
    flags = [module.training for module in net.modules()]
    kinds = "some float32" if any(name in ("maximum", "add with alpha") for name in said) else precision

    def own(x: np.ndarray) -> np.ndarray:
        assert [module.training for module in net.modules()] == flags  # the import left the user's module alone
        was = flags[0]
        with torch.no_grad():
            output = net.eval()(torch.from_numpy(x).to(getattr(torch, precision)))
        net.train(was)
        return output.double().numpy().reshape(len(x), -1)

    hints = {} if rng.random() < 0.5 else {"features": first}
    return Case(["torch", kinds, *said], net, hints, own, precision, spoiled is None)


def _tail(rng: np.random.Generator, step: Any, size: int) -> None:
    tail = str(rng.choice(TAILS))
    match tail:
        case "softmax":
            step(tail, nn.Softmax(dim=-1))
        case "log_softmax":
            step(tail, lambda x: F.log_softmax(x, dim=1))
        case "sigmoid":
            step(tail, torch.sigmoid)
        case "argmax":
            step(tail, lambda x: x.argmax(1) if size > 2 else torch.max(x, 1, keepdim=True)[1])
        case "spelled softmax":
            step(
                tail,
                lambda x: torch.exp(x - x.amax(1, keepdim=True)) / (x - x.amax(1, keepdim=True)).exp().sum(1, True),
            )
        case "selected softmax":
            step(tail, lambda x: x.flip(1)[:, :2].softmax(1))
        case _:
            pass
