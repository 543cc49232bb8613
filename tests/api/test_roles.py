# SPDX-License-Identifier: MIT
"""Goal: what a role may is one table here, and every route of the program has a row in it; where editors see only their
own, no route shows or changes anything of somebody else's."""
import io
import re
import zipfile

import pytest
import requests
from openapi import spec
from people import Browser, invite, key_of, person
from pictures import png
from pond import wait_for

ROUTES = sorted((method.upper(), path) for path, item in spec()["paths"].items() for method in item
                if method in ("get", "post", "put", "patch", "delete"))  # a lint holds these against the route tables

# Who gets in: anyone; self = whoever is signed in; look = viewer, editor, admin; edit = editor, admin; admin.
DOORS = {
    "GET /api/v1/links": "look", "POST /api/v1/links": "edit", "GET /api/v1/links/{ref}": "look", "PATCH /api/v1/links/{ref}": "edit",
    "DELETE /api/v1/links/{ref}": "edit", "POST /api/v1/links/{ref}/restore": "edit", "GET /api/v1/links/{ref}/qr": "look",
    "GET /api/v1/links/{ref}/targets": "look", "POST /api/v1/links/{ref}/targets": "edit", "PUT /api/v1/links/{ref}/targets": "edit",
    "PATCH /api/v1/links/{ref}/targets/{id}": "edit", "DELETE /api/v1/links/{ref}/targets/{id}": "edit",
    "POST /api/v1/links/{ref}/targets/{id}/joined": "edit",
    "POST /api/v1/events": "edit", "GET /api/v1/events": "edit", "GET /api/v1/events/{id}": "edit",
    "GET /api/v1/links/{ref}/rules": "look", "PUT /api/v1/links/{ref}/rules": "edit", "POST /api/v1/links/{ref}/simulate": "look",
    "POST /api/v1/bulk/links": "edit", "PATCH /api/v1/bulk/links": "edit", "DELETE /api/v1/bulk/links": "edit",
    "POST /api/v1/bulk/fan-out": "edit", "GET /api/v1/alias-check": "edit", "POST /api/v1/url-check": "edit", "POST /api/v1/import": "edit", "GET /api/v1/export": "look",
    "GET /api/v1/domains": "look", "POST /api/v1/domains": "admin", "GET /api/v1/domains/{host}": "look",
    "PATCH /api/v1/domains/{host}": "admin", "DELETE /api/v1/domains/{host}": "admin",
    "GET /api/v1/domains/{host}/report": "look", "PUT /api/v1/domains/{host}/blocks/{app}": "admin",
    "GET /api/v1/destinations": "look", "POST /api/v1/destinations": "admin", "DELETE /api/v1/destinations/{id}": "admin",
    "GET /api/v1/destination-check": "look",
    **{row: "edit" for row in ("GET /api/v1/repoints", "POST /api/v1/repoints", "GET /api/v1/repoints/{id}", "GET /api/v1/repoints/{id}/links",
                               "POST /api/v1/repoints/{id}/run", "POST /api/v1/repoints/{id}/undo")},
    **{f"{method} /api/v1/{kind}{tail}": door for kind in ("campaigns", "channels", "tags") for method, tail, door in (
        ("GET", "", "look"), ("POST", "", "edit"), ("GET", "/{key}", "look"), ("PATCH", "/{key}", "edit"), ("DELETE", "/{key}", "edit"),
        ("POST", "/{key}/merge", "edit"))},
    "GET /api/v1/utm-values": "look", "POST /api/v1/utm-values": "edit", "GET /api/v1/utm-values/{id}": "look",
    "PATCH /api/v1/utm-values/{id}": "edit", "DELETE /api/v1/utm-values/{id}": "edit", "POST /api/v1/bulk/utm-values": "edit",
    "GET /api/v1/inferred-channels": "look", "GET /api/v1/stats": "look", "GET /api/v1/stats/targets": "look", "GET /api/v1/stats/money": "look", "GET /api/v1/costs": "look", "POST /api/v1/costs": "edit", "PUT /api/v1/costs/{id}": "edit", "DELETE /api/v1/costs/{id}": "edit", "GET /api/v1/stats/attribution": "look", "GET /api/v1/stats/funnel": "look", "GET /api/v1/stats/cohorts": "look", "GET /api/v1/clicks": "look", "GET /metrics": "look", "GET /api/v1/health": "look", "GET /api/v1/settings": "admin",
    "GET /api/v1/click-keys": "admin", "POST /api/v1/click-keys": "admin", "DELETE /api/v1/click-keys/{version}": "admin",
    "GET /api/v1/keys": "admin", "POST /api/v1/keys": "admin", "DELETE /api/v1/keys/{id}": "admin",
    **{row: "admin" for row in ("GET /api/v1/robots", "POST /api/v1/robots", "GET /api/v1/robots/{id}", "PATCH /api/v1/robots/{id}",
                                "DELETE /api/v1/robots/{id}", "POST /api/v1/robots/{id}/test", "GET /api/v1/outbox", "POST /api/v1/outbox/{id}/retry")},
    "GET /api/v1/today": "look",
    **{row: "edit" for row in ("GET /api/v1/customers", "GET /api/v1/customers/{id}", "PATCH /api/v1/customers/{id}", "GET /api/v1/customers/{id}/timeline",
                               "GET /api/v1/customers/{id}/export", "POST /api/v1/customers/{id}/merge", "POST /api/v1/customers/{id}/forget",
                               "GET /api/v1/stages", "GET /api/v1/radar", "GET /api/v1/radar/rules", "POST /api/v1/radar/rules", "PATCH /api/v1/radar/rules/{id}",
                               "DELETE /api/v1/radar/rules/{id}", "GET /api/v1/tag-rules", "POST /api/v1/tag-rules", "DELETE /api/v1/tag-rules/{id}")},
    "PUT /api/v1/stages": "admin",
    **{row: "admin" for row in ("GET /api/v1/wecom-callbacks", "POST /api/v1/wecom-callbacks", "PATCH /api/v1/wecom-callbacks/{id}",
                                "DELETE /api/v1/wecom-callbacks/{id}", "GET /api/v1/postbacks", "POST /api/v1/postbacks", "PATCH /api/v1/postbacks/{id}",
                                "DELETE /api/v1/postbacks/{id}")},
    "GET /api/v1/users": "look", "POST /api/v1/users": "admin", "GET /api/v1/users/{key}": "look", "PATCH /api/v1/users/{key}": "admin",
    "POST /api/v1/users/{key}/reset": "admin", "POST /api/v1/users/{key}/hand-over": "admin",
    "GET /api/v1/me": "self", "PATCH /api/v1/me": "self", "POST /api/v1/me/password": "self",
    "GET /api/v1/me/sessions": "self", "DELETE /api/v1/me/sessions": "self",
    "GET /api/v1/me/keys": "edit", "POST /api/v1/me/keys": "edit", "DELETE /api/v1/me/keys/{id}": "edit",
    "GET /api/v1/session": "self", "DELETE /api/v1/session": "self",
    "POST /api/v1/session": "anyone", "POST /api/v1/session/accept": "anyone",
    "GET /api/v1/export/words": "look", "POST /api/v1/import/words": "edit", "POST /api/v1/bulk/qr": "look", "GET /api/v1/qr-sheet": "look",
    "GET /api/v1/qr-logo": "look", "PUT /api/v1/qr-logo": "admin", "DELETE /api/v1/qr-logo": "admin",
    "POST /api/v1/images": "edit", "GET /api/v1/images/{id}": "look", "GET /api/v1/images/{id}/file": "look",
    "POST /api/v1/reclassify": "admin", "GET /api/v1/rewrites": "admin", "GET /api/v1/rewrites/{id}": "admin",
    "POST /api/v1/visitors/forget": "admin",
    "GET /api/v1/audit": "edit", "POST /api/v1/backup": "admin", "POST /api/v1/check": "admin",
    "GET /healthz": "anyone", "GET /readyz": "anyone", "GET /assets/{name}": "anyone",
    # The form is its own door: whoever is not in gets the page to sign in.
    "GET /desk/form": "anyone", "POST /desk/form": "anyone", "POST /sign-in": "anyone", "POST /sign-out": "anyone",
    "GET /": "anyone", "GET /desk": "anyone", "GET /desk/{path}": "anyone",
}
PUBLIC = {("GET", "/-/wecom/{path}"), ("POST", "/-/wecom/{path}"), ("GET", "/-/postback/{token}"), ("POST", "/-/postback/{token}"), ("GET", "/-/healthz"), ("GET", "/-/preview"), ("GET", "/-/privacy"), ("POST", "/-/privacy"), ("POST", "/-/privacy/forget"),
          ("GET", "/-/new"), ("POST", "/-/new"), ("GET", "/-/new/qr"),
          ("GET", "/-/lp.js"), ("POST", "/-/e"), ("GET", "/-/e.gif"),
          ("GET", "/-/icon.svg"), ("GET", "/-/live.js"), ("GET", "/-/live/{token}"), ("POST", "/-/live/{token}/pressed"), ("GET", "/-/image/{name}")}  # another listener, no accounts
