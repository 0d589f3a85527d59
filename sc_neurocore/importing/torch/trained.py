"""Which Torch modules are networks of our own, that compute integers already: they are taken, never followed."""

from __future__ import annotations

import sys
from typing import Any

from ...spec.errors import OptionError


def trained_layers(module: Any) -> list[Any] | None:
    """The SCLinear layers of a network in the order of its forward pass, each as often as it is used.

    Args:
        module: an `SCNetworkModule`, an `SCLinear`, or an `nn.Sequential` of `SCLinear` layers, between which layers
            that do nothing in evaluation may stand.

    Returns:
        None: it holds no `SCLinear`.

    Raises:
        OptionError: it holds some, but computes more than they do: by a subclass's own methods, hooks, or other layers.
    """
    exact = sys.modules.get("sc_neurocore.training.torch.exact")
    if exact is None or not any(isinstance(each, (exact.SCLinear, exact.SCNetworkModule)) for each in module.modules()):
        return None
    return _layers(module, type(module).__name__, exact)


def refuse_trained(module: Any) -> None:
    """Raises an `OptionError` for modules that compute integers: they are exported as they are, never followed."""
    layers = trained_layers(module)
    if layers is not None:
        raise OptionError(f"{type(module).__name__} computes integers already; give it to export itself")
    spiking = sys.modules.get("sc_neurocore.training.spiking_net")
    if spiking is not None:
        for path, each in module.named_modules():
            if isinstance(each, spiking.SpikingNet):
                raise OptionError(f"{path or 'module'} (SpikingNet) keeps a state over time; give it to export itself")


def _layers(module: Any, path: str, exact: Any) -> list[Any]:
    from torch import nn

    if module._forward_hooks or module._forward_pre_hooks or "forward" in vars(module):
        raise OptionError(f"{path} has forward hooks or a replaced forward; its integers are not those of its layers")
    if isinstance(module, exact.SCNetworkModule):
        _same_program(module, exact.SCNetworkModule, path)
        return [each for key, layer in enumerate(module.layers) for each in _layers(layer, f"{path}.{key}", exact)]
    if isinstance(module, exact.SCLinear):
        _same_program(module, exact.SCLinear, path)
        return [module]
    if type(module) is nn.Sequential:
        # Not named_children(), which leaves out a layer that is used twice.
        return [each for key, child in module._modules.items() for each in _layers(child, f"{path}.{key}", exact)]
    if type(module) in (nn.Dropout, nn.Identity, nn.Flatten):
        return []
    raise OptionError(
        f"{path} ({type(module).__name__}) cannot stand among SCLinear layers, which have activations of their own"
    )


def _same_program(module: Any, base: type, path: str) -> None:
    """A subclass that only sets itself up computes what its base does; any other method may change that."""
    for kind in type(module).__mro__[: type(module).__mro__.index(base)]:
        own = [name for name, value in vars(kind).items() if callable(value) or isinstance(value, property)]
        changed = [name for name in own if name != "__init__"]
        if changed:
            raise OptionError(
                f"{path} is a {kind.__name__}, whose own {', '.join(changed)} may change what "
                f"{base.__name__} computes; give a {base.__name__} itself"
            )
