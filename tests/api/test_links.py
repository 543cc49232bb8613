# SPDX-License-Identifier: MIT
"""/api/v1/links against the running program.

Promises: what is set reads back, null clears, absent keeps; what is refused names its field with a stable code and
changes nothing; if_exists finds the link that is meant; a link goes by every name it has; an edit is what visitors get
as soon as it is answered.
"""
import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from pond import wait_for

numbers = itertools.count(1)
URL = "https://www.example.com/landing"
EVERYTHING = {
    "url": "https://www.example.com/a?b=c#d", "title": "春季新品", "tags": ["b", "a"], "campaign": "spring", "channel": "华东3群",
    "source": "newsletter", "utm_source": "wx", "utm_medium": "social", "utm_campaign": "spring sale", "utm_term": "shoes",
    "utm_content": "poster A", "utm_id": "42", "redirect_status": 307, "valid_from": "2020-01-01T00:00:00Z",
    "valid_until": "2099-01-01T08:00:00+08:00", "max_clicks": 10, "fallback_url": "https://www.example.com/late",
    "forward_query": False, "query_conflict": "visitor", "click_id_param": "cid", "enabled": False, "archived": True,
    "crawlable": True, "owner": "admin", "customer": "ACME", "notes": "first line\nsecond line",
    "metadata": {"crm": 17, "vip": True, "ratio": 1.5, "memo": "中文", "none": None},
}
READ_BACK = {"tags": ["a", "b"], "valid_from": "2020-01-01T00:00:00.000Z", "valid_until": "2099-01-01T00:00:00.000Z"}
CLEARED = {
    "title": None, "tags": [], "campaign": None, "channel": None, "source": None, "utm_source": None, "utm_medium": None,
    "utm_campaign": None, "utm_term": None, "utm_content": None, "utm_id": None, "redirect_status": 302, "valid_from": None,
    "valid_until": None, "max_clicks": None, "fallback_url": None, "forward_query": True, "query_conflict": "target",
    "click_id_param": None, "enabled": True, "archived": False, "crawlable": False, "owner": None, "customer": None,
    "external_id": None, "notes": "", "metadata": {},
}


def fresh(word="name"):
    return f"{word}-{next(numbers)}"


def form(pond, body, expect, **kwargs):
    headers = {"Content-Type": "application/x-www-form-urlencoded", **kwargs.pop("headers", {})}
    return pond.api("POST", "/links", expect, data=body.encode(), headers=headers, **kwargs)


def get(pond, ref, expect=200, **kwargs):
    return pond.api("GET", f"/links/{ref}", expect, **kwargs).json()


def patch(pond, ref, fields, expect=200, **kwargs):
    return pond.api("PATCH", f"/links/{ref}", expect, json=fields, **kwargs).json()


def total(pond, **params):
    return pond.api("GET", "/links", 200, params=params).json()["total"]


def only_error(problem):
    assert len(problem["errors"]) == 1, problem
    return problem["errors"][0]


# ---- fields --------------------------------------------------------------------------------------------------------

def test_every_field_is_read_back_as_it_was_set(pond):
    alias, external = fresh(), fresh("ext")
    made = pond.link(**{**EVERYTHING, "alias": alias, "external_id": external, "domain": "s.test"})
    expected = {**EVERYTHING, **READ_BACK, "alias": alias, "aliases": [alias], "external_id": external, "domain": "s.test",
                "short_url": f"http://s.test/{alias}", "state": "archived", "has_rules": False, "created_by": "admin",
                "deleted_at": None, "warnings": [],
                "counts": {"clicks": 0, "visitors": 0, "bots": 0, "total": 0, "scans": 0, "last_at": None}}
    made["warnings"] = [word for word in made["warnings"] if isinstance(word, str)]  # blanks in UTM values are noted too
    assert {name: made[name] for name in expected} == expected
    assert get(pond, made["id"]) == made
    assert made["id"].startswith("lnk_") and len(made["code"]) == 7
    assert made["qr_url"] == f"{pond.admin}/api/v1/links/{made['id']}/qr"
    assert made["created_at"] == made["updated_at"] and made["created_at"].endswith("Z")


