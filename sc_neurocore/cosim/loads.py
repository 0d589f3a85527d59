# amaranth: UnusedElaboratable=no
"""What a co-simulation loads into a loadable core, and how it comes to know that."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..spec.errors import OptionError, SCError
from ..spec.network import NetworkSpec

CONTROLS = ("stream", "axi-lite")


@dataclass(frozen=True)
class Loads:
    """The loads of one co-simulation."""

    control: str
    """Through which port: one of `CONTROLS`."""
    words: np.ndarray
    """Load words of the network under test."""
    other: NetworkSpec | None = None
    """Another network of the same description."""
    other_words: np.ndarray | None = None
    differing: int | None = None
    """How many samples of a small set tell the two networks apart."""

    def summary(self) -> dict[str, Any]:
        """What the report says of the loads."""
        return {
            "control": self.control,
            "load_words": len(self.words),
            "other_network_sha256": None if self.other is None else self.other.sha256,
            "samples_that_differ": self.differing,
        }


def is_loadable(core: Any) -> bool:
    """Whether a core is loaded through a control port."""
    return getattr(core, "load_map", None) is not None and hasattr(core, "control")


def loads_of(core: Any, network: NetworkSpec, other: NetworkSpec, differing: int) -> Loads:
    """Loads of a core that was built for either network."""
    from ..rtl.load_words import load_words

    images = [load_words(core.load_map.image(each)) for each in (network, other)]
    return Loads(core.control, images[0], other, images[1], differing)


def loads_beside(
    folder: Path, manifest: dict[str, Any], network: NetworkSpec, other: NetworkSpec, differing: int
) -> Loads | None:
    """Loads of Verilog that lies in a folder, by the manifest beside it; None where it is not loadable.

    The core is built again from the parameters that the manifest states. Where that does not give the words that lie in
    the folder, those are loaded, and no other network.

    Raises:
        OptionError: the manifest speaks of loads, but not in a way that this version knows, or the words are missing.
    """
    from ..rtl import build_core

    stated = manifest.get("load")
    if stated is None:
        return None
    if not isinstance(stated, dict) or stated.get("control") not in CONTROLS:
        raise OptionError(f"rtl: manifest.json must name load.control, one of {', '.join(CONTROLS)}; got {stated!r}")
    words = _words(folder / str(stated.get("file")))
    known = inspect.signature(build_core).parameters
    parameters = manifest.get("parameters")
    options = {k: v for k, v in parameters.items() if k in known} if isinstance(parameters, dict) else {}
    bits = options.get("stream_bits_per_cycle")
    if isinstance(bits, list):
        options["stream_bits_per_cycle"] = max(bits)
    try:
        core, _ = build_core(network, **options)
        built = loads_of(core, network, other, differing) if is_loadable(core) else None
    except (SCError, TypeError, ValueError):  # a manifest may say anything
        built = None
    if built is None or not np.array_equal(built.words, words):  # the words of two controls are never the same
        return Loads(stated["control"], words)
    return built


def _words(path: Path) -> np.ndarray:
    try:
        lines = path.read_text(encoding="ascii").split()
        return np.array([int(line, 16) for line in lines], dtype=np.uint32)
    except (OSError, ValueError, OverflowError) as error:
        raise OptionError(
            f"rtl: manifest.json names {path.name}, which must hold a load word in hex a line: {error}"
        ) from None
