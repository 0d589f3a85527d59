"""Many circuits' generated Verilog in one Verilated model, each driven by a script of its own as a co-simulation is."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import sc_neurocore.cosim as cosim
from sc_neurocore.cosim.design import CircuitDesign
from sc_neurocore.cosim.drivers.ports import needed_ports
from sc_neurocore.cosim.simulators.block_files import Expected, read_record, stream_words, write_stimulus
from sc_neurocore.cosim.simulators.tools import simulator_environment
from sc_neurocore.cosim.simulators.verilator import WARNINGS_ARE_NO_ERRORS, cache_folder, fetch, keep
from sc_neurocore.cosim.testplan.script import Record, Script
from sc_neurocore.rtl import generate

HARNESS = Path(cosim.__file__).parent / "simulators" / "harness"
SOURCE = Path(__file__).with_suffix(".cpp")
RUNTIME = ("verilated.o", "verilated_threads.o")


def play(
    designs: Sequence[CircuitDesign], scripts: Sequence[Script], frames: Sequence[np.ndarray], folder: Path
) -> list[Record]:
    """What came out of each circuit; every circuit has a name of its own. `folder` is empty."""
    for design in designs:
        generate(design.circuit, folder / design.name)
    widths = [_port_bits(design) for design in designs]
    (folder / "batch.v").write_text(_wrapper(designs, scripts, widths))
    (folder / "pins.inc").write_text(_pins(scripts, widths))
    verilog = [str(folder / design.name / f"{design.name}.v") for design in designs]
    env = simulator_environment("verilator")
    command = ["verilator", "--cc", "--exe", str(SOURCE), "--prefix", "Vbatch", "--top-module", "batch", "-o", "batch"]
    command += ["--Mdir", str(folder / "build"), "-CFLAGS", f"-I{HARNESS} -I{folder}", *WARNINGS_ARE_NO_ERRORS]
    cache = cache_folder(["circuit batch"])
    fetch(cache, folder / "build", RUNTIME)
    subprocess.run([*command, str(folder / "batch.v"), *verilog], env=env, check=True, capture_output=True)
    make = ["make", "-s", "-C", str(folder / "build"), "-f", "Vbatch.mk", "OPT_FAST=-O0"]  # g++ takes longest
    subprocess.run(make, env=env, check=True, capture_output=True)
    keep(cache, folder / "build", RUNTIME)
    for design, script in zip(designs, scripts, strict=True):
        write_stimulus(folder / design.name / "stimulus.bin", script)
    subprocess.run([str(folder / "build" / "batch"), *(str(folder / design.name) for design in designs)], check=True)
    records = []
    for design, script, values, (_, bits) in zip(designs, scripts, frames, widths, strict=True):
        expected = Expected(values, False, design.output_neurons)
        record = read_record(folder / design.name, script, expected, bits)
        record.output_bits = bits or None
        records.append(record)
    return records


def _port_bits(design: CircuitDesign) -> tuple[int, int]:
    """Widths of the two `tdata`, as the contract has them."""
    return -(-design.circuit.resolution_bits // 8) * 8, -(-design.circuit.frame_bits // 8) * 8


def _wrapper(designs: Sequence[CircuitDesign], scripts: Sequence[Script], widths: Sequence[tuple[int, int]]) -> str:
    """Verilog that puts the circuits side by side, on one clock."""
    ports, instances = ["input clk"], []
    for i, (design, script, bits) in enumerate(zip(designs, scripts, widths, strict=True)):
        names = [name for name in needed_ports(script) if name != "clk"]
        for name in names:
            inward = name in ("rst", "s_axis_tdata", "s_axis_tvalid", "s_axis_tlast", "m_axis_tready")
            width = {"s_axis_tdata": bits[0], "m_axis_tdata": bits[1]}.get(name, 1)
            ports.append(f"{'input' if inward else 'output'} [{width - 1}:0] c{i}_{name}")
        bound = ", ".join([".clk(clk)", *(f".{name}(c{i}_{name})" for name in names)])
        instances.append(f"  {design.name} core{i} ({bound});")
    return "module batch (\n  " + ",\n  ".join(ports) + "\n);\n" + "\n".join(instances) + "\nendmodule\n"


def _pins(scripts: Sequence[Script], widths: Sequence[tuple[int, int]]) -> str:
    """C++ that binds the circuits' ports to what the driver sees."""
    lines = []
    for i, (script, (bits_in, _)) in enumerate(zip(scripts, widths, strict=True)):
        p = f"top.c{i}_"
        ready = f"{p}m_axis_tready = in.m_tready;" if script.framed else ""
        frames = ""
        if script.framed:
            frames = f"if ((out.m_tvalid = {p}m_axis_tvalid)) {{ out.m_tdata = {p}m_axis_tdata; "
            frames += f"out.m_tlast = {p}m_axis_tlast; }}"
        bits = " ".join(
            f"stream[{place // 64}] |= uint64_t({p}{name}) << {place % 64};"
            for place, name in enumerate(script.streams or ())
        )
        words = stream_words(script)
        lines.append(
            f"struct Core{i} : Core {{\n"
            f"    Vbatch& top;\n    uint64_t stream[{words}] = {{}};\n    Core{i}(Vbatch& t) : top(t) {{}}\n"
            f"    void drive(const sc::Inputs& in) override {{\n"
            f"        {p}rst = in.rst; {p}s_axis_tvalid = in.s_tvalid; {p}s_axis_tlast = in.s_tlast; {ready}\n"
            f"        {p}s_axis_tdata = in.s_tdata & {2**bits_in - 1}u;\n    }}\n"
            f"    sc::Outputs read() override {{\n        sc::Outputs out;\n"
            f"        out.s_tready = {p}s_axis_tready; out.frame_error = {p}frame_error; {frames}\n"
            f"        if ((out.stream_valid = {p}stream_valid)) {{\n"
            f"            for (uint64_t& word : stream) word = 0;\n            {bits}\n"
            f"            out.stream = stream; out.stream_words = {words};\n        }}\n"
            f"        return out;\n    }}\n}};\n"
        )
    made = " ".join(f"all.emplace_back(new Core{i}(top));" for i in range(len(scripts)))
    lines.append("std::vector<std::unique_ptr<Core>> cores(Vbatch& top) {\n    std::vector<std::unique_ptr<Core>> all;")
    return "\n".join(lines) + f"\n    {made}\n    return all;\n}}\n"
