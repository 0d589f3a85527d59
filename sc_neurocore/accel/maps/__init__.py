"""Maps for NumPy's engines: windows in front of the counters of dense layers, and pools (contract §2a, §5a)."""
