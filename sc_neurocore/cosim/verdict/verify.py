"""The verb `cosim`: model against gates, value for value, and the file that says how it ended."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...inference.engines import infer
from ...spec.atomic import check_target, sha256_file, write_atomic
from ...spec.codes import check_codes
from ...spec.encoding import code_range
from ...spec.errors import OptionError, SpecError
from ...spec.network import NetworkSpec
from ...synth.netlist import Netlist, netlist_target, write_netlist
from ..drivers.loads import Loads, is_loadable, loads_beside, loads_of
from ..simulators.build import Expected, simulate
from ..simulators.tools import Simulator, find_simulator
from ..testplan.decoy import decoy_network
from ..testplan.scenario import EPISODE_SAMPLES, build_script
from ..testplan.script import Record, Script
from ..testplan.stimulus import Stimulus, directed, make_stimulus, random_codes
from .certificate import certificate
from .compare import MAIN, Comparison, compare, measured_latency
from .switching import SWITCHING, switching, switching_segment

FORMAT = "sc-neurocore/cosim"
FORMAT_VERSION = 1
RESULT_FILE = "cosim.json"
CERTIFICATE_FILE = "certificate.md"
STALLS = ("none", "random")
MODES = ("auto", "block", "cocotb")
RANDOM_SAMPLES = 16
"""Random samples where the caller names no number."""
SEARCH_SECONDS = 20.0


@dataclass(frozen=True)
class CosimResult:
    """How a co-simulation ended; `report` is the content of `cosim.json`."""

    report: dict[str, Any]
    comparison: Comparison

    @property
    def passed(self) -> bool:
        """Whether the verdict is PASS."""
        return self.report["verdict"] == "PASS"

    @property
    def reason(self) -> str | None:
        """What speaks against the core, in one line; None on PASS."""
        return self.report["reason"]

    def summary(self) -> str:
        """The verdict and what it rests on, in one line."""
        r = self.report
        if not self.passed:
            return f"FAIL: {r['reason']}"
        return (
            f"PASS: {r['values_compared']:,} values of {r['samples']:,} samples equal the model's, {self._gates()}"
            f"{r['simulator']} {r['simulator_version']}, {r['cycles']:,} cycles; "
            f"{r['mutants_killed']:,} of {r['mutants'] - r['mutants_equivalent']:,} small faults would have been seen"
        )

    def _gates(self) -> str:
        netlist = self.report["netlist"]
        return "" if netlist is None else f"mapped to {netlist['luts']:,} LUTs of {netlist['target']}, "


@dataclass(frozen=True)
class _Core:
    """The gates under test."""

    sources: tuple[Path, ...]
    sha256: str | None
    manifest: dict[str, Any]
    component: Any = None
    """The core itself, where Amaranth's simulator runs it."""
    loads: Loads | None = None
    """Of a loadable core: what goes into it before anything is compared."""