MAY = {"anyone": {"admin", "editor", "viewer", "nobody", "disabled"}, "self": {"admin", "editor", "viewer"},
       "look": {"admin", "editor", "viewer"}, "edit": {"admin", "editor"}, "admin": {"admin"}}
NAMES = {"version": "99", "ref": "lnk_999999", "host": "nowhere.example", "app": "wechat", "key": "nobody-of-that-name", "id": "999999", "name": "nothing.css", "path": "links"}


def test_every_route_has_a_row():
    listed = {tuple(row.split(" ")) for row in DOORS}
    assert {route for route in ROUTES if route not in PUBLIC} == listed


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    from pond import Pond
    pond = Pond(tmp_path_factory.mktemp("house")).start()
    keys = {"admin": pond.key, "nobody": None}
    for role in ("editor", "viewer"):
        invite(pond, role, role)
        keys[role] = key_of(pond, role)
    invite(pond, "disabled", "admin")
    keys["disabled"] = key_of(pond, "disabled")
    pond.api("PATCH", "/users/disabled", 200, json={"disabled": True})
    yield pond, keys
    pond.stop()


@pytest.mark.parametrize("who", ["admin", "editor", "viewer", "nobody", "disabled"])
@pytest.mark.parametrize("method,path", [route for route in ROUTES if route not in PUBLIC], ids=lambda part: part)
def test_a_role_gets_in_where_it_may_and_nowhere_else(house, method, path, who):
    """Names that are nothing's: who gets in is told so (404, 422 …), and nothing is changed."""
    pond, keys = house
    url = pond.admin + re.sub(r"{(\w+)}", lambda name: NAMES[name[1]], path)
    headers = {"Authorization": "Bearer " + keys[who]} if keys[who] else {}
    if method != "GET":
        headers["Content-Type"] = "application/json"
    reply = requests.request(method, url, headers={**headers, "X-Forwarded-For": f"198.19.{len(who)}.{len(path)}"},
                             data="{}" if method != "GET" else None, allow_redirects=False, timeout=30)
    door = DOORS[f"{method} {path}"]
    if who in MAY[door]:
        assert reply.status_code not in (401, 403) or door == "anyone", (who, reply.status_code, reply.text)
    else:
        assert reply.status_code == (401 if who in ("nobody", "disabled") else 403), (who, reply.status_code, reply.text)


