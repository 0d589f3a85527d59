"""Spiking cells for Torch: a table of constants and the equation of one time step each, with any surrogate.

A cell is called with its input current and its states and gives the spikes and the new states; a state that is not
given is 0. In all of them a spike is [membrane ≥ level] (or >, see `comparator`) and takes the level off the membrane;
no gradient passes through that reset.

>>> import torch
>>> cell = LIFCell(beta=0.875)
>>> spikes, v = cell(torch.tensor([0.5, 1.5]))
>>> spikes.tolist(), v.tolist()
([0.0, 1.0], [0.5, 0.5])
>>> spikes, v = cell(torch.tensor([0.5, 1.5]), v)
>>> v.tolist()
[0.9375, 0.9375]
"""

from __future__ import annotations

from .adaptive import AdExCell, ALIFCell, ExpIFCell
from .base import SpikingCell
from .comparator import comparator_of
from .leaky import IFCell, LapicqueCell, LIFCell, RecurrentLIFCell
from .synaptic import AlphaCell, SecondOrderLIFCell, SynapticCell

__all__ = [
    "ALIFCell",
    "AdExCell",
    "AlphaCell",
    "ExpIFCell",
    "IFCell",
    "LIFCell",
    "LapicqueCell",
    "RecurrentLIFCell",
    "SecondOrderLIFCell",
    "SpikingCell",
    "SynapticCell",
    "comparator_of",
]
