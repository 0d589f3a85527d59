"""Checkpoints: the whole training state in one safetensors file, its description as JSON in the file's own metadata.

One file is renamed into place at once, so that a state and its description can never be of different epochs.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, TypeVar

import jax
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ..spec.errors import OptionError
from ..spec.files.atomic import write_atomic

FORMAT = "sc-neurocore/checkpoint"

State = TypeVar("State")
"""A tree of arrays."""


def save_checkpoint(file: Path, state: Any, description: dict[str, Any]) -> None:
    """Write a state, atomically.

    Args:
        file: the target.
        state: a tree of arrays: what training carries from epoch to epoch.
        description: values that JSON can express.
    """
    leaves = jax.tree.leaves(state)
    tensors = {f"leaf{i:04d}": np.asarray(leaf) for i, leaf in enumerate(leaves)}
    text = json.dumps(description)
    metadata = {"format": FORMAT, "description": text, "sha256": _seal(text, tensors)}
    write_atomic(file, save(tensors, metadata=metadata))


def _seal(description: str, tensors: dict[str, np.ndarray]) -> str:
    """A hash by which damage anywhere shows."""
    digest = hashlib.sha256(description.encode("utf-8", "surrogatepass"))
    for name, tensor in tensors.items():
        digest.update(f"{name} {tensor.dtype} {tensor.shape}".encode() + tensor.tobytes())
    return digest.hexdigest()


def load_checkpoint(file: Path, like: State) -> tuple[State, dict[str, Any]]:
    """Read a state of the same structure, shapes and types as `like`, and its description.

    Raises:
        OptionError: the file is no checkpoint, or damaged, or of another network.
    """
    leaves, structure = jax.tree.flatten(like)
    try:
        with safe_open(file, framework="numpy") as content:
            metadata = content.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise OptionError(f"checkpoint {file} is no checkpoint of ours; remove it or choose another")
            names = [f"leaf{i:04d}" for i in range(len(leaves))]
            if sorted(content.keys()) != names:
                raise OptionError(f"checkpoint {file} holds the state of another network; remove it or choose another")
            tensors = {name: content.get_tensor(name) for name in names}
            if metadata["sha256"] != _seal(metadata["description"], tensors):
                raise ValueError("its content is not what was written")
            description = json.loads(metadata["description"])
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        if isinstance(error, OptionError):
            raise
        reason = " ".join(str(error).split())[:160]
        raise OptionError(f"checkpoint {file} is damaged: {reason}; remove it to start anew") from None
    for leaf, tensor in zip(leaves, tensors.values()):
        if leaf.shape != tensor.shape or leaf.dtype != tensor.dtype:
            raise OptionError(f"checkpoint {file} holds the state of another network; remove it or choose another")
    return jax.tree.unflatten(structure, [jax.numpy.asarray(tensor) for tensor in tensors.values()]), description
