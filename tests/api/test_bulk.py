# SPDX-License-Identifier: MIT
"""/api/v1/bulk/links: many links in one call.

Promises: one result per item in the order asked; a bad item leaves the others alone; dry_run changes nothing; nothing is
ever edited by a condition that was not understood; when it is answered, visitors see all of it.
"""
import pytest

URL = "https://www.example.com/landing"


@pytest.fixture
def pond(make_pond):
    return make_pond()


def bulk(pond, method, expect=200, **body):
    answer = pond.api(method, "/bulk/links", expect, json=body).json()
    return answer["results"] if expect == 200 else answer


def make(pond, count, **fields):
    results = bulk(pond, "POST", links=[{"url": f"{URL}/{i}", **fields} for i in range(count)])
    assert [one["status"] for one in results] == [201] * count
    return [one["link"] for one in results]


def shelf(pond):
    return pond.api("GET", "/links", 200, params={"limit": 1000, "archived": "true"}).json()["items"]


# ---- creating ------------------------------------------------------------------------------------------------------

def test_a_thousand_links_are_made_in_the_order_asked_and_work(pond):
    rows = [{"url": f"{URL}/{i}", "alias": f"n-{i}", "tags": ["bulk", f"t{i % 7}"], "campaign": "c", "channel": f"ch{i % 5}",
             "metadata": {"row": i}, "title": f"第 {i} 个"} for i in range(1000)]
    results = bulk(pond, "POST", links=rows)
    assert [(one["status"], one["link"]["alias"], one["link"]["url"]) for one in results] == [
        (201, row["alias"], row["url"]) for row in rows]
    assert len({one["link"]["code"] for one in results}) == 1000
    for i in (0, 499, 999):
        assert pond.visit(f"n-{i}").headers["Location"] == f"{URL}/{i}"
    assert pond.api("GET", "/links", 200, params={"tag": "bulk"}).json()["total"] == 1000


def test_one_more_than_a_thousand_is_refused_whole(pond):
    problem = bulk(pond, "POST", 422, links=[{"url": URL}] * 1001)
    assert (problem["errors"][0]["field"], problem["errors"][0]["code"]) == ("links", "too_many")
    assert shelf(pond) == []


def test_bad_ones_leave_the_good_ones_alone(pond):
    taken = pond.link(URL, alias="taken")
    results = bulk(pond, "POST", links=[
        {"url": URL + "/1"}, {"url": "nonsense"}, {"url": URL, "alias": "taken"}, {"url": URL, "password": "x"}, 7, {},
        {"url": URL, "tags": ["only-of-a-bad-one"], "alias": "taken"}, {"url": URL, "alias": "twice"},
        {"url": URL, "alias": "twice"}, {"url": URL + "/9"}])
    assert [one["status"] for one in results] == [201, 422, 409, 422, 422, 422, 409, 201, 409, 201]
    assert results[1]["problem"]["errors"][0]["field"] == "url"
    assert results[2]["problem"]["type"] == "urn:linkpond:problem:alias-taken"
    assert results[2]["problem"]["existing"]["id"] == taken["id"]
    assert results[8]["problem"]["existing"]["id"] == results[7]["link"]["id"]
    assert results[3]["problem"]["errors"][0]["code"] == "not_available_yet"
    assert all(("link" in one) != ("problem" in one) for one in results)
    assert len(shelf(pond)) == 4
    pond.api("GET", "/tags/only-of-a-bad-one", 404)


def test_if_exists_holds_for_each_item_and_within_the_call(pond):
    first = pond.link(URL, external_id="e1")
    results = bulk(pond, "POST", links=[{"url": URL, "external_id": "e1", "if_exists": "return"},
                                        {"url": URL + "/new", "external_id": "e2", "if_exists": "return"},
                                        {"url": URL + "/new", "external_id": "e2", "if_exists": "return"},
                                        {"url": URL, "external_id": "e1", "if_exists": "update", "title": "t"},
                                        {"url": URL, "external_id": "e1", "if_exists": "fail"}])
    assert [one["status"] for one in results] == [200, 201, 200, 200, 409]
    assert results[0]["link"]["id"] == results[3]["link"]["id"] == results[4]["problem"]["existing"]["id"] == first["id"]
    assert results[1]["link"]["id"] == results[2]["link"]["id"]


