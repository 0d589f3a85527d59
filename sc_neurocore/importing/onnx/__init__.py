"""The parts of the ONNX importer: the file, a node with its inputs, what operations do, the source that is run."""
