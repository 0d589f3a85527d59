"""From what a bench recorded to a verdict: comparison with the model, the certificate, the verb itself."""
