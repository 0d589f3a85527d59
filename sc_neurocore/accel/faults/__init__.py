"""Networks whose bits flip or are stuck: the same integers for any batch, number of threads and order of the work."""

from .description import HARDWARE, KINDS, SITES, Fault
from .network import run

__all__ = ["HARDWARE", "KINDS", "SITES", "Fault", "run"]