def test_a_viewer_changes_nothing(house):
    """The viewer's doors that are not GET are those of their own account, and codes of so many links that a body names them."""
    own = {f"{method} {path}" for method, path in ROUTES if (method, path) not in PUBLIC and method != "GET" and
           "viewer" in MAY[DOORS[f"{method} {path}"]]}
    assert own == {"POST /api/v1/bulk/qr", "POST /api/v1/links/{ref}/simulate", "PATCH /api/v1/me", "POST /api/v1/me/password", "DELETE /api/v1/me/sessions", "DELETE /api/v1/session", "POST /api/v1/session",
                   "POST /api/v1/session/accept", "POST /desk/form", "POST /sign-in", "POST /sign-out"}
    pond, keys = house
    made = requests.post(pond.admin + "/desk/form", data={"url": "https://www.example.com/"}, headers={"Authorization": "Bearer " + keys["viewer"]}, timeout=10)
    assert made.status_code == 403


# ---- editors_see = own -----------------------------------------------------------------------------------------------

class Foreign:
    """A link of somebody else's with all names a link can have, clicked once; and one of the editor's own."""

    def __init__(self, pond):
        self.pond, self.me = pond, person(pond, "mine")
        person(pond, "theirs")
        self.theirs = pond.link("https://theirs.example.com/secret", alias="theirs-alias", external_id="theirs-ext", owner="theirs",
                                campaign="shared", channel="poster", tags=["both"], title="theirs-title", customer="theirs-customer")
        self.ownerless = pond.link("https://ownerless.example.com/secret", owner=None, campaign="shared", channel="poster", tags=["both"])
        self.own = self.me.api("POST", "/links", 201, json={"url": "https://own.example.com/", "campaign": "shared", "channel": "poster",
                                                             "tags": ["both"]}).json()
        self.target = pond.api("POST", f"/links/{self.theirs['id']}/targets", 201, json={"url": "https://theirs.example.com/pool"}).json()["id"]
        pond.api("POST", f"/links/{self.theirs['id']}/targets", 201, json={"url": "https://theirs.example.com/ended", "valid_until": "2020-01-01T00:00:00Z"})
        pond.api("POST", "/radar/rules", 201, json={"name": "leads", "kind": "event", "type": "lead", "days": 0})
        self.their_customer, self.my_customer = (pond.api("POST", "/events", 201, json={
            "type": "lead", "owner": owner, "customer": {"external_id": f"{owner}-customer", "name": f"{owner}-customer"}}).json()["customer"]
            for owner in ("theirs", "mine"))
        for link in (self.theirs, self.ownerless, self.own):
            pond.click_of(pond.visit(link["code"]))
        pond.drain()
        self.refs = [self.theirs["id"], self.theirs["code"], "theirs-alias", "ext:theirs-ext", self.ownerless["id"]]

    def has_none(self, reply, but=()):
        for word in ("theirs.example", "theirs-alias", "theirs-ext", "theirs-title", "theirs-customer", "ownerless.example",
                     self.theirs["id"], self.theirs["code"], self.ownerless["code"]):
            assert word in but or word not in reply.text, (word, reply.text[:2000])
        return reply


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    from pond import Pond
    pond = Pond(tmp_path_factory.mktemp("own"), editors_see="own", fold_rows=1).start()
    yield Foreign(pond)
    pond.stop()


