"""Train 64-32-10 on handwritten digits with HGQ2 and write da4ml's pipelined Verilog of it, one inference a clock.

    python hdl/baselines/hgq/train.py DATA.npz OUT BETA [SEED]

Runs in an environment of its own (`pip install hgq2==0.2.0 da4ml==0.6.0 "jax[cpu]"`), which the project does not need;
`measure.py` beside it makes DATA (our split of the digits) and measures what is written. BETA weighs bit operations
against the loss, and rises to its value over the first half of training; bits of weights and activations are learned.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import keras  # after its backend is chosen
import numpy as np
from da4ml.codegen import VerilogModel
from da4ml.converter import trace_model
from da4ml.trace import comb_trace, to_pipeline
from hgq.config import LayerConfigScope, QuantizerConfigScope
from hgq.layers import QDense
from hgq.utils import trace_minmax
from hgq.utils.sugar import BetaScheduler

EPOCHS, BATCH, RATE = 600, 128, 3e-3
LATENCY_CUTOFF = 2
"""Of da4ml: adders, in its unit, between two registers."""


def built(beta: float) -> keras.Model:
    """The network; also the bits of pixels, 0 to 1 in sixteenths, are learned."""
    with (
        QuantizerConfigScope(place="all", default_q_type="kbi", overflow_mode="SAT_SYM"),
        QuantizerConfigScope(place="datalane", default_q_type="kif", overflow_mode="WRAP"),
        LayerConfigScope(enable_ebops=True, beta0=beta),
    ):
        layers = [keras.Input((64,)), QDense(32, activation="relu"), QDense(10)]
        return keras.Sequential(layers)


def main(data: Path, out: Path, beta: float, seed: int) -> None:
    """Train, and write Verilog and what it classifies."""
    keras.utils.set_random_seed(seed)
    arrays = np.load(data)
    model = built(beta)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    steps = EPOCHS * (len(arrays["x"]) // BATCH + 1)
    rate = keras.optimizers.schedules.CosineDecay(RATE, steps)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    rising = BetaScheduler(lambda epoch: beta * min(1.0, 2 * (epoch + 1) / EPOCHS))
    model.fit(arrays["x"], arrays["y"], batch_size=BATCH, epochs=EPOCHS, verbose=0, callbacks=[rising])
    trace_minmax(model, arrays["x"], verbose=False)
    keras_classes = model.predict(arrays["xt"], verbose=0).argmax(axis=1)
    inputs, outputs = trace_model(model, framework="keras")
    logic = comb_trace(inputs, outputs)
    pipeline = to_pipeline(logic, LATENCY_CUTOFF)
    classes = logic.predict(arrays["xt"]).argmax(axis=1)
    VerilogModel(pipeline, "hgq", out / "verilog").write()
    found = {
        "beta": beta,
        "seed": seed,
        "accuracy": float(np.mean(classes == arrays["yt"])),
        "keras_accuracy": float(np.mean(keras_classes == arrays["yt"])),
        "ebops": float(sum(float(layer.ebops) for layer in model.layers if hasattr(layer, "ebops"))),
        "stages": len(pipeline.solutions),
    }
    (out / "hgq.json").write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found))


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    main(Path(sys.argv[1]), folder, float(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 0)
