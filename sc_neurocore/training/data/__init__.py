"""Data sets: the bundled digits, or files of one's own, never unpickled, no claimed size believed."""

from .dataset import Dataset, load_data, make_dataset, split

__all__ = ["Dataset", "load_data", "make_dataset", "split"]
