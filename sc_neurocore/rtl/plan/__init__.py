"""What can be said of a core before its gates: closed forms, folding, ranges, timing, estimates, selection."""
