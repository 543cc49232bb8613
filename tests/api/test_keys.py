# SPDX-License-Identifier: MIT
"""Goal: keys give no more than they say, are shown once, and end at once."""


def make(pond, expect=201, key=None, **fields):
    return pond.api("POST", "/keys", expect, key=key, json={"name": "k", "scopes": ["links:read"], **fields})


def test_a_key_is_shown_once_works_and_ends_when_revoked(pond):
    reply = make(pond, name="报表")
    made = reply.json()
    assert made["key"].startswith("lp_") and made["key"].startswith(made["prefix"])
    assert reply.headers["Cache-Control"] == "no-store"
    assert (made["name"], made["scopes"], made["user"], made["owner"], made["domain"], made["valid"]) == (
        "报表", ["links:read"], "admin", None, None, True)
    listed = pond.api("GET", "/keys", 200).json()["items"]
    assert made["id"] in [item["id"] for item in listed]
    assert not [item for item in listed if "key" in item or "hash" in item]
    pond.api("GET", "/links", 200, key=made["key"])
    pond.api("DELETE", f"/keys/{made['id']}", 204)
    pond.api("GET", "/links", 401, key=made["key"])
    pond.api("DELETE", f"/keys/{made['id']}", 404)
    revoked = [item for item in pond.api("GET", "/keys", 200).json()["items"] if item["id"] == made["id"]][0]
    assert revoked["revoked_at"] and not revoked["valid"]


def test_a_key_does_what_its_scopes_say_and_no_more(pond):
    key = make(pond, scopes=["stats:read"]).json()["key"]
    pond.api("GET", "/stats", 200, key=key)
    for method, path in (("GET", "/links"), ("GET", "/keys"), ("GET", "/campaigns"), ("DELETE", "/keys/1")):
        pond.api(method, path, 403, key=key)
    assert pond.api("GET", "/me", 200, key=key).json()["scopes"] == ["stats:read"]


def test_nobody_hands_out_more_than_they_have(pond):
    key = make(pond, scopes=["admin"]).json()["key"]
    make(pond, 201, key=key, scopes=["admin"])
    assert make(pond, 403, key=key, scopes=["admin", "links:read"]).json()["errors"][0]["field"] == "scopes"
    bound = make(pond, scopes=["admin"], owner="admin").json()["key"]
    make(pond, 403, key=bound, scopes=["admin"])
    pond.api("GET", "/keys", 403, key=bound)


def test_an_expired_key_is_no_key(pond):
    past = make(pond, 422, expires_at="2020-01-01T00:00:00Z").json()["errors"][0]
    assert (past["field"], past["code"]) == ("expires_at", "out_of_range")
    assert make(pond, expires_at="2099-01-01T00:00:00+08:00").json()["expires_at"] == "2098-12-31T16:00:00.000Z"
    assert make(pond, expires_at=None).json()["expires_at"] is None


def test_a_key_bound_to_a_domain_sees_only_its_links(pond):
    pond.api("POST", "/domains", 201, json={"host": "bound.example"})
    mine, other = pond.link(domain="bound.example"), pond.link()
    key = make(pond, scopes=["links:read", "stats:read"], domain="bound.example").json()["key"]
    for link in (mine, other):
        pond.click_of(pond.visit(link["code"], host=link["domain"]))
    assert pond.api("GET", "/links/" + mine["id"], 200, key=key).json()["id"] == mine["id"]
    pond.api("GET", "/links/" + other["id"], 404, key=key)
    assert {click["link"] for click in pond.api("GET", "/clicks", 200, key=key).json()["items"]} == {mine["id"]}
    assert pond.api("GET", "/stats", 200, key=key).json()["totals"]["clicks"] == 1
    pond.api("GET", "/stats", 404, key=key, params={"link": other["id"]})
    assert pond.api("GET", "/me", 200, key=key).json()["domain"] == "bound.example"


def test_what_is_no_key_is_refused_by_field(pond):
    for fields, field in (({"scopes": []}, "scopes"), ({"scopes": ["root"]}, "scopes"), ({"name": ""}, "name"),
                          ({"owner": "nobody"}, "owner"), ({"domain": "no.example"}, "domain"), ({"expires_at": "soon"}, "expires_at")):
        assert make(pond, 422, **fields).json()["errors"][0]["field"] == field, fields


def test_the_secret_is_not_kept_for_repeats(pond):
    headers = {"Idempotency-Key": "make-a-key"}
    body = {"name": "once", "scopes": ["links:read"]}
    secret = pond.api("POST", "/keys", 201, headers=headers, json=body).json()["key"]
    pond.stop()
    assert secret.encode() not in b"".join(path.read_bytes() for path in pond.data.glob("linkpond.db*"))
    pond.start()


def test_users_and_me(pond):
    users = pond.api("GET", "/users", 200).json()["items"]
    assert [(user["key"], user["role"]) for user in users] == [("admin", "admin")]
    me = pond.api("GET", "/me", 200).json()
    assert me["user"]["key"] == "admin" and me["scopes"] == ["links:read", "links:write", "stats:read", "admin", "events:write", "customers:read", "customers:write"]
    assert me["install"]["default_domain"] == "s.test" and me["install"]["version"] and me["install"]["timezone"]


def used_at(pond, key_id, path="/keys"):
    return [item for item in pond.api("GET", path, 200).json()["items"] if item["id"] == key_id][0]["used_at"]


def test_a_list_of_keys_says_when_each_was_used_last_also_after_a_restart(make_pond):
    pond = make_pond()
    made, other = make(pond).json(), make(pond).json()
    assert used_at(pond, made["id"]) is None
    pond.api("GET", "/links", 200, key=made["key"])
    used = used_at(pond, made["id"])
    assert used >= made["created_at"]
    pond.api("GET", "/links", 200, key=other["key"])  # not listed before the daemon ends
    pond.restart()
    assert used_at(pond, made["id"]) == used
    assert used_at(pond, other["id"]) >= used


def test_a_key_that_was_revoked_behind_its_use_keeps_nobody_elses_from_being_stored(pond):
    gone, kept = make(pond).json(), make(pond).json()
    for made in (gone, kept):
        pond.api("GET", "/links", 200, key=made["key"])
    pond.api("DELETE", f"/keys/{gone['id']}", 204)
    assert used_at(pond, kept["id"]) >= kept["created_at"]
