"""Training through the exact integers: the forward pass is the network that will be deployed."""

from __future__ import annotations

import sys

import numpy as np

import sc_neurocore as sc
from sc_neurocore.export import export_model
from sc_neurocore.spec import quantize_features
from sc_neurocore.training import TrainConfig, load_data, train
from sc_neurocore.training.trainer import test_outputs

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 25  # 250 is the recipe of the published figures
data = load_data("digits")
print(f"{len(data.x_train)} training images, {len(data.x_test)} test images of {data.features} pixels")

reference = train(TrainConfig(forward="float", epochs=epochs), data=data)
print(f"float network:                 {100 * reference.accuracy['float']:.2f} %")

for length in (16, 4):
    model = train(TrainConfig(name="digits", stream_length=length, epochs=epochs), data=data)
    network = export_model(model).network

    codes, _ = quantize_features(network, data.x_test * data.scale)  # raw features, as `infer --inputs` takes them
    outputs = sc.infer(network, codes)
    accuracy = (sc.classify(outputs) == data.y_test).mean()
    print(f"exact integers, {length:3} bits each: {100 * accuracy:.2f} %")

    # The exported integers are those of the training forward pass, on every test image.
    trained = [{"weight": w, "bias": b} for w, b in zip(model.weights, model.biases, strict=True)]
    assert np.array_equal(outputs, test_outputs(model.config, model.layers(), trained, data))
