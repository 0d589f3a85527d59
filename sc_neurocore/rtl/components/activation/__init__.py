"""What becomes of a total: neurons, the output stages of serial and column cores, the sum over time steps."""
