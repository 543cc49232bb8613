# SPDX-License-Identifier: MIT
"""Goal: many links are led elsewhere in one go, seen beforehand, followed by the next visit, and taken back whole; what was
edited since is nobody's to overwrite unless it is said so."""
import pytest

OLD = "https://old.example:8443/a%2Fb?x=%E4%BD%A0&pid=1#top"
NEW = "https://new.example/a%2Fb?x=%E4%BD%A0&pid=1#top"


@pytest.fixture
def pond(make_pond):
    return make_pond()


def make(pond, count, tag, url=OLD):
    links = [{"url": url, "tags": [tag], "title": f"{tag} {i}"} for i in range(count)]
    return [row["link"] for row in pond.api("POST", "/bulk/links", 200, json={"links": links}).json()["results"]]


def finish(pond, repoint, how="run", **body):
    while not repoint["done"]:
        repoint = pond.api("POST", f"/repoints/{repoint['id']}/{how}", 200, json=body).json()
    return repoint


def repoint(pond, **body):
    return finish(pond, pond.api("POST", "/repoints", 201, json=body).json())


def undo(pond, one, **body):
    return finish(pond, pond.api("POST", f"/repoints/{one['id']}/undo", 200, json=body).json(), "undo", **body)


def figures(one):
    return {name: one[name] for name in ("state", "changed", "unchanged", "refused", "undone", "kept")}


def goes(pond, link, **kwargs):
    return pond.visit(link["code"], **kwargs).headers.get("Location")


def rows(pond, one, **params):
    return pond.api("GET", f"/repoints/{one['id']}/links", 200, params=params).json()["items"]


def test_a_host_is_changed_byte_for_byte_and_back(pond):
    links, others = make(pond, 450, "moved"), make(pond, 3, "stays")
    asked = {"filter": {"tag": "moved"}, "host": "new.example"}
    seen = pond.api("POST", "/repoints", 200, json={**asked, "dry_run": True}).json()
    assert (seen["matched"], seen["changes"], seen["unchanged"], seen["live_codes"], seen["exact"]) == (450, 450, 0, 0, True)
    assert len(seen["examples"]) == 10 and {(row["before"], row["after"]) for row in seen["examples"]} == {(OLD, NEW)}
    assert goes(pond, links[0]) == OLD and pond.api("GET", "/repoints", 200).json()["items"] == []
    one = repoint(pond, **asked, note="old host ends")
    assert figures(one) == {"state": "done", "changed": 450, "unchanged": 0, "refused": 0, "undone": 0, "kept": 0}
    assert {goes(pond, link) for link in links[::50]} == {NEW} and {goes(pond, link) for link in others} == {OLD}
    assert pond.api("GET", f"/links/{links[0]['id']}", 200).json()["url"] == NEW
    back = undo(pond, one)
    assert figures(back) == {"state": "undone", "changed": 450, "unchanged": 0, "refused": 0, "undone": 450, "kept": 0}
    assert {goes(pond, link) for link in links[::50]} == {OLD}
    lines = [line for line in pond.api("GET", "/audit", 200, params={"object": "repoint"}).json()["items"]]
    assert [(line["action"], line["object"]["name"], line["changes"]) for line in lines] == [
        ("repoint.create", one["id"], {"host": [None, "new.example"], "links": [0, 450], "undone": [0, 450]})] or lines[0]["changes"]["links"] == [0, 450]
    assert pond.api("GET", "/audit", 200, params={"object": links[0]["id"]}).json()["items"][0]["changes"]["url"] == [NEW, OLD]


def test_only_links_that_lead_to_a_host_are_meant_and_those_there_are_left(pond):
    old, there, else_ = make(pond, 2, "t"), make(pond, 2, "t", NEW), make(pond, 2, "t", "https://sub.old.example/")
    one = repoint(pond, from_host="OLD.example", host="new.example:444")
    assert figures(one)["changed"] == 2 and one["from_host"] == "old.example"
    assert goes(pond, old[0]) == NEW.replace("new.example", "new.example:444")
    assert goes(pond, there[0]) == NEW and goes(pond, else_[0]) == "https://sub.old.example/"
    again = repoint(pond, filter={"tag": "t"}, host="new.example")
    assert figures(again)["unchanged"] == 2 and figures(again)["changed"] == 4


