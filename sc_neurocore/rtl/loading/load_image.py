"""Load words of another network for a core that was generated before."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from ...spec.coerce import integer
from ...spec.entrance import entrance
from ...spec.errors import OptionError, SCError, SpecError
from ...spec.files.atomic import write_atomic
from ...spec.files.json_object import read_object
from ...spec.network import NetworkSpec
from ..control.controlled_core import port_map
from ..cores.architectures import plan_core
from ..options import CoreOptions
from ..plan.supported import weighted_layers
from .load_map import check_loadable, description
from .load_words import load_words, shift_of


def built_for(network: NetworkSpec) -> dict[str, Any]:
    """What of a network the gates depend on, its loadable numbers' sizes included: the manifest keeps it."""
    return {
        "description": description(network),
        "largest_biases": [int(np.abs(each.biases.astype(np.int64)).max()) for each in weighted_layers(network)],
        "shifts": [shift_of(each.layer.neuron) or 0 for each in weighted_layers(network)],
    }


@entrance
def load_image(network: NetworkSpec, folder: str | os.PathLike[str]) -> np.ndarray:
    """The load words that make the core in a folder compute a network.

    Args:
        network: of the same description as the core's; weights, biases, shifts and thresholds may differ.
        folder: of `generate`, with weights "loadable".

    Returns:
        uint32, one load word an element.

    Raises:
        OptionError: the folder holds no loadable core.
        SpecError: the network does not fit the core; the message names what differs.
    """
    manifest = _manifest(Path(folder))
    try:
        check_loadable(manifest["load"]["built_for"]["description"], network)
        plan = plan_core(_stand_in(network, manifest["load"]["built_for"]), **_options(manifest))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        if isinstance(error, SCError):
            raise
        raise OptionError(f"folder: {Path(folder) / 'manifest.json'} does not describe a loadable core") from None
    load_map = port_map(plan.load_map, plan.control)
    if load_map is None or load_map.words != manifest["load"].get("words"):
        raise OptionError(f"folder must hold a loadable core of this network's description; {folder} holds another")
    return load_words(load_map.image(network))


@entrance
def write_load_image(network: NetworkSpec, folder: str | os.PathLike[str], out: str | os.PathLike[str]) -> int:
    """Write the load words as a file, one in hex a line, as `generate` does; returns how many.

    Args:
        network: of the same description as the core's.
        folder: of `generate`, with weights "loadable".
        out: file to write.
    """
    words = load_image(network, folder).tolist()
    write_atomic(Path(out), "".join(f"{word:08x}\n" for word in words))
    return len(words)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = read_object(folder / "manifest.json")
    except SpecError:
        manifest = {}
    if not isinstance(manifest.get("load"), dict):
        raise OptionError(f"folder must hold a core with loadable weights and its manifest.json; got {folder}")
    return manifest


def _options(manifest: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in manifest["parameters"].items() if key in CoreOptions.__dataclass_fields__}


def _stand_in(network: NetworkSpec, facts: dict[str, Any]) -> NetworkSpec:
    """A network with the widths of the one that the core was generated from."""
    for each in facts["largest_biases"]:
        integer("largest_biases", each, 0, 2**31 - 1)
    layers, biases = list(network.layers), list(network.biases)
    for part, bias_limit, shift in zip(weighted_layers(network), facts["largest_biases"], facts["shifts"], strict=True):
        ranged = np.zeros_like(part.biases)
        ranged[0] = bias_limit
        biases[part.number] = ranged
        layer = part.layer
        if shift_of(layer.neuron) is not None:
            neuron = layer.neuron.model_copy(update={"shift": shift})
            layers[part.number] = layer.model_copy(update={"neuron": neuron})
    return network.replace(layers=tuple(layers), biases=tuple(biases))