def links_by_ref(world, method, path):
    tail = path.removeprefix("/api/v1/links/{ref}")
    body = {"json": {"title": "taken", "enabled": False}} if method == "PATCH" else {}
    for ref in world.refs:
        problem = world.me.api(method, "/links/" + ref + tail, 404, **body).json()
        assert set(problem) == {"type", "title", "status", "detail", "instance"}, problem
    if method == "DELETE":
        world.me.api("DELETE", f"/links/{world.refs[0]}?purge=true", 403)  # as of their own


def live_codes(world, method, path):
    """Neither through their link nor, by a target's id, through one's own."""
    tail = path.removeprefix("/api/v1/links/{ref}").replace("{id}", world.target)
    bodies = {"PUT /rules": {"rules": []}, "PUT /targets": {"targets": [world.target]}, "POST /simulate": {},
              "POST /targets": {"url": "https://x.example.com/"}}
    body = {"json": bodies.get(f"{method} {tail}", {"count": 1} if tail.endswith("/joined") else {"name": "taken"})} if method in ("POST", "PUT", "PATCH") else {}
    for ref in world.refs:
        problem = world.me.api(method, "/links/" + ref + tail, 404, **body).json()
        assert set(problem) == {"type", "title", "status", "detail", "instance"}, problem
    if "{id}" in path:
        world.me.api(method, f"/links/{world.own['id']}{tail}", 404, **body)
    if method == "PUT":
        naming = {"rules": [{"targets": [world.target]}]} if tail == "/rules" else {"targets": [world.target]}
        world.me.api("PUT", f"/links/{world.own['id']}{tail}", 422, json=naming)


def links_list(world, *_):
    for query in ("", "?q=theirs", "?owner=theirs", "?campaign=shared", "?tag=both", "?archived=true", "?state=active", "?sort=-clicks"):
        reply = world.has_none(world.me.api("GET", "/links" + query, 200))
        assert {link["id"] for link in reply.json()["items"]} <= {world.own["id"]}
        assert reply.json()["total"] <= 1


def links_create(world, *_):
    for fields in ({"owner": "theirs"}, {"owner": "admin"}):
        reply = world.me.api("POST", "/links", 422, json={"url": "https://x.example.com/", **fields})
        assert reply.json()["errors"][0]["field"] == "owner"
    taken = world.me.api("POST", "/links", 409, json={"url": "https://x.example.com/", "alias": "theirs-alias"})
    assert "existing" not in taken.json()
    for mode in ("return", "update", "fail"):
        reply = world.me.api("POST", "/links", None, json={"url": "https://x.example.com/", "external_id": "theirs-ext", "if_exists": mode})
        assert reply.status_code == 409 and "existing" not in reply.json()
        made = world.me.api("POST", "/links", 201, json={"url": "https://theirs.example.com/secret", "campaign": "shared", "channel": "poster",
                                                         "customer": "theirs-customer", "if_exists": mode}).json()
        assert made["owner"] == "mine"
        world.me.api("DELETE", "/links/" + made["id"], 204)
        world.pond.api("DELETE", "/links/" + made["id"] + "?purge=true", 204)


def bulk_create(world, *_):
    reply = world.me.api("POST", "/bulk/links", 200, json={"links": [{"url": "https://x.example.com/", "alias": "theirs-alias"},
                                                                     {"url": "https://x.example.com/", "owner": "theirs"}]})
    assert [one["status"] for one in reply.json()["results"]] == [409, 422]
    assert "existing" not in reply.json()["results"][0]["problem"]


def bulk_change(world, method, path):
    set_it = {"set": {"title": "taken"}} if method == "PATCH" else {}
    reply = world.me.api(method, "/bulk/links", 200, json={"refs": world.refs, **set_it})
    assert {one["status"] for one in reply.json()["results"]} == {404}
    for wish in ({"owner": "theirs"}, {"q": "theirs"}, {"q": "secret"}):
        assert world.me.api(method, "/bulk/links", 200, json={"filter": wish, **set_it}).json()["results"] == []
    if method == "PATCH":
        away = world.me.api("PATCH", "/bulk/links", 200, json={"refs": [world.own["id"]], "set": {"owner": "theirs"}}).json()["results"]
        assert away[0]["status"] == 422


