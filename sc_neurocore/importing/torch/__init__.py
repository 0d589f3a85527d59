"""What Torch does to a signal, call by call, and which Torch modules are networks of our own."""
