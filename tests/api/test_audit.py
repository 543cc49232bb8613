# SPDX-License-Identifier: MIT
"""Goal: for everything people own there is a line that says who changed it, from what to what; it stands or falls with the
change itself, tells no secret, and only those read it whom it concerns."""
import json

import pytest
import requests
from people import PASSWORD, Browser, invite, key_of, person


def lines(pond, key=None, **params):
    return pond.api("GET", "/audit", 200, key=key, params=params).json()["items"]


def latest(pond, **params):
    return lines(pond, limit=1, **params)[0]


def test_a_link_s_life_is_told_field_by_field(pond):
    browser = person(pond, "writer", name="写手")
    link = browser.api("POST", "/links", 201, json={"url": "https://www.example.com/a", "alias": "audit-me", "tags": ["x"], "title": "一"}).json()
    browser.api("PATCH", f"/links/{link['id']}", 200, json={"title": "二", "add_tags": ["y"], "max_clicks": 5, "valid_until": "2099-01-01T00:00:00Z"})
    browser.api("PATCH", f"/links/{link['id']}", 200, json={"title": "二"})
    pond.api("DELETE", f"/links/{link['id']}", 204)
    pond.api("DELETE", f"/links/{link['id']}", 204)
    pond.api("POST", f"/links/{link['id']}/restore", 200)
    told = lines(pond, object=link["id"])
    assert [line["action"] for line in told] == ["link.restore", "link.delete", "link.update", "link.create"], "what changed nothing is no line"
    created, updated = told[3], told[2]
    assert created["who"] == {"user": "writer", "name": "写手", "key": None}
    assert created["object"] == {"kind": "link", "id": link["id"], "name": link["code"]}
    assert created["changes"] == {"url": [None, "https://www.example.com/a"], "domain": [None, "s.test"], "title": [None, "一"], "tags": [None, "x"],
                                  "aliases": [None, "audit-me"], "owner": [None, "writer"]}
    assert updated["changes"] == {"title": ["一", "二"], "tags": ["x", "x, y"], "max_clicks": [0, 5], "valid_until": [None, "2099-01-01T00:00:00.000Z"]}
    assert told[0]["who"]["user"] == "admin" and told[0]["who"]["key"]["name"] == "admin"
    assert lines(pond, object="audit-me") == told, "by any of its names"


def test_what_was_refused_or_tried_is_no_line(pond):
    before = latest(pond)["id"]
    pond.api("POST", "/links", 422, json={"url": "javascript:alert(1)"})
    pond.link(alias="twice-audit")
    made = latest(pond)["id"]
    pond.api("POST", "/links", 409, json={"url": "https://www.example.com/", "alias": "twice-audit"})
    pond.api("POST", "/bulk/links", 200, json={"links": [{"url": "https://www.example.com/", "alias": "twice-audit"}]})
    pond.api("POST", "/bulk/links", 200, json={"links": [{"url": "https://www.example.com/"}], "dry_run": True})
    assert latest(pond)["id"] == made == before + 1
    pond.api("POST", "/bulk/links", 200, json={"links": [{"url": "https://www.example.com/1"}, {"url": "bad"}, {"url": "https://www.example.com/2"}]})
    assert [line["changes"]["url"][1][-1] for line in lines(pond, limit=2)] == ["2", "1"]


def test_an_import_is_one_line(pond):
    before = latest(pond)["id"]
    rows = "url\n" + "".join(f"https://www.example.com/import/{i}\n" for i in range(2500))
    pond.api("POST", "/import?report=problems", 200, data=rows.encode(), headers={"Content-Type": "text/csv"})
    pond.api("POST", "/import?dry_run=true", 200, data=rows.encode(), headers={"Content-Type": "text/csv"})
    line = latest(pond)
    assert (line["id"], line["action"], line["changes"]) == (before + 1, "import.run", {"created": [0, 2500]})
    assert lines(pond, object="import")[0] == line


def test_a_purge_takes_what_its_lines_said(pond):
    link = pond.link("https://secret.example.com/", title="secret title")
    pond.api("PATCH", f"/links/{link['id']}", 200, json={"notes": "secret notes"})
    pond.api("DELETE", f"/links/{link['id']}", 204, params={"purge": "true"})
    told = lines(pond, object=link["id"])
    assert [line["action"] for line in told] == ["link.purge", "link.update", "link.create"]
    assert all(line["changes"] == {} and line["object"]["name"] is None for line in told)


