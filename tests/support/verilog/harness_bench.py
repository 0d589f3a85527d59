"""The compiled harness's driver, played against a core in Python."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import sc_neurocore.cosim as cosim
from sc_neurocore.cosim.drivers.axi_lite_load import AxilInputs
from sc_neurocore.cosim.drivers.pins import Inputs
from sc_neurocore.cosim.simulators.block_files import Expected, read_record, write_stimulus

HARNESS = Path(cosim.__file__).parent / "simulators" / "harness"
SETTLE = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_uint64), ctypes.POINTER(ctypes.c_uint64))
EDGE = ctypes.CFUNCTYPE(None)


def compile_bench(folder: Path) -> ctypes.CDLL:
    """The driver as a library."""
    source, library = Path(__file__).with_suffix(".cpp"), folder / "bench.so"
    flags = ["-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", f"-I{HARNESS}"]
    subprocess.run(["g++", *flags, str(source), "-o", str(library)], check=True)
    return ctypes.CDLL(str(library))


def play_compiled(bench, core, script, values, folder, *, signed, neurons, bits=8):
    """As `fake_core.play`, with the driver in C++."""
    write_stimulus(folder / "stimulus.bin", script)
    seen = []

    def settle(inputs, outputs):
        values = [int(inputs[i]) for i in range(15)]
        now = Inputs(*values[:6], axil=AxilInputs(*values[6:]))
        seen[:] = [now, core.outputs(now)]
        for i, value in enumerate((*seen[1][:7], *seen[1].axil)):
            outputs[i] = value or 0

    callbacks = SETTLE(settle), EDGE(lambda: core.edge(*seen))
    paths = [str(folder / name).encode() for name in ("stimulus.bin", "record.json", "beats.bin")]
    bench.play(*paths, *callbacks)
    record = read_record(folder, script, Expected(values, signed, neurons), bits)
    record.output_bits = bits
    return record
