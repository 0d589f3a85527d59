"""JSON Schema of `network.json`, derived from the types that check it."""

from __future__ import annotations

from typing import Any

from pydantic import create_model

from .base import Description
from .layer import DenseLayer
from .network import FORMAT, FORMAT_VERSION, TENSOR_FILE, InputSpec, OutputSpec

# Keys with a default in Python that a file must spell out all the same.
_REQUIRED_IN_FILES = {"InputSpec": ("time_steps", "repeat"), "OutputSpec": ("reduce",)}


def network_schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12); rules that tie several keys together are beyond it."""
    whole = create_model("Network", __base__=Description, input=(InputSpec, ...), output=(OutputSpec, ...))
    whole = create_model("Network", __base__=whole, layers=(list[DenseLayer], ...))
    schema = whole.model_json_schema()
    for name, part in schema["$defs"].items():
        named = [key for key in ("kind", *_REQUIRED_IN_FILES.get(name, ())) if key in part["properties"]]
        part["required"] = sorted({*part.get("required", ()), *named})
    # A file leaves the key out where there is no generator; null is for Python alone.
    generator = schema["$defs"]["DenseLayer"]["properties"]["input_generator"]
    generator["anyOf"] = [choice for choice in generator["anyOf"] if choice != {"type": "null"}]
    generator.pop("default", None)
    schema["properties"]["layers"] |= {"minItems": 1, "maxItems": 64}
    schema["properties"] |= {
        "format": {"const": FORMAT},
        "format_version": {"const": FORMAT_VERSION},
        "name": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}$"},
        "tensors": {
            "type": "object",
            "properties": {
                "file": {"const": TENSOR_FILE},
                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            },
            "required": ["file", "sha256"],
            "additionalProperties": False,
        },
    }
    schema["required"] = sorted(schema["properties"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": FORMAT}