def test_a_whole_address_and_what_was_edited_since_is_kept_unless_forced(pond):
    links = make(pond, 5, "sale")
    one = repoint(pond, filter={"tag": "sale"}, url="https://www.example.com/sold-out")
    pond.api("PATCH", f"/links/{links[1]['id']}", 200, json={"url": "https://mine.example/"})
    pond.api("PATCH", f"/links/{links[2]['id']}", 200, json={"title": "a new title"})
    pond.api("DELETE", f"/links/{links[3]['id']}", 204, params={"purge": "true"})
    back = undo(pond, one)
    assert figures(back) == {"state": "undone", "changed": 5, "unchanged": 0, "refused": 0, "undone": 2, "kept": 2}
    assert [goes(pond, link) for link in links] == [OLD, "https://mine.example/", "https://www.example.com/sold-out", None, OLD]
    assert [(row["link"], row["why"], row["before"]) for row in rows(pond, one, state="kept")] == [
        (links[1]["id"], "edited", OLD), (links[2]["id"], "edited", OLD)]
    assert links[3]["id"] not in [row["link"] for row in rows(pond, one)]  # what was purged is not kept here
    forced = undo(pond, one, force=True)
    assert figures(forced)["undone"] == 4 and figures(forced)["kept"] == 0
    assert goes(pond, links[1]) == goes(pond, links[2]) == OLD
    assert pond.api("GET", f"/links/{links[2]['id']}", 200).json()["title"] == "a new title"


def live(pond, own, *targets, **fields):
    """A live code that shows its targets in turn; its link and its pool."""
    link = pond.link(own, **fields)
    pool = [pond.api("POST", f"/links/{link['id']}/targets", 201, json={"name": str(i), "url": url}).json() for i, url in enumerate(targets)]
    pond.api("PUT", f"/links/{link['id']}/rules", 200, json={"rules": [{"choose": "round_robin"}]})
    return link, pool


