"""The same numbers as `bitstream`, fast: `packed` (64 bits a word), `counts` (no bits at all), `jax_backend`."""