def run(
    network: NetworkSpec,
    out: str | os.PathLike[str],
    *,
    rtl: str | os.PathLike[str] | None = None,
    simulator: str = "auto",
    mode: str = "auto",
    netlist: str | None = None,
    codes: Any = None,
    samples: int | None = None,
    stall: str = "none",
    seed: int = 0,
    search_seconds: float = SEARCH_SECONDS,
    progress: Callable[[str], None] | None = None,
    **architecture: Any,
) -> CosimResult:
    """Drive a core through its ports with directed, random and mutant-killing vectors and compare every output.

    A core that differs, hangs, breaks a rule of the ports or does not build is a result (FAIL), not an exception.

    A loadable core is generated from another network of the same description and loaded with this one before the first
    sample, so that it cannot pass without the load; later it is loaded with the other and with this one again, between
    samples, with a load that is cut short, and with a reset in the middle of one.

    Args:
        network: what the core claims to be; the model's outputs of it are the expected ones.
        out: folder for `cosim.json` and `certificate.md`; made where missing, other files in it are left alone.
        rtl: a folder with Verilog to take as it lies there (top module: the network's name) instead of generating it.
        simulator: "auto" (the best that is installed), "verilator", "icarus" or "amaranth" (which takes no `rtl`).
        mode: "block": clock, stimulus and comparison run inside the compiled model and Python looks in a few times a
            second (Verilator alone); "cocotb": Python drives every handshake; "auto": block where Verilator runs.
        netlist: "ice40", "ecp5" or one of their devices: what Yosys maps the Verilog to is simulated in its place. In
            mode "block" the value changes of its nets are counted as well.
        codes: integer samples of the user's, as `infer` takes them; driven first.
        samples: number of random samples, 16 where not given.
        stall: "none", or "random" to stall both sides of the core with a pattern drawn from `seed`.
        seed: of everything random.
        search_seconds: bound, in processor time, on the search for vectors that kill mutants of the model.
        progress: called with one line a step.
        **architecture: options of `rtl.generate`; not together with `rtl`.

    Raises:
        CodesError: `codes` do not fit the network.
        OptionError: an option is illegal, the folder `rtl` holds no Verilog, or the network has layers or kinds that
            no gates are known for.
        SpecError: the network has no gates yet (only where they are to be generated).
        ToolError: no usable simulator (the message says how to install one), or Yosys cannot map the core, or ships no
            model of a cell that it needs.
    """
    say = progress or (lambda _: None)
    network.dense_layers("cosim")
    _check_options(out, stall, samples, seed, search_seconds)
    if rtl is not None and architecture:
        raise OptionError(f"{', '.join(architecture)}: not together with rtl, whose Verilog is taken as it is")
    sources = None if rtl is None else _verilog_files(rtl)
    user = None if codes is None else check_codes(network, codes)
    device = None if netlist is None else netlist_target(netlist)
    chosen = _find(simulator, mode, verilog=rtl is not None or device is not None)
    block = chosen.name == "verilator" and mode != "cocotb"
    with tempfile.TemporaryDirectory(prefix="sc-cosim-") as folder:
        work = Path(folder)
        if sources is None:
            core = _generated(network, work / "rtl", chosen, architecture, say)
        else:
            core = _taken(network, Path(str(rtl)), sources)
        mapped = None
        if device is not None:
            (work / "netlist").mkdir()
            mapped = write_netlist(
                core.sources, network.name, device.name, work / "netlist", show_nets=block, progress=progress
            )
        say("cosim: choosing vectors")
        count = RANDOM_SAMPLES if samples is None else samples
        stimulus = make_stimulus(network, user, samples=count, seed=seed, search_seconds=search_seconds)
        script, expected = _script(network, stimulus, core, stall == "random", seed)
        if mapped is not None and block:
            script.segments.append(switching_segment(script, stimulus.counts))
        say(f"cosim: {len(stimulus.codes)} samples on {chosen.name} {chosen.version}")
        (work / "simulation").mkdir()
        if chosen.takes_verilog:
            held = Expected(expected, network.output_signed, network.output_neurons) if block else None
            sources = core.sources if mapped is None else mapped.files
            record = simulate(
                script, sources, network.name, chosen, work / "simulation", expected=held, progress=progress
            )
        else:
            from ..simulators.amaranth_bench import simulate_component

            record = simulate_component(script, core.component, progress=progress)
    stated = core.manifest.get("latency_cycles")
    findings = compare(network, script, record, expected, latency=stated if isinstance(stated, int) else None)
    if core.loads is not None and core.loads.other is None:
        why = "its manifest does not say how the core is made, or no other network fits it"
        findings.reasons.append(f"the core was loaded with no other network before: the load is not proved ({why})")
    if core.loads is not None and core.loads.differing == 0:
        findings.reasons.append("no sample tells the loaded network from the one before it: the load is not proved")
    report = _report(network, stimulus, core, chosen, script, record, findings, stall, seed)
    report["mode"] = "block" if block else "cocotb" if chosen.takes_verilog else "amaranth"
    report["netlist"] = None if mapped is None else _mapped(mapped)
    report["switching"] = None if mapped is None or not findings.passed else switching(script, record, mapped.nets)
    _write(Path(out), report)
    return CosimResult(report, findings)


def _mapped(netlist: Netlist) -> dict[str, Any]:
    """What was simulated in place of the Verilog."""
    counts = {key: getattr(netlist.area, key) for key in ("luts", "ffs", "carries", "brams", "sprams", "dsps")}
    return {"target": netlist.target.name, "device": netlist.target.device, **counts, "tools": netlist.tools}


