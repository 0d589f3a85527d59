"""Weights that are written at run time: which words, in which order, and the gates that take them."""