def test_a_hand_over_is_told_whole_and_link_by_link(pond):
    invite(pond, "goes"), invite(pond, "comes")
    made = [pond.link(owner="goes") for _ in range(2)]
    pond.api("POST", "/users/goes/hand-over", 200, json={"to": "comes", "all": True, "dry_run": True})
    pond.api("POST", "/users/goes/hand-over", 200, json={"to": "comes", "all": True})
    assert [line["action"] for line in lines(pond, object="user:goes")] == ["user.hand_over", "user.invite", "user.create"]
    assert latest(pond, object="user:goes")["changes"] == {"owner": ["goes", "comes"], "links": [0, 2]}
    for link in made:
        assert latest(pond, object=link["id"])["changes"] == {"owner": ["goes", "comes"]}


def test_domains_words_keys_and_values_have_lines(pond):
    pond.api("POST", "/domains", 201, json={"host": "audit.example"})
    pond.api("PATCH", "/domains/audit.example", 200, json={"root_url": "https://www.example.com/"})
    pond.api("DELETE", "/domains/audit.example", 204)
    assert [(line["action"], line["changes"]) for line in lines(pond, object="domain:audit.example")] == [
        ("domain.delete", {}), ("domain.update", {"root_url": [None, "https://www.example.com/"]}),
        ("domain.create", {"host": [None, "audit.example"], "scheme": [None, "https"]})], "also of what is gone"
    pond.api("POST", "/channels", 201, json={"key": "one", "region": "华东", "owner": "admin"})
    pond.api("PATCH", "/channels/one", 200, json={"key": "two"})
    pond.api("POST", "/channels", 201, json={"key": "three"})
    pond.api("POST", "/channels/three/merge", 200, json={"into": "two"})
    assert [(line["action"], line["changes"]) for line in lines(pond, object="channel:two")] == [
        ("channel.update", {"key": ["one", "two"]}), ("channel.create", {"key": [None, "one"], "region": [None, "华东"], "owner": [None, "admin"]})]
    assert latest(pond, object="channel:three")["changes"] == {"into": [None, "two"]}
    key = pond.api("POST", "/keys", 201, json={"name": "short-lived", "scopes": ["links:read"]}).json()
    pond.api("DELETE", f"/keys/{key['id']}", 204)
    told = lines(pond, object=f"key:{key['id']}")
    assert [line["action"] for line in told] == ["key.revoke", "key.create"] and key["key"] not in json.dumps(told)
    assert told[1]["changes"] == {"scopes": [None, "links:read"], "user": [None, "admin"]}
    value = pond.api("POST", "/utm-values", 201, json={"field": "utm_medium", "value": "audit-poster"}).json()
    pond.api("PATCH", f"/utm-values/{value['id']}", 200, json={"archived": True})
    pond.api("DELETE", f"/utm-values/{value['id']}", 204)
    assert [line["action"] for line in lines(pond, object=f"utm_value:{value['id']}")] == ["utm_value.delete", "utm_value.update", "utm_value.create"]


def test_people_and_their_signing_in_have_lines_without_secrets(make_pond):
    pond = make_pond()
    made = invite(pond, "ying", "viewer")
    Browser(pond).accept(made["invite"]["token"])
    Browser(pond).sign_in("ying")
    Browser(pond).sign_in("ying", "a wrong password", 401)
    Browser(pond).sign_in("my password is hunter2", "x", 401)
    pond.api("PATCH", "/users/ying", 200, json={"role": "editor"})
    told = lines(pond, object="user")
    assert [line["action"] for line in told] == ["user.update", "user.sign_in_failed", "user.sign_in_failed", "user.sign_in", "user.sign_in",
                                                 "user.password", "user.invite", "user.create"]
    update, unknown, failed, signed = told[:4]
    assert update["changes"] == {"role": ["viewer", "editor"]} and update["who"]["user"] == "admin"
    assert unknown["who"] is None and unknown["object"] == {"kind": "user", "id": None, "name": None}, "a password may have been typed as the name"
    assert failed["who"] is None and failed["object"]["name"] == "ying"
    assert signed["who"]["user"] == "ying" and signed["client"].startswith("198.18.0.0") and update["client"] is None
    text = json.dumps(told)
    for secret in (PASSWORD, made["invite"]["token"], "hunter2", "a wrong password", "$scrypt"):
        assert secret not in text


