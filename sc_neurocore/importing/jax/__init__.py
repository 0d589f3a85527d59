"""The parts of the JAX importer: what follows a jaxpr."""
