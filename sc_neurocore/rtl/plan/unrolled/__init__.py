"""Tables and adders of layers whose weights are gates."""
