"""Maps for the engines on NumPy: windows in front of the counters of dense layers, and the pools (contract §2a, §5a)."""
