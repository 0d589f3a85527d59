# amaranth: UnusedElaboratable=no
"""Which gates count the products of a layer, by the kind of its numbers."""

from __future__ import annotations

from ..plan.folded_layers import (
    ClosedFormNumbers,
    FoldedLayerNumbers,
    MuxNumbers,
    OrNumbers,
    ParallelNumbers,
    StreamedNumbers,
)
from .base import Datapath
from .column import ClosedFormDatapath, StreamedDatapath
from .mux_and_or import MuxDatapath, OrDatapath
from .parallel import ParallelDatapath

DATAPATHS: dict[type[FoldedLayerNumbers], type[Datapath]] = {
    ParallelNumbers: ParallelDatapath,
    OrNumbers: OrDatapath,
    MuxNumbers: MuxDatapath,
    StreamedNumbers: StreamedDatapath,
    ClosedFormNumbers: ClosedFormDatapath,
}
"""Every kind has its gates; a test sees that none is missing."""
