"""A run folder with every part."""

import pytest

from tests.support.pages import fill


@pytest.fixture
def run(tmp_path):
    """All of it is about one network."""
    fill(tmp_path / "run")
    return tmp_path / "run"