def test_a_link_of_a_url_alone_has_the_defaults(pond):
    made = pond.link(URL)
    assert {name: made[name] for name in CLEARED} == {**CLEARED, "owner": "admin"}, "whose key it was"
    assert made["state"] == "active" and made["alias"] is None and made["short_url"] == f"http://s.test/{made['code']}"


def test_null_clears_and_absent_keeps(pond):
    full = {**EVERYTHING, "external_id": fresh("ext")}
    made = pond.link(**full)
    for name, default in CLEARED.items():
        after = patch(pond, made["id"], {name: None})
        assert after[name] == default, name
        kept = {other for other in CLEARED if other != name}
        assert {other: after[other] for other in kept} == {other: made[other] for other in kept}, name
        made = after
    assert patch(pond, made["id"], {}) | {"updated_at": 0} == made | {"updated_at": 0}


def test_each_field_can_be_set_by_a_patch(pond):
    made = pond.link(URL)
    for name, value in {**EVERYTHING, "external_id": fresh("ext"), "alias": fresh()}.items():
        assert patch(pond, made["id"], {name: value})[name] == READ_BACK.get(name, value), name


def test_tags_are_replaced_added_and_removed(pond):
    made = pond.link(URL, tags=["one", "two"])
    assert patch(pond, made["id"], {"add_tags": ["three", "one"]})["tags"] == ["one", "three", "two"]
    assert patch(pond, made["id"], {"remove_tags": ["two", "nine"]})["tags"] == ["one", "three"]
    assert patch(pond, made["id"], {"add_tags": ["four"], "remove_tags": ["one"]})["tags"] == ["four", "three"]
    assert patch(pond, made["id"], {"tags": ["new"]})["tags"] == ["new"]


def test_the_target_keeps_its_bytes(pond):
    for url in ["https://s.click.taobao.com/t?e=m%3D2%26s%3DAbC", "https://mp.weixin.qq.com/s?__biz=MzA==&mid=1#wechat_redirect",
                "https://www.example.com/%E4%B8%AD?q=%e4&x=a+b", "https://www.example.com/?a=1&a=2&b"]:
        made = pond.link(url)
        assert made["url"] == url
        assert pond.visit(made["code"]).headers["Location"] == url


# ---- refusals ------------------------------------------------------------------------------------------------------

REFUSED = [
    ({"url": None}, "url", None), ({"url": ""}, "url", None), ({"url": "no address"}, "url", None), ({"url": 5}, "url", "wrong_type"),
    ({"url": "javascript:alert(1)"}, "url", None), ({"url": "ftp://a.example/"}, "url", None),
    ({"url": "http://127.0.0.1/"}, "url", None), ({"url": "http://s.test/x"}, "url", None),
    ({"url": "https://a.example/" + "x" * 2100}, "url", None), ({"url": "https://a.example/\r\nX: y"}, "url", None),
    ({"alias": "a"}, "alias", None), ({"alias": "a b"}, "alias", None), ({"alias": "x" * 65}, "alias", None),
    ({"alias": "中文"}, "alias", None), ({"alias": "api"}, "alias", None), ({"alias": "a/b"}, "alias", None),
    ({"domain": "nowhere.test"}, "domain", "unknown"), ({"title": "x" * 513}, "title", "too_long"),
    ({"tags": "a"}, "tags", "wrong_type"), ({"tags": [1]}, "tags[0]", "wrong_type"), ({"tags": ["x"] * 51}, "tags", "too_many"),
    ({"tags": ["a,b"]}, "tags", "bad_character"), ({"campaign": "x" * 65}, "campaign", "too_long"),
    ({"campaign": "a,b"}, "campaign", "bad_character"), ({"channel": "a\x07"}, "channel", "control_character"),
    ({"channel": 7}, "channel", "wrong_type"), ({"source": "x" * 129}, "source", "too_long"),
    ({"utm_source": "x" * 256}, "utm_source", "too_long"), ({"utm_id": 1}, "utm_id", "wrong_type"),
    ({"redirect_status": 304}, "redirect_status", "not_allowed"), ({"redirect_status": 200}, "redirect_status", None),
    ({"redirect_status": "302"}, "redirect_status", "wrong_type"), ({"valid_from": "yesterday"}, "valid_from", None),
    ({"valid_from": "2026-01-01"}, "valid_from", None),
    ({"valid_from": "2026-01-02T00:00:00Z", "valid_until": "2026-01-01T00:00:00Z"}, "valid_until", "out_of_order"),
    ({"max_clicks": -1}, "max_clicks", None), ({"max_clicks": 1.5}, "max_clicks", "wrong_type"),
    ({"max_clicks": 10**10}, "max_clicks", None), ({"fallback_url": "x:y"}, "fallback_url", None),
    ({"forward_query": "yes"}, "forward_query", "wrong_type"), ({"query_conflict": "me"}, "query_conflict", "not_allowed"),
    ({"click_id_param": "a b"}, "click_id_param", "bad_character"), ({"click_id_param": "utm_source"}, "click_id_param", "reserved"),
    ({"click_id_param": "lp_qr"}, "click_id_param", "reserved"), ({"enabled": 1}, "enabled", "wrong_type"),
    ({"owner": "nobody"}, "owner", "unknown"), ({"customer": "x" * 129}, "customer", "too_long"),
    ({"external_id": "x" * 129}, "external_id", "too_long"), ({"notes": "x" * 4097}, "notes", "too_long"),
    ({"metadata": []}, "metadata", None), ({"metadata": {str(i): i for i in range(21)}}, "metadata", "too_many"),
    ({"metadata": {"a": {"b": 1}}}, "metadata", None), ({"metadata": {"a": "x" * 4096}}, "metadata", "too_long"),
    ({"if_exists": "maybe"}, "if_exists", "not_allowed"), ({"Url": "x"}, "Url", "unknown_field"),
    ({"short_url": "x"}, "short_url", "unknown_field"), ({"password": "x"}, "password", "not_available_yet"),
    ({"og": {}}, "og", "not_available_yet"),
]


