"""The engine in JAX: a network as one pure function on integer codes, and its training form with gradients."""
