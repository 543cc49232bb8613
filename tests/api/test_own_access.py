# SPDX-License-Identifier: MIT
"""Goal: an editor has API keys of their own, which act as them on their links alone and never may more than they may; and
everybody sees where they are signed in, and ends it everywhere else.
"""
import datetime

import pytest
from people import PASSWORD, Browser, key_of, person

ALL = ["links:read", "links:write", "stats:read"]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def later(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).isoformat()


def make(browser, expect=201, **fields):
    return browser.api("POST", "/me/keys", expect, json={"name": "sheet", "scopes": ALL, **fields}).json()


def problem(reply):
    return reply["type"].rsplit(":", 1)[1], [error["code"] for error in reply.get("errors", [])]


def test_a_key_of_an_editors_own_makes_their_links_and_sees_no_others(pond):
    me = person(pond, "yu")
    others = pond.link("https://www.example.com/of-admin")
    key = make(me)
    assert key["key"].startswith("lp_") and (key["user"], key["owner"], key["scopes"]) == ("yu", "yu", ALL)
    link = pond.api("POST", "/links", 201, key=key["key"], json={"url": "https://www.example.com/mine"}).json()
    assert (link["owner"], link["created_by"]) == ("yu", "yu")
    assert [one["id"] for one in pond.api("GET", "/links", 200, key=key["key"]).json()["items"]] == [link["id"]]
    for method in ("GET", "PATCH", "DELETE"):
        pond.api(method, f"/links/{others['id']}", 404, key=key["key"], json={"title": "x"} if method == "PATCH" else None)
    assert me.api("GET", f"/links/{others['id']}", 200), "though the editor sees all"
    pond.api("POST", "/links", 422, key=key["key"], json={"url": "https://www.example.com/", "owner": "admin"})
    pond.api("GET", "/keys", 403, key=key["key"])


def test_the_list_tells_no_secret_and_a_revoked_key_is_out_at_once(pond):
    me = person(pond, "lin")
    key = make(me)
    listed = me.api("GET", "/me/keys", 200)
    assert key["key"] not in listed.text and [one["id"] for one in listed.json()["items"]] == [key["id"]]
    me.api("DELETE", f"/me/keys/{key['id']}", 204)
    pond.api("GET", "/links", 401, key=key["key"])
    assert me.api("GET", "/me/keys", 200).json()["items"][0]["valid"] is False
    me.api("DELETE", f"/me/keys/{key['id']}", 404)


@pytest.mark.parametrize("fields,status", [({"scopes": ["admin"]}, 403), ({"scopes": ALL + ["admin"]}, 403), ({"scopes": []}, 422), ({"scopes": ["all"]}, 422),
                                           ({"name": ""}, 422), ({"user": "admin"}, 422), ({"owner": "admin"}, 422), ({"domain": "nowhere.test"}, 422),
                                           ({"expires_at": "2020-01-01T00:00:00Z"}, 422)])
def test_nobody_gives_what_they_have_not(pond, fields, status):
    me = person(pond, f"w{abs(hash(str(fields))) % 10**9}")
    make(me, status, **fields)
    assert me.api("GET", "/me/keys", 200).json()["items"] == []


def test_a_viewer_makes_none_and_a_key_dies_with_the_role_and_the_user(pond):
    person(pond, "vi", "viewer").api("POST", "/me/keys", 403, json={"name": "x", "scopes": ["links:read"]})
    key = make(person(pond, "mo"))["key"]
    pond.api("PATCH", "/users/mo", 200, json={"role": "viewer"})
    pond.api("POST", "/links", 403, key=key, json={"url": "https://www.example.com/"})
    pond.api("GET", "/links", 200, key=key)
    pond.api("PATCH", "/users/mo", 200, json={"disabled": True})
    pond.api("GET", "/links", 401, key=key)