def fan_out(world, *_):
    """The same address and places as somebody else's: links of their own, and nothing told of the others."""
    wish = {"url": "https://theirs.example.com/secret", "campaign": "shared", "places": [{"channel": "poster", "customer": "theirs-customer"}]}
    made = world.me.api("POST", "/bulk/fan-out", 200, json=wish).json()["results"][0]
    assert made["status"] == 201 and made["link"]["owner"] == "mine" and made["link"]["id"] != world.theirs["id"]
    world.pond.api("DELETE", "/links/" + made["link"]["id"] + "?purge=true", 204)
    for place, status in (({"name": "a", "alias": "theirs-alias"}, 409), ({"name": "b", "owner": "theirs"}, 422)):
        row = world.me.api("POST", "/bulk/fan-out", 200, json={"url": "https://x.example.com/", "places": [place]}).json()["results"][0]
        assert row["status"] == status and "existing" not in row["problem"]


def alias_check(world, *_):
    """A taken name is taken; whose it is is not said."""
    free, taken = (world.me.api("GET", "/alias-check", 200, params={"alias": alias}).json() for alias in ("free-alias", "theirs-alias"))
    assert free["available"] and not taken["available"] and taken["existing"] is None


def url_check(world, *_):
    world.has_none(world.me.api("POST", "/url-check", 200, json={"text": "https://theirs.example.com/secret"}),
                   but=("theirs.example",))


def import_links(world, *_):
    rows = "url,alias,external_id,owner\nhttps://x.example.com/,theirs-alias,,\nhttps://x.example.com/,,theirs-ext,\nhttps://x.example.com/,,,theirs\n"
    for conflict in ("skip", "overwrite"):
        reply = world.me.api("POST", f"/import?conflict={conflict}", 200, data=rows.encode(), headers={"Content-Type": "text/csv"})
        lines = [line for line in reply.text.splitlines() if '"row"' in line]
        assert len(lines) == 3 and all('"status":"failed"' in line for line in lines), reply.text


def qr_many(world, method, path):
    for ref in world.refs:
        if method == "POST":
            world.me.api("POST", "/bulk/qr", 404, json={"refs": [world.own["id"], ref]})
        else:
            world.me.api("GET", "/qr-sheet", 404, params={"refs": f"{world.own['id']},{ref}"})
    if method == "GET":
        world.has_none(world.me.api("GET", "/qr-sheet?campaign=shared", 200))
    else:
        names = zipfile.ZipFile(io.BytesIO(world.me.api("POST", "/bulk/qr", 200, json={"filter": {"campaign": "shared"}}).content)).namelist()
        assert len(names) == 2 and "index.csv" in names, "one code and the list"


def words(world, *_):
    """Shared words without figures; no link is among them."""
    world.has_none(world.me.api("GET", "/export/words", 200))


def export_links(world, *_):
    for form in ("csv", "ndjson"):
        reply = world.has_none(world.me.api("GET", f"/export?format={form}", 200))
        assert "own.example.com" in reply.text


def label_list(world, method, path):
    kind, key = path.split("/")[3], {"campaigns": "shared", "channels": "poster", "tags": "both"}[path.split("/")[3]]
    item = [one for one in world.me.api("GET", f"/{kind}", 200).json()["items"] if one["key"] == key][0]
    assert (item["links"], item["counts"]["clicks"]) == (1, 1)


def label_one(world, method, path):
    kind, key = path.split("/")[3], {"campaigns": "shared", "channels": "poster", "tags": "both"}[path.split("/")[3]]
    item = world.me.api("GET", f"/{kind}/{key}", 200).json()
    assert (item["links"], item["counts"]["clicks"]) == (1, 1)


def label_change(world, method, path):
    key = {"campaigns": "shared", "channels": "poster", "tags": "both"}[path.split("/")[3]]
    body = {"PATCH": {"name": "taken"}, "POST": {"into": key}}.get(method)
    assert "bound" in world.me.api(method, path.removeprefix("/api/v1").replace("{key}", key), 403, json=body).json()["detail"]


def label_create(world, method, path):
    """Words are shared; a channel's owner is a person, and theirs are not for them to name."""
    body = {"key": "new-" + path.rsplit("/", 1)[1]}
    world.me.api("POST", path.removeprefix("/api/v1"), 201, json=body)
    if path.endswith("channels"):
        assert world.me.api("POST", "/channels", 422, json={"key": "x", "owner": "theirs"}).json()["errors"][0]["field"] == "owner"


def stats(world, *_):
    assert world.me.api("GET", "/stats", 200).json()["totals"]["clicks"] == 1
    for query in ("campaign=shared", "channel=poster", "tag=both", "class=all", "domain=s.test"):
        assert world.me.api("GET", "/stats?" + query, 200).json()["totals"]["clicks"] == 1, query
    assert world.me.api("GET", "/stats?owner=theirs", 200).json()["totals"]["clicks"] == 0
    for dims in ("link", "owner", "target", "campaign,channel"):
        groups = world.has_none(world.me.api("GET", f"/stats?group_by={dims}", 200)).json()["groups"]
        assert sum(group["clicks"] for group in groups) == 1, dims
    for ref in world.refs:
        world.me.api("GET", f"/stats?link={ref}", 404)


