"""A Torch `nn.Sequential` with batch normalization: exported as it stands, then trained on through its own integers."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

import sc_neurocore as sc
from sc_neurocore.export import export
from sc_neurocore.training import SCNetworkModule, load_data

torch.manual_seed(0)
torch.set_num_threads(1)  # the network is small
data = load_data("digits")
x, y = torch.tensor(data.x_train, dtype=torch.float32), torch.tensor(data.y_train, dtype=torch.int64)


def train(module, epochs, rate):
    optimizer = torch.optim.Adam(module.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * 21)
    module.train()
    for _ in range(epochs):
        for rows in torch.randperm(len(x))[: 21 * 64].view(21, 64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(module(x[rows]), y[rows]).backward()
            optimizer.step()
            schedule.step()
            if isinstance(module, SCNetworkModule):
                module.clip_()  # weights mean something in [-1, 1] only
    module.eval()


def integer_accuracy(network):
    codes, _ = sc.spec.quantize_features(network, data.x_test)
    return 100 * np.mean(sc.classify(sc.infer(network, codes)) == data.y_test)


net = nn.Sequential(
    nn.Linear(64, 32, bias=False),
    nn.BatchNorm1d(32),  # folded into the layer before it
    nn.ReLU(),
    nn.Dropout(0.1),  # does nothing in evaluation
    nn.Linear(32, 10),
)
train(net, epochs=40, rate=1e-2)
with torch.no_grad():
    predicted = net(torch.tensor(data.x_test, dtype=torch.float32)).argmax(1).numpy()
print(f"float module:                    {100 * np.mean(predicted == data.y_test):.2f} %")

exported = export(net, stream_length=4, calibration=data.x_train, labels=data.y_train, name="digits")
print(f"calibrated integers, 4 bits:     {integer_accuracy(exported.network):.2f} %")

# The integers as a module again: its forward pass is the hardware's, its gradient goes straight through the rounding.
exact = SCNetworkModule.from_network(exported.network)
train(exact, epochs=25, rate=5e-3)
network = exact.to_network(name="digits")
print(f"trained on through the integers: {integer_accuracy(network):.2f} %")

codes, _ = sc.spec.quantize_features(network, data.x_test)
assert np.array_equal(exact.integers(codes).numpy(), sc.infer(network, codes)), "one network, two executions"
