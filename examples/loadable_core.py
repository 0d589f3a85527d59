"""One core for many networks: gates generated once, two networks loaded one after the other, each proved."""

from __future__ import annotations

import numpy as np

import sc_neurocore as sc
from sc_neurocore.export import export_dense

rng = np.random.default_rng(7)


def trained(seed: int) -> sc.NetworkSpec:
    """Stands for a training run: other weights, the same description."""
    weights = np.random.default_rng(seed).normal(size=(3, 8))
    return export_dense([weights], stream_length=16, calibration=rng.random((200, 8)), name="tiny")


first, second = trained(1), trained(2)
options = {"architecture": "column", "neurons_in_parallel": 2, "weights": "loadable", "control": "stream"}
manifest = sc.rtl.generate(first, "rtl", **options)
load = manifest["load"]
print(f"{manifest['verilog']}: {load['words']} words to load over {load['control']}, kept in {load['file']}")

words = sc.rtl.load_image(second, "rtl")
print(f"the second network is {len(words)} load words, first {words[0]:08x}, last {words[-1]:08x}")

for network in (first, second):
    result = sc.cosim.run(network, "out", simulator="amaranth", samples=10, search_seconds=1, **options)
    report, load = result.report, result.report["load"]
    print(f"{report['verdict']}: {report['values_compared']} values after a load of {load['load_words']} words")
    assert result.passed

wide = export_dense([rng.normal(size=(3, 9))], stream_length=16, calibration=rng.random((200, 9)), name="tiny")
try:
    sc.rtl.load_image(wide, "rtl")
except sc.SCError as error:
    print(f"refused: {error}")
