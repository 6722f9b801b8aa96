"""Reads YAML files and prints them as one JSON object by path; Compose files pass the schema first.

Arguments: the schema, then the files.
"""

import json
import sys

import jsonschema
import yaml

schema, files = json.load(open(sys.argv[1], encoding="utf-8")), sys.argv[2:]
told = {}
for file in files:
    with open(file, encoding="utf-8") as text:
        told[file] = yaml.safe_load(text)
    if "services" in told[file]:
        jsonschema.validate(told[file], schema)
print(json.dumps(told))
