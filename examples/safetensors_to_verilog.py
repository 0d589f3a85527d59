"""Weights from a file, whoever wrote it: network folder, exact accuracy, Verilog, and the files' own sums."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import sc_neurocore as sc
from sc_neurocore.export import export

x, y = load_digits(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x / 16, y, test_size=0.25, random_state=0, stratify=y)

# Another program trains, and leaves a file behind: tensors NAME.weight (neurons, inputs) and NAME.bias.
mlp = MLPClassifier((32,), max_iter=1000, random_state=0).fit(x_train, y_train)
tensors = {}
for number, (matrix, bias) in enumerate(zip(mlp.coefs_, mlp.intercepts_, strict=True)):
    tensors[f"layers.{number}.weight"] = np.ascontiguousarray(matrix.T, dtype=np.float32)
    tensors[f"layers.{number}.bias"] = bias.astype(np.float32)
save_file(tensors, "model.safetensors")
print(f"float network: {100 * mlp.score(x_test, y_test):.2f} %")

# On the command line: sc-neurocore export model.safetensors --out network --stream-length 16 --calibration X.npy …
exported = export("model.safetensors", "network", stream_length=16, calibration=x_train, labels=y_train, name="digits")
print(exported.report)

network = sc.load_network("network")
codes, saturated = sc.spec.quantize_features(network, x_test)
accuracy = (sc.classify(sc.infer(network, codes)) == y_test).mean()
print(f"exact integers: {100 * accuracy:.2f} % ({saturated} pixels saturated)")

manifest = sc.rtl.generate(network, "rtl")
lines = Path("rtl", manifest["verilog"]).read_text().count("\n")
print(f"rtl/{manifest['verilog']}: {lines} lines, {manifest['cycles_per_inference']} cycles an inference")
print("next: sc-neurocore cosim network --rtl rtl --out verified")