def today(world, *_):
    assert any(item["link"]["id"] == world.theirs["id"] for item in world.pond.api("GET", "/today", 200).json()["items"])
    mine = world.has_none(world.me.api("GET", "/today", 200)).json()["items"]
    assert {item["link"]["id"] for item in mine} <= {world.own["id"]}, mine


def radar(world, *_):
    """What is told of somebody else's link, they do not hear."""
    told = lambda pond: pond.api("GET", "/radar", 200).json()["items"]
    wait_for(lambda: world.theirs["id"] in [one["link"] and one["link"]["id"] for one in told(world.pond)], seconds=30)
    wait_for(lambda: world.their_customer in [one["customer_id"] for one in told(world.pond)], seconds=30)
    wait_for(lambda: world.my_customer in [one["customer_id"] for one in told(world.me)], seconds=30)
    assert {one["customer_id"] for one in world.has_none(world.me.api("GET", "/radar", 200)).json()["items"]} == {world.my_customer}
    for query in (f"link={world.theirs['id']}", "customer=theirs-customer", f"customer={world.their_customer}", "owner=theirs"):
        assert world.me.api("GET", "/radar?" + query, 200).json()["items"] == []


def deal_stats(world, _, path):
    """What happened is told as far as one's own links are credited with it; the whole is not."""
    path = path.removeprefix("/api/v1")
    for ref in world.refs:
        world.me.api("GET", f"{path}?link={ref}", 404)
    for dims in ("link", "owner", "campaign", "tag"):
        said = world.has_none(world.me.api("GET", path + ("" if path.endswith("cohorts") else f"?group_by={dims}"), 200)).json()
        assert said.get("totals") is None and said.get("untouched") is None


def target_stats(world, *_):
    """The pools of others, whoever looks after their targets, are not in any sum."""
    def targets(pond):
        return pond.api("GET", "/stats/targets?period=all", 200).json()["groups"]
    mine = world.me.api("POST", f"/links/{world.own['id']}/targets", 201, json={"url": "https://www.example.com/x"}).json()["id"]
    for pond, link, one, count in ((world.me, world.own, mine, 3), (world.pond, world.theirs, world.target, 5)):
        pond.api("POST", f"/links/{link['id']}/targets/{one}/joined", 200, json={"count": count, "channel": "poster"})
    assert len(targets(world.pond)) >= 2 and [one["link"] for one in targets(world.me)] == [world.own["id"]]
    for group in ("staff", "channel", "link", "target"):
        said = world.has_none(world.me.api("GET", f"/stats/targets?group_by={group}", 200)).json()
        assert said["totals"]["joined"] == sum(one["joined"] for one in said["groups"]) == 3
    for ref in world.refs:
        world.me.api("GET", f"/stats/targets?link={ref}", 404)


def clicks(world, *_):
    reply = world.has_none(world.me.api("GET", "/clicks?class=all&period=all&count=true", 200)).json()
    assert {click["link"] for click in reply["items"]} == {world.own["id"]} and reply["total"] == 1
    for form in ("csv", "ndjson"):
        world.has_none(world.me.api("GET", f"/clicks?format={form}&class=all&period=all", 200))
    for ref in world.refs:
        world.me.api("GET", f"/clicks?link={ref}", 404)


def users_list(world, *_):
    assert [user["key"] for user in world.me.api("GET", "/users", 200).json()["items"]] == ["mine"]


def users_get(world, *_):
    for user in ("theirs", "admin", "nobody"):
        world.me.api("GET", "/users/" + user, 404)


def forbidden(world, method, path):
    known = {"{key}": "theirs", "{id}": "1", "{host}": "s.test"}
    for name, value in known.items():
        path = path.replace(name, value)
    world.me.api(method, path.removeprefix("/api/v1"), 403, json={} if method != "GET" else None)


def audit(world, *_):
    told = world.has_none(world.me.api("GET", "/audit", 200)).json()["items"]
    assert {line["object"]["id"] for line in told} >= {world.own["id"]}
    for ref in world.refs:
        world.me.api("GET", "/audit", 404, params={"object": ref})
    for query in ("object=user", "object=user:theirs", "who=theirs", "object=link&who=theirs"):
        assert world.me.api("GET", "/audit?" + query, 200).json()["items"] == []


def form(world, method, path):
    """What the form shows: the week's figures and the latest links."""
    page = world.has_none(world.me.session.get(world.pond.admin + "/desk/form", timeout=10))
    assert "own.example.com" in page.text
    world.has_none(world.me.session.get(world.pond.admin + f"/desk/form?made={world.theirs['id']}", timeout=10), but=(world.theirs["id"],))


