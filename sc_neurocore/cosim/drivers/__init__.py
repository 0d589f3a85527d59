"""Both ends of a core, driven through its ports: streams, loads, control."""
