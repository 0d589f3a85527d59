"""Imported before any library is: no threads to be forked, no room kept for them, the same results on every machine."""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "MALLOC_ARENA_MAX"):
    os.environ[_name] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