def _find(simulator: str, mode: str, *, verilog: bool) -> Simulator:
    """The simulator, and whether it knows the mode."""
    if mode not in MODES:
        raise OptionError(f"mode must be one of {', '.join(MODES)}; got {mode!r}")
    if mode == "block" and simulator in ("icarus", "amaranth"):
        raise OptionError(f"mode 'block' compiles the core with verilator; simulator {simulator!r} cannot do that")
    if mode == "cocotb" and simulator == "amaranth":
        raise OptionError("mode 'cocotb' needs verilator or icarus; the simulator 'amaranth' has a bench of its own")
    if mode == "block" and simulator == "auto":
        simulator = "verilator"
    return find_simulator(simulator, verilog=verilog or mode != "auto")


def _check_options(
    out: str | os.PathLike[str], stall: str, samples: int | None, seed: int, search_seconds: float
) -> None:
    if stall not in STALLS:
        raise OptionError(f"stall must be one of {', '.join(STALLS)}; got {stall!r}")
    if samples is not None and (isinstance(samples, bool) or not isinstance(samples, int) or samples < 1):
        raise OptionError(f"samples must be a positive integer, got {samples!r}")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise OptionError(f"seed must be an integer of at least 0, got {seed!r}")
    if not search_seconds >= 0:
        raise OptionError(f"search_seconds must be at least 0, got {search_seconds!r}")
    if Path(out).exists() and not Path(out).is_dir():
        raise OptionError(f"out must be a folder, {out} is something else")
    if not Path(out).exists():
        check_target(out)  # told now, not after the simulation


def _verilog_files(rtl: str | os.PathLike[str]) -> tuple[Path, ...]:
    folder = Path(rtl)
    if not folder.is_dir():
        raise OptionError(f"rtl must be a folder with Verilog, {folder} is none")
    files = tuple(sorted(p for p in folder.iterdir() if p.suffix in (".v", ".sv") and p.is_file()))
    if not files:
        raise OptionError(f"rtl must be a folder with Verilog; {folder} holds no .v file")
    return files


