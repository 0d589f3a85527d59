"""The numeric tests under the instruction sets of other processors: `python tests/cpus.py [--setting NAME] [PATH …]`.

Float results differ in their last bits from one processor to another, because every library chooses its kernels by what
the processor can do. Each setting tells all libraries to choose as on an older processor; a probe then asks each what
it took, and a setting that one of them did not follow fails. A setting that this processor cannot run is skipped by
name.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "cpus"
ROOMS = ("bitstream", "accel", "inference", "layers", "training", "export", "explore", "adapters", "contract", "kinds")
NUMERIC = [f"tests/{name}" for name in (*ROOMS, "test_four_ways.py", "test_seed_calls.py")]
"""The rooms that compute; the others compare text, files and gates."""

WITHOUT_AVX = "-AVX2,-FMA,-FMA4,-AVX512F,-AVX512VL"  # glibc names what it goes without
SETTINGS = {
    "sse4.2": {
        "flags": {"sse4_2", "popcnt"},
        "environment": {
            "ATEN_CPU_CAPABILITY": "default",
            "ONEDNN_MAX_CPU_ISA": "SSE41",
            "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
            "NUMBA_CPU_NAME": "nehalem",
            "NUMBA_CPU_FEATURES": "",  # beside those of the name, instead of this processor's
            "XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2",
            "OPENBLAS_CORETYPE": "Nehalem",
            "GLIBC_TUNABLES": f"glibc.cpu.hwcaps={WITHOUT_AVX}",
        },
        "numpy keeps": set(),
        "found": {
            "torch": "DEFAULT", "oneDNN": "Intel SSE4.1", "numba": "nehalem", "xla": "nehalem",
            "openblas": ["Nehalem"], "glibc": [],
        },
    },
    "avx2": {
        "flags": {"avx2", "fma", "bmi2", "f16c"},
        "environment": {
            "ATEN_CPU_CAPABILITY": "avx2",
            "ONEDNN_MAX_CPU_ISA": "AVX2",
            "MKL_ENABLE_INSTRUCTIONS": "AVX2",
            "NUMBA_CPU_NAME": "haswell",
            "NUMBA_CPU_FEATURES": "+avx2",
            "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
            "OPENBLAS_CORETYPE": "Haswell",
            "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL",
        },
        "numpy keeps": {"X86_V3", "AVX", "F16C", "FMA3", "AVX2"},
        "found": {
            "torch": "AVX2", "oneDNN": "Intel AVX2", "numba": "haswell", "xla": "haswell",
            "openblas": ["Haswell"], "glibc": ["avx2", "fma"],
        },
    },
    "avx512": {
        "flags": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
        "environment": {
            "ATEN_CPU_CAPABILITY": "avx512",
            "ONEDNN_MAX_CPU_ISA": "AVX512_CORE",
            "MKL_ENABLE_INSTRUCTIONS": "AVX512",
            "NUMBA_CPU_NAME": "skylake-avx512",
            "NUMBA_CPU_FEATURES": "+avx512f",
            "XLA_FLAGS": "--xla_cpu_max_isa=AVX512",
            "OPENBLAS_CORETYPE": "SkylakeX",
            "GLIBC_TUNABLES": "glibc.cpu.hwcaps=",
        },
        "numpy keeps": {"X86_V3", "X86_V4", "AVX", "F16C", "FMA3", "AVX2", "AVX512F", "AVX512CD", "AVX512_SKX"},
        "found": {
            "torch": "AVX512", "oneDNN": "Intel AVX-512 with AVX512BW, AVX512VL, and AVX512DQ extensions",
            "numba": "skylake-avx512", "xla": "skylake-avx512", "openblas": ["SkylakeX"],
            "glibc": ["avx2", "avx512f", "fma"],
        },
    },
}  # fmt: skip
"""By name: what the processor must have, what the libraries are told, what they must then say (see `probe`)."""


def numpy_features() -> set[str]:
    """What the installed NumPy chooses kernels by, of what this processor has; its names changed with its versions."""
    from numpy._core import _multiarray_umath as numpy_core

    return {name for name in numpy_core.__cpu_dispatch__ if numpy_core.__cpu_features__[name]}


def missing(setting: str, flags: set[str]) -> list[str]:
    """The instructions of a setting that a processor of such flags lacks."""
    return sorted(SETTINGS[setting]["flags"] - flags)


def environment(setting: str) -> dict[str, str]:
    """The caller's environment, with all libraries told to choose as the setting says."""
    unwanted = sorted(numpy_features() - SETTINGS[setting]["numpy keeps"])
    told = SETTINGS[setting]["environment"] | {
        "NPY_DISABLE_CPU_FEATURES": " ".join(unwanted),
        "TORCHINDUCTOR_CACHE_DIR": str(BUILD / f"{setting}-inductor"),  # its keys do not hold the processor
    }
    return os.environ | told


