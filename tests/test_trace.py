"""How many of our files one call of `infer` goes through: a reader who follows it must not get lost."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import sc_neurocore
from sc_neurocore import infer, load_network

PACKAGE = Path(sc_neurocore.__file__).parent
DIGITS = Path(__file__).parent / "golden" / "digits"
MOST_FILES = 14


def files_of(call) -> set[str]:
    """Files of the package of which code is executed during a call, in any thread."""
    seen = set()

    def note(frame, event, argument):
        seen.add(frame.f_code.co_filename)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return {str(Path(name).relative_to(PACKAGE)) for name in seen if Path(name).is_relative_to(PACKAGE)}


@pytest.mark.parametrize("engine", ["auto", "counts"])
@pytest.mark.parametrize("samples", [1, 450])
def test_a_call_of_infer_goes_through_few_files(engine, samples):
    network = load_network(DIGITS)
    codes = np.random.default_rng(0).integers(0, 16, (samples, 64))
    infer(network, codes, engine)  # tables are made and decisions taken once
    files = files_of(lambda: infer(network, codes, engine))
    assert {"inference/engines.py", "spec/codes.py"} <= files
    assert len(files) <= MOST_FILES, sorted(files)
