"""The verb `cosim`: model against gates, value for value, and the file that says how it ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...inference.engines import infer
from ...rtl.plan.supported import PORTS, known_layers
from ...spec.circuit import CircuitSpec, circuit_codes, circuit_spec
from ...spec.circuit.description import Described
from ...spec.codes import check_codes
from ...spec.coerce import choice, integer, number
from ...spec.encoding import code_range
from ...spec.entrance import entrance
from ...spec.errors import OptionError
from ...spec.files.atomic import check_target
from ...spec.files.temporaries import scratch
from ...spec.network import NetworkSpec
from ...synth.netlist import netlist_target, write_netlist
from ..circuit_run import circuit_core, circuit_script, circuit_stimulus
from ..core_under_test import CoreUnderTest, core_of_folder, generated_core, quiet_limit, stated_clocks, verilog_files
from ..design import CircuitDesign, Design
from ..foreign_verilog import take_foreign
from ..gate_mutants.netlist import MOST_MUTANTS
from ..gate_mutants.score import MutantPlan, gate_mutants
from ..simulators.block_files import Expected
from ..simulators.build import simulate
from ..simulators.tools import Simulator, check_temporary_folder, find_simulator
from ..simulators.waves import keep_waves
from ..testplan.frames import FrameMaker
from ..testplan.halved import halved_outputs, halved_samples
from ..testplan.registers.accesses import Access
from ..testplan.registers.findings import register_findings
from ..testplan.registers.segments import register_segments
from ..testplan.scenario import EPISODE_SAMPLES, HALVED_SAMPLES, build_script
from ..testplan.script import Script, Segment
from ..testplan.stimulus import Stimulus, make_stimulus, random_codes
from .certificate import certificate_of, gates
from .compare import Comparison, compare
from .failure import failing_samples, remove_failure, write_failure
from .features import unverified
from .report import UNPROVED, cosim_report, mapped_netlist, write_report
from .streams import Streams
from .switching import switching, switching_segment

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
        ports = r["port_coverage"]
        return (
            f"PASS: {r['values_compared']:,} values of {r['samples']:,} samples equal the model's, {self._gates()}"
            f"{r['simulator']} {r['simulator_version']}, {r['cycles']:,} cycles; "
            f"{self._faults()}; {self._gate_faults()}"
            f"{ports['reached']} of {ports['situations']} situations at the ports{self._unproved()}"
        )

    def _unproved(self) -> str:
        names = unverified(self.report["features"])
        return f"; UNVERIFIED: {', '.join(names)}" if names else ""

    def _faults(self) -> str:
        faults = self.report["model_faults"]
        if not faults["made"]:
            return f"no small faults of the model were searched for ({faults['search']})"
        killed, faulty = faults["killed"], faults["made"] - faults["equivalent"]
        if not faulty:
            return f"none of {faults['made']:,} small changes of the model changes what it computes"
        return f"{killed:,} of {faulty:,} small faults of the model would have been seen"

    def _gate_faults(self) -> str:
        mutants = self.report["gate_mutants"]
        if mutants is None:
            return ""
        if not mutants["made"]:
            return "no mutants of its gates were made; "
        faulty = mutants["made"] - mutants["equivalent"]
        if not faulty:
            return f"none of {mutants['made']:,} mutants of its gates changes what it computes; "
        return f"{mutants['killed']:,} of {faulty:,} mutants of its gates, too; "

    def _gates(self) -> str:
        netlist = self.report["netlist"]
        return "" if netlist is None else f"mapped to {netlist['luts']:,} LUTs of {netlist['target']}, "


@entrance
def run(
    network: NetworkSpec | CircuitSpec | Described,
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
    proof: Mapping[str, Any] | None = None,
    mutants: int | None = None,
    waves: bool = False,
    progress: Callable[[str], None] | None = None,
    **architecture: Any,
) -> CosimResult:
    """Drive a core through its ports with directed, random and mutant-killing vectors and compare every output.

    Verilog of `rtl` is copied, searched for all that reaches out of a simulation, compiled and run in a process of its
    own, which gets the inputs alone: what the outputs should be never leaves this one.

    A core that differs, hangs, breaks a rule of the ports or does not build is a result (FAIL), not an exception.

    A loadable core is generated from another network of the same description and loaded with this one before the first
    sample, so that it cannot pass without the load; later it is loaded with the other and with this one again, between
    samples, with a load that is cut short, and with a reset in the middle of one.

    Args:
        network: what the core claims to be, a network or a circuit; the model's outputs of it are the expected ones.
        out: folder for `cosim.json`, `certificate.json` and `certificate.md`; made where missing, other files in it are
            left alone.
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
        proof: the checks of the export that made the network, as `export.source_proof` reads them from the folder;
            None: it was brought as bare integers.
        mutants: how many mutants of the gates to draw (Verilator alone): each is run with the same stimulus, and proofs
            are tried for those that it does not tell from the core. Only of a core that passes.
        waves: write `waves.vcd` (Verilator) or `waves.fst` (Icarus) and a view of them into `out`; Python then drives.
        progress: called with one line per step.
        **architecture: options of `rtl.generate`; not together with `rtl`.

    Raises:
        CodesError: `codes` do not fit the network.
        OptionError: an option is illegal, or the folder `rtl` holds no Verilog, or some that asks for more than a
            simulation (a shell, files, C functions, other folders; the message has its file and line), or the network
            has layers or kinds that no gates are known for.
        SpecError: the network has no gates yet (only where they are to be generated).
        ToolError: no usable simulator (the message says how to install one), or Yosys cannot map the core, or ships no
            model of a cell that it needs.
    """
    say = progress or (lambda _: None)
    design = _design(network)
    samples = RANDOM_SAMPLES if samples is None else integer("samples", samples, 1, rule="a positive integer")
    seed = integer("seed", seed, 0, rule="an integer of at least 0")
    _check_options(out, stall, search_seconds)
    if mutants is not None:
        mutants = integer("mutants", mutants, 1, MOST_MUTANTS, rule=f"an integer from 1 to {MOST_MUTANTS}")
    if rtl is not None and architecture:
        raise OptionError(f"{', '.join(architecture)}: not together with rtl, whose Verilog is taken as it is")
    if architecture and isinstance(design, CircuitDesign):
        raise OptionError(f"{', '.join(architecture)}: not of a circuit, whose core has no options")
    sources = None if rtl is None else verilog_files(rtl, design.name)
    user = None if codes is None else _checked_codes(design, codes)
    device = None if netlist is None else netlist_target(netlist)
    if waves and mode == "block":
        raise OptionError("waves are of mode 'cocotb', in which Python drives; got mode 'block'")
    mode = "cocotb" if waves else mode
    tool = _find(simulator, mode, verilog=rtl is not None or device is not None or waves)
    if tool.takes_verilog:
        check_temporary_folder()
    block = tool.name == "verilator" and mode != "cocotb"
    if mutants is not None and (not block or device is not None):
        raise OptionError("mutants: the compiled harness runs them (simulator verilator, mode block), and no netlist")
    with scratch("sc-cosim") as work:
        foreign = None if sources is None else take_foreign(sources, work / "rtl")
        if isinstance(design, CircuitDesign):
            verilog = None if foreign is None else (Path(str(rtl)), foreign)
            core = circuit_core(design, work / "rtl", verilog, tool, say)
        elif foreign is None:
            core = generated_core(design, work / "rtl", tool, architecture, say)
        else:
            core = core_of_folder(design, Path(str(rtl)), foreign)
        hashes = gates(core, core.sources if foreign is None else sorted((work / "rtl").iterdir()))
        mapped = None
        if device is not None:
            (work / "netlist").mkdir()
            mapped = write_netlist(
                core.sources,
                design.name,
                device.name,
                work / "netlist",
                show_nets=block and not isinstance(design, CircuitDesign),
                progress=progress,
            )
        say("cosim: choosing vectors")
        streams: Streams | None = None
        accesses: dict[str, list[Access]] = {}
        if isinstance(design, CircuitDesign):
            is_compiled = tool.name == "verilator"
            stimulus = circuit_stimulus(design, user, samples, seed, is_compiled=is_compiled)
            how = {"stall": stall == "random", "seed": seed, "is_compiled": block}
            script, expected, streams = circuit_script(design, stimulus.codes, core, **how)
        else:
            stimulus = make_stimulus(design, user, samples=samples, seed=seed, search_seconds=search_seconds)
            script, expected, accesses = _script(design, stimulus, core, stall == "random", seed, block)
        if mapped is not None and block and streams is None:
            script.segments.append(switching_segment(script, stimulus.counts))
        say(f"cosim: {len(stimulus.codes)} samples on {tool.name} {tool.version}")
        (work / "simulation").mkdir()
        if tool.takes_verilog:
            expectation = Expected(expected, design.output_signed, design.output_neurons) if block else None
            sources = core.sources if mapped is None else mapped.files
            record = simulate(
                script,
                sources,
                design.name,
                tool,
                work / "simulation",
                expected=expectation,
                waves=waves,
                progress=progress,
            )
        else:
            from ..simulators.amaranth_bench import simulate_component

            record = simulate_component(script, core.component, progress=progress)
        latency, interval = (stated_clocks(core, key) for key in ("latency_cycles", "cycles_per_inference"))
        clocks = {"latency": latency, "interval": interval}
        findings = compare(design, script, record, expected, streams=streams, **clocks)
        findings.reasons += register_findings(accesses, script, record, design.output_neurons)
        score = None
        if mutants is not None and findings.passed:
            (work / "mutants").mkdir()
            plan = MutantPlan(design, core.sources, script, expected, clocks, mutants, seed, streams, accesses)
            score = gate_mutants(plan, tool, work / "mutants", progress=progress).summary()
        failure = None
        if not findings.passed and core.sources:
            failing = failing_samples(design, script, record, expected, len(stimulus.codes))
            how = {"simulator": tool.name, "stall": stall, "seed": seed}
            failure = write_failure(Path(out), design, core.sources, stimulus, failing, expected, how)
        waves_file = None
        if waves and record.cycles:
            ports = list(dict.fromkeys(["clk", "rst", *(core.ports or record.ports or PORTS)]))
            waves_file = keep_waves(work / "simulation", Path(out), design.name, ports, core.sources)
    if core.loads is not None and core.loads.other is None:
        why = "its manifest does not say how the core is made, or no other network fits it"
        findings.reasons.append(f"the core was loaded with no other network before: the load is not proved ({why})")
    report = cosim_report(design, stimulus, core, tool, script, record, findings, stall, seed)
    report["mode"] = "block" if block else "cocotb" if tool.takes_verilog else "amaranth"
    report["netlist"] = None if mapped is None else mapped_netlist(mapped)
    report["gate_mutants"] = score
    report["failure"], report["waves"] = failure, waves_file
    counted = mapped is not None and streams is None and findings.passed
    report["switching"] = None if mapped is None or not counted else switching(script, record, mapped.nets)
    if streams is None:
        report["export"] = UNPROVED if proof is None else dict(proof)
    if failure is None:
        remove_failure(Path(out))
    write_report(Path(out), report, certificate_of(report, core, hashes, stimulus.codes, search_seconds))
    return CosimResult(report, findings)


def _design(network: NetworkSpec | CircuitSpec | Described) -> Design:
    """What is verified, looked through before any work is done."""
    if isinstance(network, NetworkSpec):
        known_layers(network)
        return network
    return CircuitDesign(circuit_spec(network, or_network=True))


def _checked_codes(design: Design, codes: Any) -> np.ndarray:
    """The user's codes."""
    if isinstance(design, CircuitDesign):
        return circuit_codes(design.circuit, codes)
    return check_codes(design, codes)


