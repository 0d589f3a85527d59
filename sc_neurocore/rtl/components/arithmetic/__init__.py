"""From stream bits or codes to sums: products, multipliers, counters, accumulators, biases."""
