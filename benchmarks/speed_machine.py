"""Where `speed.py` measures: the processor, the versions, one thread, the C loop and the public environment."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
SLOWED_BLAS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")  # forced on some machines; NumPy's own choice is the fair rival
ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in SLOWED_BLAS} | ONE_THREAD
"""Of every process that is timed."""
AS_AVX2 = {
    "OPENBLAS_CORETYPE": "Haswell",
    "NUMBA_CPU_NAME": "haswell",
    "NUMBA_CPU_FEATURES": "+avx2,+fma,+bmi,+bmi2,+popcnt,+lzcnt,+sse4.2,+ssse3",
}
"""What NumPy's product and our kernels are told to run as on a processor without AVX-512."""
PROCESSORS = os.sched_getaffinity(0)
TOLD_FLAGS = ("avx2", "avx512f", "avx512vbmi", "avx512_vnni", "avx512_vpopcntdq", "amx_tile", "amx_int8")
PACKAGES = ("numpy", "numba", "llvmlite", "jax", "jaxlib", "torch")
PUBLIC = {"sc-neurocore": "3.16.0", "sc_neurocore_engine": "3.15.7"}
C_LOOP = Path("build/bench/streams.so")


def pin() -> None:
    """One processor for this process and those it starts: the last one it may use."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def machine() -> dict[str, Any]:
    """Processor, the instructions that matter here, threads."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    told = {line.split(":", 1)[0].strip(): line.split(":", 1)[1].strip() for line in info if ":" in line}
    flags = set(told.get("flags", "").split())
    return {
        "processor": told.get("model name", platform.machine()),
        "family_model_stepping": [told.get(key, "") for key in ("cpu family", "model", "stepping")],
        "has": [flag for flag in TOLD_FLAGS if flag in flags],
        "has_not": [flag for flag in TOLD_FLAGS if flag not in flags],
        "processors": os.cpu_count(),
        "threads": 1,
        "system": platform.platform(terse=True),
        "environment": {**ONE_THREAD, **dict.fromkeys(SLOWED_BLAS, "unset")},
    }


def versions(public: str | None) -> dict[str, str | None]:
    """Of what is measured, and of what it is measured against."""
    found: dict[str, str | None] = {"python": platform.python_version(), "gcc": gcc_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    found |= {f"public {name}": wanted if public else None for name, wanted in PUBLIC.items()}
    return found


def gcc_version() -> str | None:
    """None where there is no compiler."""
    if shutil.which("gcc") is None:
        return None
    done = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def sources_sha256() -> str:
    """Of the code that decides the times: the package's engines and these programs."""
    package = HERE.parent / "sc_neurocore"
    folders = [package / name for name in ("accel", "spec", "training", "inference")]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    files += [path for path in HERE.iterdir() if path.name.startswith("speed_") or path.name == "streams.c"]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def build_c_loop() -> Path | None:
    """Compile `streams.c` for this processor; None where the compiler or the instructions are missing."""
    if gcc_version() is None or "avx512_vpopcntdq" not in machine()["has"]:
        return None
    C_LOOP.parent.mkdir(parents=True, exist_ok=True)
    command = ["gcc", "-O3", "-march=native", "-shared", "-fPIC", "-o", str(C_LOOP), str(HERE / "streams.c")]
    subprocess.run(command, check=True)
    return C_LOOP.resolve()


def public_python(folder: str | None) -> str | None:
    """The interpreter of the public package's environment, if these versions are in it."""
    if not folder:
        return None
    python = Path(folder) / "bin" / "python"
    code = f"from importlib.metadata import version as v; print(*(v(n) for n in {list(PUBLIC)!r}), sep=',')"
    done = (
        subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
        if python.exists()
        else None
    )
    if done is None or done.stdout.strip() != ",".join(PUBLIC.values()):
        print(f"{folder} holds no {' and '.join(' '.join(each) for each in PUBLIC.items())}", file=sys.stderr)
        return None
    return str(python.absolute())