def _hash(files: Sequence[Path]) -> str:
    """The hash of the file, or of several files' names and hashes."""
    if len(files) == 1:
        return sha256_file(files[0])
    lines = "".join(f"{sha256_file(path)}  {path.name}\n" for path in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def _manifest_beside(folder: Path, network: NetworkSpec) -> dict[str, Any]:
    """What a manifest in the folder says, if it was written for this network; another's would state another's latency.

    Nothing depends on it but the waiting times and the check of the stated latency. The Verilog's own hash is not
    compared: a core that was damaged after it was written is checked against what it still claims.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(manifest, dict):
        return {}
    if manifest.get("network_sha256") != network.sha256:  # a loadable core of another network may become this one
        return {"load": manifest["load"]} if isinstance(manifest.get("load"), dict) else {}
    return manifest


def _probe(network: NetworkSpec) -> np.ndarray:
    """Samples by which a network is told from another."""
    return np.concatenate([directed(network), random_codes(network, RANDOM_SAMPLES, np.random.default_rng(0x10AD))])


def _others(network: NetworkSpec) -> Iterator[tuple[NetworkSpec, int]]:
    """Networks that a loadable core of this one may hold before it is loaded, the most telling first."""
    probe = _probe(network)
    for settings in (True, False):
        yield decoy_network(network, probe, settings=settings)


def _taken(network: NetworkSpec, folder: Path, sources: tuple[Path, ...]) -> _Core:
    """Verilog as it lies in a folder."""
    manifest = _manifest_beside(folder, network)
    loads = None
    if manifest.get("load") is not None:
        loads = loads_beside(folder, manifest, network, _others(network))
    return _Core(sources, _hash(sources), manifest, loads=loads)


def _generated(
    network: NetworkSpec, folder: Path, simulator: Simulator, architecture: dict[str, Any], say: Callable[[str], None]
) -> _Core:
    from ...rtl import build_core, check_supported, core_timing, generate

    check_supported(network)
    if simulator.takes_verilog and architecture.get("weights") != "loadable":
        say("cosim: generating the Verilog")
        manifest = generate(network, folder, **architecture)
        sources = (folder / manifest["verilog"],)
        return _Core(sources, _hash(sources), manifest)
    component, _ = build_core(network, **architecture)
    timing = core_timing(component)  # of this network: a core's timing may depend on the weights that it holds
    stated = {"latency_cycles": timing.latency_cycles, "cycles_per_inference": timing.cycles_per_inference}
    if not is_loadable(component):
        return _Core((), None, stated, component)
    loads = None
    for other, differing in _others(network):
        before, _ = build_core(other, **architecture)
        try:
            loads = loads_of(component, network, other, differing)
            same = np.array_equal(loads.words, loads_of(before, network, other, differing).words)
        except SpecError:
            same = False
        if same:  # the gates of either network are those of both
            break
    else:
        raise AssertionError("a network with other weights alone has the same gates")
    if simulator.takes_verilog:
        say("cosim: generating the Verilog")
        sources = (folder / generate(other, folder, **architecture)["verilog"],)
        return _Core(sources, _hash(sources), stated, loads=loads)
    return _Core((), None, stated, before, loads)


def _script(network: NetworkSpec, stimulus: Stimulus, core: _Core, stall: bool, seed: int) -> tuple[Script, np.ndarray]:
    """The script, and the model's outputs for the main run and then the episodes."""
    episodes = random_codes(network, EPISODE_SAMPLES, np.random.default_rng([seed, 0xE9]))
    episodes[-1] = code_range(network.input.encoding, network.input.resolution_bits)[0]
    expected = infer(network, np.concatenate([stimulus.codes, episodes]))
    if core.loads is not None and core.loads.other is not None:
        expected = np.concatenate([expected, infer(core.loads.other, episodes)])
    script = build_script(
        network,
        stimulus.codes,
        episodes,
        stall=stall,
        seed=seed,
        latency=_stated(core, "latency_cycles") or sum(layer.stream_length for layer in network.dense_layers("cosim")),
        quiet_limit=_quiet_limit(network, core),
        loads=core.loads,
    )
    return script, expected


def _stated(core: _Core, key: str) -> int | None:
    value = core.manifest.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else None


def _quiet_limit(network: NetworkSpec, core: _Core) -> int:
    """Cycles without a handshake that no sound core needs: several times what the manifest says, or what a layer that
    takes its neurons one after the other would take; without a manifest, its inputs one after the other as well.
    """
    layers = network.dense_layers("cosim")
    by_neuron = sum(layer.neurons * (layer.stream_length + layer.inputs + 16) for layer in layers)
    one_by_one = sum(layer.neurons * layer.inputs * (layer.stream_length + 4) for layer in layers)
    most = (4 * by_neuron + 2 * one_by_one) * network.time_steps
    stated = max(_stated(core, "latency_cycles") or 0, _stated(core, "cycles_per_inference") or 0)
    return 1_000 + (min(4 * stated, most) if stated else most)  # a manifest may be wrong, but not without bound


def _report(
    network: NetworkSpec,
    stimulus: Stimulus,
    core: _Core,
    simulator: Simulator,
    script: Script,
    record: Record,
    findings: Comparison,
    stall: str,
    seed: int,
) -> dict[str, Any]:
    first = findings.first_mismatch
    if first is not None:
        first = {**first, "origin": stimulus.origin(first["sample"])}
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "verdict": "PASS" if findings.passed else "FAIL",
        "reason": findings.reasons[0] if findings.reasons else None,
        "findings": findings.reasons,
        "simulator": simulator.name,
        "simulator_version": simulator.version,
        "samples": len(stimulus.codes),
        "cycles": record.cycles,
        "cycles_per_second": _rate(record),
        "values_compared": findings.values_compared,
        "mismatches": findings.mismatches,
        "first_mismatch": first,
        "network": network.name,
        "network_sha256": network.sha256,
        "rtl_sha256": core.sha256,
        "load": None if core.loads is None else core.loads.summary(),
        "stall": stall,
        "seed": seed,
        "stimulus": stimulus.counts,
        **stimulus.coverage.summary(),
        "episodes": {
            "segments": sum(segment.name not in (MAIN, SWITCHING) for segment in script.segments),
            "values_compared": findings.episode_values_compared,
        },
        "latency_cycles": measured_latency(script, record, each_step=len(network.output_shape(1)) == 3),
    }


def _rate(record: Record) -> float | None:
    """Clock cycles a second of wall-clock time, without building and starting; None where nothing ran."""
    return round(record.cycles / record.seconds, 1) if record.seconds and record.cycles else None


def _write(out: Path, report: dict[str, Any]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OptionError(f"cannot make the folder {out}: {error.strerror}") from None
    write_atomic(out / CERTIFICATE_FILE, certificate(report))
    write_atomic(out / RESULT_FILE, json.dumps(report, indent=2, sort_keys=True) + "\n")
