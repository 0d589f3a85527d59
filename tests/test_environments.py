"""The environment around us changes no integer and ends in no traceback: JAX's flags, its generator, no JIT, no GPU."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

TRAIN = """
import numpy as np, sc_neurocore as sc
from sc_neurocore.export import export_model
from sc_neurocore.training import Dataset, TrainConfig, train
x = np.random.default_rng(0).random((96, 6))
data = Dataset("d", x[:64], np.arange(64) % 3, x[64:], np.arange(32) % 3, 1.0)
network = export_model(train(TrainConfig(stream_length=8, epochs=2, hidden=(5,), batch_size=32), data=data)).network
codes = network.quantize(x)
jax, counts = sc.infer(network, codes, "jax"), sc.infer(network, codes, "counts")
assert (jax == counts).all()
print(network.sha256, counts.sum())
"""
INFER = """
import numpy as np, sc_neurocore as sc
network = sc.export.export_dense([np.arange(6.0).reshape(2, 3)], stream_length=16)
for engine in ("reference", "counts", "auto"):
    print(sc.infer(network, np.arange(9).reshape(3, 3), engine).tolist())
"""
COMPARATORS = """
import numpy as np, sc_neurocore as sc
from sc_neurocore.spec import Comparator, Sobol
pair = {f"{of}_generator": Comparator(source=Sobol(dimension=d)) for of, d in (("input", 1), ("weight", 2))}
network = sc.export.export_dense([np.arange(6.0).reshape(2, 3)], stream_length=16, **pair)
for batch in (3, 60):  # entries of the product table, and its rows
    print(sc.infer(network, np.arange(3 * batch).reshape(batch, 3) % 16, "counts").tolist())
"""
KEPT = ("JAX_COMPILATION_CACHE_DIR", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS")  # keyed by what is compiled
STRICT = {
    "JAX_ENABLE_X64": "1",
    "JAX_NUMPY_RANK_PROMOTION": "raise",
    "JAX_NUMPY_DTYPE_PROMOTION": "strict",
    "JAX_TRANSFER_GUARD": "disallow",
    "JAX_DEFAULT_PRNG_IMPL": "rbg",
    "JAX_THREEFRY_PARTITIONABLE": "0",
}


def ran(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("JAX_", "NUMBA_")) or key in KEPT}
    return subprocess.run(
        [sys.executable, "-c", code], env=clean | environment, capture_output=True, text=True, timeout=500
    )


@pytest.mark.timeout(900)
def test_flags_of_jax_change_nothing():
    pytest.importorskip("jax", reason="the jax extra is not installed")
    plain = ran(TRAIN, JAX_PLATFORMS="cpu")
    assert plain.returncode == 0, plain.stderr
    strict = ran(TRAIN, JAX_PLATFORMS="cpu", **STRICT)
    assert (strict.returncode, strict.stdout) == (0, plain.stdout), strict.stderr


def test_without_a_compiler_the_integers_are_the_same():
    compiled, slow = ran(INFER), ran(INFER, NUMBA_DISABLE_JIT="1")
    assert compiled.returncode == 0, compiled.stderr
    assert slow.stdout == compiled.stdout, slow.stderr
    compiled, slow = ran(COMPARATORS), ran(COMPARATORS, NUMBA_DISABLE_JIT="1")
    assert compiled.returncode == 0, compiled.stderr
    assert slow.stdout == compiled.stdout, slow.stderr
    last = ran(INFER.replace("counts", "packed"), NUMBA_DISABLE_JIT="1").stderr.strip().splitlines()[-1]
    assert last.startswith("sc_neurocore.spec.errors.ToolError: engine packed needs Numba's compiler"), last


def test_a_platform_that_is_not_there_is_one_sentence():
    pytest.importorskip("jax", reason="the jax extra is not installed")
    code = INFER.replace('"reference", "counts", "auto"', '"reference", "jax"')
    plain, without = ran(code, JAX_PLATFORMS="cpu"), ran(code, JAX_PLATFORMS="cuda")
    if without.returncode == 0:  # there is a GPU
        assert without.stdout == plain.stdout
        return
    last = without.stderr.strip().splitlines()[-1]
    assert last.startswith("sc_neurocore.spec.errors.ToolError: JAX finds no device of the platform"), last
    assert without.stdout == "\n".join(plain.stdout.splitlines()[:1]) + "\n", "the other engines go on"
