"""What a worker takes from itself before it builds and runs a core: the network, and resources without bound."""

from __future__ import annotations

import ctypes
import os
import resource
from contextlib import suppress

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
LIMITS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: 8 << 30,  # the beats of 500 million outputs
    resource.RLIMIT_AS: 32 << 30,
}
"""Bytes of a core dump, of one file, of address space; what the system allows already, if that is less."""


def confine() -> None:
    """Set `LIMITS` for this process and its children, and leave the network where the system lets us.

    A new network namespace needs a user namespace, but for root; machines that forbid it keep the network, which no
    core that `foreign_verilog` lets in can use.
    """
    for kind, limit in LIMITS.items():
        _, hard = resource.getrlimit(kind)
        bound = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (bound, bound))
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(_NEW_NETWORK if os.geteuid() == 0 else _NEW_USER | _NEW_NETWORK)