@pytest.mark.parametrize("fields,field,code", REFUSED, ids=[f"{i}-{row[1]}" for i, row in enumerate(REFUSED)])
def test_refusals_name_the_field_in_either_language_and_change_nothing(pond, fields, field, code):
    before = total(pond, archived="true")
    problem = pond.api("POST", "/links", 422, json={"url": URL, **fields}).json()
    error = only_error(problem)
    assert problem["type"] == "urn:linkpond:problem:invalid" and problem["status"] == 422
    assert error["field"] == field and (code is None or error["code"] == code), error
    assert error["code"] == error["code"].lower() and " " not in error["code"]
    chinese = pond.api("POST", "/links", 422, json={"url": URL, **fields}, headers={"Accept-Language": "zh-CN,zh;q=0.9"}).json()
    assert only_error(chinese)["code"] == error["code"]
    assert any("\u4e00" <= c <= "\u9fff" for c in chinese["detail"]), chinese["detail"]
    assert not any("\u4e00" <= c <= "\u9fff" for c in problem["detail"]), problem["detail"]
    assert total(pond, archived="true") == before


def test_a_refused_patch_changes_nothing(pond):
    made = pond.link(URL, title="kept")
    for fields in [{"title": "new", "redirect_status": 304}, {"title": "new", "password": "x"}, {"title": "new", "x": 1},
                   {"title": "new", "url": None}]:
        assert pond.api("PATCH", f"/links/{made['id']}", 422, json=fields).json()["errors"]
    assert get(pond, made["id"]) == made


@pytest.mark.parametrize("body,status", [(b"", 400), (b"{", 400), (b"[]", 422), (b'"x"', 422), (b"null", 422), (b"{}", 422),
                                         (b'{"url":"https://a.example/","url":"https://b.example/"}', None),
                                         (b'{"url":"https://a.example/\xff"}', 400)])
def test_bodies_that_are_no_link(pond, body, status):
    reply = pond.api("POST", "/links", data=body, headers={"Content-Type": "application/json"})
    assert reply.status_code in ([status] if status else [400, 422]), reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"


def test_another_content_type_is_refused(pond):
    reply = pond.api("POST", "/links", 415, data=b"<url/>", headers={"Content-Type": "application/xml"})
    assert reply.json()["type"] == "urn:linkpond:problem:unsupported-media-type"


# ---- aliases -------------------------------------------------------------------------------------------------------

