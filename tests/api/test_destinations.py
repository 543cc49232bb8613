# SPDX-License-Identifier: MIT
"""Goal: no link can be made to what is denied, by any door, and those that are there stop the moment the list says so, and
go on the moment it does not; a million links or none, a visit asks no list."""
import pytest
from pond import GOOGLEBOT, WECHAT

BAD = "https://www.bad.example/a?b=1"
GOOD = "https://www.good.example/"


@pytest.fixture
def pond(make_pond):
    return make_pond()


def deny(pond, pattern, expect=201, **fields):
    return pond.api("POST", "/destinations", expect, json={"list": "deny", "pattern": pattern, **fields}).json()


def allow(pond, pattern):
    return pond.api("POST", "/destinations", 201, json={"list": "allow", "pattern": pattern}).json()


def refused(pond, method, path, body, field, status=422):
    error = pond.api(method, path, status, json=body).json()["errors"][0]
    assert error["field"] == field
    return error["code"]


def test_a_line_is_added_read_checked_and_taken_off(pond):
    made = deny(pond, "https://www.Bad.example/x", note="phishing")
    assert {name: made[name] for name in ("list", "pattern", "site", "note", "by", "warnings", "links_stopped", "dry_run")} == {
        "list": "deny", "pattern": "www.bad.example", "site": "bad.example", "note": "phishing", "by": "admin", "warnings": [],
        "links_stopped": 0, "dry_run": False}
    assert refused(pond, "POST", "/destinations", {"list": "deny", "pattern": "WWW.bad.example."}, "pattern", 409) == "exists"
    assert refused(pond, "POST", "/destinations", {"list": "maybe", "pattern": "x.example"}, "list") == "not_allowed"
    assert refused(pond, "POST", "/destinations", {"list": "deny", "pattern": "no host"}, "pattern") == "bad_host"
    assert deny(pond, "*.com.cn")["warnings"] == ["public_suffix"]
    items = pond.api("GET", "/destinations", 200).json()["items"]
    assert [(row["list"], row["pattern"], row["note"]) for row in items] == [("deny", "www.bad.example", "phishing"), ("deny", "*.com.cn", None)]
    checked = pond.api("GET", "/destination-check", 200, params={"url": "https://a.www.bad.example/"}).json()
    assert (checked["passes"], checked["list"], checked["line"]["id"], checked["site"]) == (False, "deny", made["id"], "bad.example")
    assert pond.api("GET", "/destination-check", 200, params={"url": GOOD}).json()["passes"]
    pond.api("DELETE", f"/destinations/{made['id']}", 204)
    pond.api("DELETE", f"/destinations/{made['id']}", 404)
    assert pond.api("GET", "/destination-check", 200, params={"url": BAD}).json() == {
        "host": "www.bad.example", "site": "bad.example", "passes": True, "list": None, "line": None}
    actions = [(line["action"], line["object"]["name"]) for line in pond.api("GET", "/audit", 200).json()["items"]]
    assert actions[:3] == [("destination.delete", "www.bad.example"), ("destination.create", "*.com.cn"), ("destination.create", "www.bad.example")]


def test_no_door_takes_a_denied_address(pond):
    deny(pond, "bad.example")
    link = pond.link(GOOD)
    one = pond.api("POST", f"/links/{link['id']}/targets", 201, json={"url": GOOD}).json()["id"]
    for method, path, body, field in (
            ("POST", "/links", {"url": BAD}, "url"), ("POST", "/links", {"url": GOOD, "fallback_url": BAD}, "fallback_url"),
            ("PATCH", f"/links/{link['id']}", {"url": BAD}, "url"), ("PATCH", f"/links/{link['id']}", {"fallback_url": BAD}, "fallback_url"),
            ("POST", f"/links/{link['id']}/targets", {"url": BAD}, "url"), ("PATCH", f"/links/{link['id']}/targets/{one}", {"url": BAD}, "url"),
            ("PATCH", "/domains/s.test", {"expired_url": BAD}, "expired_url"), ("POST", "/bulk/fan-out", {"url": BAD, "places": ["a"]}, "url")):
        assert refused(pond, method, path, body, field) == "destination_denied", (method, path)
    bulk = pond.api("POST", "/bulk/links", 200, json={"links": [{"url": BAD}, {"url": GOOD}]}).json()["results"]
    assert [row["status"] for row in bulk] == [422, 201]
    bulk = pond.api("PATCH", "/bulk/links", 200, json={"refs": [link["id"]], "set": {"url": BAD}}).json()["results"]
    assert bulk[0]["problem"]["errors"][0]["code"] == "destination_denied"
    imported = pond.api("POST", "/import", params={"report": "problems"}, data=f"url\n{BAD}\n{GOOD}i\n", headers={"Content-Type": "text/csv"})
    assert "destination_denied" in imported.text and '"failed":1' in imported.text
    checked = pond.api("POST", "/url-check", 200, json={"text": BAD}).json()
    assert checked["errors"][0]["code"] == "destination_denied" if checked.get("errors") else "destination_denied" in str(checked)


