"""Networks of the default pair as the serial cores take them, and traffic for their ports."""

from __future__ import annotations

from typing import Any

import numpy as np
from support.networks.descriptions import dense, network
from support.oracle import evaluate
from support.simulation.axis import Beat, Observed, beats, run_core

from sc_neurocore.spec import NetworkSpec

Case = tuple[dict[str, Any], dict[str, np.ndarray]]

SMALL = (
    network(dense(3, 4, 3, 8, neuron={"kind": "relu", "shift": 1, "output_bits": 3}), dense(4, 3, 3, 8)),
    {
        "layer0.weight": np.array([[7, -3, 0], [1, 1, -7], [0, 0, 0], [-5, 6, 2]]),
        "layer0.bias": np.array([3, 0, 2, -1]),
        "layer1.weight": np.array([[1, -2, 3, -4], [7, 7, 7, 7], [-7, -7, 0, -7]]),
        "layer1.bias": np.array([0, -9, 11]),
    },
)
"""Two layers of three bits, with a neuron whose weights are all 0."""


def spec(description: dict[str, Any], tensors: dict[str, np.ndarray]) -> NetworkSpec:
    """The network of a description in JSON and its tensors."""
    tree = {key: description[key] for key in ("name", "input", "output", "layers")}
    count = len(description["layers"])
    arrays = {
        "weights": [tensors[f"layer{i}.weight"] for i in range(count)],
        "biases": [tensors[f"layer{i}.bias"] for i in range(count)],
    }
    return NetworkSpec.model_validate(tree | arrays, strict=False)


def frames(core: Any, codes: np.ndarray) -> list[Beat | None]:
    """The beats of these samples, one frame after the other."""
    return [beat for row in codes for beat in beats(row, len(core.s_axis_tdata))]


def check(case: Case, core: Any, codes: np.ndarray, **more: Any) -> Observed:
    """Run the samples; every output is the outside oracle's."""
    more = {"limit": 200_000} | more
    seen = run_core(core, frames(core, codes), frames=len(codes), signed=core.network.output_signed, **more)
    assert seen.frames == evaluate(case[0], codes, case[1]).tolist()
    assert not any(seen.frame_error)
    return seen
