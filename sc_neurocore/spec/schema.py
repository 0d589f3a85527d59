"""JSON Schema of `network.json`, derived from the types that check it."""

from __future__ import annotations

from typing import Any

from pydantic import create_model

from .base import Description
from .maps import Layer
from .network import FORMAT, TENSOR_FILE, InputSpec, OutputSpec

# Keys with a default in Python that a file must spell out all the same.
_REQUIRED_IN_FILES = {"InputSpec": ("time_steps", "repeat"), "OutputSpec": ("reduce",)}
# Keys that a file leaves out where Python says None.
_ABSENT_FOR_NONE = {
    "InputSpec": ("shape", "scale"),
    "DenseLayer": ("input_generator",),
    "Conv2dLayer": ("input_generator",),
}


def network_schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12); rules that tie several keys together are beyond it."""
    model = create_model("Network", __base__=Description, input=(InputSpec, ...), output=(OutputSpec, ...))
    model = create_model("Network", __base__=model, layers=(list[Layer], ...))
    schema = model.model_json_schema()
    for name, part in schema["$defs"].items():
        keys = [key for key in ("kind", *_REQUIRED_IN_FILES.get(name, ())) if key in part["properties"]]
        part["required"] = sorted({*part.get("required", ()), *keys})
        for key in _ABSENT_FOR_NONE.get(name, ()):
            value = part["properties"][key]
            value["anyOf"] = [choice for choice in value["anyOf"] if choice != {"type": "null"}]
            value.pop("default", None)
    schema["properties"]["layers"] |= {"minItems": 1, "maxItems": 64}
    schema["properties"] |= {
        "format": {"const": FORMAT},
        "format_version": {"enum": [1, 2]},
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
    # What version 1 does not know is an error there; what stands in the place of `scale` is a tensor of version 2.
    old: dict[str, Any] = {"input": {"not": {"anyOf": [{"required": [key]} for key in ("shape", "per_feature")]}}}
    old["layers"] = {"items": {"properties": {"kind": {"const": "dense"}}}}
    schema["if"] = {"properties": {"format_version": {"const": 1}}}
    schema["then"] = {"properties": old}
    head = schema["$defs"]["InputSpec"]
    head["if"] = {"properties": {"per_feature": {"const": True}}, "required": ["per_feature"]}
    head["then"] = {"not": {"required": ["scale"]}}
    head["else"] = {"required": ["scale"]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": FORMAT}
