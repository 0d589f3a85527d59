"""The bytes of a written network folder, from the contract alone: defaults spelt out, keys sorted, floats as such."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
from safetensors.numpy import save as safetensors_bytes

Json = dict[str, Any]

DEFAULTS: dict[str, Json] = {
    "relu": {"multiplier": 1, "shift": 0},
    "clamp": {"multiplier": 1, "shift": 0},
    "lif": {"comparator": "ge", "reset": "subtract"},
    "avg_pool2d": {"multiplier": 1, "shift": 0},
} | {kind: {"skip": 0, "reverse": False} for kind in ("counter", "van_der_corput", "lfsr", "lfsr_full", "sobol")}


def _whole(value: Any) -> Any:
    """An object of the file with its defaults, without what is never written."""
    if isinstance(value, list):
        return [_whole(v) for v in value]
    if not isinstance(value, dict):
        return value
    tree = {key: _whole(v) for key, v in value.items()} | {
        key: v for key, v in DEFAULTS.get(value.get("kind", ""), {}).items() if key not in value
    }
    if tree.get("lane_skip") == 0:
        del tree["lane_skip"]
    if tree.get("per_feature") is False:
        del tree["per_feature"]
    for key in ("scale", "output_scale"):
        if key in tree:
            tree[key] = float(tree[key])
    return tree


def written_bytes(description: Json, tensors: dict[str, np.ndarray], version: int) -> tuple[bytes, bytes]:
    """What ``network.json`` and ``weights.safetensors`` hold once written."""
    raw = safetensors_bytes({key: np.ascontiguousarray(value) for key, value in tensors.items()})
    tree = _whole(description)
    tree["format_version"] = version
    tree["tensors"] = {"file": "weights.safetensors", "sha256": hashlib.sha256(raw).hexdigest()}
    return (json.dumps(tree, sort_keys=True, indent=2) + "\n").encode(), raw
