"""Float weights of another library become a network of integers: what rounding costs, by stream length."""

from __future__ import annotations

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import sc_neurocore as sc
from sc_neurocore.export import lower_dense

x, y = load_digits(return_X_y=True)
x = x / 16
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0, stratify=y)

# A plain ReLU network that knows nothing of streams.
mlp = MLPClassifier((32,), max_iter=1000, random_state=0).fit(x_train, y_train)
print(f"float network: {100 * mlp.score(x_test, y_test):.1f} % of {len(y_test)} test images")

weights = [matrix.T for matrix in mlp.coefs_]  # (neurons, inputs)
for length in (8, 16, 32):
    for calibration in (None, x_train):
        # Without calibration, ranges are guessed from the weights; with it, they are searched on real inputs.
        exported = lower_dense(weights, mlp.intercepts_, stream_length=length, calibration=calibration, name="digits")
        network = exported.network
        codes, saturated = sc.spec.quantize_features(network, x_test)
        accuracy = (sc.classify(sc.infer(network, codes)) == y_test).mean()
        print(f"L = {length:3}, {exported.report.method:>10}: {100 * accuracy:.1f} %, {saturated} inputs saturated")

print(exported.report)
sc.save_network(network, "network")
print(f"written to network/, sha256 {sc.load_network('network').sha256[:16]}…")
