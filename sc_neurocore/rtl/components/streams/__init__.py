"""What makes stream bits: sources, generators, streams of weights."""
