# SPDX-License-Identifier: MIT
"""Goal: a whole live code is made by one call: its link, its targets and its rules, all of it or nothing, tried out before
by a dry run, and served at once."""
import json
from urllib.parse import urlsplit

import pytest
from live import target
from pond import SAFARI, WECHAT

URL = "https://www.example.com/{}"
WHOLE = {"url": URL.format("own"), "targets": [{"url": URL.format("day"), "name": "day", "cap_total": 2}, {"url": URL.format("rest")}, {"url": URL.format("pc")}],
         "rules": [{"name": "phones", "when": [{"fact": "app", "is": ["wechat"]}], "choose": "sequential", "targets": ["#1", "#2"]},
                   {"name": "others", "targets": ["#3"]}]}


def goes(pond, link, ua):
    return urlsplit(pond.visit(link["code"], ua=ua).headers["Location"]).path.strip("/")


def test_one_call_makes_and_serves_a_whole_live_code(pond):
    link = pond.api("POST", "/links", 201, json={**WHOLE, "alias": "whole"}).json()
    assert (link["has_rules"], link["targets_summary"]) == (True, {"targets": 3, "enabled": 3, "rules": 2})
    assert [goes(pond, link, WECHAT) for _ in range(4)] == ["day", "day", "rest", "rest"]
    assert goes(pond, link, SAFARI) == "pc"
    pool = pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"]
    rules = pond.api("GET", f"/links/{link['id']}/rules", 200)
    assert [rule["targets"] for rule in rules.json()["rules"]] == [[pool[0]["id"], pool[1]["id"]], [pool[2]["id"]]]
    assert rules.headers["ETag"] == pond.api("GET", f"/links/{link['id']}", 200).headers["ETag"]
    done = [line["action"] for line in pond.api("GET", "/audit", 200).json()["items"] if link["code"] in str(line["object"])]
    assert sorted(done) == sorted(["link.create", "link.rules"] + ["link.target_create"] * 3)


@pytest.mark.parametrize("change,field,code", [
    ({"targets": [{"url": "javascript:alert(1)"}]}, "targets[0].url", None), ({"targets": [{"url": URL.format("a")}, {"kind": "url"}]}, "targets[1].url", "required"),
    ({"targets": [{"url": URL.format("a"), "colour": 1}]}, "targets[0].colour", "unknown_field"), ({"targets": {}}, "targets", "wrong_type"),
    ({"targets": [{"url": URL.format("a")}] * 201}, "targets", "too_many"), ({"targets": ["x"]}, "targets[0]", "wrong_type"),
    ({"rules": [{"targets": ["#4"]}]}, None, None), ({"rules": [{"targets": ["#0"]}]}, "rules[0].targets[0]", "unknown"),
    ({"rules": [{"choose": "best"}]}, "rules[0].choose", "not_allowed"), ({"rules": [{"when": [{"fact": "ip", "is": ["300.0.0.0/8"]}]}]}, "rules[0].when[0].is[0]", None),
    ({"alias": "a b"}, "alias", None),
])
def test_what_is_wrong_with_a_part_refuses_the_whole(pond, change, field, code):
    before = pond.api("GET", "/links", 200).json()["total"]
    problem = pond.api("POST", "/links", 422, json={**WHOLE, **change}).json()
    error = problem["errors"][0]
    assert (field is None or error["field"] == field) and (code is None or error["code"] == code), error
    assert pond.api("GET", "/links", 200).json()["total"] == before


def test_rules_of_one_link_name_no_target_of_another(pond):
    other = pond.link()
    theirs = target(pond, other, url=URL.format("theirs"))["id"]
    pond.api("POST", "/links", 422, json={**WHOLE, "rules": [{"targets": [theirs]}]})


def test_a_place_in_the_call_means_nothing_to_a_link_that_is_there(pond):
    link = pond.api("POST", "/links", 201, json=WHOLE).json()
    pond.api("PUT", f"/links/{link['id']}/rules", 422, json={"rules": [{"targets": ["#1"]}]})
    for name in ("targets", "rules"):
        error = pond.api("PATCH", f"/links/{link['id']}", 422, json={name: []}).json()["errors"][0]
        assert (error["field"], error["code"]) == (name, "not_changeable")


def test_many_at_once_each_judged_by_itself_and_tried_before(pond):
    before = pond.api("GET", "/links", 200).json()["total"]
    body = {"links": [{**WHOLE, "alias": "many-1"}, {**WHOLE, "alias": "many-2", "rules": [{"targets": ["#9"]}]}, {"url": URL.format("plain"), "alias": "many-3"}]}
    for dry_run in (True, False):
        results = pond.api("POST", "/bulk/links", 200, json={**body, "dry_run": dry_run}).json()["results"]
        assert [one["status"] for one in results] == [201, 422, 201]
        assert results[0]["link"]["targets_summary"] == {"targets": 3, "enabled": 3, "rules": 2}
        assert pond.api("GET", "/links", 200).json()["total"] == before + (0 if dry_run else 2)
        pond.api("GET", "/links/many-1", 404 if dry_run else 200)
    assert goes(pond, {"code": "many-1"}, SAFARI) == "pc"