def images(world, *_):
    """A picture that somebody else has uploaded is not there for them."""
    theirs = world.pond.api("POST", "/images", 201, data=png(80, 80, [[200] * 80] * 80), headers={"Content-Type": "image/png"}).json()["id"]
    mine = world.me.api("POST", "/images", 201, data=png(80, 80, [[90] * 80] * 80), headers={"Content-Type": "image/png"}).json()["id"]
    for tail in ("", "/file"):
        world.me.api("GET", f"/images/{theirs}{tail}", 404)
        world.me.api("GET", f"/images/{mine}{tail}", 200)


def own_keys(world, *_):
    """Theirs are not in the list and cannot be revoked; one's own act as nobody else, on nobody else's links."""
    key_of(world.pond, "theirs", ("links:read",))
    theirs = [key["id"] for key in world.pond.api("GET", "/keys", 200).json()["items"] if key["user"] != "mine"]
    for one in theirs:
        world.me.api("DELETE", f"/me/keys/{one}", 404)
    for more in ({"owner": "theirs"}, {"user": "theirs"}, {"user": "admin"}):
        world.me.api("POST", "/me/keys", 422, json={"name": "x", "scopes": ["links:read"], **more})
    made = world.me.api("POST", "/me/keys", 201, json={"name": "x", "scopes": ["links:read", "links:write", "stats:read"]}).json()
    assert {key["user"] for key in world.me.api("GET", "/me/keys", 200).json()["items"]} == {"mine"}
    listed = world.has_none(world.pond.api("GET", "/links", 200, key=made["key"])).json()
    assert {link["owner"] for link in listed["items"]} == {"mine"}
    for ref in world.refs:
        world.pond.api("GET", f"/links/{ref}", 404, key=made["key"])
    world.me.api("DELETE", f"/me/keys/{made['id']}", 204)


def customers(world, method, path):
    """Customers of whom they are not the owner are nobody's."""
    before = world.pond.api("GET", f"/customers/{world.their_customer}", 200).json()
    for query in ("", "?q=customer", "?q=theirs-customer", "?owner=theirs", "?sort=id"):
        items = world.has_none(world.me.api("GET", "/customers" + query, 200)).json()["items"]
        assert {one["id"] for one in items} <= {world.my_customer}, query
    assert [one["id"] for one in world.me.api("GET", "/customers", 200).json()["items"]] == [world.my_customer]
    if "{id}" in path:
        path = path.removeprefix("/api/v1")
        bodies = [{"name": "taken"}, {"stage": "deal"}, {"add_tags": ["taken"]}, {"owner": "mine"}] if method == "PATCH" else \
            [{"with": world.my_customer}] if path.endswith("/merge") else [{}] if method == "POST" else [None]
        for body in bodies:
            problem = world.me.api(method, path.replace("{id}", world.their_customer), 404, json=body).json()
            assert set(problem) == {"type", "title", "status", "detail", "instance"}, problem
        if path.endswith("/merge"):
            merge = world.me.api("POST", path.replace("{id}", world.my_customer), 422, json={"with": world.their_customer}).json()
            assert [(one["field"], one["code"]) for one in merge["errors"]] == [("with", "unknown")]
        if method == "PATCH":
            away = world.me.api("PATCH", path.replace("{id}", world.my_customer), 422, json={"owner": "theirs"}).json()
            assert [(one["field"], one["code"]) for one in away["errors"]] == [("owner", "not_allowed")]
    assert world.pond.api("GET", f"/customers/{world.their_customer}", 200).json() == before


def nothing_of_others(*_):
    """Its answer does not depend on links: one's own account, words without figures, the installation's health."""


def events(world, method, path):
    """Events of others' links are not there; telling of any is for keys that are not bound."""
    if method == "POST":
        world.me.api("POST", "/events", 403, json={"type": "lead"})
        return
    made = world.pond.api("POST", "/events", 201, json={"type": "lead", "customer": {"external_id": "x"}}).json()
    assert world.me.api("GET", "/events", 200).json()["items"] == []
    world.me.api("GET", f"/events/{made['id']}", 404)


