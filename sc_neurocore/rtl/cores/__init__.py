"""Whole cores: layers with their sequencers, in the architectures row, column and serial."""
