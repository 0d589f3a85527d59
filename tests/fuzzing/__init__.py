"""`make fuzz`: malformed files and arguments, drawn by a seed, against every reader and every public call."""
