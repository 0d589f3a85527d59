"""What JAX's primitives do to a signal."""
