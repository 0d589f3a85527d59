"""Networks on maps written and loaded, and the words of what is refused."""

from __future__ import annotations

import re

import pytest
from support.networks.map_descriptions import map_tensors
from support.networks.random_networks import write_folder

from sc_neurocore.spec import SpecError, load_network

CLAMP = {"kind": "clamp", "output_bits": 3, "output_encoding": "sign_magnitude"}


def load(folder, description, arrays=None):
    return load_network(write_folder(folder / "net", description, arrays or map_tensors(description)))


def refuse(folder, description, *words, arrays=None):
    """The refusal names each of the words. No tensors are given unless they matter: what is wrong is seen before."""
    written = write_folder(folder / "net", description, {} if arrays is None else arrays)
    with pytest.raises(SpecError) as error:
        load_network(written)
    message = str(error.value)
    said = message.removeprefix(f"{written}: ")  # the folder bears the test's name, which may hold any word
    assert all(re.search(str(word), said) for word in words), message
    assert message.isprintable()