def pool_of(pond, link):
    return [one["url"] for one in pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"]]


GROUP = "https://work.weixin.qq.com/gm/0123456789abcdef"


def test_targets_of_live_codes_go_along_with_their_site_and_back(pond):
    shop, _ = live(pond, OLD, OLD, GROUP, "https://old.example/b", tags=["l"])
    other, _ = live(pond, "https://elsewhere.example/", GROUP, "https://old.example/c", tags=["l"])
    apart, _ = live(pond, "https://elsewhere.example/", GROUP, tags=["l"])
    asked = {"from_host": "old.example", "host": "new.example"}
    plan = pond.api("POST", "/repoints", 200, json={**asked, "dry_run": True}).json()
    assert (plan["matched"], plan["changes"], plan["live_codes"], plan["targets"]) == (2, 2, 2, 3)
    assert {(row["before"], row["after"]) for row in plan["examples"]} == {(OLD, NEW), ("https://old.example/c", "https://new.example/c")}
    one = repoint(pond, **asked)
    assert figures(one)["changed"] == 2 and one["targets"] == 3
    assert pool_of(pond, shop) == [NEW, GROUP, "https://new.example/b"] and pool_of(pond, other) == [GROUP, "https://new.example/c"]
    assert pool_of(pond, apart) == [GROUP] and pond.api("GET", f"/links/{other['id']}", 200).json()["url"] == "https://elsewhere.example/"
    assert sorted(goes(pond, shop) for _ in range(3)) == sorted([NEW, GROUP, "https://new.example/b"])  # the next visits follow
    assert [line["action"] for line in pond.api("GET", "/audit", 200, params={"object": other["id"]}).json()["items"]][0] == "link.target_update"
    back = undo(pond, one)
    assert figures(back)["undone"] == 2 and pool_of(pond, shop) == [OLD, GROUP, "https://old.example/b"]
    assert sorted(goes(pond, other) for _ in range(2)) == sorted([GROUP, "https://old.example/c"])
    # Another host for a link takes along what was beside it, and nothing else; one address for all leaves pools alone.
    one = repoint(pond, filter={"tag": "l"}, host="third.example")
    assert one["targets"] == 2 and pool_of(pond, shop)[1] == GROUP and pool_of(pond, other) == [GROUP, "https://old.example/c"]
    undo(pond, one)
    assert repoint(pond, filter={"tag": "l"}, url="https://www.example.com/")["targets"] == 0 and OLD in pool_of(pond, shop)


def test_a_pool_that_was_edited_since_is_kept_and_a_target_that_left_stays_away(pond):
    link, pool = live(pond, OLD, OLD, "https://old.example/b")
    one = repoint(pond, from_host="old.example", host="new.example")
    pond.api("PATCH", f"/links/{link['id']}/targets/{pool[0]['id']}", 200, json={"weight": 3})
    assert figures(undo(pond, one))["kept"] == 1 and pool_of(pond, link)[0] == NEW
    pond.api("DELETE", f"/links/{link['id']}/targets/{pool[1]['id']}", 204)
    assert figures(undo(pond, one, force=True))["undone"] == 1 and pool_of(pond, link) == [OLD]
    again = repoint(pond, from_host="old.example", host="new.example")
    pond.api("DELETE", f"/links/{link['id']}", 204, params={"purge": "true"})
    assert figures(undo(pond, again)) ["undone"] == 0 and pond.api("POST", "/check", 200).json()["ok"]


def test_a_target_that_may_not_lead_there_refuses_its_link_whole(pond):
    pond.api("POST", "/destinations", 201, json={"list": "deny", "pattern": "bad.example"})
    link, _ = live(pond, "https://elsewhere.example/", GROUP, "https://old.example/c")
    short = pond.api("GET", "/domains", 200).json()["items"][0]["host"]
    problem = pond.api("POST", "/repoints", json={"from_host": "old.example", "host": "bad.example"})
    assert problem.status_code == 422 and pool_of(pond, link)[1] == "https://old.example/c"
    assert short  # a link to our own domain would go round for ever
    assert pond.api("POST", "/repoints", json={"from_host": "old.example", "host": short}).status_code == 422


def test_links_move_to_another_domain_and_back_though_it_is_closed_by_then(pond):
    for host in ("b.test", "shut.test"):
        pond.api("POST", "/domains", 201, json={"host": host})
    pond.api("PATCH", "/domains/shut.test", 200, json={"shareable": False})
    plain = pond.link(OLD, tags=["m"])
    named = pond.link(OLD, tags=["m"], alias="named")
    clash = pond.link(OLD, tags=["m"], alias="clash")
    pond.link("https://www.example.com/", domain="b.test", alias="clash")
    error = pond.api("POST", "/repoints", 422, json={"filter": {"tag": "m"}, "domain": "shut.test"}).json()["errors"][0]
    assert (error["field"], error["code"]) == ("domain", "not_shareable")
    one = repoint(pond, filter={"domain": "s.test"}, domain="b.test")
    assert figures(one)["changed"] == 2 and figures(one)["refused"] == 1
    assert [(row["link"], row["why"], row["before"]) for row in rows(pond, one, state="refused")] == [(clash["id"], "taken", "s.test")]
    assert pond.api("GET", f"/links/{named['id']}", 200).json()["short_url"] == "https://b.test/named"
    assert [goes(pond, plain, host=host) for host in ("s.test", "b.test")] == [OLD, OLD]
    assert pond.visit("named", host="s.test").status_code == pond.visit("named", host="b.test").status_code == 302
    pond.api("PATCH", "/domains/b.test", 200, json={"is_default": True})
    pond.api("PATCH", "/domains/s.test", 200, json={"shareable": False})
    back = undo(pond, one)
    assert figures(back)["undone"] == 2 and pond.api("GET", f"/links/{named['id']}", 200).json()["domain"] == "s.test"


@pytest.mark.parametrize("body,field,code", [
    ({"filter": {"tag": "x"}}, "host", "required"),
    ({"filter": {"tag": "x"}, "host": "a.example", "url": NEW}, "host", "required"),
    ({"host": "a.example"}, "filter", "required"),
    ({"filter": {}, "host": "a.example"}, "filter", "required"),
    ({"filter": {"colour": "red"}, "host": "a.example"}, "colour", "unknown_field"),
    ({"filter": {"tag": "x"}, "host": "not a host"}, "host", "bad_host"),
    ({"filter": {"tag": "x"}, "host": "s.test"}, "host", "own_host"),
    ({"filter": {"tag": "x"}, "host": "127.0.0.1"}, "host", "private_host"),
    ({"filter": {"tag": "x"}, "host": "bad.example"}, "host", "destination_denied"),
    ({"filter": {"tag": "x"}, "url": "javascript:alert(1)"}, "url", "scheme_not_allowed"),
    ({"filter": {"tag": "x"}, "domain": "nowhere.test"}, "domain", "unknown"),
    ({"from_host": "a b", "host": "a.example"}, "from_host", "bad_host"),
])
@pytest.mark.parametrize("dry_run", [True, False])
def test_what_cannot_be_is_refused_before_anything_happens(make_pond, body, field, code, dry_run):
    pond = make_pond()
    pond.api("POST", "/destinations", 201, json={"list": "deny", "pattern": "bad.example"})
    error = pond.api("POST", "/repoints", 422, json={**body, "dry_run": dry_run}).json()["errors"][0]
    assert (error["field"], error["code"]) == (field, code)
    assert pond.api("GET", "/repoints", 200).json()["items"] == []


def test_what_is_not_there_is_not_found(pond):
    for method, tail in (("GET", ""), ("GET", "/links"), ("POST", "/run"), ("POST", "/undo")):
        pond.api(method, "/repoints/rpt_99" + tail, 404, **({"json": {}} if method == "POST" else {}))
        pond.api(method, "/repoints/99" + tail, 404, **({"json": {}} if method == "POST" else {}))


def test_the_command_line_does_the_same(pond):
    links = make(pond, 4, "cli")
    assert pond.cli("repoint", "preview", "--tag", "cli", "--host", "new.example").stdout.split()[0] == "4"
    out = pond.cli("repoint", "run", "--tag", "cli", "--host", "new.example").stdout.split()
    assert out[0].startswith("rpt_") and goes(pond, links[0]) == NEW
    assert out[0] in pond.cli("repoint", "list").stdout
    assert pond.cli("repoint", "undo", out[0]).stdout.split()[0] == "4"
    assert goes(pond, links[0]) == OLD