def test_a_taken_alias_answers_with_the_link_that_has_it(pond):
    alias = fresh()
    first = pond.link(URL, alias=alias)
    problem = pond.api("POST", "/links", 409, json={"url": URL, "alias": alias}).json()
    assert problem["type"] == "urn:linkpond:problem:alias-taken" and only_error(problem)["field"] == "alias"
    assert problem["existing"] == first
    other = pond.link(URL)
    assert patch(pond, other["id"], {"alias": alias}, 409)["existing"]["id"] == first["id"]
    assert get(pond, other["id"]) == other


def test_an_alias_that_is_a_live_code_is_refused(pond):
    code = pond.link(URL)["code"]
    problem = pond.api("POST", "/links", json={"url": URL, "alias": code})
    assert problem.status_code == 409 and only_error(problem.json())["field"] == "alias"


def test_a_new_alias_is_shown_and_the_old_one_goes_on_working(pond):
    old, new = fresh(), fresh()
    made = pond.link("https://www.example.com/alias", alias=old)
    after = patch(pond, made["id"], {"alias": new})
    assert after["aliases"] == [new, old] and after["short_url"].endswith("/" + new)
    for name in (old, new, made["code"]):
        assert pond.visit(name).headers["Location"] == "https://www.example.com/alias"
    bare = patch(pond, made["id"], {"alias": None})
    assert bare["aliases"] == [] and bare["short_url"].endswith("/" + made["code"])
    assert [pond.visit(name).status_code for name in (old, new, made["code"])] == [404, 404, 302]


# ---- if_exists -----------------------------------------------------------------------------------------------------

def by_external():
    return {"external_id": fresh("ext")}


def by_alias():
    return {"alias": fresh(), "domain": "s.test"}


def by_everything():
    return {"url": f"https://www.example.com/{fresh()}", "campaign": "c1", "channel": "ch1", "customer": "cu1"}


@pytest.mark.parametrize("key", [by_external, by_alias, by_everything])
def test_if_exists_finds_by_each_key(pond, key):
    fields = {"url": URL, **key()}
    first = pond.link(**fields, if_exists="return", title="first")
    again = pond.api("POST", "/links", 200, json={**fields, "if_exists": "return", "title": "second"})
    assert again.headers["Link-Existed"] == "true" and again.json() == first
    updated = pond.api("POST", "/links", 200, json={**fields, "if_exists": "update", "title": "second"})
    assert updated.headers["Link-Existed"] == "true"
    assert (updated.json()["id"], updated.json()["title"]) == (first["id"], "second")
    refused = pond.api("POST", "/links", 409, json={**fields, "if_exists": "fail"}).json()
    assert refused["existing"]["id"] == first["id"]
    created = pond.api("POST", "/links", json={**fields, "if_exists": "create"})
    if key is by_everything:
        assert created.status_code == 201 and created.json()["id"] != first["id"]
    else:
        assert created.status_code == 409 and created.json()["existing"]["id"] == first["id"]


@pytest.mark.parametrize("mode", ["return", "update", "fail"])
@pytest.mark.parametrize("key", [by_external, by_alias, by_everything])
def test_if_exists_creates_when_there_is_none(pond, key, mode):
    reply = pond.api("POST", "/links", 201, json={"url": URL, **key(), "if_exists": mode})
    assert "Link-Existed" not in reply.headers
    assert reply.headers["Location"] == f"/api/v1/links/{reply.json()['id']}"


@pytest.mark.parametrize("different", ["url", "campaign", "channel", "customer"])
def test_the_long_key_needs_all_its_parts(pond, different):
    fields = by_everything()
    first = pond.link(**fields)
    other = {**fields, different: fields[different] + "x"}
    made = pond.api("POST", "/links", 201, json={**other, "if_exists": "return"}).json()
    assert made["id"] != first["id"]


def test_updating_leaves_what_the_request_does_not_name(pond):
    fields = by_external()
    pond.link(**fields, title="kept", tags=["kept"])
    reply = pond.api("POST", "/links", 200, json={"url": "https://www.example.com/new", **fields, "if_exists": "update"}).json()
    assert (reply["title"], reply["tags"], reply["url"]) == ("kept", ["kept"], "https://www.example.com/new")


