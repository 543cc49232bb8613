# SPDX-License-Identifier: MIT
"""Goal: links go on working whatever becomes of a domain. A generated code opens on every domain that serves all, a closed
domain gets no new links and keeps the old ones, and who asks never changes the answer: what a platform's scanner gets is
what a person gets."""
import pytest
from pond import GOOGLEBOT, SAFARI, WECHAT

URL = "https://www.example.com/{}"
SCANNERS = {
    "googlebot": {"ua": GOOGLEBOT},
    "wechat-preview": {"ua": "Mozilla/5.0 (compatible; Tencent-WeChat-Preview/1.0)"},
    "leakscan": {"ua": SAFARI, "headers": {"Tencent-Leakscan": "TST(Tencent_Security_Team)"}},
    "script": {"ua": "curl/8.5.0"},
    "no-agent": {"ua": None},
    "bytespider": {"ua": "Mozilla/5.0 (compatible; Bytespider; https://zhanzhang.toutiao.com/)"},
}


@pytest.fixture(scope="module")
def hosts(pond):
    """s.test is there; b.test serves all; own.test only its own."""
    pond.api("POST", "/domains", 201, json={"host": "b.test", "scheme": "https"})
    pond.api("POST", "/domains", 201, json={"host": "own.test", "serves": "own"})
    return ["s.test", "b.test"]


def leads(pond, code, host, **kwargs):
    reply = pond.visit(code, host=host, **kwargs)
    return reply.headers.get("Location") or reply.status_code


def test_a_code_opens_on_every_domain_that_serves_all_and_an_alias_on_its_own_alone(pond, hosts):
    for at in hosts:
        link = pond.link(URL.format("of-" + at), domain=at, alias="poster-" + at.split(".")[0])
        assert [leads(pond, link["code"], host) for host in hosts] == [URL.format("of-" + at)] * 2
        assert leads(pond, link["code"], "own.test") == 404
        assert {host: leads(pond, link["alias"], host) for host in hosts} == {
            host: URL.format("of-" + at) if host == at else 404 for host in hosts}
    mine = pond.link(URL.format("mine"), domain="own.test")
    assert [leads(pond, mine["code"], host) for host in (*hosts, "own.test")] == [URL.format("mine")] * 3


def test_a_visit_counts_for_the_link_and_names_the_domain_it_came_by(pond, hosts):
    link = pond.link(URL.format("both"))
    for host in hosts:
        assert pond.click_of(pond.visit(link["code"], host=host))["host"] == host
    by_domain = {row["domain"]: row["clicks"] for row in pond.stats(link=link["id"], group_by="domain", period="all")["groups"]}
    assert by_domain == {"s.test": 1, "b.test": 1}


def test_rules_and_pools_hold_on_every_domain_also_after_a_restart(make_pond):
    pond = make_pond()
    pond.api("POST", "/domains", 201, json={"host": "b.test"})
    link = pond.link(URL.format("own"))
    name = pond.api("POST", f"/links/{link['id']}/targets", 201, json={"name": "in-wechat", "url": URL.format("wechat")}).json()["id"]
    pond.api("PUT", f"/links/{link['id']}/rules", 200, json={"rules": [
        {"when": [{"fact": "app", "is": ["wechat"]}], "targets": [name]}]})
    plain = pond.link(URL.format("plain"), alias="plain")

    def answers():
        return [[leads(pond, link["code"], host, ua=ua) for ua in (WECHAT, SAFARI)] + [leads(pond, plain["code"], host)]
                for host in ("s.test", "b.test")]
    expected = [[URL.format("wechat"), URL.format("own"), URL.format("plain")]] * 2
    assert answers() == expected
    pond.restart()
    assert answers() == expected


# ---- closed for new links ------------------------------------------------------------------------------------------

@pytest.fixture
def closing(make_pond):
    pond = make_pond()
    for host in ("own.test", "b.test", "c.test"):
        pond.api("POST", "/domains", 201, json={"host": host, "serves": "own" if host == "own.test" else "all"})
    return pond


def domains(pond):
    return {row["host"]: (row["state"], row["is_default"]) for row in pond.api("GET", "/domains", 200).json()["items"]}


