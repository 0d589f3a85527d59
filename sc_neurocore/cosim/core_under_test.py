"""The gates under test: Verilog as it lies in a folder, or a core that is generated; and what is loaded into it."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..rtl.control.registers import CoreFacts
from ..rtl.emit.integration import TESTBENCH_SUFFIXES
from ..spec.errors import OptionError, SpecError
from ..spec.files.atomic import sha256_file
from ..spec.files.json_object import read_object
from ..spec.kinds import unknown_kind
from ..spec.layer import DenseLayer
from ..spec.maps import AvgPool2dLayer, Conv2dLayer, MaxPool2dLayer
from ..spec.network import NetworkSpec
from .design import Design
from .drivers.loads import Loads, is_loadable, loads_beside, loads_of
from .drivers.ports import AXIL_INPUTS
from .foreign_verilog import inside
from .simulators.tools import Simulator
from .testplan.loads.decoy import decoy_network, further_networks
from .testplan.registers.accesses import facts_of
from .testplan.stimulus import directed, random_codes

_PROBE_SAMPLES = 16


@dataclass(frozen=True)
class CoreUnderTest:
    """The gates under test."""

    sources: tuple[Path, ...]
    sha256: str | None
    manifest: dict[str, Any]
    component: Any = None
    """The core itself, where Amaranth's simulator runs it."""
    loads: Loads | None = None
    """Of a loadable core: what goes into it before anything is compared."""
    facts: CoreFacts | None = None
    """What its registers must say, once it holds the network; None where it has none, or nobody says how it is made."""
    stream_ports: tuple[str, ...] = ()
    """Of a circuit, the ports on which its streams pass: every script of a circuit notes them."""

    @property
    def halvings(self) -> int:
        """How often its streams may be halved, as the core or its manifest says; 0: never."""
        if self.component is not None:
            return getattr(getattr(self.component, "plan", None), "halvings", 0)
        stated = self.manifest.get("anytime")
        return max(0, len(stated) - 1) if isinstance(stated, list) else 0

    def beat(self, network: NetworkSpec) -> tuple[int, int]:
        """Elements in a beat of its input port, and of its output port, as the core or its manifest says; else 1."""
        if self.component is not None:
            return getattr(getattr(self.component, "plan", None), "beat", (1, 1))
        elements_of_beats = []
        for side, limit in (("input", network.input.features), ("output", network.output_neurons)):
            stated = self.manifest.get(side)
            elements = stated.get("elements_per_beat", 1) if isinstance(stated, dict) else 1
            is_legal = type(elements) is int and 1 <= elements <= limit
            elements_of_beats.append(elements if is_legal and (side == "input" or limit % elements == 0) else 1)
        return elements_of_beats[0], elements_of_beats[1]

    @property
    def ports(self) -> list[str]:
        """Names of its ports, as the core or its manifest says; none where nobody does."""
        if self.component is not None:
            return list(self.component.signature.members)
        stated = self.manifest.get("ports")
        rows = stated if isinstance(stated, list) else []
        return [str(row["name"]) for row in rows if isinstance(row, dict) and "name" in row]


def verilog_files(rtl: str | os.PathLike[str], top: str) -> tuple[Path, ...]:
    """The Verilog files of a folder, by name; the bench that `write_testbench` puts beside a core is no part of it.

    Args:
        rtl: the folder.
        top: name of the top module.

    Raises:
        OptionError: it is no folder, or holds none.
    """
    folder = Path(rtl)
    if not folder.is_dir():
        raise OptionError(f"rtl must be a folder with Verilog, {folder} is none")
    bench = top + TESTBENCH_SUFFIXES[0]
    files = (p for p in folder.iterdir() if p.suffix in (".v", ".sv") and p.is_file() and p.name != bench)
    files = tuple(sorted(files))
    if not files:
        raise OptionError(f"rtl must be a folder with Verilog; {folder} holds no .v file")
    return files


