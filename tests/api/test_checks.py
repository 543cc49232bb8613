# SPDX-License-Identifier: MIT
"""/api/v1/alias-check and /api/v1/url-check: what a form asks while somebody types.

Promises: they say what making the link would say, and make nothing; a suggestion can be had; the preview is where a visitor
is sent.
"""
import pytest

URL = "https://www.example.com/landing"


@pytest.fixture
def pond(make_pond):
    return make_pond()


def alias_check(pond, alias, expect=200, key=None, **params):
    return pond.api("GET", "/alias-check", expect, key=key, params={"alias": alias, **params}).json()


def url_check(pond, text, expect=200, headers=None, **fields):
    return pond.api("POST", "/url-check", expect, json={"text": text, **fields}, headers=headers or {}).json()


def codes(answer):
    return [note["code"] if isinstance(note, dict) else note for note in answer["warnings"]]


# ---- aliases -------------------------------------------------------------------------------------------------------

def test_a_free_alias_is_free_and_stays_so(pond):
    for _ in range(2):
        answer = alias_check(pond, "spring")
        assert answer == {"alias": "spring", "available": True, "reason": None, "detail": None, "suggestion": None, "existing": None}
    pond.link(URL, alias="spring")


def test_a_taken_alias_names_its_link_and_one_that_can_be_had(pond):
    made = pond.link(URL, alias="spring")
    pond.link(URL, alias="spring-2")
    answer = alias_check(pond, "spring")
    assert (answer["available"], answer["reason"], answer["existing"]["id"]) == (False, "taken", made["id"])
    assert answer["suggestion"] == "spring-3"
    pond.link(URL, alias=answer["suggestion"])


def test_a_code_is_taken_too(pond):
    made = pond.link(URL)
    assert alias_check(pond, made["code"])["reason"] == "taken"


@pytest.mark.parametrize("alias,reason,suggestion", [
    ("a", "too_short", "go-a"), ("a b", "bad_character", "a-b"), ("春天", "bad_character", None), ("a/b", "bad_character", "a-b"),
    ("api", "reserved", None), ("x" * 65, "too_long", None)])
def test_what_cannot_be_an_alias_gets_one_like_it(pond, alias, reason, suggestion):
    answer = alias_check(pond, alias)
    assert (answer["available"], answer["reason"]) == (False, reason)
    assert answer["detail"]
    if suggestion:
        assert answer["suggestion"] == suggestion
    pond.link(URL, alias=answer["suggestion"])


def test_domains_have_aliases_of_their_own(pond):
    pond.api("POST", "/domains", 201, json={"host": "b.test", "scheme": "http"})
    pond.link(URL, alias="spring")
    assert alias_check(pond, "spring", domain="b.test")["available"] is True
    assert alias_check(pond, "spring", 422, domain="nobody.test")["errors"][0]["field"] == "domain"


def test_nothing_to_check_is_refused(pond):
    assert alias_check(pond, " ", 422)["errors"][0]["code"] == "required"
    reader = pond.api("POST", "/keys", 201, json={"name": "r", "scopes": ["links:read"]}).json()["key"]
    alias_check(pond, "spring", 403, key=reader)


def test_whose_link_it_is_only_its_owner_learns(pond):
    pond.link(URL, alias="spring", owner=None)
    bound = pond.api("POST", "/keys", 201, json={"name": "b", "scopes": ["links:write", "links:read"], "owner": "admin"}).json()["key"]
    answer = alias_check(pond, "spring", key=bound)
    assert (answer["available"], answer["existing"]) == (False, None)


# ---- addresses -----------------------------------------------------------------------------------------------------

def test_the_address_is_found_repaired_and_previewed(pond):
    answer = url_check(pond, "\ufeff【春季】点击：https：//www.example.com/a\u200bb?x=1#top，先到先得！", utm_source="wechat", utm_content="春")
    assert answer["found"] is True and answer["url"] == "https://www.example.com/ab?x=1#top"
    assert answer["changes"] == ["text_removed", "invisible_removed", "full_width_converted"] and len(answer["details"]) == 3
    assert answer["preview"] == "https://www.example.com/ab?x=1&utm_source=wechat&utm_content=%E6%98%A5#top"
    assert answer["problem"] is None and answer["utm"]["utm_source"] == "wechat"
    assert pond.api("GET", "/links", 200).json()["total"] == 0


def test_the_preview_is_where_visitors_are_sent(pond):
    pond.api("POST", "/channels", 201, json={"key": "kol", "channel_group": "KOL", "utm_template": {"utm_medium": "{channel_group}"}})
    fields = {"channel": "kol", "campaign": "spring", "utm_source": "weibo"}
    answer = url_check(pond, URL + "?utm_source=own", **fields)
    made = pond.link(answer["url"], **fields)
    assert pond.visit(made["code"]).headers["Location"] == answer["preview"] == URL + "?utm_source=own&utm_medium=KOL"
    assert "has_utm" in codes(answer)
    bare = url_check(pond, URL, apply_template=False, **fields)
    assert bare["preview"] == URL + "?utm_source=weibo"


def test_text_without_an_address(pond):
    answer = url_check(pond, "你好，明天见")
    assert (answer["found"], answer["url"], answer["changes"], answer["problem"], answer["preview"]) == (False, None, [], None, None)


@pytest.mark.parametrize("text,code", [
    ("https://u.wechat.com/EAbc", "wechat_card"), ("https://weixin.qq.com/g/AwYA", "wechat_scan_only"), ("http://example.com/", "insecure_http"),
    ("https://mp.weixin.qq.com/s?tempkey=x", "wechat_temporary"), ("https://a.example.com/ https://b.example.com/", "several_urls"),
    ("https://t.cn/A6", "other_short_link"), ("https://example.com/?q=春", "non_ascii")])
def test_what_will_not_work_is_said_and_not_refused(pond, text, code):
    answer = url_check(pond, text)
    assert code in codes(answer) and answer["problem"] is None and answer["preview"]
    note = next(note for note in answer["warnings"] if isinstance(note, dict) and note["code"] == code)
    chinese = url_check(pond, text, headers={"Accept-Language": "zh-CN"})
    assert note["detail"] not in str(chinese) and note["detail"]


def test_an_address_that_no_link_may_have_says_why(pond):
    for text, field, code in [("weixin://dl/business/?t=x", "url", "scheme_not_allowed"), ("http://s.test/abc", "url", "own_host"),
                              ("http://127.0.0.1/x", "url", "private_host"), ("https://a:b@example.com/", "url", "userinfo_not_allowed")]:
        answer = url_check(pond, text)
        error = answer["problem"]["errors"][0]
        assert (error["field"], error["code"], answer["preview"], answer["found"]) == (field, code, None, True)
    assert "app_scheme" in codes(url_check(pond, "weixin://dl/business/?t=x"))


def test_a_domain_nobody_reaches_is_said(make_pond):
    pond = make_pond("local", domain="localhost:8080")
    assert "short_url_not_public" in codes(url_check(pond, URL))


@pytest.mark.parametrize("body,field,code", [({}, "text", "required"), ({"text": 7}, "text", "wrong_type"), ({"text": "x" * 16385}, "text", "too_long"),
                                             ({"text": URL, "colour": "x"}, "colour", "unknown_field"), ({"text": URL, "utm_source": "x" * 256}, "utm_source", "too_long")])
def test_calls_that_mean_nothing_are_refused(pond, body, field, code):
    error = pond.api("POST", "/url-check", 422, json=body).json()["errors"][0]
    assert (error["field"], error["code"]) == (field, code)
