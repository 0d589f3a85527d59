"""A Torch SpikingNet, trained with a surrogate, becomes integer `lif` layers that spike as it does."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

import sc_neurocore as sc
from sc_neurocore.export import export
from sc_neurocore.training import SCNetworkModule, SpikingNet, load_data

STEPS = 8
torch.manual_seed(0)
torch.set_num_threads(1)  # the network is small
data = load_data("digits")
x, y = torch.tensor(data.x_train, dtype=torch.float32), torch.tensor(data.y_train, dtype=torch.int64)
x_test = torch.tensor(data.x_test, dtype=torch.float32)


def accuracy(outputs):
    return 100 * np.mean(np.asarray(outputs).argmax(1) == data.y_test)


net = SpikingNet(64, 32, 10, n_layers=1, beta=0.75)  # 0.75 = 1 - 1/4: the hardware's leak is a shift
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
for _ in range(25):
    for rows in torch.randperm(len(x))[: 21 * 64].view(21, 64):
        counts, membranes = net(x[rows].expand(STEPS, -1, -1))  # the same image at every step
        optimizer.zero_grad()
        functional.cross_entropy(counts + 0.1 * membranes, y[rows]).backward()
        optimizer.step()
with torch.no_grad():
    counts, _ = net(x_test.expand(STEPS, -1, -1))
print(f"float spiking network: {accuracy(counts):.2f} %")

for length in (16, 64, 256):
    exported = export(net, time_steps=STEPS, stream_length=length, samples=data.x_train, labels=data.y_train)
    network = exported.network
    codes, _ = sc.spec.quantize_features(network, data.x_test)
    spikes = sc.infer(network, codes)
    equal = 100 * np.mean(spikes == counts.numpy())
    print(f"integers, L = {length:3}: {accuracy(spikes):.2f} %, {equal:.1f} % of spike counts are the float network's")
print(exported.report)

# The integers as a Torch module: the same spikes, and ready to be trained on.
module = SCNetworkModule.from_network(network)
assert np.array_equal(module.integers(codes).numpy(), spikes)
