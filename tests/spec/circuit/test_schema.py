"""The JSON Schema says of a circuit's file what `load_circuit` says, as far as a schema can: held by a validator."""

from __future__ import annotations

import json

import pytest
from jschon import JSON, JSONSchema, create_catalog
from support.circuits.random_circuits import random_circuit
from support.circuits.refused import REFUSED, edited, whole

from sc_neurocore.spec.circuit import load_circuit, save_circuit
from sc_neurocore.spec.circuit.schema import circuit_schema

BEYOND = (
    *("no keyword", "must be unlike all others", "of must name", "code must name"),
    *("seed must be at most", r"must be 0 to 2\^8 - 1", "must be an odd number", "source must not be"),
    *("gain must be 1 to states - 1", "must be a power of two", r"2·degree \+ 1"),
    "stream_length must be a valid integer",  # 8.0 is one in JSON Schema
)
"""Rules that tie several keys together or need arithmetic."""


@pytest.fixture(scope="module")
def schema() -> JSONSchema:
    create_catalog("2020-12")
    return JSONSchema(circuit_schema())


@pytest.mark.contract("circuits.folder")
def test_legal_files_are_accepted_as_strangers_and_as_we_write_them(schema, tmp_path):
    (tmp_path / "given").mkdir()
    for seed in range(4):
        circuit, _ = random_circuit(seed)
        assert schema.evaluate(JSON(circuit)).valid
        (tmp_path / "given" / "circuit.json").write_text(json.dumps(circuit))
        save_circuit(load_circuit(tmp_path / "given"), tmp_path / "ours")
        assert schema.evaluate(JSON(json.loads((tmp_path / "ours" / "circuit.json").read_text()))).valid


@pytest.mark.contract("circuits.closed")
def test_what_a_reader_refuses_for_one_key_the_schema_refuses(schema):
    assert schema.evaluate(JSON(whole())).valid
    cases = [case for case in REFUSED if "{}" not in str(case[1])]  # long lists are for the test below
    accepted = [message for path, value, message in cases if schema.evaluate(JSON(edited(path, value))).valid]
    assert accepted == [message for _, _, message in cases if any(rule in message for rule in BEYOND)]


@pytest.mark.contract("circuits.limits")
def test_the_lengths_of_lists():
    properties = circuit_schema()["properties"]
    limits = {key: (each["minItems"], each["maxItems"]) for key, each in properties.items() if "items" in each}
    assert limits == {"inputs": (1, 256), "constants": (0, 256), "nodes": (0, 1024), "outputs": (1, 256)}
