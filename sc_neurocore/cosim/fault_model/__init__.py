"""Small faults of a network and the samples that detect them, by simulation of the faulty network."""
