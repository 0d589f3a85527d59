"""What a worker takes from itself before it builds and runs a core: network, unbounded resources, outliving us."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from contextlib import suppress

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_AT_PARENTS_DEATH = 1  # PR_SET_PDEATHSIG of Linux
LIMITS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: 8 << 30,  # the beats of 500 million outputs
    resource.RLIMIT_AS: 32 << 30,
}
"""Bytes of a core dump, of one file, of address space; what the system allows already, if that is less."""


def confine() -> None:
    """End with the parent, set `LIMITS` for this process and its children, leave the network where the system lets us.

    A new network namespace needs a user namespace, but for root; machines that forbid it keep the network, which no
    core that `foreign_verilog` lets in can use.
    """
    end_with_parent()
    for kind, limit in LIMITS.items():
        _, hard = resource.getrlimit(kind)
        bound = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (bound, bound))
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(_NEW_NETWORK if os.geteuid() == 0 else _NEW_USER | _NEW_NETWORK)


def end_with_parent() -> None:
    """Have the system end this process, and the program that it may become, when its parent is killed."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_AT_PARENTS_DEATH, signal.SIGKILL)
