"""The schema of results."""

import importlib.resources
import json

import jsonschema


def validator(name: str) -> jsonschema.Draft202012Validator:
    shipped = importlib.resources.files("artextract_cli.results") / "schema" / f"{name}.schema.json"
    schema = json.loads(shipped.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)