def test_filters_and_pages(pond):
    browser = person(pond, "busy")
    for i in range(5):
        browser.api("POST", "/links", 201, json={"url": f"https://www.example.com/busy/{i}"})
    own = lines(pond, who="busy")
    assert {line["who"]["user"] for line in own} == {"busy"} and len([line for line in own if line["action"] == "link.create"]) == 5
    assert lines(pond, who="nobody") == [] and len(lines(pond, who="busy", object="link")) == 5
    assert lines(pond, who="busy", to="2020-01-01") == [] and len(lines(pond, who="busy", **{"from": "2020-01-01"})) == len(own)
    walked, cursor = [], None
    while True:
        page = pond.api("GET", "/audit", 200, params={"who": "busy", "limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        walked += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert walked == own
    assert [line["id"] for line in walked] == sorted((line["id"] for line in walked), reverse=True)
    pond.api("GET", "/audit?object=lnk_", 404)
    for query, field in (("object=planet:mars", "object"), ("object=user:", "object"), ("from=soon", "from"), ("cursor=zzz", "cursor"), ("limit=0", "limit")):
        assert pond.api("GET", "/audit?" + query, 422).json()["errors"][0]["field"] == field


def test_editors_read_the_lines_of_their_own_links(pond):
    reader, other = person(pond, "reader"), person(pond, "other.reader")
    own = reader.api("POST", "/links", 201, json={"url": "https://www.example.com/own"}).json()
    foreign = other.api("POST", "/links", 201, json={"url": "https://www.example.com/foreign"}).json()
    assert {line["object"]["id"] for line in reader.api("GET", "/audit", 200).json()["items"]} == {own["id"]}
    reader.api("GET", f"/audit?object={foreign['id']}", 404)
    for query in ("object=user", "object=user:reader", "object=key", "who=other.reader"):
        assert reader.api("GET", "/audit?" + query, 200).json()["items"] == []
    pond.api("PATCH", f"/links/{foreign['id']}", 200, json={"owner": "reader"})
    assert [line["action"] for line in reader.api("GET", f"/audit?object={foreign['id']}", 200).json()["items"]] == ["link.update", "link.create"]
    other.api("GET", f"/audit?object={foreign['id']}", 404)
    person(pond, "viewer.reader", "viewer").api("GET", "/audit", 403)
    bound = pond.api("POST", "/keys", 201, json={"name": "b", "scopes": ["links:write", "admin"], "owner": "reader"}).json()["key"]
    assert {line["object"]["kind"] for line in lines(pond, key=bound)} == {"link"}
    at = pond.api("POST", "/keys", 201, json={"name": "d", "scopes": ["links:write", "admin"], "domain": "s.test"}).json()["key"]
    pond.api("GET", "/audit", 403, key=at)


def test_hostile_texts_are_cut_and_escaped(pond):
    link = pond.link(title="</script>\"'", notes="\n".join(["長い" * 60] * 8))
    changes = latest(pond, object=link["id"])["changes"]
    assert changes["title"][1] == "</script>\"'"
    assert changes["notes"][1].endswith("…") and len(changes["notes"][1].encode()) <= 256 + 3
    raw = requests.get(pond.admin + "/api/v1/audit", headers={"Authorization": "Bearer " + pond.key}, timeout=10).text
    assert "</script>" not in raw


def test_a_change_and_its_line_stand_or_fall_together(make_pond):
    """Killed in the middle of edits: as many lines of creation as there are links."""
    import threading
    pond = make_pond()
    stop = threading.Event()

    def make():
        while not stop.is_set():
            try:
                requests.post(pond.admin + "/api/v1/links", json={"url": "https://www.example.com/"}, headers={"Authorization": "Bearer " + pond.key}, timeout=5)
            except requests.RequestException:
                return

    threads = [threading.Thread(target=make) for _ in range(3)]
    [thread.start() for thread in threads]
    from pond import wait_for
    wait_for(lambda: pond.api("GET", "/links?limit=1", 200).json()["total"] >= 20, step=0.05)
    pond.kill9()
    stop.set()
    [thread.join() for thread in threads]
    pond.start()
    links = {link["id"] for link in pond.api("GET", "/links?limit=1000", 200).json()["items"]}
    told = {line["object"]["id"] for line in lines(pond, object="link", limit=1000)}
    assert links == told and len(links) >= 20


def test_who_had_history_written_anew_is_told(pond):
    link = pond.link()
    pond.visit(link["code"])
    pond.drain()
    before = latest(pond)["id"]
    pond.api("POST", "/reclassify", 202, params={"dry_run": "true"})
    assert latest(pond)["id"] == before, "a look changes nothing"
    rewrite = pond.api("POST", "/reclassify", 202, params={"from": "2020-01-01T00:00:00Z"}).json()
    line = latest(pond)
    assert line["action"] == "history.reclassify" and line["object"]["kind"] == "history" and line["who"]["user"] == "admin"
    assert line["object"]["id"] == str(rewrite["id"]) and line["changes"] == {"from": [None, "2020-01-01T00:00:00.000Z"]}
    click = pond.clicks(limit=1)[0]
    pond.api("POST", "/visitors/forget", 202, json={"visitor": click["visitor"], "visitor_by": click["visitor_by"]})
    line = latest(pond)
    assert line["action"] == "history.forget" and line["who"]["user"] == "admin" and not line["changes"]
    assert str(click["visitor"]) not in json.dumps(line["changes"]) + str(line["object"]["name"])
