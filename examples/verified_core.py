"""Verilog and its certificate; then one flipped weight bit, and the certificate that says FAIL."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

import sc_neurocore as sc
from sc_neurocore.export import export_dense

rng = np.random.default_rng(4)
weights = [rng.normal(size=(6, 8)), rng.normal(size=(3, 6))]
network = export_dense(weights, stream_length=16, calibration=rng.random((200, 8)), name="tiny")

manifest = sc.rtl.generate(network, "rtl", neurons_in_parallel=3)
print(f"{manifest['verilog']}: {manifest['cycles_per_inference']} cycles an inference, ports:")
for port in manifest["ports"]:
    print(f"  {port['direction']:>3} {port['name']} [{port['width']}]")

result = sc.cosim.run(network, "verified", rtl="rtl", samples=50, stall="random")
report = result.report
print(f"{report['verdict']}: {report['values_compared']} values compared with {report['simulator']}")
print(f"{report['mutants_killed']} of {report['mutants']} small faults would have been seen by these samples")
assert result.passed

core = Path("rtl", manifest["verilog"])
text = core.read_text()
signs = re.search(r"assign negative_0 = .*?'h[0-9a-f]*([0-9a-f])\b", text)  # of one neuron's weights
flipped = f"{int(signs[1], 16) ^ 1:x}"
core.write_text(text[: signs.start(1)] + flipped + text[signs.end(1) :])
print(f"flipped the lowest bit of: {signs[0]}")

result = sc.cosim.run(network, "damaged", rtl="rtl", samples=50)
print(f"{result.report['verdict']}: {result.reason}")
assert not result.passed
