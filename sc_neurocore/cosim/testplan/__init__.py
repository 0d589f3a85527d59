"""What a co-simulation drives: directed, random and fault-detecting samples, and the episodes around them."""
