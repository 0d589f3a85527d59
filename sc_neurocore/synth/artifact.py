"""`synth.json`: what a network's core takes on a device, and how many inferences per second that gives."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sc_neurocore.spec.circuit import CircuitSpec, circuit_spec
from sc_neurocore.spec.circuit.description import Described
from sc_neurocore.spec.coerce import number, short
from sc_neurocore.spec.entrance import entrance, is_path
from sc_neurocore.spec.errors import OptionError, SpecError
from sc_neurocore.spec.files.atomic import check_target, sha256_file, written_folder
from sc_neurocore.spec.files.json_object import read_object
from sc_neurocore.spec.files.temporaries import scratch
from sc_neurocore.spec.network import NetworkSpec

from .flow import check_seeds, implement
from .targets import get_target
from .tools import Progress

FORMAT, FORMAT_VERSION = "sc-neurocore/synth", 1
FILES = ("synth.json", "yosys.log", "yosys-shell.log", "nextpnr.log")
BASIS = (
    "Estimates by the tools named here, measured on no device: cells as Yosys maps them, clock by nextpnr's static "
    "timing analysis (median over the seeds), inferences per second = clock / cycles per inference; area x latency "
    "= LUTs x latency cycles / clock, area x time = LUTs x cycles per inference / clock, both in LUT x microseconds."
)


@entrance
def run(
    network: NetworkSpec | CircuitSpec | Described,
    out: str | Path,
    *,
    target: str,
    seeds: int | Sequence[int] = (1,),
    rtl: str | Path | None = None,
    place_and_route: bool = True,
    dsp: bool = True,
    timeout_s: float = 1800.0,
    progress: Progress | None = None,
    **architecture: Any,
) -> dict[str, Any]:
    """Estimate area and speed of a core; writes `synth.json` and the tools' logs into folder `out`.

    The core is the one that `rtl.generate` chooses for this target, unless the options say how it is computed. What
    the device cannot hold by far is refused before a tool runs; a core that turns out too large is a result: its cell
    counts are written, `fits` is false and `fmax_mhz` null.

    Args:
        network: the network, or the circuit, which has no architecture to choose.
        out: folder to write.
        target: a key of `TARGETS`; for `gowin` and `xilinx7` cells are counted and nothing is placed.
        seeds: placement seeds, or how many of them; the clock reported is their median.
        rtl: folder with `manifest.json` and Verilog to take as it lies there; None generates it.
        place_and_route: False counts cells only, also of a core that was asked for by hand and is too large.
        dsp: whether multipliers may become the device's multiplier blocks.
        timeout_s: limit for each single run of a tool; a mapping that is done again without blocks is one run.
        progress: told what is running.
        architecture: options of `rtl.generate`, where `rtl` is None.

    Returns:
        The content of `synth.json`.

    Raises:
        OptionError: an argument is illegal, or the device cannot hold the core.
        SpecError: the network, or the folder `rtl`, does not serve.
        MissingExtraError: the extra `synth` is not installed.
        ToolError: a tool failed.
    """
    design = network if isinstance(network, NetworkSpec) else circuit_spec(network, or_network=True)
    kind = _kind(design)
    get_target(target)  # before anything is generated: a typing mistake is told at once
    check_seeds(seeds)
    number("timeout_s", timeout_s, above=0, rule="positive")
    check_target(out, FILES)
    if rtl is not None and architecture:
        options = ", ".join(sorted(architecture))
        raise OptionError(f"rtl is taken as it lies there: it cannot be combined with {options}")
    with ExitStack() as stack:
        if rtl is None:
            from sc_neurocore import rtl as gates  # pulls in the generator, which counting given Verilog does not need

            folder = stack.enter_context(scratch("sc-rtl")) / "rtl"
            if isinstance(design, NetworkSpec):
                architecture = gates.options_for(target, **architecture)
                if place_and_route and "target" not in architecture:  # what is chosen for the device fits it
                    gates.check_room(gates.plan_core(design, **architecture), target)
            gates.generate(design, folder, **architecture)
        else:
            folder = Path(rtl)
        manifest = read_manifest(folder, design)
        parameters = manifest.get("parameters")
        if isinstance(parameters, dict) and parameters.get("memory") == "spram" and target != "up5k":
            raise OptionError(f"memory 'spram' is only on target up5k, got target {target!r}")
        verilog = folder / manifest["verilog"]
        out_folder = stack.enter_context(written_folder(out, replaces=FILES))
        result = implement(
            [verilog],
            manifest["top"],
            target,
            seeds=seeds,
            place_and_route=place_and_route,
            dsp=dsp,
            timeout_s=timeout_s,
            logs=out_folder,
            progress=progress,
        )
        cycles, latency = (_clocks(manifest, key) for key in ("cycles_per_inference", "latency_cycles"))
        fmax = result.fmax_mhz
        latency_us, interval_us = _microseconds(latency, fmax), _microseconds(cycles, fmax)
        document = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "estimate": True,
            "basis": BASIS,
            **result.to_json(),
            "dsp_allowed": dsp,
            "cycles_per_inference": cycles,
            "inferences_per_second": None if fmax is None or cycles is None else _rate(fmax * 1e6 / cycles),
            "latency_cycles": latency,
            "latency_us": latency_us,
            "area_latency_lut_us": None if latency_us is None else round(result.area.luts * latency_us, 1),
            "area_time_lut_us": None if interval_us is None else round(result.area.luts * interval_us, 1),
            kind: design.name,
            "architecture": manifest.get("parameters"),
            f"{kind}_sha256": design.sha256,
            "rtl_sha256": sha256_file(verilog),
            "gates_sha256": manifest.get("gates_sha256"),
        }
        (out_folder / "synth.json").write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return document


def _kind(design: NetworkSpec | CircuitSpec) -> str:
    """What the design is, as the keys of manifests and results have it."""
    return "network" if isinstance(design, NetworkSpec) else "circuit"


def _clocks(manifest: dict[str, Any], key: str) -> int | None:
    """A number of clocks that the manifest states exactly; None where it depends on the data."""
    value = manifest.get(key)
    return value if type(value) is int and value > 0 else None


def _rate(exact: float) -> float:
    """Whole inferences a second, but four digits of a slow core: none is 0."""
    return round(exact) if exact >= 10 else float(f"{exact:.4g}")


def _microseconds(cycles: int | None, fmax_mhz: float | None) -> float | None:
    return None if cycles is None or fmax_mhz is None else round(cycles / fmax_mhz, 3)


def read_manifest(folder: Path, network: NetworkSpec | CircuitSpec) -> dict[str, Any]:
    """The manifest of generated Verilog, checked as far as synthesis relies on it.

    Raises:
        SpecError: it is missing or damaged, names a file outside its folder, or belongs to another network or circuit.
    """
    kind = _kind(network)
    key_of_hash = f"{kind}_sha256"
    path = folder / "manifest.json"
    if not path.exists():
        raise SpecError(f"{folder} has no manifest.json; rtl must be a folder written by `generate`")
    manifest = read_object(path, str(path))
    for key in ("top", "verilog", key_of_hash):
        if not isinstance(manifest.get(key), str):
            raise SpecError(f"{path}: {key} must be a string, got {manifest.get(key)!r}")
    name = manifest["verilog"]
    if Path(name).name != name or not is_path(name) or not (folder / name).is_file():
        raise SpecError(f"{path}: verilog must name a file beside it, got {short(name)}")
    if manifest[key_of_hash] != network.sha256:
        raise SpecError(
            f"{folder} was generated from another {kind} ({key_of_hash} {manifest[key_of_hash][:12]}…, "
            f"this one is {network.sha256[:12]}…); generate it again"
        )
    cycles = manifest.get("cycles_per_inference")
    if cycles is not None and (type(cycles) is not int or cycles < 1):
        raise SpecError(f"{path}: cycles_per_inference must be a positive integer or null, got {cycles!r}")
    return manifest
