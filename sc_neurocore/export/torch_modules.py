"""Torch modules: a network that was trained through its integers, or any other by the graph of its forward pass."""

from __future__ import annotations

from typing import Any

from ..spec.errors import OptionError, require_extra
from .from_graph import export_graph, shape_of
from .lower import Exported
from .trained import trained_report

require_extra("torch", "torch")

from torch import nn  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra

from ..importing.torch.trained import trained_layers  # noqa: E402
from ..importing.torch_graph import torch_graph  # noqa: E402


def export_module(module: nn.Module, **options: Any) -> Exported:
    """The integer network of a Torch module.

    Args:
        module: any module whose forward pass, in evaluation, is a chain of operations that have integers (see
            `importing.torch_graph`): it is read as it runs, with shared layers, hooks and parametrizations. Or an
            `SCNetworkModule`, an `SCLinear` or an `nn.Sequential` of them, whose integers are taken as they are; or a
            `SpikingNet`.
        options: of a network of `SCLinear` its `name`, of a `SpikingNet` those of `export_spiking`, of others those of
            `lower_dense`, and `features` or `input_shape` where the module does not tell its input.

    Raises:
        OptionError: a layer is not supported, which is named with the list of those that are, or options do not fit.
    """
    from ..training.spiking_net import SpikingNet
    from ..training.torch.exact import SCNetworkModule

    if type(module) is SpikingNet:
        from .spiking import export_spiking

        return export_spiking(module, **options)
    layers = trained_layers(module)
    if layers is None:
        hints = {key: options.pop(key) for key in ("features", "input_shape") if key in options}
        hints = hints or shape_of(options.get("calibration"))
        return export_graph(torch_graph(module, **hints), **options)
    return _trained(module if isinstance(module, SCNetworkModule) else SCNetworkModule(layers), **options)


def _array(tensor: Any) -> Any:
    return tensor.detach().cpu().double().numpy()


def _trained(module: Any, name: str = "network", **options: Any) -> Exported:
    if options:
        raise OptionError(f"{min(options)} does not go with an SCNetworkModule: its integers are what was trained")
    network = module.to_network(name=name)
    return Exported(network, trained_report(network, [_array(layer.weight) for layer in module.layers]))
