# SPDX-License-Identifier: MIT
"""Goal: campaigns, channels and tags can be described, renamed and merged, and their links and clicks follow."""
import pytest

from pond import wait_for


@pytest.mark.parametrize("kind", ["campaigns", "channels", "tags"])
def test_a_label_is_made_described_and_removed(pond, kind):
    made = pond.api("POST", f"/{kind}", 201, json={"key": "华东 3/群", "names": {"zh": "华东三群", "en": "East 3"}})
    path = made.headers["Location"].removeprefix("/api/v1")
    label = made.json()
    assert (label["key"], label["names"], label["archived"], label["links"]) == (
        "华东 3/群", {"zh": "华东三群", "en": "East 3"}, False, 0)
    assert label["counts"] == {"clicks": 0, "visitors": 0, "bots": 0, "total": 0, "scans": 0, "last_at": None}
    assert ("region" in label) == (kind == "channels")
    changed = pond.api("PATCH", path, 200, json={"name": "群", "names": {"en": None}, "archived": True}).json()
    assert (changed["name"], changed["names"], changed["archived"]) == ("群", {"zh": "华东三群", "en": ""}, True)
    assert pond.api("GET", f"/{kind}?q=华东", 200).json()["items"] == []
    assert [x["key"] for x in pond.api("GET", f"/{kind}?q=华东&archived=all", 200).json()["items"]] == ["华东 3/群"]
    assert pond.api("POST", f"/{kind}", 409, json={"key": "华东 3/群"}).json()["errors"][0]["field"] == "key"
    pond.api("DELETE", path, 204)
    pond.api("GET", path, 404)


def test_a_channel_tells_where_it_is_and_who_answers_for_it(pond):
    place = {"channel_group": "社群", "region": "华东", "location": "上海 人民广场店", "owner": "admin", "cost_centre": "CC-1"}
    made = pond.api("POST", "/channels", 201, json={"key": "poster-1", **place}).json()
    assert {name: made[name] for name in place} == place
    cleared = pond.api("PATCH", "/channels/poster-1", 200, json={"owner": None, "region": None}).json()
    assert cleared["owner"] is None and cleared["region"] is None and cleared["location"] == place["location"]
    error = pond.api("PATCH", "/channels/poster-1", 422, json={"owner": "nobody"}).json()["errors"][0]
    assert (error["field"], error["code"]) == ("owner", "unknown")
    assert pond.api("POST", "/tags", 422, json={"key": "x", "region": "华东"}).json()["errors"][0]["code"] == "unknown_field"


@pytest.mark.parametrize("body, field", [({}, "key"), ({"key": " "}, "key"), ({"key": "a,b"}, "key"), ({"key": "a\nb"}, "key"),
                                         ({"key": "x" * 65}, "key"), ({"key": "n", "names": {"fr": "x"}}, "names"),
                                         ({"key": "n", "names": "x"}, "names")])
def test_what_is_no_label_is_refused_by_field(pond, body, field):
    assert pond.api("POST", "/campaigns", 422, json=body).json()["errors"][0]["field"] == field


def test_a_list_goes_on_by_cursor(pond):
    keys = [f"page-{n:02}" for n in range(7)]
    for key in keys:
        pond.api("POST", "/tags", 201, json={"key": key})
    found, cursor = [], None
    while True:
        page = pond.api("GET", "/tags", 200, params={"q": "page-", "limit": 3, "cursor": cursor}).json()
        assert (page["total"], page["total_exact"]) == (7, True)
        found += [item["key"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert found == keys
    assert pond.api("GET", "/tags", 200, params={"q": "page-", "limit": 7}).json()["next_cursor"] is None  # full, and the last
    assert pond.api("GET", "/tags?cursor=!!", 422).json()["errors"][0]["field"] == "cursor"


def test_links_follow_a_rename(pond):
    link = pond.link(campaign="spring", channel="group-a", tags=["hot"])
    pond.api("PATCH", "/campaigns/spring", 200, json={"key": "summer"})
    pond.api("PATCH", "/channels/group-a", 200, json={"key": "group-b"})
    pond.api("PATCH", "/tags/hot", 200, json={"key": "cold"})
    now = pond.api("GET", "/links/" + link["id"], 200).json()
    assert (now["campaign"], now["channel"], now["tags"]) == ("summer", "group-b", ["cold"])
    click = pond.click_of(pond.visit(link["code"]))
    assert (click["campaign"], click["channel"]) == ("summer", "group-b")


def test_merging_moves_links_and_their_clicks(pond):
    one, two = pond.link(campaign="merge-a"), pond.link(url="https://www.example.com/2", campaign="merge-b")
    for link in (one, two):
        pond.click_of(pond.visit(link["code"], ip="203.0.113.1"))
    merged = pond.api("POST", "/campaigns/merge-a/merge", 200, json={"into": "merge-b"}).json()
    assert (merged["key"], merged["links"]) == ("merge-b", 2)
    pond.api("GET", "/campaigns/merge-a", 404)
    assert pond.stats(campaign="merge-b")["totals"]["clicks"] == 2
    wait_for(lambda: pond.api("GET", "/campaigns/merge-b", 200).json()["counts"]["clicks"] == 2)
    assert pond.api("POST", "/campaigns/merge-b/merge", 422, json={"into": "merge-b"}).json()["errors"][0]["field"] == "into"
    pond.api("POST", "/campaigns/merge-b/merge", 404, json={"into": "nothing"})


def test_a_label_in_use_is_not_removed(pond):
    pond.link(tags=["kept"])
    assert pond.api("DELETE", "/tags/kept", 409).json()["errors"][0]["code"] == "in_use"


def test_a_bound_key_changes_nobody_elses_words(pond):
    key = pond.api("POST", "/keys", 201, json={"name": "b", "scopes": ["links:read", "links:write"], "owner": "admin"}).json()["key"]
    pond.api("POST", "/tags", 201, json={"key": "shared"})
    pond.api("PATCH", "/tags/shared", 403, key=key, json={"key": "stolen"})
    pond.api("DELETE", "/tags/shared", 403, key=key)
    pond.api("POST", "/tags/shared/merge", 403, key=key, json={"into": "kept"})


@pytest.mark.parametrize("path", ["/campaigns", "/channels", "/tags"])
def test_names_can_be_had_without_counting(make_pond, path):
    pond = make_pond()
    pond.api("POST", path, 201, json={"key": "k", "name": "K"})
    full, bare = (pond.api("GET", path, 200, params={"counts": counts}).json() for counts in ("true", "false"))
    assert (full["items"][0]["links"], full["items"][0]["counts"]["clicks"]) == (0, 0)
    for name in ("links", "counts"):
        del full["items"][0][name]
    assert bare == full
