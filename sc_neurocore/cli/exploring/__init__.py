"""The verbs that look at many networks: sweeps, faults, searches."""
