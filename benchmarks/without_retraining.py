"""What rounding costs a network that was trained without streams: free ReLU, bounded, calibrated; digits, 64-32-10.

`python benchmarks/without_retraining.py` writes `benchmarks/results/without_retraining.json`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from sc_neurocore import classify, infer
from sc_neurocore.export import Exported, export, export_model
from sc_neurocore.spec import quantize_features
from sc_neurocore.training import Dataset, TrainConfig, load_data, train

RESULT = Path(__file__).resolve().parent / "results" / "without_retraining.json"
LENGTH = 16


def free_relu(data: Dataset, seed: int, epochs: int) -> nn.Sequential:
    """A plain ReLU network that knows nothing of ranges: Adam 1e-2 with cosine decay, batch 64."""
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(data.features, 32), nn.ReLU(), nn.Linear(32, data.classes))
    x, y = torch.tensor(data.x_train, dtype=torch.float32), torch.tensor(data.y_train, dtype=torch.int64)
    steps = epochs * (len(x) // 64)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(epochs):
        for rows in torch.randperm(len(x))[: len(x) // 64 * 64].view(-1, 64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[rows]), y[rows]).backward()
            optimizer.step()
            schedule.step()
    return net


def integer_accuracy(exported: Exported, data: Dataset) -> float:
    """Test accuracy of the exported integers, percent."""
    head = exported.network.input
    # Features come divided by the data's scale; a model folder's network takes raw ones, a module's these.
    features = data.x_test * data.scale if head.scale == data.scale else data.x_test
    codes = quantize_features(exported.network, features)[0]
    return 100 * float(np.mean(classify(infer(exported.network, codes), exported.network) == data.y_test))


def one_seed(data: Dataset, seed: int, epochs: int) -> dict[str, float]:
    """Accuracies of one seed, percent."""
    net = free_relu(data, seed, epochs)
    with torch.no_grad():
        predicted = net(torch.tensor(data.x_test, dtype=torch.float32)).argmax(1).numpy()
    options: dict[str, Any] = {"stream_length": LENGTH}
    bounded = train(TrainConfig(forward="float", epochs=epochs, seed=seed), data=data)
    assert bounded.accuracy["float"] is not None
    return {
        "free float": 100 * float(np.mean(predicted == data.y_test)),
        "free, rounded only": integer_accuracy(export(net, **options), data),
        "free, calibrated": integer_accuracy(export(net, calibration=data.x_train, **options), data),
        "free, calibrated with labels": integer_accuracy(
            export(net, calibration=data.x_train, labels=data.y_train, **options), data
        ),
        "in ranges float": 100 * bounded.accuracy["float"],
        "in ranges, rounded only": integer_accuracy(export_model(bounded, **options), data),
    }


def main() -> None:
    """Run all seeds and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=250)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = load_data("digits")
    rows = []
    for seed in range(options.seeds):
        rows.append(one_seed(data, seed, options.epochs))
        print(seed, {key: round(value, 2) for key, value in rows[-1].items()}, flush=True)
    means = {key: round(float(np.mean([row[key] for row in rows])), 3) for key in rows[0]}
    differences = {
        key: {
            "mean": round(float(np.mean(loss := [row[key] - row[reference] for row in rows])), 3),
            "worst": round(min(loss), 3),
        }
        for reference, keys in (
            ("free float", ("free, rounded only", "free, calibrated", "free, calibrated with labels")),
            ("in ranges float", ("in ranges, rounded only",)),
        )
        for key in keys
    }
    result = {
        "command": "python benchmarks/without_retraining.py",
        "data": {"name": data.name, "sha256": data.sha256, "test_samples": len(data.x_test)},
        "network": "64-32-10",
        "stream_length": LENGTH,
        "epochs": options.epochs,
        "seeds": options.seeds,
        "mean_accuracy_percent": means,
        "points_lost": differences,
        "per_seed": rows,
    }
    options.out.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n", "utf-8")
    print(json.dumps({"mean": means, "lost": differences}, indent=2))


if __name__ == "__main__":
    main()
