"""JSON Schema of `circuit.json`, derived from the types that check it."""

from __future__ import annotations

from typing import Any

from ..kinds import kinds
from .description import FORMAT, FORMAT_VERSION, LENGTHS, CircuitSpec
from .operator import MOST_NAME
from .operators import Node


def circuit_schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12); rules that tie several keys together are beyond it."""
    schema = CircuitSpec.model_json_schema()
    operators = {kind.__name__: kind for kind in kinds(Node).values()}
    stream = {"type": "string", "pattern": _name(MOST_NAME, r"(\.[ab])?")}
    for title, part in schema["$defs"].items():
        fields = part["properties"]
        if "kind" in fields:  # it has a default in Python, which a file must spell out
            part["required"] = sorted({*part.get("required", ()), "kind"})
        if "name" in fields:
            fields["name"]["pattern"] = _name(MOST_NAME)
        if "states" in fields:
            fields["states"]["multipleOf"] = 2
        if "lane_skip" in fields:
            fields["lane_skip"] = {"const": 0}
        if title in operators:
            low, high = operators[title].streams
            fields["of"] |= {"items": stream, "minItems": low, "maxItems": high}
    schema["$defs"]["CircuitOutput"]["properties"]["of"] |= stream
    for key, (low, high) in LENGTHS.items():
        schema["properties"][key] |= {"minItems": low, "maxItems": high}
    schema["properties"]["name"]["pattern"] = _name(63)
    schema["properties"] |= {"format": {"const": FORMAT}, "format_version": {"const": FORMAT_VERSION}}
    schema["required"] = sorted(schema["properties"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": FORMAT}


def _name(length: int, ending: str = "") -> str:
    """The pattern of a name of so many characters, keywords among them."""
    return f"^[a-z][a-z0-9_]{{0,{length - 1}}}{ending}$"