TRIES = {
    "POST /api/v1/events": events, "GET /api/v1/events": events, "GET /api/v1/events/{id}": events,
    "GET /api/v1/links": links_list, "POST /api/v1/links": links_create, "GET /api/v1/links/{ref}": links_by_ref,
    "PATCH /api/v1/links/{ref}": links_by_ref, "DELETE /api/v1/links/{ref}": links_by_ref, "POST /api/v1/links/{ref}/restore": links_by_ref,
    **{row: live_codes for row in DOORS if re.search(r"/links/{ref}/(targets|rules|simulate)", row)},
    "GET /api/v1/links/{ref}/qr": links_by_ref, "POST /api/v1/bulk/links": bulk_create, "PATCH /api/v1/bulk/links": bulk_change,
    "DELETE /api/v1/bulk/links": bulk_change, "POST /api/v1/import": import_links, "POST /api/v1/bulk/fan-out": fan_out,
    "GET /api/v1/alias-check": alias_check, "POST /api/v1/url-check": url_check, "GET /api/v1/export": export_links,
    **{f"{method} /api/v1/{kind}{tail}": trial for kind in ("campaigns", "channels", "tags") for method, tail, trial in (
        ("GET", "", label_list), ("POST", "", label_create), ("GET", "/{key}", label_one), ("PATCH", "/{key}", label_change),
        ("DELETE", "/{key}", label_change), ("POST", "/{key}/merge", label_change))},
    "GET /api/v1/today": today, "GET /api/v1/radar": radar, "GET /api/v1/stats": stats, "GET /api/v1/stats/targets": target_stats, **{f"GET /api/v1/stats/{name}": deal_stats for name in ("attribution", "funnel", "cohorts")}, "GET /api/v1/clicks": clicks, "GET /api/v1/users": users_list, "GET /api/v1/users/{key}": users_get,
    "POST /api/v1/bulk/qr": qr_many, "GET /api/v1/qr-sheet": qr_many, "GET /api/v1/export/words": words, "GET /api/v1/audit": audit, "GET /desk/form": form, "GET /metrics": forbidden, "GET /api/v1/health": forbidden,
    **{f"{method} /api/v1/images{tail}": images for method, tail in (("POST", ""), ("GET", "/{id}"), ("GET", "/{id}/file"))},
    **{f"{method} /api/v1/me/keys{tail}": own_keys for method, tail in (("GET", ""), ("POST", ""), ("DELETE", "/{id}"))},
    **{row: forbidden for row, door in DOORS.items() if door == "admin"},
    **{row: forbidden for row in DOORS if "/repoints" in row},
    **{row: forbidden for row in DOORS if "/tag-rules" in row or "/radar/rules" in row or "/costs" in row or row.endswith("/stats/money")},
    **{row: customers for row in DOORS if "/customers" in row},
    **{row: forbidden for row in ("POST /api/v1/utm-values", "POST /api/v1/bulk/utm-values", "POST /api/v1/import/words")},
    **{row: nothing_of_others for row in (
        "GET /api/v1/stages", "GET /api/v1/qr-logo", "GET /api/v1/domains", "GET /api/v1/domains/{host}", "GET /api/v1/domains/{host}/report", "GET /api/v1/destinations", "GET /api/v1/destination-check", "GET /api/v1/utm-values", "GET /api/v1/utm-values/{id}",
        "PATCH /api/v1/utm-values/{id}", "DELETE /api/v1/utm-values/{id}", "GET /api/v1/me", "PATCH /api/v1/me",
        "POST /api/v1/me/password", "GET /api/v1/me/sessions", "DELETE /api/v1/me/sessions", "GET /api/v1/session", "DELETE /api/v1/session", "POST /api/v1/session", "POST /api/v1/session/accept",
        "GET /api/v1/inferred-channels", "GET /healthz", "GET /readyz", "GET /assets/{name}", "GET /", "GET /desk", "GET /desk/{path}", "POST /desk/form", "POST /sign-in", "POST /sign-out")},
}


def test_every_route_is_tried():
    assert set(TRIES) == set(DOORS)


@pytest.mark.parametrize("row", sorted(TRIES))
def test_an_editor_reaches_nothing_of_others(foreign, row):
    method, path = row.split(" ")
    before = [foreign.pond.api("GET", "/links/" + ref, 200).json() for ref in foreign.refs[:1] + foreign.refs[4:]]
    TRIES[row](foreign, method, path)
    after = [foreign.pond.api("GET", "/links/" + ref, 200).json() for ref in foreign.refs[:1] + foreign.refs[4:]]
    assert before == after


def test_own_is_whole(foreign):
    """What they may: everything with their own, and their own account."""
    me = foreign.me.api("GET", "/me", 200).json()
    assert (me["owner"], me["install"]["editors_see"]) == ("mine", "own")
    link = foreign.me.api("POST", "/links", 201, json={"url": "https://second.example.com/"}).json()
    assert link["owner"] == "mine"
    foreign.me.api("PATCH", "/links/" + link["id"], 200, json={"title": "二"})
    foreign.me.api("DELETE", "/links/" + link["id"], 204)
    foreign.me.api("PATCH", "/me", 200, json={"language": "zh"})
    key = key_of(foreign.pond, "mine", ("links:read", "admin"))
    assert foreign.pond.api("GET", "/links", 200, key=key).json()["total"] == 1, "keys of theirs see no more"
    bound = key_of(foreign.pond, "mine", ("links:read",), owner="theirs")
    foreign.pond.api("GET", "/links", 403, key=bound)
    viewer = person(foreign.pond, "chief", "viewer")
    assert viewer.api("GET", "/links", 200).json()["total"] == 3, "who only looks sees all"