def test_an_existing_link_stops_at_once_is_told_in_the_ledger_and_goes_on_when_the_line_goes(pond):
    link = pond.link(BAD, alias="offer")
    rescued = pond.link(BAD, fallback_url=GOOD)
    both = pond.link(BAD, fallback_url="https://bad.example/too")
    limited = pond.link(BAD, max_clicks=1)
    other = pond.link(GOOD)
    assert pond.visit(link["code"]).headers["Location"] == BAD
    assert deny(pond, "bad.example", 200, dry_run=True)["links_stopped"] == 4
    assert pond.visit(link["code"]).status_code == 302
    made = deny(pond, "bad.example")
    assert made["links_stopped"] == 4

    def stands():
        for path in (link["code"], "offer", both["code"], limited["code"]):
            for ua in (WECHAT, GOOGLEBOT):
                stopped = pond.visit(path, ua=ua)
                assert stopped.status_code == 410 and "Location" not in stopped.headers, path
                assert "目标已被禁止" in stopped.text
        assert pond.visit(rescued["code"]).headers["Location"] == GOOD
        assert pond.visit(other["code"]).headers["Location"] == GOOD
    stands()
    assert pond.click_of(pond.visit(link["code"]))["outcome"] == "denied"
    assert pond.click_of(pond.visit(rescued["code"]))["outcome"] == "fallback"
    assert pond.stats(link=link["id"], period="all", group_by="outcome")["totals"]["by_outcome"]["denied"] >= 1
    assert "destination_denied" in pond.api("GET", f"/links/{link['id']}", 200).json()["warnings"]
    preview = pond.visit(f"-/preview?code={link['code']}&host=s.test", base=pond.public)
    assert preview.status_code == 410 and "bad.example" not in preview.text
    pond.api("PATCH", f"/links/{link['id']}", 200, json={"title": "still editable"})
    assert pond.visit(link["code"]).status_code == 410  # published anew, and still barred
    pond.restart()
    stands()
    pond.api("DELETE", f"/destinations/{made['id']}", 204)
    assert pond.visit(link["code"]).headers["Location"] == BAD
    assert pond.visit(limited["code"]).headers["Location"] == BAD  # what was stopped used nothing up
    assert pond.api("GET", f"/links/{link['id']}", 200).json()["warnings"] == other["warnings"]


def test_a_domains_own_address_takes_the_place_where_the_link_has_none(pond):
    pond.api("PATCH", "/domains/s.test", 200, json={"expired_url": GOOD})
    link = pond.link(BAD)
    deny(pond, "bad.example")
    assert pond.visit(link["code"]).headers["Location"] == GOOD


def test_an_allow_list_shuts_out_what_is_not_on_it_and_deny_beats_it(pond):
    good, bad = pond.link(GOOD), pond.link(BAD)
    allow(pond, "good.example")
    assert pond.visit(good["code"]).status_code == 302 and pond.visit(bad["code"]).status_code == 410
    assert refused(pond, "POST", "/links", {"url": "https://else.example/"}, "url") == "destination_not_allowed"
    deny(pond, "*.good.example")
    assert pond.visit(good["code"]).status_code == 410
    assert pond.visit(pond.link("https://good.example/")["code"]).status_code == 302


def test_a_pool_passes_over_a_denied_target_and_a_simulation_knows(pond):
    link = pond.link("https://www.own.example/")
    for name in ("bad", "good"):
        pond.api("POST", f"/links/{link['id']}/targets", 201, json={"name": name, "url": f"https://{name}.example/"})
    assert pond.visit(link["code"]).headers["Location"] == "https://bad.example/"
    deny(pond, "bad.example")
    assert pond.visit(link["code"]).headers["Location"] == "https://good.example/"
    assert pond.api("POST", f"/links/{link['id']}/simulate", 200, json={}).json()["target"]["name"] == "good"
    pond.restart()
    assert pond.visit(link["code"]).headers["Location"] == "https://good.example/"
    deny(pond, "good.example")
    gone = pond.visit(link["code"])
    assert gone.status_code == 410 and pond.click_of(gone)["outcome"] == "denied"


def test_links_beyond_the_cache_are_stopped_too(make_pond):
    pond = make_pond(cache_bytes="16MiB")
    made = []
    for start in range(0, 12000, 100):
        links = [{"url": f"https://www.bad.example/{start + i}/{'x' * 1900}"} for i in range(100)]
        made += [row["link"]["code"] for row in pond.api("POST", "/bulk/links", 200, json={"links": links}).json()["results"]]
    deny(pond, "bad.example")
    assert {pond.visit(code).status_code for code in made[::600] + made[-1:]} == {410}
