# amaranth: UnusedElaboratable=no
"""What a co-simulation loads into a loadable core, and how it comes to know that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...spec.errors import OptionError, SpecError
from ...spec.network import NetworkSpec
from ..foreign_verilog import inside
from ..testplan.loads.setting_networks import setting_networks

CONTROLS = ("stream", "axi-lite")
_WORDS_OF_FURTHER = 2_000
"""Of larger images two are loaded alone."""


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
    further: tuple[NetworkSpec, ...] = ()
    """More networks of the same description, so that few bits of what is loaded are the same in all."""
    further_words: tuple[np.ndarray, ...] = ()
    settings: tuple[NetworkSpec, ...] = ()
    """More of them, for the sake of their shifts and thresholds."""
    settings_words: tuple[np.ndarray, ...] = ()

    @property
    def images(self) -> tuple[np.ndarray, ...]:
        """Load words of all networks, the one under test first."""
        other = () if self.other_words is None else (self.other_words,)
        return (self.words, *other, *self.further_words, *self.settings_words)

    @property
    def others(self) -> tuple[NetworkSpec, ...]:
        """The networks of these but the first."""
        return (() if self.other is None else (self.other,)) + self.further + self.settings

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


def loads_of(
    core: Any,
    network: NetworkSpec,
    other: NetworkSpec,
    differing: int,
    further: Iterable[NetworkSpec] = (),
    *,
    settings: bool = False,
) -> Loads:
    """Loads of a core that was built for either network.

    Args:
        core: with its load map.
        network: under test.
        other: another network of the same description.
        differing: how many samples of a small set tell the two apart.
        further: more networks, of which those are loaded that fit, if the image is no large one.
        settings: whether networks with other shifts and thresholds are loaded, too.
    """
    from ...rtl.loading.load_words import load_words

    images = [load_words(core.load_map.image(each)) for each in (network, other)]
    loads = Loads(core.control, images[0], other, images[1], differing)
    return _with_further(loads, network, further, settings, lambda each: load_words(core.load_map.image(each)))


def _with_further(
    loads: Loads,
    network: NetworkSpec,
    further: Iterable[NetworkSpec],
    settings: bool,
    words_of: Callable[[NetworkSpec], np.ndarray],
) -> Loads:
    if len(loads.words) > _WORDS_OF_FURTHER:
        return loads
    networks, words = _fitting(further, words_of)
    loads = replace(loads, further=networks, further_words=words)
    networks, words = _fitting(setting_networks(network, len(loads.words)) if settings else (), words_of)
    return replace(loads, settings=networks, settings_words=words)


def _fitting(
    networks: Iterable[NetworkSpec], words_of: Callable[[NetworkSpec], np.ndarray]
) -> tuple[tuple[NetworkSpec, ...], tuple[np.ndarray, ...]]:
    """Those that a core takes, and their load words."""
    fitting = []
    for network in networks:
        try:
            fitting.append((network, words_of(network)))
        except SpecError:
            continue
    return tuple(each for each, _ in fitting), tuple(words for _, words in fitting)


def loads_beside(
    folder: Path,
    manifest: dict[str, Any],
    network: NetworkSpec,
    decoys: Iterable[tuple[NetworkSpec, int, Iterable[NetworkSpec], bool]],
) -> Loads | None:
    """Loads of Verilog that lies in a folder, by the manifest beside it; None where it is not loadable.

    Args:
        folder: where the Verilog and its manifest are.
        manifest: what the manifest says.
        network: what is to be loaded.
        decoys: networks that the core may hold before, how many samples tell them apart, more networks to load, and
            whether shifts and thresholds may differ; the first that fits.

    Raises:
        OptionError: the manifest speaks of loads, but not in a way that this version knows, or the words are missing.
        SpecError: the network does not fit the core.
    """
    from ...rtl import load_image

    stated = manifest.get("load")
    if stated is None:
        return None
    if not isinstance(stated, dict) or stated.get("control") not in CONTROLS:
        raise OptionError(f"rtl: manifest.json must name load.control, one of {', '.join(CONTROLS)}; got {stated!r}")
    try:
        words = load_image(network, folder)
    except OptionError:  # a manifest that does not say how the core is made: all that is known are the words beside it
        return Loads(stated["control"], _words(inside(folder, str(stated.get("file")))))
    for other, differing, further, settings in decoys:
        try:
            loads = Loads(stated["control"], words, other, load_image(other, folder), differing)
        except SpecError:
            continue
        return _with_further(loads, network, further, settings, lambda each: load_image(each, folder))
    return Loads(stated["control"], words)


def _words(path: Path) -> np.ndarray:
    try:
        lines = path.read_text(encoding="ascii").split()
        return np.array([int(line, 16) for line in lines], dtype=np.uint32)
    except (OSError, ValueError, OverflowError) as error:
        raise OptionError(
            f"rtl: manifest.json names {path.name}, which must hold a load word in hex a line: {error}"
        ) from None
