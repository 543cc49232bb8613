# SPDX-License-Identifier: MIT
"""Goal: hosts can be added, told what they serve, and removed while nothing is printed with them."""
import json

import pytest
import requests


def test_a_domain_is_added_found_however_written_and_removed(pond):
    made = pond.api("POST", "/domains", 201, json={"host": "GO.Example"})
    assert made.headers["Location"] == "/api/v1/domains/go.example"
    assert made.json() | {"created_at": 0, "updated_at": 0} == {
        "host": "go.example", "scheme": "https", "is_default": False, "enabled": True, "shareable": True, "state": "open", "serves": "all",
        "root_url": None, "not_found_url": None, "expired_url": None, "code_length": None, "blocks": [], "created_at": 0, "updated_at": 0}
    assert pond.api("GET", "/domains/Go.Example", 200).json() == made.json()
    assert [d["host"] for d in pond.api("GET", "/domains", 200).json()["items"]] == ["s.test", "go.example"]
    assert pond.api("POST", "/domains", 409, json={"host": "go.example"}).json()["errors"][0]["field"] == "host"
    pond.api("DELETE", "/domains/go.example", 204)
    pond.api("GET", "/domains/go.example", 404)


def test_what_cannot_be_is_refused_by_field(pond):
    def refused(body, method="POST", path="/domains"):
        error = pond.api(method, path, 422, json=body).json()["errors"][0]
        return error["field"], error["code"]
    assert refused({}) == ("host", "required")
    assert refused({"host": "not a host"})[0] == "host"
    assert refused({"host": "x.example", "serves": "some"}) == ("serves", "not_allowed")
    assert refused({"host": "x.example", "scheme": "ftp"}) == ("scheme", "not_allowed")
    assert refused({"host": "x.example", "root_url": "javascript:alert(1)"}) == ("root_url", "scheme_not_allowed")
    assert refused({"host": "x.example", "not_found_url": "https://s.test/"}) == ("not_found_url", "own_host")
    assert refused({"host": "x.example", "code_length": 3}) == ("code_length", "out_of_range")
    assert refused({"host": "x.example", "colour": "red"}) == ("colour", "unknown_field")
    assert refused({"host": "other.example"}, "PATCH", "/domains/s.test") == ("host", "not_changeable")
    pond.api("GET", "/domains/x.example", 404)


def test_visitors_see_a_change_at_once_and_null_clears_it(pond):
    pond.api("POST", "/domains", 201, json={"host": "fall.example"})
    changed = pond.api("PATCH", "/domains/fall.example", 200, json={"not_found_url": "https://www.example.com/lost",
                                                                   "root_url": "https://www.example.com/"}).json()
    assert changed["not_found_url"] == "https://www.example.com/lost"
    assert pond.visit("nothing-here", host="fall.example").headers["Location"] == "https://www.example.com/lost"
    assert pond.visit("", host="fall.example").headers["Location"] == "https://www.example.com/"
    cleared = pond.api("PATCH", "/domains/fall.example", 200, json={"not_found_url": None}).json()
    assert cleared["not_found_url"] is None and cleared["root_url"] == "https://www.example.com/"
    assert pond.visit("nothing-here", host="fall.example").status_code == 404


def test_the_default_domain_stays_and_moves_only_by_making_another_one_it(pond):
    pond.api("DELETE", "/domains/s.test", 409)
    pond.api("PATCH", "/domains/s.test", 409, json={"is_default": False})
    pond.api("POST", "/domains", 201, json={"host": "next.example", "is_default": True})
    hosts = {d["host"]: d["is_default"] for d in pond.api("GET", "/domains", 200).json()["items"]}
    assert hosts["next.example"] and not hosts["s.test"]
    pond.api("PATCH", "/domains/s.test", 200, json={"is_default": True})
    pond.api("DELETE", "/domains/next.example", 204)


def test_a_domain_that_a_link_names_is_kept(pond):
    pond.api("POST", "/domains", 201, json={"host": "used.example"})
    pond.link(domain="used.example")
    pond.api("DELETE", "/domains/used.example", 409)


def test_changing_needs_the_scope_admin(pond):
    key = pond.api("POST", "/keys", 201, json={"name": "w", "scopes": ["links:read", "links:write"]}).json()["key"]
    pond.api("GET", "/domains", 200, key=key)
    pond.api("POST", "/domains", 403, key=key, json={"host": "mine.example"})
    assert requests.get(pond.admin + "/api/v1/domains", timeout=10).status_code == 401


@pytest.mark.parametrize("running", [True, False], ids=["beside the daemon", "alone"])
def test_the_command_line_runs_domains(make_pond, running):
    pond = make_pond()
    if not running:
        pond.stop()

    def told(*words, **kwargs):
        return pond.cli("domain", *words, **kwargs).stdout

    assert told("add", "go2.test", "--serves", "own", "--code-length", "9").strip() == "open"
    assert told("set", "go2.test", "--serves", "all", "--root-url", "https://example.com/", "--clear", "code-length").strip() == "open"
    assert told("close", "go2.test").strip() == "closed" and told("open", "go2.test").strip() == "open"
    assert told("block", "go2.test", "wechat", "blocked", "--note", "seen in a group").strip() == "blocked"
    one = [row for row in json.loads(told("list", "--json"))["items"] if row["host"] == "go2.test"][0]
    assert (one["serves"], one["root_url"], one["code_length"], one["blocks"][0]["note"]) == ("all", "https://example.com/", None, "seen in a group")
    assert ["go2.test", "open", "all", "wechat", "blocked"] == [line for line in told("list").splitlines() if "go2.test" in line][0].split()
    assert json.loads(told("report", "go2.test", "--json"))["host"] == "go2.test" and "links" in told("report", "go2.test", "--period", "7d")
    told("remove", "go2.test")
    refused = pond.cli("domain", "close", "go2.test", check=False)
    assert refused.returncode != 0 and refused.stdout == ""
