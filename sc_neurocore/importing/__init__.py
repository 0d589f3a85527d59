"""Trained networks of any framework as one float graph: each importer reads the program that the framework runs."""