def test_twenty_callers_who_want_the_same_link_get_one(pond):
    body = {"url": URL, **by_external(), "if_exists": "return"}
    with ThreadPoolExecutor(20) as threads:
        replies = list(threads.map(lambda _: pond.api("POST", "/links", json=body), range(20)))
    assert sorted(reply.status_code for reply in replies) == [200] * 19 + [201]
    assert len({reply.json()["id"] for reply in replies}) == 1


def test_twenty_callers_may_bring_the_same_new_words_at_once(pond):
    word = fresh("word")
    body = {"url": URL, "tags": [word], "campaign": word, "channel": word}
    with ThreadPoolExecutor(20) as threads:
        replies = list(threads.map(lambda _: pond.api("POST", "/links", 201, json=body), range(20)))
    assert len({reply.json()["id"] for reply in replies}) == 20
    for kind in ("tags", "campaigns", "channels"):
        assert pond.api("GET", f"/{kind}/{word}", 200).json()["links"] == 20
    assert [total(pond, **{name: word}) for name in ("tag", "campaign", "channel")] == [20, 20, 20]


# ---- names ---------------------------------------------------------------------------------------------------------

def test_a_link_goes_by_all_its_names(pond):
    alias, external = fresh(), fresh("ext")
    made = pond.link(URL, alias=alias, external_id=external)
    for ref in (made["id"], made["code"], alias, "ext:" + external):
        assert get(pond, ref)["id"] == made["id"], ref
    for ref in ("lnk_999999", "lnk_", "lnk_x", "lnk_-1", "ext:none", "none-of-these", "ZZZZZZZ", "%20", "lnk_99999999999999999999"):
        assert get(pond, ref, 404)["type"] == "urn:linkpond:problem:not-found", ref


def test_an_alias_on_two_domains_is_ambiguous_until_the_domain_is_named(make_pond):
    pond = make_pond()
    pond.api("POST", "/domains", 201, json={"host": "two.test", "scheme": "http"})
    first, second = pond.link(URL, alias="same"), pond.link(URL, alias="same", domain="two.test")
    problem = get(pond, "same", 409)
    assert problem["type"] == "urn:linkpond:problem:ambiguous"
    assert sorted(problem["candidates"]) == sorted([first["id"], second["id"]])
    assert get(pond, "same", params={"domain": "s.test"})["id"] == first["id"]
    assert get(pond, "same", params={"domain": "TWO.test"})["id"] == second["id"]
    assert get(pond, "same", 404, params={"domain": "nowhere.test"})
    assert patch(pond, "same", {"title": "x"}, params={"domain": "two.test"})["id"] == second["id"]
    pond.api("DELETE", "/links/same", 409)
    pond.api("DELETE", "/links/same", 204, params={"domain": "two.test"})
    assert pond.visit("same").status_code == 302 and pond.visit("same", host="two.test").status_code == 410


# ---- forms and plain text ------------------------------------------------------------------------------------------

def test_a_form_makes_a_link(pond):
    made = form(pond, "url=https%3A%2F%2Fwww.example.com%2Fa%3Fb%3D1%26c%3D2&title=%E6%98%A5+%E5%AD%A3&tags=x%2C+y&max_clicks=5"
                "&forward_query=no&campaign=&metadata=%7B%22a%22%3A1%7D", 201).json()
    assert (made["url"], made["title"], made["tags"]) == ("https://www.example.com/a?b=1&c=2", "春 季", ["x", "y"])
    assert (made["max_clicks"], made["forward_query"], made["campaign"], made["metadata"]) == (5, False, None, {"a": 1})


@pytest.mark.parametrize("body,field", [("url=", "url"), ("title=x", "url"), ("url=https://a.example/&max_clicks=many", "max_clicks"),
                                        ("url=https://a.example/&nonsense=1", "nonsense"),
                                        ("url=https://a.example/&password=1", "password"),
                                        ("url=https://a.example/&title=%ff", "title")])
def test_a_form_is_judged_like_json(pond, body, field):
    assert only_error(form(pond, body, 422).json())["field"] == field