def test_a_closed_domain_gets_no_new_links_by_any_door_and_keeps_the_old(closing):
    pond = closing
    old = pond.link(URL.format("old"), domain="b.test", alias="old")
    pond.api("PATCH", "/domains/b.test", 200, json={"shareable": False})
    assert domains(pond)["b.test"] == ("closed", False)

    def refused(errors):
        return [(error["field"], error["code"]) for error in errors] == [("domain", "not_shareable")]
    fresh = {"url": URL.format("new"), "domain": "b.test"}
    assert refused(pond.api("POST", "/links", 422, json=fresh).json()["errors"])
    bulk = pond.api("POST", "/bulk/links", 200, json={"links": [fresh]}).json()["results"][0]
    assert bulk["status"] == 422 and refused(bulk["problem"]["errors"])
    assert refused(pond.api("POST", "/bulk/fan-out", 422, json={**fresh, "places": ["one"]}).json()["errors"])
    other = pond.link(URL.format("other"))
    assert refused(pond.api("PATCH", f"/links/{other['id']}", 422, json={"domain": "b.test"}).json()["errors"])
    imported = pond.api("POST", "/import", params={"domain": "b.test"}, data="url\nhttps://www.example.com/i\n",
                        headers={"Content-Type": "text/csv"})
    assert "not_shareable" in imported.text and '"failed":1' in imported.text

    assert leads(pond, "old", "b.test") == leads(pond, old["code"], "b.test") == URL.format("old")
    edited = pond.api("PATCH", f"/links/{old['id']}", 200, json={"url": URL.format("moved"), "domain": "b.test"}).json()
    assert leads(pond, "old", "b.test") == URL.format("moved")
    assert edited["short_url"] == "https://b.test/old" and "domain_closed" in edited["warnings"]
    assert edited["share_url"] == f"http://s.test/{old['code']}"
    pond.restart()
    assert leads(pond, "old", "b.test") == URL.format("moved")
    pond.api("PATCH", "/domains/b.test", 200, json={"shareable": True})
    assert pond.link(URL.format("again"), domain="b.test")["share_url"].startswith("https://b.test/")


@pytest.mark.parametrize("shut", [{"shareable": False}, {"enabled": False}])
def test_the_default_moves_on_when_it_is_closed_to_one_where_every_code_works(closing, shut):
    pond = closing
    old = pond.link(URL.format("old"))
    pond.api("PATCH", "/domains/s.test", 200, json=shut)
    assert domains(pond)["s.test"] == ("closed" if "shareable" in shut else "off", False)
    assert domains(pond)["b.test"] == ("open", True)  # own.test is older, but opens only its own codes
    fresh = pond.link(URL.format("new"))
    assert fresh["domain"] == "b.test"
    assert leads(pond, old["code"], "b.test") == URL.format("old")
    assert leads(pond, old["code"], "s.test") == (URL.format("old") if "shareable" in shut else 404)
    told = [(line["object"]["name"], line["changes"].get("is_default")) for line in pond.api("GET", "/audit", 200).json()["items"]]
    assert ("b.test", [False, True]) in told and ("s.test", [True, False]) in told


def test_the_last_open_domain_stays_open(make_pond):
    pond = make_pond()
    pond.api("POST", "/domains", 201, json={"host": "b.test", "shareable": False})
    for shut, field in (({"shareable": False}, "shareable"), ({"enabled": False}, "enabled")):
        error = pond.api("PATCH", "/domains/s.test", 409, json=shut).json()["errors"][0]
        assert (error["field"], error["code"]) == (field, "last_open")
    assert domains(pond) == {"s.test": ("open", True), "b.test": ("closed", False)}
    error = pond.api("PATCH", "/domains/b.test", 422, json={"is_default": True}).json()["errors"][0]
    assert (error["field"], error["code"]) == ("is_default", "not_shareable")


# ---- no cloaking ---------------------------------------------------------------------------------------------------

def shown(reply):
    """All of an answer that says where it leads or what it shows; cookies and times are the visitor's own."""
    return reply.status_code, {name: reply.headers.get(name) for name in ("Location", "Content-Type", "Cache-Control", "X-Robots-Tag")}, reply.text


@pytest.mark.parametrize("scanner", SCANNERS, ids=str)
def test_a_scanner_gets_what_a_person_gets(pond, scanner):
    who = SCANNERS[scanner]
    plain = pond.link(URL.format("plain?a=1#x"))
    ended = pond.link(URL.format("ended"), valid_until="2020-01-01T00:00:00Z")
    rescued = pond.link(URL.format("rescued"), valid_until="2020-01-01T00:00:00Z", fallback_url=URL.format("instead"))
    off = pond.link(URL.format("off"), enabled=False)
    live = pond.link(URL.format("live"))
    pond.api("POST", f"/links/{live['id']}/targets", 201, json={"name": "one", "url": URL.format("pool")})
    for path in (plain["code"], plain["code"] + "?from=groupmessage", ended["code"], rescued["code"], off["code"], live["code"], "nothing-here", ""):
        person = pond.visit(path, ua=WECHAT)
        assert shown(pond.visit(path, **who)) == shown(person), path
    assert pond.visit(plain["code"], **who).status_code == 302
