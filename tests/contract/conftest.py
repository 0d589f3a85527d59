"""What the contract tests share: every engine of ``infer``, run through a folder."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from support.networks.random_networks import write_folder

import sc_neurocore
from sc_neurocore.inference.engines import Engine

ENGINES = list(get_args(Engine))


@pytest.fixture(params=ENGINES)
def run(request, tmp_path):
    """Run a description through its folder on one engine; where ``counts`` cannot, nothing is claimed."""
    engine = request.param
    if engine == "jax":
        pytest.importorskip("jax", reason="the jax extra is not installed")

    def runner(description, codes, arrays) -> np.ndarray | None:
        net = sc_neurocore.load_network(write_folder(tmp_path / "net", description, arrays))
        if engine == "counts":
            from sc_neurocore.accel.counts import engine as counts

            if counts.supports(net) is not None:
                return None
        return sc_neurocore.infer(net, np.asarray(codes), engine=engine)

    return runner
