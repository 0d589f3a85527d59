"""Circuits in gates: one component an operator of the circuit contract, and the core that is made of them."""