def test_plain_text_is_the_short_url_alone(pond):
    alias = fresh()
    for reply in (pond.api("POST", "/links", 201, json={"url": URL, "alias": alias}, headers={"Accept": "text/plain"}),
                  form(pond, f"url={URL}&alias={alias}&if_exists=return", 200, headers={"Accept": "text/plain"}),
                  pond.api("GET", f"/links/{alias}", 200, headers={"Accept": "text/plain"})):
        assert reply.headers["Content-Type"].startswith("text/plain") and reply.text.strip() == f"http://s.test/{alias}"


# ---- revisions and repeats -----------------------------------------------------------------------------------------

def test_if_match_refuses_what_changed_meanwhile(pond):
    reply = pond.api("POST", "/links", 201, json={"url": URL})
    ref, etag = reply.json()["id"], reply.headers["ETag"]
    assert pond.api("GET", f"/links/{ref}", 200).headers["ETag"] == etag
    changed = pond.api("PATCH", f"/links/{ref}", 200, json={"title": "one"}, headers={"If-Match": etag})
    assert changed.headers["ETag"] != etag
    late = pond.api("PATCH", f"/links/{ref}", 412, json={"title": "two"}, headers={"If-Match": etag}).json()
    assert late["type"] == "urn:linkpond:problem:changed-meanwhile"
    pond.api("PATCH", f"/links/{ref}", 200, json={"title": "three"}, headers={"If-Match": "*"})
    assert get(pond, ref)["title"] == "three"


def test_of_twenty_edits_of_one_revision_one_wins(pond):
    reply = pond.api("POST", "/links", 201, json={"url": URL})

    def edit(i):
        return pond.api("PATCH", f"/links/{reply.json()['id']}", json={"title": str(i)},
                        headers={"If-Match": reply.headers["ETag"]}).status_code
    with ThreadPoolExecutor(20) as threads:
        assert sorted(threads.map(edit, range(20))) == [200] + [412] * 19


def test_a_repeat_with_the_same_key_gets_the_first_answer(pond):
    headers = {"Idempotency-Key": fresh("key")}
    body = {"url": URL, "title": "once"}
    before = total(pond)
    first = pond.api("POST", "/links", 201, json=body, headers=headers)
    again = pond.api("POST", "/links", 201, json=body, headers=headers)
    assert again.content == first.content and again.headers["Location"] == first.headers["Location"]
    assert total(pond) == before + 1
    other = pond.api("POST", "/links", 422, json={**body, "title": "twice"}, headers=headers).json()
    assert other["type"] == "urn:linkpond:problem:idempotency-key-reused"


def test_parallel_repeats_make_one_link(pond):
    headers = {"Idempotency-Key": fresh("key")}
    before = total(pond)
    with ThreadPoolExecutor(16) as threads:
        replies = list(threads.map(lambda _: pond.api("POST", "/links", json={"url": URL}, headers=headers), range(16)))
    assert {reply.status_code for reply in replies} <= {201, 409}
    assert len({reply.json()["id"] for reply in replies if reply.status_code == 201}) == 1
    assert {reply.json()["type"] for reply in replies if reply.status_code == 409} <= {"urn:linkpond:problem:in-progress"}
    assert total(pond) == before + 1


# ---- the bin -------------------------------------------------------------------------------------------------------

def test_the_bin_answers_gone_and_gives_links_back(pond):
    alias = fresh()
    made = pond.link(URL, alias=alias)
    pond.api("DELETE", f"/links/{alias}", 204)
    pond.api("DELETE", f"/links/{alias}", 204)
    binned = get(pond, alias)
    assert binned["state"] == "disabled" and binned["deleted_at"]
    for name in (alias, made["code"]):
        gone = pond.visit(name)
        assert gone.status_code == 410 and "text/html" in gone.headers["Content-Type"] and "Location" not in gone.headers
    assert total(pond, q=alias) == 0 and total(pond, q=alias, state="deleted") == 1
    pond.api("POST", "/links", 409, json={"url": URL, "alias": alias})
    back = pond.api("POST", f"/links/{alias}/restore", 200).json()
    assert back["deleted_at"] is None and back["state"] == "active"
    assert pond.visit(alias).status_code == 302
    assert pond.api("POST", f"/links/{alias}/restore", 200).json()["id"] == made["id"]


