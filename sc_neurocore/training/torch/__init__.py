"""Training in Torch: layers and networks whose forward pass is the contract's integers, and the recipe's own loop."""
