"""What the bits are: the normative model of the contract in plain NumPy, one byte per bit, written to be read."""

from .correlation import scc
from .generators import stream
from .network import run
from .packing import pack, unpack
from .sources import sequence

__all__ = ["pack", "run", "scc", "sequence", "stream", "unpack"]
