"""What only a fresh process can show, as one line of JSON: peak memory, and the time of the first call.

python benchmarks/speed_child.py memory counts        # kB beyond imports, compilation, inputs and outputs
python benchmarks/speed_child.py first counts         # seconds of the first call after the imports
python benchmarks/speed_child.py modules counts       # what there is to import
python benchmarks/speed_child.py threads numpy        # wall-clock seconds of a call on two processors
python benchmarks/speed_child.py command              # seconds of `sc-neurocore infer` on files, and of its product
python benchmarks/speed_child.py import               # seconds of `import sc_neurocore` after NumPy
python benchmarks/speed_child.py public-memory        # the same kB of the public package, in its environment
"""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

LIBRARIES = ("numpy", "numba", "scipy", "pydantic", "safetensors", "torch", "jax")
SHAPE = {"inputs": 784, "neurons": 128, "batch": 2048}


def status(key: str) -> int:
    """A line of /proc/self/status, in kB."""
    return int(
        next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(key)).split()[1]
    )


def forget_peak() -> None:
    """Let the peak of resident memory begin anew from what is resident now (Linux: 5 into clear_refs)."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")


def memory(engine: str) -> dict[str, Any]:
    """Peak while 784 x 128 at L = 4096 is built and run on 2048 samples."""
    import speed_ours

    from sc_neurocore import infer

    cell = {**SHAPE, "length": 4096}
    small = speed_ours.one_layer({**cell, "inputs": 64})
    infer(small, speed_ours.codes_of({**cell, "inputs": 64}, 8), engine)  # type: ignore[arg-type]
    codes = speed_ours.codes_of(cell, cell["batch"])
    forget_peak()
    before = status("VmRSS")
    outputs = infer(speed_ours.one_layer(cell), codes, engine)  # type: ignore[arg-type]
    return {"kb": status("VmHWM") - before - outputs.nbytes // 1024}


def public_memory() -> dict[str, Any]:
    """The public layer of that size, built and run on one sample."""
    import numpy as np

    from sc_neurocore.layers import VectorizedSCLayer

    VectorizedSCLayer(8, 4, length=64, use_gpu=False).forward(np.full(8, 0.5))
    forget_peak()
    before, start = status("VmRSS"), time.perf_counter()
    layer = VectorizedSCLayer(SHAPE["inputs"], SHAPE["neurons"], length=4096, use_gpu=False)
    layer.forward(np.full(SHAPE["inputs"], 0.5))
    return {"kb": status("VmHWM") - before, "seconds": time.perf_counter() - start}


def first(engine: str, modules: list[str]) -> dict[str, Any]:
    """Seconds of the first `infer` of a process, whatever it builds or loads, once the libraries are imported."""
    for name in modules:
        import_module(name)
    import speed_ours

    from sc_neurocore import infer

    cell = {**SHAPE, "length": 256}
    network, codes = speed_ours.one_layer(cell), speed_ours.codes_of(cell, cell["batch"])
    start = time.process_time()
    infer(network, codes, engine)  # type: ignore[arg-type]
    return {"seconds": time.process_time() - start}


def modules(engine: str) -> dict[str, Any]:
    """Names of the libraries that a first call loads."""
    first(engine, [])
    return {"modules": [name for name in LIBRARIES if name in sys.modules]}


def threads(name: str) -> dict[str, Any]:
    """Least wall-clock seconds of a call at L = 256 on all processors; the environment says how many threads."""
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    import speed_ours

    call = speed_ours.MAKERS[name]({**SHAPE, "batch": 8 * SHAPE["batch"], "length": 256}).call
    times = []
    for _ in range(25):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return {"seconds": min(times)}


def command() -> dict[str, Any]:
    """Processor seconds of `sc-neurocore infer` at L = 256, of what it imports, and of the product itself."""
    import numpy as np
    import speed_ours

    from sc_neurocore import infer, save_network

    cell = {**SHAPE, "length": 256}
    network, codes = speed_ours.one_layer(cell), speed_ours.codes_of(cell, cell["batch"])
    with tempfile.TemporaryDirectory() as folder:
        files = {name: str(Path(folder, name)) for name in ("network", "codes.npy", "out.npy")}
        save_network(network, files["network"])
        np.save(files["codes.npy"], codes)
        verb = ["infer", files["network"], "--codes", files["codes.npy"], "--out", files["out.npy"], "--restart"]
        whole = least(lambda: child_seconds(["-m", "sc_neurocore.cli", *verb]))
        imported = least(
            lambda: child_seconds(["-c", "import sc_neurocore.cli.parser, sc_neurocore.accel.counts.engine"])
        )
    product = least(lambda: processor_seconds(lambda: infer(network, codes, "counts")))
    return {"seconds": whole, "imports": imported, "product": product}


def processor_seconds(call: Callable[[], Any]) -> float:
    """Of one call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def least(call: Callable[[], float]) -> float:
    """Of three."""
    return min(call() for _ in range(3))


def child_seconds(arguments: list[str]) -> float:
    """Processor seconds of a Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def time_of_import() -> dict[str, Any]:
    """Seconds of `import sc_neurocore` where NumPy is loaded."""
    import numpy  # noqa: F401

    start = time.process_time()
    import sc_neurocore  # noqa: F401

    return {"seconds": time.process_time() - start}


def main() -> None:
    """Do one thing, print one line."""
    what, *rest = sys.argv[1:]
    calls = {
        "memory": lambda: memory(rest[0]),
        "first": lambda: first(rest[0], rest[1:]),
        "modules": lambda: modules(rest[0]),
        "threads": lambda: threads(rest[0]),
        "command": command,
        "import": time_of_import,
        "public-memory": public_memory,
    }
    print(json.dumps(calls[what]()))


if __name__ == "__main__":
    main()
