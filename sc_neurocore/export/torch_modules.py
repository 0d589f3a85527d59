"""Torch modules as stages: an `nn.Sequential` as it evaluates, or a network that was trained through its integers."""

from __future__ import annotations

from typing import Any

from ..spec.errors import OptionError, require_extra
from .lower import Exported, lower_stages
from .stages import Clip, Dense, Scale, Stage, batch_norm
from .trained import trained_report

require_extra("torch", "torch")

from torch import nn  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra

SUPPORTED = (
    *("Sequential", "Linear", "BatchNorm1d", "ReLU", "ReLU6", "Hardtanh", "Flatten", "Dropout", "Identity"),
    *("SCNetworkModule", "SCLinear", "SpikingNet"),
)
"""Layers that are taken; `Dropout` and `Identity` do nothing in evaluation."""


def export_module(module: nn.Module, **options: Any) -> Exported:
    """The integer network of a Torch module.

    Args:
        module: an `nn.Sequential` of `SUPPORTED` layers, nested or not, taken as it evaluates (`module.eval()`): batch
            normalizations are folded into the layer before them, or behind an activation into the one after. Or an
            `SCNetworkModule`, whose integers are taken as they are; or a `SpikingNet`.
        options: of an `nn.Sequential` those of `lower_dense`, of an `SCNetworkModule` its `name`, of a `SpikingNet`
            those of `export_spiking`.

    Raises:
        OptionError: a layer is not supported, which is named with the list of those that are, or options do not fit.
    """
    from ..training.spiking_net import SpikingNet
    from ..training.torch_exact import SCLinear, SCNetworkModule

    if isinstance(module, SpikingNet):
        from .spiking import export_spiking

        return export_spiking(module, **options)
    if isinstance(module, nn.Sequential):
        exact = [each for _, each in flat(module) if isinstance(each, SCLinear)]
        if exact:
            _only_exact(module, SCLinear)
            module = SCNetworkModule(exact)
    if isinstance(module, SCNetworkModule):
        return _trained(module, **options)
    return lower_stages(stages_of(module), **options)


def flat(module: nn.Module, name: str = "") -> list[tuple[str, nn.Module]]:
    """The layers of a Sequential in order, those of nested ones in their place, with their names."""
    if not isinstance(module, nn.Sequential):
        return [(f"{name or 'module'} ({type(module).__name__})", module)]
    return [each for key, child in module.named_children() for each in flat(child, f"{name}.{key}" if name else key)]


def stages_of(module: nn.Module) -> list[Stage]:
    """The stages of an `nn.Sequential`.

    Raises:
        OptionError: a layer is not supported, or has a setting that has no counterpart.
    """
    return [stage for name, layer in flat(module) for stage in _stages(name, layer)]


def _stages(name: str, layer: nn.Module) -> list[Stage]:
    # Exact types: a subclass computes something of its own.
    kind = type(layer)
    if kind is nn.Linear:
        return [Dense(name, _array(layer.weight), None if layer.bias is None else _array(layer.bias))]
    if kind is nn.BatchNorm1d:
        return [_batch_norm(name, layer)]
    if kind is nn.ReLU:
        return [Clip(name, 0.0, None)]
    if kind in (nn.Hardtanh, nn.ReLU6):
        return [Clip(name, layer.min_val, layer.max_val)]  # type: ignore[arg-type]
    if kind is nn.Flatten:
        if layer.start_dim != 1 or layer.end_dim != -1:
            raise OptionError(f"{name} must flatten all but the batch (start_dim 1, end_dim -1)")
        return []
    if kind in (nn.Dropout, nn.Identity):
        return []
    raise OptionError(
        f"layer {name} is not supported; supported are {', '.join(SUPPORTED)}. For a module of your own give its "
        "layers in order as an nn.Sequential, or its arrays to export_dense"
    )


def _batch_norm(name: str, layer: Any) -> Scale:
    if layer.running_mean is None or layer.running_var is None:
        raise OptionError(f"{name} keeps no running statistics (track_running_stats=False), so it cannot be folded")
    gain, offset = (None, None) if layer.weight is None else (_array(layer.weight), _array(layer.bias))
    return batch_norm(name, _array(layer.running_mean), _array(layer.running_var), gain, offset, layer.eps)


def _array(tensor: Any) -> Any:
    return tensor.detach().cpu().double().numpy()


def _only_exact(module: nn.Module, exact: type) -> None:
    for name, layer in flat(module):
        if not isinstance(layer, exact) and type(layer) not in (nn.Dropout, nn.Identity, nn.Flatten):
            raise OptionError(f"layer {name} cannot stand among SCLinear layers, which have activations of their own")


def _trained(module: Any, name: str = "network", **options: Any) -> Exported:
    if options:
        raise OptionError(f"{min(options)} does not go with an SCNetworkModule: its integers are what was trained")
    network = module.to_network(name=name)
    return Exported(network, trained_report(network, [_array(layer.weight) for layer in module.layers]))
