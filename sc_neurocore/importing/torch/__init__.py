"""The parts of the Torch importer: what follows a forward pass, and what each operation does to the signal."""
