"""Ranges, factors and codes that calibration samples choose."""
