"""What files need before anything of ours is in them: names until they are whole, and the form of `.npy` arrays."""
