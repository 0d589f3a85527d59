"""The engine in Torch: exact counts of a layer as matrix products, and its training form with gradients."""
