"""Small networks of Torch layers."""

from __future__ import annotations

from typing import Any

import torch

from sc_neurocore.training import SCLinear, SCNetworkModule, spiking_layers


def small(**options: Any):
    torch.manual_seed(3)
    last: dict[str, Any] = {key: options[key] for key in options.keys() - {"learn_scale", "border_shift"}}
    last["neuron"] = "linear"
    return SCNetworkModule([SCLinear(9, 7, **options), SCLinear(7, 4, **last)])


def spiking(**options: Any):
    torch.manual_seed(4)
    return SCNetworkModule(spiking_layers([9, 7, 4], **options), time_steps=3)
