"""A network folder and codes on which files are computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.interruptions import SAMPLES
from support.networks.descriptions import dense, network, tensors
from support.networks.random_networks import write_folder


@pytest.fixture
def folder(tmp_path) -> Path:
    description = network(dense(3, 2, n=4, length=16))
    return write_folder(tmp_path / "net", description, tensors(description))


@pytest.fixture
def codes(tmp_path) -> Path:
    np.save(tmp_path / "codes.npy", np.random.default_rng(0).integers(0, 16, (SAMPLES, 3)))
    return tmp_path / "codes.npy"
