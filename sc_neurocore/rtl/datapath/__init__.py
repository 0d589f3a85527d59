"""The processing elements of a layer: from elements to what each neuron in work counts, clock by clock."""
