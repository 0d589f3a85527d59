"""An outside oracle of networks with faults, which shares no line with the fault model."""