def probe() -> dict[str, object]:
    """What each library chooses in this process. MKL has its switch for Intel's processors only, so it is not asked."""
    import jax
    import numba
    import torch
    from jax.experimental.serialize_executable import serialize
    from threadpoolctl import threadpool_info

    jax.config.update("jax_platforms", "cpu")
    compiled = serialize(jax.jit(jax.numpy.exp).lower(jax.numpy.ones(100)).compile())[0]
    import scipy.linalg  # noqa: F401  a BLAS of its own

    @numba.njit
    def one() -> int:
        return 1

    one()
    codegen = numba.core.registry.cpu_target.target_context.codegen()
    byte = torch.ones((64, 64), dtype=torch.int8)
    torch.ops.aten._int_mm(byte, byte)  # makes oneDNN say what it takes, under ONEDNN_VERBOSE
    return {
        "torch": torch.backends.cpu.get_cpu_capability(),
        "numba": codegen.magic_tuple()[1],
        "xla": next((name for name in ("nehalem", "haswell", "skylake-avx512") if name.encode() in compiled), "other"),
        "openblas": sorted({i["architecture"] for i in threadpool_info() if i["internal_api"] == "openblas"}),
        "numpy": sorted(numpy_features()),
        "glibc": glibc_features(),
    }


def glibc_features() -> list[str]:
    """Of AVX2, FMA and AVX-512, what the mathematical library of C chooses by in a process of this environment."""
    loader = "/lib64/ld-linux-x86-64.so.2"
    said = subprocess.run([loader, "--list-diagnostics"], capture_output=True, text=True, check=True).stdout
    words = re.findall(r"^x86\.cpu_features\.features\[0x(\w+)\]\.active\[0x(\w+)\]=0x(\w+)$", said, re.MULTILINE)
    active = {(int(leaf), int(register)): int(value, 16) for leaf, register, value in words if leaf.isdigit()}
    bits = {"avx2": (1, 1, 5), "avx512f": (1, 1, 16), "fma": (0, 2, 12)}  # words and bits as CPUID numbers them
    return [name for name, (leaf, register, bit) in bits.items() if active[leaf, register] >> bit & 1]


def disobeyed(setting: str) -> list[str]:
    """The libraries that a setting does not move, and what they say instead."""
    env = environment(setting) | {"ONEDNN_VERBOSE": "1"}
    done = subprocess.run(
        [sys.executable, __file__, "--probe"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return [f"the probe failed: {done.stderr[-1000:]}"]
    found = json.loads(done.stdout.splitlines()[-1])
    isa = re.search(r"^onednn_verbose,.*cpu,isa:(.*)$", done.stdout, re.MULTILINE)
    found["oneDNN"] = isa[1] if isa else "nothing"
    wanted = SETTINGS[setting]["found"] | {"numpy": sorted(numpy_features() & SETTINGS[setting]["numpy keeps"])}
    return [f"{name} takes {found[name]}, not {value}" for name, value in wanted.items() if found[name] != value]


def passed(report: Path) -> int:
    """Tests of a JUnit report that ran and passed."""
    counts = [0, 0]
    for suite in ElementTree.parse(report).iter("testsuite"):
        counts[0] += int(suite.attrib["tests"])
        counts[1] += sum(int(suite.attrib[key]) for key in ("skipped", "failures", "errors"))
    return counts[0] - counts[1]


def run(setting: str, arguments: list[str]) -> bool:
    """Whether all libraries follow a setting and the tests pass under it, at least one of them."""
    wrong = disobeyed(setting)
    if wrong:
        print(f"cpus: {setting}: without effect: {'; '.join(wrong)}", flush=True)
        return False
    report = BUILD / f"{setting}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    print(f"cpus: {setting}: all libraries follow", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
    status = subprocess.run(command, cwd=ROOT, env=environment(setting), check=False).returncode
    count = passed(report) if report.is_file() else 0
    print(f"cpus: {setting}: {count} tests passed, exit status {status}", flush=True)
    return status == 0 and count > 0


def processor_flags() -> set[str]:
    """What Linux says that the processor can do; empty where nothing says it."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return set()
    line = re.search(r"^flags\s*:(.*)$", text, re.MULTILINE)
    return set(line[1].split()) if line else set()


def main(arguments: list[str]) -> int:
    """Run the settings; 0 where all that this processor can run passed, and it could run one at least."""
    if arguments == ["--probe"]:
        print(f"\n{json.dumps(probe())}")
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0].partition(":")[0])
    parser.add_argument("paths", nargs="*", default=NUMERIC, help="the tests; all that compute by default")
    parser.add_argument("--setting", action="append", choices=SETTINGS, help="one or more; all by default")
    parser.add_argument("--workers", default="auto", help="of pytest: a number, or auto")
    given = parser.parse_args(arguments)
    options = [*given.paths, "-n", given.workers, "--dist", "worksteal", "-m", "not slow"]
    flags, results = processor_flags(), []
    for setting in given.setting or SETTINGS:
        lacking = missing(setting, flags)
        if lacking:
            print(f"cpus: {setting}: skipped, this processor lacks {', '.join(lacking)}", flush=True)
        else:
            results.append(run(setting, options))
    print(f"cpus: {sum(results)} of {len(results)} settings passed", flush=True)
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
