"""Inference on files, cut short where a test wants it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from sc_neurocore.inference.files import infer_files

SAMPLES = 23


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def unfinished(out: Path) -> tuple[Path, Path]:
    return out.with_name(f".{out.name}.partial"), out.with_name(f".{out.name}.journal")


def interrupt_at(samples: int):
    def progress(done: int, total: int) -> None:
        if done >= samples:
            raise KeyboardInterrupt

    return progress


def interrupted(folder: Path, codes: Path, out: Path, samples: int = 9, **options) -> None:
    with pytest.raises(KeyboardInterrupt):
        infer_files(folder, out, codes=codes, chunk=3, progress=interrupt_at(samples), **options)
    assert not out.exists()
    assert all(path.exists() for path in unfinished(out))
