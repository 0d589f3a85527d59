"""An ordinary Torch LeNet-5 (6-16-120-84-10, float) on MNIST, imported, calibrated, and measured on the test images.

    python benchmarks/imported_lenet.py MNIST      # what `make imported-lenet MNIST=…` runs; MNIST is a folder of IDX files

The float network is trained as any other: Adam with a one-cycle schedule, no augmentation, no knowledge of codes. Each
stream length is one call of `export` with training images as calibration samples; accuracies are those of `infer` on
the 10,000 test images, in percent. A trained network is kept in `build/imported_lenet` and not trained again.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from sc_neurocore import __version__, classify, infer
from sc_neurocore.export import export
from sc_neurocore.spec import quantize_features, write_atomic
from sc_neurocore.training import Dataset, load_data

RESULT = Path(__file__).resolve().parent / "results" / "imported_lenet.json"
EPOCHS, BATCH, LEARNING_RATE = 8, 128, 3e-3
LENGTHS = (16, 32, 64, 256)
CALIBRATION = 2000
ALLOWED_AT_32 = 0.3
"""Points that the calibrated network may lose at L = 32."""


def lenet() -> nn.Sequential:
    """LeNet-5 as a Torch user writes it."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


def images(x: np.ndarray) -> torch.Tensor:
    """Flat images as Torch has them, in [0, 1]."""
    return torch.from_numpy(np.asarray(x, np.float32).reshape(-1, 1, 28, 28))


def trained(data: Dataset, build: Path, seed: int) -> nn.Sequential:
    """The float network of this seed, from `build` where it was trained before.

    Args:
        data: the data set.
        build: folder of finished networks.
        seed: of weights and batches.
    """
    torch.manual_seed(seed)
    model, path = lenet(), build / f"seed{seed}.pt"
    if path.exists():
        model.load_state_dict(torch.load(path, weights_only=True))
        return model.eval()
    x, y = images(data.x_train), torch.from_numpy(np.asarray(data.y_train, np.int64))
    steps = -(-len(x) // BATCH)
    optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=EPOCHS * steps)
    for epoch in range(EPOCHS):
        start, total = time.perf_counter(), 0.0
        for rows in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(rows)
        print(f"seed {seed}, epoch {epoch}: loss {total / len(x):.4f}, {time.perf_counter() - start:.0f} s", flush=True)
    build.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), path)
    return model.eval()
