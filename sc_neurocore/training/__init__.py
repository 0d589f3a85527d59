"""Networks trained through their own integers: an exact forward pass, a straight-through backward pass.

The names below are loaded when first used: reading a model folder needs no JAX.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cells import AdExCell as AdExCell
    from .cells import ALIFCell as ALIFCell
    from .cells import AlphaCell as AlphaCell
    from .cells import ExpIFCell as ExpIFCell
    from .cells import IFCell as IFCell
    from .cells import LapicqueCell as LapicqueCell
    from .cells import LIFCell as LIFCell
    from .cells import RecurrentLIFCell as RecurrentLIFCell
    from .cells import SecondOrderLIFCell as SecondOrderLIFCell
    from .cells import SpikingCell as SpikingCell
    from .cells import SynapticCell as SynapticCell
    from .config import TrainConfig as TrainConfig
    from .data import Dataset as Dataset
    from .data import load_data as load_data
    from .folder import TrainedModel as TrainedModel
    from .folder import load_model as load_model
    from .seeds import train_seeds as train_seeds
    from .spiking_net import SpikingNet as SpikingNet
    from .surrogate import SURROGATE_PATHS as SURROGATE_PATHS
    from .surrogate import Surrogate as Surrogate
    from .surrogate import atan_surrogate as atan_surrogate
    from .surrogate import atan_surrogate_custom_op as atan_surrogate_custom_op
    from .surrogate import atan_surrogate_legacy as atan_surrogate_legacy
    from .surrogate import fast_sigmoid as fast_sigmoid
    from .surrogate import fast_sigmoid_custom_op as fast_sigmoid_custom_op
    from .surrogate import fast_sigmoid_legacy as fast_sigmoid_legacy
    from .surrogate import sigmoid_surrogate as sigmoid_surrogate
    from .surrogate import sigmoid_surrogate_custom_op as sigmoid_surrogate_custom_op
    from .surrogate import sigmoid_surrogate_legacy as sigmoid_surrogate_legacy
    from .surrogate import straight_through as straight_through
    from .surrogate import straight_through_custom_op as straight_through_custom_op
    from .surrogate import straight_through_legacy as straight_through_legacy
    from .surrogate import superspike as superspike
    from .surrogate import superspike_custom_op as superspike_custom_op
    from .surrogate import superspike_legacy as superspike_legacy
    from .surrogate import triangular as triangular
    from .surrogate import triangular_custom_op as triangular_custom_op
    from .surrogate import triangular_legacy as triangular_legacy
    from .torch_exact import SCLinear as SCLinear
    from .torch_exact import SCNetworkModule as SCNetworkModule
    from .torch_exact import spiking_layers as spiking_layers
    from .torch_loop import TorchRun as TorchRun
    from .torch_loop import train_torch as train_torch
    from .trainer import Series as Series
    from .trainer import train as train
    from .trainer import train_series as train_series

_HOMES = {
    "SURROGATE_PATHS": "surrogate",
    "ALIFCell": "cells",
    "AdExCell": "cells",
    "AlphaCell": "cells",
    "Dataset": "data",
    "ExpIFCell": "cells",
    "IFCell": "cells",
    "LIFCell": "cells",
    "LapicqueCell": "cells",
    "RecurrentLIFCell": "cells",
    "SCLinear": "torch_exact",
    "SCNetworkModule": "torch_exact",
    "SecondOrderLIFCell": "cells",
    "Series": "trainer",
    "SpikingCell": "cells",
    "SpikingNet": "spiking_net",
    "Surrogate": "surrogate",
    "SynapticCell": "cells",
    "TorchRun": "torch_loop",
    "TrainConfig": "config",
    "TrainedModel": "folder",
    "atan_surrogate": "surrogate",
    "atan_surrogate_custom_op": "surrogate",
    "atan_surrogate_legacy": "surrogate",
    "fast_sigmoid": "surrogate",
    "fast_sigmoid_custom_op": "surrogate",
    "fast_sigmoid_legacy": "surrogate",
    "load_data": "data",
    "load_model": "folder",
    "sigmoid_surrogate": "surrogate",
    "sigmoid_surrogate_custom_op": "surrogate",
    "sigmoid_surrogate_legacy": "surrogate",
    "spiking_layers": "torch_exact",
    "straight_through": "surrogate",
    "straight_through_custom_op": "surrogate",
    "straight_through_legacy": "surrogate",
    "superspike": "surrogate",
    "superspike_custom_op": "surrogate",
    "superspike_legacy": "surrogate",
    "train": "trainer",
    "train_seeds": "seeds",
    "train_series": "trainer",
    "train_torch": "torch_loop",
    "triangular": "surrogate",
    "triangular_custom_op": "surrogate",
    "triangular_legacy": "surrogate",
}

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
