"""The parts of the Keras importer: the containers of its files, and the chain of calls in a configuration."""