def test_a_fallback_is_for_links_in_the_bin_too(pond):
    made = pond.link(URL, fallback_url="https://www.example.com/instead")
    pond.api("DELETE", f"/links/{made['id']}", 204)
    gone = pond.visit(made["code"])
    assert (gone.status_code, gone.headers["Location"]) == (302, "https://www.example.com/instead")


def test_purging_is_the_admins_and_for_ever(make_pond):
    pond = make_pond()
    made, kept = pond.link(URL, alias="gone-name", external_id="e1"), pond.link(URL)
    for link in (made, made, kept):
        pond.click_of(pond.visit(link["code"]))
    writer = pond.api("POST", "/keys", 201, json={"name": "w", "scopes": ["links:read", "links:write"]}).json()["key"]
    pond.api("DELETE", f"/links/{made['id']}", 403, params={"purge": "true"}, key=writer)
    assert pond.visit(made["code"]).status_code == 302
    pond.api("DELETE", f"/links/{made['id']}", 204, params={"purge": "true"})
    assert get(pond, made["id"], 404) and get(pond, made["code"], 404) and get(pond, "gone-name", 404)
    assert pond.visit(made["code"]).status_code == 410
    pond.api("POST", f"/links/{made['id']}/restore", 404)
    assert pond.stats(period="all")["totals"]["clicks"] == 1
    assert {click["link"] for click in pond.clicks()} <= {kept["id"], made["id"]}
    again = pond.link(URL, alias="gone-name", external_id="e1")
    assert again["code"] != made["code"] and pond.visit("gone-name").status_code == 302
    pond.restart()
    assert pond.visit(made["code"]).status_code == 410


# ---- visitors see edits at once ------------------------------------------------------------------------------------

def test_visitors_see_each_edit_as_soon_as_it_is_answered(pond):
    made = pond.link(URL)
    for i in range(50):
        url = f"https://www.example.com/{i}"
        patch(pond, made["code"], {"url": url})
        assert pond.visit(made["code"]).headers["Location"] == url


def test_visitors_see_switches_at_once(pond):
    made = pond.link(URL)
    steps = [({"enabled": False}, 410), ({"enabled": True}, 302), ({"valid_until": "2020-01-01T00:00:00Z"}, 410),
             ({"valid_until": None}, 302), ({"valid_from": "2099-01-01T00:00:00Z"}, 404), ({"valid_from": None}, 302),
             ({"redirect_status": 301}, 301), ({"archived": True}, 301), ({"redirect_status": None}, 302)]
    for fields, status in steps:
        patch(pond, made["id"], fields)
        assert pond.visit(made["code"]).status_code == status, fields


@pytest.mark.parametrize("fields,state", [
    ({}, "active"), ({"enabled": False}, "disabled"), ({"archived": True}, "archived"), ({"archived": True, "enabled": False}, "archived"),
    ({"valid_from": "2099-01-01T00:00:00Z"}, "scheduled"), ({"valid_until": "2020-01-01T00:00:00Z"}, "expired"),
    ({"valid_until": "2020-01-01T00:00:00Z", "enabled": False}, "disabled")])
def test_states(pond, fields, state):
    made = pond.link(URL, **fields)
    assert made["state"] == state
    listed = pond.api("GET", "/links", 200, params={"state": state, "limit": 1000}).json()["items"]
    assert made["id"] in [link["id"] for link in listed] and {link["state"] for link in listed} == {state}


def test_a_limit_is_used_up_to_the_click(pond):
    made = pond.link(URL, max_clicks=3)
    assert [pond.visit(made["code"]).status_code for _ in range(5)] == [302, 302, 302, 410, 410]
    wait_for(lambda: get(pond, made["id"])["state"] == "used_up")
    wait_for(lambda: made["id"] in [link["id"] for link in
                                    pond.api("GET", "/links", 200, params={"state": "used_up"}).json()["items"]])
    assert patch(pond, made["id"], {"max_clicks": 4})["state"] == "active"
    assert [pond.visit(made["code"]).status_code for _ in range(2)] == [302, 410]


def test_a_script_may_make_many_links_one_by_one(make_pond):
    pond = make_pond()
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda i: pond.api("POST", "/links", json={"url": f"{URL}/{i}"}), range(1000)))
    assert {reply.status_code for reply in replies} == {201}
    assert total(pond) == 1000
