"""Networks trained through their own integers: an exact forward pass, a straight-through backward pass.

The names below are loaded when first used: reading a model folder needs no JAX.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cells import (
        AdExCell,
        ALIFCell,
        AlphaCell,
        ExpIFCell,
        IFCell,
        LapicqueCell,
        LIFCell,
        RecurrentLIFCell,
        SecondOrderLIFCell,
        SpikingCell,
        SynapticCell,
    )
    from .config import TrainConfig
    from .data import Dataset, load_data
    from .folder import TrainedModel, load_model
    from .seeds import train_seeds
    from .spiking_net import SpikingNet
    from .surrogate import (
        SURROGATE_PATHS,
        Surrogate,
        atan_surrogate,
        atan_surrogate_custom_op,
        atan_surrogate_legacy,
        fast_sigmoid,
        fast_sigmoid_custom_op,
        fast_sigmoid_legacy,
        sigmoid_surrogate,
        sigmoid_surrogate_custom_op,
        sigmoid_surrogate_legacy,
        straight_through,
        straight_through_custom_op,
        straight_through_legacy,
        superspike,
        superspike_custom_op,
        superspike_legacy,
        triangular,
        triangular_custom_op,
        triangular_legacy,
    )
    from .torch.exact import SCLinear, SCNetworkModule, spiking_layers
    from .torch.loop import TorchRun, train_torch
    from .torch.maps import SCAvgPool2d, SCConv2d, SCMaxPool2d
    from .trainer import Series, train, train_series

_HOMES = {
    "cells": (
        "ALIFCell", "AdExCell", "AlphaCell", "ExpIFCell", "IFCell", "LIFCell", "LapicqueCell", "RecurrentLIFCell",
        "SecondOrderLIFCell", "SpikingCell", "SynapticCell",
    ),
    "config": ("TrainConfig",),
    "data": ("Dataset", "load_data"),
    "folder": ("TrainedModel", "load_model"),
    "seeds": ("train_seeds",),
    "spiking_net": ("SpikingNet",),
    "torch.exact": ("SCLinear", "SCNetworkModule", "spiking_layers"),
    "torch.loop": ("TorchRun", "train_torch"),
    "torch.maps": ("SCAvgPool2d", "SCConv2d", "SCMaxPool2d"),
    "trainer": ("Series", "train", "train_series"),
}  # fmt: skip

__all__ = [
    "SURROGATE_PATHS",
    "ALIFCell",
    "AdExCell",
    "AlphaCell",
    "Dataset",
    "ExpIFCell",
    "IFCell",
    "LIFCell",
    "LapicqueCell",
    "RecurrentLIFCell",
    "SCAvgPool2d",
    "SCConv2d",
    "SCLinear",
    "SCMaxPool2d",
    "SCNetworkModule",
    "SecondOrderLIFCell",
    "Series",
    "SpikingCell",
    "SpikingNet",
    "Surrogate",
    "SynapticCell",
    "TorchRun",
    "TrainConfig",
    "TrainedModel",
    "atan_surrogate",
    "atan_surrogate_custom_op",
    "atan_surrogate_legacy",
    "fast_sigmoid",
    "fast_sigmoid_custom_op",
    "fast_sigmoid_legacy",
    "load_data",
    "load_model",
    "sigmoid_surrogate",
    "sigmoid_surrogate_custom_op",
    "sigmoid_surrogate_legacy",
    "spiking_layers",
    "straight_through",
    "straight_through_custom_op",
    "straight_through_legacy",
    "superspike",
    "superspike_custom_op",
    "superspike_legacy",
    "train",
    "train_seeds",
    "train_series",
    "train_torch",
    "triangular",
    "triangular_custom_op",
    "triangular_legacy",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = next((module for module, names in _HOMES.items() if name in names), "surrogate")
    return getattr(import_module(f".{home}", __name__), name)
