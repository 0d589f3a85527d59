"""Exact counts by look-ups in registers: tables of sixteen bytes, indexed by digits of the input codes."""
