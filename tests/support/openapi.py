# SPDX-License-Identifier: MIT
"""Holds every answer of a running Linkpond against docs/openapi.yaml.

An answer conforms when its route, status and media type are described and its JSON fits the schema; members that the
schema does not name are a difference too, so neither the program nor the description can run ahead of the other.
"""
import json
import re
from functools import lru_cache
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

SPEC = Path(__file__).resolve().parents[2] / "docs/openapi.yaml"
# Answers that any route may give before or instead of its own: too many requests, trouble, an unknown path, method or
# parameter.
EVERYWHERE = {400, 404, 405, 408, 413, 414, 415, 422, 429, 431, 500, 503, 507}


LINES_CHECKED = 500  # of a stream: enough to see every kind of line


@lru_cache(maxsize=1)
def spec():
    return yaml.safe_load(SPEC.read_text())


def resolve(node):
    """Follows $ref inside the document."""
    while isinstance(node, dict) and "$ref" in node:
        found = spec()
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def closed(schema):
    """The same schema without references and allOf, in which an object has the members named and no others."""
    schema = resolve(schema)
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    merged = {"properties": {}, "required": []}
    for part in [schema, *map(closed, schema.get("allOf", []))]:
        for name, value in part.items():
            if name == "properties":
                merged[name].update({member: closed(one) for member, one in value.items()})
            elif name == "required":
                merged[name] += value
            elif name in ("items", "additionalProperties", "anyOf"):
                merged[name] = closed(value)
            elif name not in ("allOf", "description", "examples", "default"):
                merged[name] = value
    if merged["properties"]:
        merged.setdefault("additionalProperties", False)
    return {name: value for name, value in merged.items() if value not in ({}, [])}


@lru_cache(maxsize=None)
def routes():
    found = []
    for path, item in spec()["paths"].items():
        pattern = re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path)) + "$")
        found.append((pattern, path, item))
    return sorted(found, key=lambda one: one[1].count("{"))


def operation(method, path):
    for pattern, name, item in routes():
        if pattern.match(path) and method.lower() in item:
            return name, item[method.lower()]
    return None, None


@lru_cache(maxsize=None)
def validator(route, method, status, media):
    schema = resolve(spec()["paths"][route][method.lower()]["responses"][status])["content"][media]["schema"]
    return Draft202012Validator(closed(schema), format_checker=Draft202012Validator.FORMAT_CHECKER)


@lru_cache(maxsize=1)
def problem_validator():
    return Draft202012Validator(closed(spec()["components"]["schemas"]["Problem"]))


def errors_of(one_validator, value):
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}"[:300] for error in one_validator.iter_errors(value)]


def differences(method, path, reply):
    """What in this answer is not as described; an empty list when all is well."""
    route, described = operation(method, path)
    media = reply.headers.get("Content-Type", "").split(";")[0].strip()
    status = str(reply.status_code)
    if media == "application/problem+json":
        if route and status not in described["responses"] and reply.status_code not in EVERYWHERE:
            return [f"{method} {route}: status {status} is not described"]
        return errors_of(problem_validator(), reply.json())
    if not route:
        return [f"{method} {path} is not described"]
    if status not in described["responses"]:
        return [f"{method} {route}: status {status} is not described"]
    content = resolve(described["responses"][status]).get("content", {})
    if not reply.content:
        return []
    if media not in content:
        return [f"{method} {route}: {status} with {media} is not described"]
    check = validator(route, method, status, media)
    if media == "application/json":
        return errors_of(check, reply.json())
    if media == "application/x-ndjson":
        return [error for line in reply.text.splitlines()[:LINES_CHECKED] if line.strip() for error in errors_of(check, json.loads(line))]
    return []


def assert_conforms(method, path, reply):
    found = differences(method, path, reply)
    assert not found, "\n".join([f"{method} {path} ({reply.status_code}) is not as docs/openapi.yaml says:", *found[:10]])
