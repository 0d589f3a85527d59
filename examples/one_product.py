"""One product, three ways: as bit-streams, as a count without bits, and in words of 64 bits."""

from __future__ import annotations

import numpy as np

from sc_neurocore.bitstream import pack, scc, stream
from sc_neurocore.spec import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR

n = 4
length = 2**n
x, w = 11, 9

x_bits = stream(DEFAULT_INPUT_GENERATOR, x, n, length)
w_bits = stream(DEFAULT_WEIGHT_GENERATOR, w, n, length)
product = x_bits & w_bits
for name, bits in (("x", x_bits), ("w", w_bits), ("x AND w", product)):
    print(f"{name:>8}  {''.join('#' if bit else '.' for bit in bits)}  {bits.sum()} ones")
ideal = x * w / (2**n - 1)
print(f"   ideal  {x} * {w} / {2**n - 1} = {ideal:.2f}; correlation of the streams {scc(x_bits, w_bits):+.2f}")

# Without bits: bit b of x is worth w / 2^(n - b), rounded.
closed = sum((x >> (n - i) & 1) * ((w + 2 ** (i - 1)) // 2**i) for i in range(1, n + 1))
assert closed == product.sum()

# In words: 64 bits of a stream at a time, one AND and one population count.
words = pack(x_bits) & pack(w_bits)
assert sum(int(word).bit_count() for word in words) == product.sum()

# All products at once, and how far they are from the ideal.
codes = np.arange(2**n)
counts = (
    stream(DEFAULT_INPUT_GENERATOR, codes, n, length).astype(int)
    @ stream(DEFAULT_WEIGHT_GENERATOR, codes, n, length).astype(int).T
)
error = counts - codes[:, None] * codes / (2**n - 1)
print(f"all {error.size} products: mean error {error.mean():+.3f}, RMS {np.sqrt((error**2).mean()):.3f} counts")