def test_many_with_pools_as_large_as_they_can_be(pond):
    pools = [[{"url": URL.format(f"{i}-{j}"), "name": f"{i}-{j}"} for j in range(200)] for i in range(10)]
    body = {"links": [{"url": URL.format("own"), "alias": f"wide-{i}", "targets": pool, "rules": [{"choose": "sequential", "targets": ["#200"]}]}
                      for i, pool in enumerate(pools)]}
    for dry_run in (True, False):
        results = pond.api("POST", "/bulk/links", 200, json={**body, "dry_run": dry_run}).json()["results"]
        assert [one["status"] for one in results] == [201] * 10
        assert all(one["link"]["targets_summary"] == {"targets": 200, "enabled": 200, "rules": 1} for one in results)
    for i, pool in enumerate(pools):
        listed = pond.api("GET", f"/links/wide-{i}/targets", 200).json()["items"]
        assert [(one["url"], one["name"]) for one in listed] == [(one["url"], one["name"]) for one in pool]
        assert goes(pond, {"code": f"wide-{i}"}, SAFARI) == f"{i}-199"


def test_again_is_the_same_live_code(pond):
    body = {**WHOLE, "external_id": "again"}
    first = pond.api("POST", "/links", 201, json=body).json()
    again = pond.api("POST", "/links", 200, json={**body, "if_exists": "return"}).json()
    assert (again["id"], again["targets_summary"]) == (first["id"], first["targets_summary"])
    error = pond.api("POST", "/links", 422, json={**body, "if_exists": "update"}).json()["errors"][0]
    assert (error["field"], error["code"]) == ("targets", "not_changeable")
    key = {"Idempotency-Key": "whole-1"}
    made = [pond.api("POST", "/links", 201, json={**WHOLE, "title": "once"}, headers=key).json()["id"] for _ in range(2)]
    assert made[0] == made[1]


def test_what_was_made_whole_is_there_after_a_restart(make_pond):
    pond = make_pond()
    link = pond.api("POST", "/links", 201, json=WHOLE).json()
    assert goes(pond, link, WECHAT) == "day"
    pond.kill9()
    pond.start()
    assert [goes(pond, link, WECHAT) for _ in range(2)] == ["day", "rest"]


# ---- the command line ----------------------------------------------------------------------------------------------

@pytest.fixture(params=["served", "alone"])
def either(request, make_pond):
    return make_pond(request.param, start=request.param == "served")


def test_a_pool_is_run_from_the_command_line(either, tmp_path):
    def ask(*args, **kwargs):
        return either.cli("link", *args, **kwargs).stdout

    either.cli("link", "create", URL.format("own"), "--alias", "cli")
    one = json.loads(ask("targets", "cli", "--add", "--name", "east", "--url", URL.format("east"), "--cap-total", "200", "--json"))
    assert (one["id"], one["cap_total"], one["state"]) == ("tgt_1", 200, "open")
    ask("targets", "cli", "--add", "--url", URL.format("west"))
    changed = json.loads(ask("targets", "cli", "--change", "tgt_1", "--cap-total", "7", "--clear", "name", "--json"))
    assert (changed["cap_total"], changed["name"]) == (7, None)
    listed = ask("targets", "cli")
    assert "tgt_1" in listed and "7/-/-" in listed and URL.format("west") in listed
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps([{"name": "turns", "choose": "round_robin", "targets": ["tgt_2", "tgt_1"]}]))
    put = json.loads(ask("rules", "cli", "--set", rules))
    assert put["rules"][0]["choose"] == "round_robin"
    rules.write_text(ask("rules", "cli"))  # what is printed can be set again
    assert json.loads(ask("rules", "cli", "--set", rules)) == put
    refused = either.cli("link", "targets", "cli", "--remove", "tgt_9", check=False)
    assert refused.returncode != 0
    rules.write_text('{"rules": []}')
    ask("rules", "cli", "--set", rules)
    ask("targets", "cli", "--remove", "tgt_2")
    assert [target["id"] for target in json.loads(ask("targets", "cli", "--json"))["items"]] == ["tgt_1"]
    assert either.cli("link", "targets", "cli", "--add", "--remove", "tgt_1", check=False).returncode == 2
    rules.write_text('{"targets": []}')
    assert either.cli("link", "rules", "cli", "--set", rules, check=False).returncode == 2
