"""Reads JSON `{"file": manifest}` from stdin and writes `{"file": "what is wrong"}`, empty when all is right.

Strict: a field that the schema does not know is wrong. KEDA's models come from its CRDs and let such fields pass, so their
schema is closed here first.
"""

import json
import sys

import jsonschema
import kubernetes_validate
from cloudcoil.models.keda import v1alpha1 as keda

KUBERNETES = "1.34"


def close(schema):
    """The same schema, in which objects have no other fields than those that it names."""
    if isinstance(schema, list):
        return [close(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: close(each) for name, each in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        closed["additionalProperties"] = False
    return closed


def check(manifest):
    if manifest["apiVersion"] == "keda.sh/v1alpha1":
        schema = close(getattr(keda, manifest["kind"]).model_json_schema())
        jsonschema.validate(manifest, schema)
    else:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


problems = {}
for file, manifest in json.load(sys.stdin).items():
    try:
        check(manifest)
    except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
        place = ".".join(str(part) for part in error.path)
        problems[file] = f"{place}: {error.message}"
json.dump(problems, sys.stdout)
