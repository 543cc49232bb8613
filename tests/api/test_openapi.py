# SPDX-License-Identifier: MIT
"""docs/openapi.yaml is a sound OpenAPI 3.1 document. That answers are as it says is checked by every call of the other
tests (support/openapi.py), that its routes are the program's by a lint."""
import re

import pytest
from jsonschema import Draft202012Validator
from openapi import closed, differences, resolve, spec

OPERATIONS = [(path, method, item) for path, item in spec()["paths"].items() for method in item if method in
              ("get", "post", "put", "patch", "delete")]


def nodes(node, trail=()):
    yield trail, node
    for name, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from nodes(value, (*trail, name))


def test_every_reference_leads_somewhere():
    for trail, node in nodes(spec()):
        if isinstance(node, dict) and "$ref" in node:
            assert resolve(node) is not None, trail


@pytest.mark.parametrize("name", sorted(spec()["components"]["schemas"]))
def test_every_schema_is_one(name):
    Draft202012Validator.check_schema(spec()["components"]["schemas"][name])
    Draft202012Validator.check_schema(closed(spec()["components"]["schemas"][name]))


@pytest.mark.parametrize("path,method,item", OPERATIONS, ids=[f"{method} {path}" for path, method, _ in OPERATIONS])
def test_every_operation_says_what_it_takes_and_gives(path, method, item):
    operation = item[method]
    assert operation["summary"] and operation["tags"]
    assert set(operation["tags"]) <= {tag["name"] for tag in spec()["tags"]}
    parameters = [resolve(one) for one in item.get("parameters", []) + operation.get("parameters", [])]
    assert all(one["name"] and one["in"] in ("path", "query", "header") and "schema" in one for one in parameters)
    in_path = {one["name"] for one in parameters if one["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", path)), "the path's own parameters are declared"
    assert all(one.get("required") for one in parameters if one["in"] == "path")
    names = [(one["in"], one["name"]) for one in parameters]
    assert len(names) == len(set(names))
    assert any(status.startswith(("2", "3")) for status in operation["responses"])
    for response in map(resolve, operation["responses"].values()):
        assert response["description"]
        for media in response.get("content", {}).values():
            Draft202012Validator.check_schema(closed(media["schema"]))


@pytest.mark.parametrize("path,method", [(path, method) for path, method, _ in OPERATIONS if path.startswith("/api/")])
def test_a_parameter_that_is_not_described_is_refused(pond, path, method):
    """A misspelt filter must neither widen a list nor what is changed."""
    where = re.sub(r"{\w+}", "lnk_1", path).removeprefix("/api/v1")
    reply = pond.api(method.upper(), where, 422, params={"surprise": "1"})
    assert [(error["field"], error["code"]) for error in reply.json()["errors"]] == [("surprise", "unknown_parameter")]


def test_what_is_not_described_is_found(pond):
    """The checker itself can fail: a member more, a type changed, a status unknown."""
    link = pond.link("https://www.example.com/")
    reply = pond.api("GET", f"/links/{link['id']}", 200)
    assert differences("GET", f"/api/v1/links/{link['id']}", reply) == []
    reply._content = reply.content.replace(b'"has_rules":false', b'"has_rules":false,"surprise":1')
    assert "surprise" in differences("GET", f"/api/v1/links/{link['id']}", reply)[0]
    reply._content = reply.content.replace(b',"surprise":1', b"").replace(b'"enabled":true', b'"enabled":"yes"')
    assert "enabled" in differences("GET", f"/api/v1/links/{link['id']}", reply)[0]
    reply.status_code = 206
    assert "206" in differences("GET", f"/api/v1/links/{link['id']}", reply)[0]