def hash_of(files: Sequence[Path]) -> str:
    """The hash of the file, or of several files' names and hashes."""
    if len(files) == 1:
        return sha256_file(files[0])
    lines = "".join(f"{sha256_file(path)}  {path.name}\n" for path in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def manifest_beside(folder: Path, network: Design) -> dict[str, Any]:
    """What a manifest in the folder says, if it was written for this network; another's would state another's latency.

    Nothing depends on it but the waiting times and the check of the stated latency. The Verilog's own hash is not
    compared: a core that was damaged after it was written is checked against what it still claims.
    """
    path = inside(folder, "manifest.json")
    try:
        manifest = read_object(path)
    except SpecError:
        return {}
    if network.sha256 not in (manifest.get("network_sha256"), manifest.get("circuit_sha256")):
        # a loadable core of another network may become this one
        return {"load": manifest["load"]} if isinstance(manifest.get("load"), dict) else {}
    return manifest


def _probe(network: NetworkSpec) -> np.ndarray:
    """Samples by which a network is told from another."""
    return np.concatenate([directed(network), random_codes(network, _PROBE_SAMPLES, np.random.default_rng(0x10AD))])


def _decoys(network: NetworkSpec) -> Iterator[tuple[NetworkSpec, int, list[NetworkSpec], bool]]:
    """Networks that a loadable core of this one may hold before it is loaded, the most telling first.

    With each, how many samples tell the two apart, more networks that are loaded, and whether settings differ.
    """
    probe = _probe(network)
    for settings in (True, False):
        other, differing = decoy_network(network, probe, settings=settings)
        yield other, differing, further_networks(network, settings=settings), settings


def core_of_folder(network: NetworkSpec, folder: Path, sources: tuple[Path, ...]) -> CoreUnderTest:
    """A core as its Verilog lies in a folder.

    Args:
        network: what it claims to compute, or shall compute once it is loaded.
        folder: where its manifest is, if it has one.
        sources: its Verilog files, as `take_foreign` took them.
    """
    manifest = manifest_beside(folder, network)
    loads = None
    if manifest.get("load") is not None:
        loads = loads_beside(folder, manifest, network, _decoys(network))
    return CoreUnderTest(sources, hash_of(sources), manifest, loads=loads, facts=_facts(network, manifest))


def _facts(network: NetworkSpec, manifest: dict[str, Any]) -> CoreFacts | None:
    """What a manifest says of registers, if there are any and it says all of it."""
    try:
        names = {port["name"] for port in manifest["ports"]}
        return facts_of(network, manifest) if names.issuperset(AXIL_INPUTS) else None
    except (KeyError, TypeError):
        return None


def generated_core(
    network: NetworkSpec, folder: Path, simulator: Simulator, architecture: dict[str, Any], say: Callable[[str], None]
) -> CoreUnderTest:
    """A core of a network; one that is loadable is made of another network of the same description.

    Args:
        network: what the core shall compute once it is loaded.
        folder: gets the Verilog.
        simulator: one that takes no Verilog gets the component itself.
        architecture: options of `rtl.generate`.
        say: called with one line per step.
    """
    from ..rtl import build_core, check_supported, core_timing, generate, plan_core
    from ..rtl.options import BUDGET

    check_supported(network)
    if simulator.takes_verilog and architecture.get("weights") != "loadable":
        say("cosim: generating the Verilog")
        manifest = generate(network, folder, **architecture)
        sources = (folder / manifest["verilog"],)
        return CoreUnderTest(sources, hash_of(sources), manifest, facts=_facts(network, manifest))
    if any(name in architecture for name in BUDGET):  # the other network's core shall be this one, chosen or not
        rest = {name: value for name, value in architecture.items() if name not in BUDGET}
        architecture = rest | plan_core(network, **architecture).choice
    component, _ = build_core(network, **architecture)
    timing = core_timing(component)  # of this network: a core's timing may depend on the weights that it holds
    stated = {"latency_cycles": timing.latency_cycles, "cycles_per_inference": timing.cycles_per_inference}
    made = getattr(component, "facts", None) if set(component.signature.members).issuperset(AXIL_INPUTS) else None
    facts = None if made is None else replace(made, sha256=network.sha256)
    if not is_loadable(component):
        return CoreUnderTest((), None, stated, component, facts=facts)
    loads = None
    for other, differing, further, settings in _decoys(network):
        before, _ = build_core(other, **architecture)
        try:
            loads = loads_of(component, network, other, differing, further, settings=settings)
            has_equal_loads = np.array_equal(loads.words, loads_of(before, network, other, differing).words)
        except SpecError:
            has_equal_loads = False
        if has_equal_loads:  # the gates of either network are those of both
            break
    else:
        raise AssertionError("a network with other weights alone has the same gates")
    if simulator.takes_verilog:
        say("cosim: generating the Verilog")
        sources = (folder / generate(other, folder, **architecture)["verilog"],)
        return CoreUnderTest(sources, hash_of(sources), stated, loads=loads, facts=facts)
    return CoreUnderTest((), None, stated, before, loads, facts)


def stated_clocks(core: CoreUnderTest, key: str) -> int | None:
    """A number of clocks that the core's manifest states; None where it states none that is possible."""
    value = core.manifest.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else None


def quiet_limit(network: NetworkSpec, core: CoreUnderTest) -> int:
    """Cycles without a handshake that no sound core needs: several times what the manifest says, or what a layer that
    takes its neurons one after the other would take; without a manifest, its inputs one after the other as well.
    """
    by_neuron = one_by_one = 0
    for layer in network.layers:
        match layer:
            case DenseLayer() | Conv2dLayer():
                outputs = layer.out_elements
                by_neuron += outputs * (layer.stream_length + layer.inputs + 16)
                one_by_one += outputs * layer.inputs * (layer.stream_length + 4)
            case MaxPool2dLayer() | AvgPool2dLayer():
                by_neuron += layer.out_elements * (math.prod(layer.kernel) + 16)
            case other:
                unknown_kind(other, "cosim")
    clocks = (4 * by_neuron + 2 * one_by_one) * network.time_steps
    stated = max(stated_clocks(core, "latency_cycles") or 0, stated_clocks(core, "cycles_per_inference") or 0)
    if core.loads is not None:  # the manifest speaks of one network, and others are loaded
        stated = 0
    return 1_000 + (min(4 * stated, clocks) if stated else clocks)  # a manifest may be wrong, but not without bound