def test_a_repeat_with_the_same_key_makes_nothing_more(pond):
    body = {"links": [{"url": URL}, {"url": "bad"}]}
    replies = [pond.api("POST", "/bulk/links", 200, json=body, headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert replies[0].content == replies[1].content and len(shelf(pond)) == 1


# ---- changing ------------------------------------------------------------------------------------------------------

def test_links_are_changed_by_every_kind_of_name(pond):
    links = [pond.link(URL, alias="named"), pond.link(URL, external_id="e"), pond.link(URL), pond.link(URL)]
    refs = ["named", "ext:e", links[2]["id"], links[3]["code"], "nobody", 7, "named"]
    results = bulk(pond, "PATCH", refs=refs, set={"url": URL + "/new", "add_tags": ["t"]})
    assert [one["status"] for one in results] == [200, 200, 200, 200, 404, 404, 200]
    for link in links:
        assert pond.visit(link["code"]).headers["Location"] == URL + "/new"
    assert {tuple(link["tags"]) for link in shelf(pond)} == {("t",)}


def test_links_are_changed_by_filter(pond):
    spring, autumn = make(pond, 5, campaign="spring"), make(pond, 5, campaign="autumn")
    results = bulk(pond, "PATCH", filter={"campaign": "spring"}, set={"enabled": False})
    assert sorted(one["link"]["id"] for one in results) == sorted(link["id"] for link in spring)
    assert {pond.visit(link["code"]).status_code for link in spring} == {410}
    assert {pond.visit(link["code"]).status_code for link in autumn} == {302}
    assert bulk(pond, "PATCH", filter={"campaign": "none"}, set={"enabled": False}) == []


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("condition,field", [
    ({}, "filter"), ({"tags": "x"}, "tags"), ({"campaign": 7}, "campaign"), ({"campaign": None}, "campaign"), ({"archived": True}, "archived"),
    ({"state": "odd"}, "state"), ({"id": "lnk_1"}, "id"), ("campaign", "filter"), ([], "filter"), (None, "filter")])
def test_a_condition_that_is_not_understood_touches_nothing(pond, method, condition, field):
    links = make(pond, 3)
    body = {"filter": condition, **({"set": {"enabled": False}} if method == "PATCH" else {})}
    problem = bulk(pond, method, 422, **body)
    assert problem["errors"][0]["field"] == field
    assert shelf(pond) == list(reversed(links))


@pytest.mark.parametrize("body,field", [
    ({"set": {"title": "x"}}, "refs"), ({"refs": ["a"], "filter": {"q": "x"}, "set": {"title": "x"}}, "refs"),
    ({"refs": [], "set": {"title": "x"}}, "refs"), ({"refs": "a", "set": {"title": "x"}}, "refs"), ({"refs": ["a"]}, "set"),
    ({"refs": ["a"], "set": {"nonsense": 1}}, "nonsense"), ({"refs": ["a"], "set": {"redirect_status": 1}}, "redirect_status"),
    ({"refs": ["a"], "set": 1}, None), ({"refs": ["a"], "set": {}, "dry_run": "yes"}, "dry_run"),
    ({"refs": ["a"], "set": {"title": "x"}, "dryrun": True}, "dryrun"), ({"refs": ["a"] * 1001, "set": {"title": "x"}}, "refs")])
def test_calls_that_make_no_sense_are_refused_by_name(pond, body, field):
    problem = bulk(pond, "PATCH", 422, **body)
    assert field is None or problem["errors"][0]["field"] == field


def test_an_alias_for_many_is_the_first_ones(pond):
    links = make(pond, 3)
    results = bulk(pond, "PATCH", refs=[link["id"] for link in links], set={"alias": "wanted"})
    assert [one["status"] for one in results] == [200, 409, 409]
    assert results[1]["problem"]["existing"]["id"] == links[0]["id"]


def test_a_filter_of_more_than_a_thousand_is_refused(pond):
    make(pond, 1000)
    make(pond, 1)
    problem = bulk(pond, "PATCH", 422, filter={"q": "example"}, set={"title": "x"})
    assert (problem["errors"][0]["field"], problem["errors"][0]["code"]) == ("filter", "too_many")
    assert bulk(pond, "PATCH", refs=[link["id"] for link in shelf(pond)], set={"title": "x"})[0]["link"]["title"] == "x"


def test_a_thousand_links_with_every_field_full_are_changed_and_listed(pond):
    refs = [link["id"] for link in make(pond, 1000)]
    full = {"notes": "中" * 1365, "title": "t" * 512, "metadata": {"a": '"' * 2000}, "fallback_url": URL + "/" + "x" * 1900,
            **{f"utm_{name}": "u" * 255 for name in ("source", "medium", "campaign", "term", "content", "id")},
            "add_tags": [f"{n:02}" + "g" * 62 for n in range(50)]}
    results = bulk(pond, "PATCH", refs=refs, set=full)
    assert {(one["status"], len(one["link"]["tags"])) for one in results} == {(200, 50)}
    assert {link["notes"] for link in shelf(pond)} == {full["notes"]}


# ---- deleting ------------------------------------------------------------------------------------------------------

def test_links_go_to_the_bin_by_name_and_by_filter(pond):
    red, blue = make(pond, 3, tags=["red"]), make(pond, 3, tags=["blue"])
    results = bulk(pond, "DELETE", refs=[red[0]["id"], "nobody", red[1]["code"]])
    assert [(one["status"], one.get("id")) for one in results] == [(204, red[0]["id"]), (404, None), (204, red[1]["id"])]
    assert [pond.visit(link["code"]).status_code for link in red] == [410, 410, 302]
    assert [one["status"] for one in bulk(pond, "DELETE", filter={"tag": "blue"})] == [204] * 3
    assert [link["id"] for link in shelf(pond)] == [red[2]["id"]]
    assert pond.api("GET", "/links", 200, params={"state": "deleted"}).json()["total"] == 5
    assert pond.api("POST", f"/links/{blue[0]['id']}/restore", 200).json()["state"] == "active"


# ---- dry runs ------------------------------------------------------------------------------------------------------

def test_a_dry_run_says_what_would_happen_and_changes_nothing(pond):
    links = make(pond, 3, tags=["old"])
    before = shelf(pond)
    made = bulk(pond, "POST", links=[{"url": URL, "tags": ["new"], "campaign": "new"}, {"url": "bad"}], dry_run=True)
    assert [one["status"] for one in made] == [201, 422]
    changed = bulk(pond, "PATCH", filter={"tag": "old"}, set={"enabled": False, "title": "t"}, dry_run=True)
    assert [(one["status"], one["link"]["title"]) for one in changed] == [(200, "t")] * 3
    assert [one["status"] for one in bulk(pond, "DELETE", filter={"tag": "old"}, dry_run=True)] == [204] * 3
    assert shelf(pond) == before
    assert {pond.visit(link["code"]).status_code for link in links} == {302}
    pond.api("GET", "/tags/new", 404)
    pond.api("GET", "/campaigns/new", 404)
    assert pond.visit(made[0]["link"]["code"]).status_code == 404
    assert pond.link(URL)["id"] == made[0]["link"]["id"], "the id that a dry run showed was not used up"
