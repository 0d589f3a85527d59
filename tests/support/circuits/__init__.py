"""Circuits for tests: an outside oracle, and random descriptions."""
