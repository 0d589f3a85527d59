"""Components in Amaranth, one per file, each with its data sheet; they know nothing of a whole core."""
