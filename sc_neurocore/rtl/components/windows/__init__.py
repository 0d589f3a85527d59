"""From a map to the windows of a layer: the memory of its rows, the walk over them, and where a window waits."""