def _find(simulator: str, mode: str, *, verilog: bool) -> Simulator:
    """The simulator, and whether it knows the mode."""
    choice("mode", mode, MODES)
    if mode == "block" and simulator in ("icarus", "amaranth"):
        raise OptionError(f"mode 'block' compiles the core with verilator; simulator {simulator!r} cannot do that")
    if mode == "cocotb" and simulator == "amaranth":
        raise OptionError("mode 'cocotb' needs verilator or icarus; the simulator 'amaranth' has a bench of its own")
    if mode == "block" and simulator == "auto":
        simulator = "verilator"
    return find_simulator(simulator, verilog=verilog or mode != "auto")


def _check_options(out: str | os.PathLike[str], stall: str, search_seconds: float) -> None:
    choice("stall", stall, STALLS)
    number("search_seconds", search_seconds, 0, rule="at least 0")
    if Path(out).exists() and not Path(out).is_dir():
        raise OptionError(f"out must be a folder, {out} is something else")
    if not Path(out).exists():
        check_target(out)  # told now, not after the simulation


def _script(
    network: NetworkSpec, stimulus: Stimulus, core: CoreUnderTest, stall: bool, seed: int, is_compiled: bool
) -> tuple[Script, np.ndarray, dict[str, list[Access]]]:
    """The script, the model's outputs of main run and episodes, and by segment what registers must answer."""
    episodes = random_codes(network, EPISODE_SAMPLES, np.random.default_rng([seed, 0xE9]))
    episodes[-1], episodes[-2] = code_range(network.input.encoding, network.input.resolution_bits)
    expected = infer(network, np.concatenate([stimulus.codes, episodes]))
    networks = () if core.loads is None else core.loads.others
    expected = np.concatenate([expected, *(infer(each, episodes) for each in networks)])
    halved = [halved_outputs(network, episodes[:HALVED_SAMPLES], k) for k in range(1, core.halvings + 1)]
    more = halved_samples(network, episodes[:HALVED_SAMPLES], core.halvings, seed)
    halved += [halved_outputs(network, codes, k) for k, codes in enumerate(more, 1)]
    expected = np.concatenate([expected, *halved])
    latency = stated_clocks(core, "latency_cycles") or sum(layer.stream_length for layer in known_layers(network))
    accesses: dict[str, list[Access]] = {}
    segments: list[Segment] = []
    if core.facts is not None:
        maker = FrameMaker(network, seed, core.beat(network))
        clocks = latency + network.input.features
        frames = int(np.prod(network.output_shape(1))) // network.output_neurons
        how = (core.facts, core.loads, clocks, frames)
        segments, accesses = register_segments(maker, episodes, len(stimulus.codes), *how)
    script = build_script(
        network,
        stimulus.codes,
        episodes,
        stall=stall,
        seed=seed,
        latency=latency,
        interval=stated_clocks(core, "cycles_per_inference"),
        quiet_limit=quiet_limit(network, core),
        loads=core.loads,
        halvings=core.halvings,
        halved=more,
        lowest=stimulus.lowest,
        register_segments=segments,
        beat=core.beat(network),
        is_compiled=is_compiled,
    )
    return script, expected, accesses