def test_a_key_of_ones_own_makes_no_keys_and_one_that_ends_makes_none_that_outlives_it(pond):
    me = person(pond, "zhou")
    own = make(me)["key"]
    pond.api("POST", "/me/keys", 403, key=own, json={"name": "x", "scopes": ALL})
    pond.api("GET", "/me/keys", 403, key=own)
    ending = key_of(pond, "zhou", tuple(ALL), expires_at=later(2))
    for expires in (None, later(3)):
        assert problem(pond.api("POST", "/me/keys", 403, key=ending, json={"name": "x", "scopes": ALL, "expires_at": expires}).json())[1] == ["wider"]
    pond.api("POST", "/me/keys", 201, key=ending, json={"name": "x", "scopes": ALL, "expires_at": later(1)})
    narrow = key_of(pond, "zhou", ("links:read", "links:write"))
    pond.api("POST", "/me/keys", 403, key=narrow, json={"name": "x", "scopes": ALL})


def test_nobody_loses_sight_of_their_keys(pond):
    me = person(pond, "many")
    keys = [make(me) for _ in range(20)]
    assert "Revoke a key" in make(me, 409)["detail"]
    me.api("DELETE", f"/me/keys/{keys[3]['id']}", 204)
    make(me)


def test_making_and_revoking_is_in_the_audit_log(pond):
    me = person(pond, "ao")
    key = make(me)
    me.api("DELETE", f"/me/keys/{key['id']}", 204)
    lines = [line for line in pond.api("GET", "/audit?who=ao", 200).json()["items"] if line["object"]["kind"] == "key"]
    assert [line["action"] for line in lines] == ["key.revoke", "key.create"]
    assert key["key"] not in str(lines)


# ---- where one is signed in ------------------------------------------------------------------------------------------

def test_everybody_sees_their_browsers_and_nobody_elses(pond):
    me = person(pond, "su")
    person(pond, "other")
    second = Browser(pond, **{"User-Agent": FIREFOX, "X-Forwarded-For": "203.0.113.77"})
    second.sign_in("su")
    items = second.api("GET", "/me/sessions", 200).json()["items"]
    assert len(items) == 2 and [one["current"] for one in items].count(True) == 1
    current = next(one for one in items if one["current"])
    assert (current["browser"], current["network"], current["by"]) == (FIREFOX, "203.0.113.0", "password")
    assert [one["current"] for one in me.api("GET", "/me/sessions", 200).json()["items"]].count(True) == 1


def test_signing_out_the_others_leaves_this_one(pond):
    first, second = person(pond, "tao"), Browser(pond)
    second.sign_in("tao")
    bystander = person(pond, "by")
    second.api("DELETE", "/me/sessions", 204)
    first.api("GET", "/me", 401)
    second.api("GET", "/me", 200)
    bystander.api("GET", "/me", 200)
    assert len(second.api("GET", "/me/sessions", 200).json()["items"]) == 1
    assert pond.api("GET", "/audit?who=tao", 200).json()["items"][0]["action"] == "user.sign_out_others"


def test_another_sites_page_ends_no_session(pond):
    me, second = person(pond, "he"), Browser(pond)
    second.sign_in("he")
    second.api("DELETE", "/me/sessions", 403, headers={"Sec-Fetch-Site": "cross-site"})
    me.api("GET", "/me", 200)


def test_a_key_that_was_given_away_sees_and_ends_no_sessions(pond):
    me = person(pond, "ning")
    key = make(me)["key"]
    pond.api("GET", "/me/sessions", 403, key=key)
    pond.api("DELETE", "/me/sessions", 403, key=key)
    me.api("GET", "/me", 200)


def test_an_odd_browser_is_kept_as_far_as_it_goes(pond):
    person(pond, "odd")
    odd = Browser(pond, **{"User-Agent": "<script>alert(1)</script>" + "x" * 600})
    odd.sign_in("odd", PASSWORD)
    current = [one for one in odd.api("GET", "/me/sessions", 200).json()["items"] if one["current"]][0]
    assert current["browser"].startswith("<script>") and len(current["browser"]) == 256
