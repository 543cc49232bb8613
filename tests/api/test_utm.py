# SPDX-License-Identifier: MIT
"""UTM discipline: templates of channels, the dictionary, notes on what was written, reports that read tidied.

Promises: a link gets what its channel gives and nobody named; one spelling per thing, at creation and in reports, while
the clicks stay as they came; what is odd is said and not refused, unless the dictionary is strict.
"""
import datetime
import re
from pathlib import Path

import pytest

from pond import wait_for

URL = "https://www.example.com/landing"
FIELDS = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"]


@pytest.fixture
def fresh(make_pond):
    return make_pond()


def utm(link):
    return [link[field] for field in FIELDS]


def teach(pond, field="utm_source", value="wechat-mp", aliases=("公众号", "gzh", "WeChat_MP"), **more):
    return pond.api("POST", "/utm-values", 201, json={"field": field, "value": value, "aliases": list(aliases), **more}).json()


def notes(link, code=None):
    return [w for w in link["warnings"] if isinstance(w, dict) and code in (None, w["code"])]


def codes(link):
    return sorted((w["code"], w["field"]) for w in notes(link))


def error(answer):
    return [(e["field"], e["code"]) for e in answer.json()["errors"]][0]


# ---- templates -----------------------------------------------------------------------------------------------------

TEMPLATE = {"utm_source": "wechat", "utm_medium": "{channel_group}", "utm_campaign": "{campaign}-{date}",
            "utm_term": "{region}/{location}", "utm_content": "{channel}", "utm_id": "{code}"}


def make_channel(pond, key="g3", **template):
    return pond.api("POST", "/channels", 201, json={
        "key": key, "channel_group": "社群", "region": "华东", "location": "上海店", "owner": "admin",
        "utm_template": template or TEMPLATE}).json()


def today(pond):
    zone = pond.api("GET", "/stats?period=today", 200).json()["from"][-6:]
    offset = datetime.timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6])) * (-1 if zone[0] == "-" else 1)
    return (datetime.datetime.now(datetime.timezone.utc) + offset).strftime("%Y%m%d")


def test_a_link_gets_what_its_channel_gives(fresh):
    assert make_channel(fresh)["utm_template"] == TEMPLATE
    days = {today(fresh)}
    link = fresh.link(url=URL, channel="g3", campaign="spring", customer="c-1")
    days.add(today(fresh))
    assert utm(link) in [["wechat", "社群", f"spring-{day}", "华东/上海店", "g3", link["code"]] for day in days]
    assert f"utm_id={link['code']}" in fresh.visit(link["code"]).headers["Location"]


def test_owner_and_customer_can_stand_in_a_template(fresh):
    make_channel(fresh, utm_source="{owner}", utm_content="x{customer}y")
    assert utm(fresh.link(url=URL, channel="g3", customer="王五"))[::4] == ["admin", "x王五y"]
    assert utm(fresh.link(url=URL, channel="g3"))[::4] == ["admin", "xy"]


def test_what_is_named_wins_and_an_empty_text_is_named(fresh):
    make_channel(fresh)
    link = fresh.link(url=URL, channel="g3", utm_source="mine", utm_medium="", utm_term=None)
    assert utm(link)[:2] == ["mine", None] and link["utm_term"] is None and link["utm_content"] == "g3"
    bare = fresh.link(url=URL, channel="g3", apply_template=False)
    assert utm(bare) == [None] * 6


def test_a_patch_of_the_channel_leaves_utm_alone_unless_asked(fresh):
    make_channel(fresh, "g3", utm_source="three", utm_content="{code}")
    make_channel(fresh, "g4", utm_source="four", utm_content="{code}-{date}")
    link = fresh.link(url=URL, channel="g3", utm_term="kept")
    path = "/links/" + link["id"]
    moved = fresh.api("PATCH", path, 200, json={"channel": "g4"}).json()
    assert utm(moved) == utm(link)
    asked = fresh.api("PATCH", path, 200, json={"apply_template": True, "utm_medium": "own"}).json()
    made_on = asked["created_at"][:10]
    assert (asked["utm_source"], asked["utm_medium"], asked["utm_term"]) == ("four", "own", "kept")
    assert asked["utm_content"].startswith(link["code"] + "-20") and len(asked["utm_content"]) == len(link["code"]) + 9, made_on
    plain = fresh.link(url=URL)
    assert utm(fresh.api("PATCH", "/links/" + plain["id"], 200, json={"apply_template": True}).json()) == [None] * 6


@pytest.mark.parametrize("text", ["{unknown}", "{", "}", "a{channel", "{ channel }", "{CHANNEL}", "{{channel}}", "{}", "{channel}}"])
def test_a_template_with_an_unknown_name_is_refused_by_field(pond, text):
    answer = pond.api("POST", "/channels", 422, json={"key": "bad", "utm_template": {"utm_campaign": text}})
    assert error(answer) == ("utm_template.utm_campaign", "unknown_placeholder")
    pond.api("GET", "/channels/bad", 404)


@pytest.mark.parametrize("template, field, code", [
    ({"utm_source": "x" * 256}, "utm_template.utm_source", "too_long"), ({"utm_source": "a\nb"}, "utm_template.utm_source", "control_character"),
    ({"utm_nothing": "x"}, "utm_template", "unknown_field"), ({"utm_source": 7}, "utm_template", "wrong_type"),
    ("x", "utm_template", "wrong_type"), ([], "utm_template", "wrong_type")])
def test_what_is_no_template_is_refused(pond, template, field, code):
    assert error(pond.api("POST", "/channels", 422, json={"key": "bad", "utm_template": template})) == (field, code)


def test_a_template_is_patched_in_parts_and_cleared(pond):
    make_channel(pond, "parts", utm_source="a", utm_medium="b")
    changed = pond.api("PATCH", "/channels/parts", 200, json={"utm_template": {"utm_medium": None, "utm_id": "{code}"}}).json()
    assert changed["utm_template"] == {**dict.fromkeys(FIELDS), "utm_source": "a", "utm_id": "{code}"}
    assert pond.api("PATCH", "/channels/parts", 200, json={"name": "x"}).json()["utm_template"]["utm_source"] == "a"
    assert pond.api("PATCH", "/channels/parts", 200, json={"utm_template": None}).json()["utm_template"] is None
    assert error(pond.api("POST", "/campaigns", 422, json={"key": "c", "utm_template": {}})) == ("utm_template", "unknown_field")


def test_a_value_that_grows_too_long_is_refused_with_the_link(fresh):
    make_channel(fresh, utm_content="{customer}{customer}")
    assert fresh.link(url=URL, channel="g3", customer="x" * 127)["utm_content"] == "x" * 254
    answer = fresh.api("POST", "/links", 422, json={"url": URL, "channel": "g3", "customer": "x" * 128})
    assert error(answer) == ("utm_content", "too_long")


def test_templates_work_in_bulk_and_in_imports(fresh):
    make_channel(fresh, utm_source="{channel}", utm_id="{code}")
    results = fresh.api("POST", "/bulk/links", 200, json={"links": [{"url": URL, "channel": c} for c in ("g3", "new", "g3")]}).json()["results"]
    links = [one["link"] for one in results]
    assert [link["utm_source"] for link in links] == ["g3", None, "g3"]
    assert [link["utm_id"] for link in links] == [links[0]["code"], None, links[2]["code"]]
    fresh.api("POST", "/import", 200, data=f"url,alias,channel\n{URL},moved,g3\n".encode(), headers={"Content-Type": "text/csv"}).text
    assert wait_for(lambda: fresh.api("GET", "/links?q=moved", 200).json()["items"])[0]["utm_source"] == "g3"


# ---- the dictionary ------------------------------------------------------------------------------------------------

def test_a_value_is_made_found_changed_and_removed(fresh):
    made = fresh.api("POST", "/utm-values", 201, json={
        "field": "utm_source", "value": " wechat-mp ", "aliases": ["公众号", " gzh", "GZH", "", "WECHAT-MP"], "names": {"zh": "公众号", "en": "WeChat"}})
    value = made.json()
    path = made.headers["Location"].removeprefix("/api/v1")
    assert path == "/utm-values/" + value["id"]
    assert (value["field"], value["value"], value["aliases"], value["names"], value["archived"]) == (
        "utm_source", "wechat-mp", ["公众号", "gzh"], {"zh": "公众号", "en": "WeChat"}, False)
    assert fresh.api("GET", path, 200).json() == value
    changed = fresh.api("PATCH", path, 200, json={"aliases": None, "names": {"en": None}, "archived": True}).json()
    assert (changed["aliases"], changed["names"], changed["archived"]) == ([], {"zh": "公众号", "en": ""}, True)
    fresh.api("DELETE", path, 204)
    for method in ("GET", "DELETE"):
        fresh.api(method, path, 404)
    fresh.api("PATCH", path, 404, json={"archived": True})


def test_a_spelling_stands_for_one_value(fresh):
    first = teach(fresh)
    for body in ({"value": "GZH"}, {"value": "x", "aliases": ["　WeChat_mp "]}, {"value": "Ｗechat-mp"}):
        answer = fresh.api("POST", "/utm-values", 409, json={"field": "utm_source", **body})
        assert answer.json()["existing"]["id"] == first["id"]
        assert error(answer)[1] == "taken"
    teach(fresh, "utm_medium", "gzh", [])
    second = teach(fresh, value="douyin", aliases=[])
    fresh.api("PATCH", "/utm-values/" + second["id"], 409, json={"aliases": ["gzh"]})
    assert error(fresh.api("PATCH", "/utm-values/" + second["id"], 422, json={"field": "utm_medium"})) == ("field", "not_allowed")


def test_a_renamed_value_keeps_its_old_spelling(fresh):
    value = teach(fresh)
    renamed = fresh.api("PATCH", "/utm-values/" + value["id"], 200, json={"value": "weixin"}).json()
    assert renamed["value"] == "weixin" and renamed["aliases"] == [*value["aliases"], "wechat-mp"]
    cased = fresh.api("PATCH", "/utm-values/" + value["id"], 200, json={"value": "WeiXin"}).json()
    assert cased["aliases"] == renamed["aliases"]


@pytest.mark.parametrize("body, field, code", [
    ({"value": "x"}, "field", "required"), ({"field": "utm_source"}, "value", "required"), ({"field": "utm_id", "value": "x"}, "field", "not_allowed"),
    ({"field": "source", "value": "x"}, "field", "not_allowed"), ({"field": "utm_source", "value": " 　 "}, "value", "required"),
    ({"field": "utm_source", "value": "x" * 256}, "value", "too_long"), ({"field": "utm_source", "value": "a\tb"}, "value", "control_character"),
    ({"field": "utm_source", "value": "x", "aliases": ["a"] * 21}, "aliases", "too_many"), ({"field": "utm_source", "value": "x", "aliases": "y"}, "aliases", "wrong_type"),
    ({"field": "utm_source", "value": "x", "aliases": ["\u202e"]}, "aliases[0]", "control_character"), ({"field": "utm_source", "value": "x", "names": {"fr": "y"}}, "names", "unknown_field"),
    ({"field": "utm_source", "value": "x", "names": {"zh": "y" * 129}}, "names.zh", "too_long"), ({"field": "utm_source", "value": "x", "more": 1}, "more", "unknown_field")])
def test_what_is_no_value_is_refused_by_field(pond, body, field, code):
    assert error(pond.api("POST", "/utm-values", 422, json=body)) == (field, code)


def test_lists_are_filtered_searched_and_paged(fresh):
    for i in range(5):
        teach(fresh, value=f"s{i}", aliases=[f"alias-{i}"], archived=i == 4)
    teach(fresh, "utm_medium", "cpc", ["sem"], names={"zh": "搜索广告"})
    get = lambda query: fresh.api("GET", "/utm-values" + query, 200).json()  # noqa: E731
    values = lambda query: [item["value"] for item in get(query)["items"]]  # noqa: E731
    assert values("?field=utm_source") == ["s0", "s1", "s2", "s3"]
    assert values("?archived=true") == ["s4"] and len(values("?archived=all")) == 6
    assert values("?q=IAS-2") == ["s2"] and values("?q=搜索") == ["cpc"] and values("?q=%25") == []
    page = get("?limit=3")
    assert (page["total"], page["total_exact"], len(page["items"])) == (5, True, 3)
    assert values(f"?limit=3&cursor={page['next_cursor']}") == ["s3", "cpc"] and get(f"?limit=3&cursor={page['next_cursor']}")["next_cursor"] is None
    for query, field in (("?field=utm_id", "field"), ("?cursor=!!", "cursor"), ("?archived=x", "archived"), ("?limit=0", "limit"), ("?fild=x", "fild")):
        assert error(fresh.api("GET", "/utm-values" + query, 422))[0] == field


def test_the_dictionary_comes_in_as_json_and_again(fresh):
    body = {"utm_values": [{"field": "utm_source", "value": "wechat-mp", "aliases": ["gzh"]}, {"field": "utm_medium", "value": "social"},
                           {"field": "nonsense", "value": "x"}, 7, {"field": "utm_source", "value": "other", "aliases": ["GZH"]}]}
    dry = fresh.api("POST", "/bulk/utm-values", 200, json={**body, "dry_run": True}).json()
    assert dry["dry_run"] and fresh.api("GET", "/utm-values", 200).json()["total"] == 0
    results = fresh.api("POST", "/bulk/utm-values", 200, json=body).json()["results"]
    assert [one["status"] for one in results] == [one["status"] for one in dry["results"]] == [201, 201, 422, 422, 409]
    assert results[4]["problem"]["existing"]["value"] == "wechat-mp"
    again = fresh.api("POST", "/bulk/utm-values", 200, json={"utm_values": [{"field": "utm_source", "value": "WeChat-MP", "names": {"zh": "公众号"}}]}).json()["results"][0]
    assert (again["status"], again["utm_value"]["id"], again["utm_value"]["aliases"]) == (200, results[0]["utm_value"]["id"], ["gzh"])
    assert (again["utm_value"]["value"], again["utm_value"]["names"]["zh"]) == ("WeChat-MP", "公众号")
    assert fresh.api("GET", "/utm-values", 200).json()["total"] == 2
    many = [{"field": "utm_term", "value": f"t{i}"} for i in range(1001)]
    assert error(fresh.api("POST", "/bulk/utm-values", 422, json={"utm_values": many})) == ("utm_values", "too_many")
    assert {one["status"] for one in fresh.api("POST", "/bulk/utm-values", 200, json={"utm_values": many[:1000]}).json()["results"]} == {201}
    for bad in ({}, {"utm_values": []}, {"utm_values": {}}, {"utm_values": None}):
        assert error(fresh.api("POST", "/bulk/utm-values", 422, json=bad))[0] == "utm_values"


def csv(pond, text, expect=200, query=""):
    return pond.api("POST", "/bulk/utm-values" + query, expect, data=text.encode() if isinstance(text, str) else text, headers={"Content-Type": "text/csv"})


def test_the_dictionary_comes_in_as_csv(fresh):
    text = "\ufefffield,value,aliases,name_zh,archived\r\nutm_source,wechat-mp,公众号|gzh| ,公众号,\r\nutm_medium,\"a, b\",,,true\r\nbad,x,,,\r\nutm_source,y,,,maybe\r\n"
    assert [one["status"] for one in csv(fresh, text, query="?dry_run=true").json()["results"]] == [201, 201, 422, 422]
    results = csv(fresh, text).json()["results"]
    assert [one["status"] for one in results] == [201, 201, 422, 422]
    assert results[0]["utm_value"]["aliases"] == ["公众号", "gzh"] and results[0]["utm_value"]["names"]["zh"] == "公众号"
    assert (results[1]["utm_value"]["value"], results[1]["utm_value"]["archived"]) == ("a, b", True)
    assert results[2]["problem"]["errors"][0]["field"] == "field" and results[3]["problem"]["errors"][0]["field"] == "archived"
    assert csv(fresh, "字段;值;别名\nutm_source;douyin;抖音\n").json()["results"][0]["utm_value"]["aliases"] == ["抖音"]


def test_the_recommended_set_goes_in_and_covers_what_people_write(fresh):
    page = (Path(__file__).resolve().parents[2] / "docs/attribution.md").read_text()
    results = csv(fresh, re.search(r"```csv\n(.*?)```", page, re.S)[1]).json()["results"]
    assert len(results) > 10 and {one["status"] for one in results} == {201}
    assert {fresh.link(url=URL, utm_source=s, utm_medium="群")["utm_source"] for s in ("公众号", "gzh", "WeChat_MP")} == {"wechat-mp"}


@pytest.mark.parametrize("text", ["field,value\n", "", "a,b\n1,2\n", "field,value\n\"" + "x" * 300000, b"\xff\xfe\x00", "field,field,value\nutm_id,utm_source,x\nmore,cells,than,columns\n"])
def test_a_hostile_csv_is_refused_and_nothing_breaks(pond, text):
    answer = pond.api("POST", "/bulk/utm-values", None, data=text.encode() if isinstance(text, str) else text, headers={"Content-Type": "text/csv"})
    assert answer.status_code in (200, 400, 413, 422)
    if answer.status_code == 200:
        assert {one["status"] for one in answer.json()["results"]} == {422}


def test_two_columns_of_one_name_are_refused_for_nobody_knows_which_is_meant(pond):
    refused = csv(pond, "field,值,value\nutm_source,a,b\n", 422).json()["errors"][0]
    assert (refused["field"], refused["code"]) == ("body", "conflicting")


def test_bound_keys_and_readers_do_not_write_the_dictionary(fresh):
    value = teach(fresh)
    make = lambda **more: fresh.api("POST", "/keys", 201, json={"name": "k", **more}).json()["key"]  # noqa: E731
    bound, reader = make(scopes=["links:read", "links:write"], owner="admin"), make(scopes=["links:read"])
    for key in (bound, reader):
        fresh.api("GET", "/utm-values", 200, key=key)
        fresh.api("POST", "/utm-values", 403, key=key, json={"field": "utm_source", "value": "x"})
        fresh.api("PATCH", "/utm-values/" + value["id"], 403, key=key, json={"archived": True})
        fresh.api("DELETE", "/utm-values/" + value["id"], 403, key=key)
        fresh.api("POST", "/bulk/utm-values", 403, key=key, json={"utm_values": [{"field": "utm_source", "value": "x"}]})
    for path in ("utv_0", "utv_-1", "1", "utv_", "utv_99999999999999999999", "x"):
        fresh.api("GET", "/utm-values/" + path, 404)


# ---- links meet the dictionary -------------------------------------------------------------------------------------

def test_a_spelling_becomes_the_value_and_that_is_said(fresh):
    teach(fresh)
    link = fresh.link(url=URL, utm_source="公众号", utm_medium="social")
    assert link["utm_source"] == "wechat-mp"
    assert [(n["field"], n["from"], n["to"]) for n in notes(link, "utm_normalised")] == [("utm_source", "公众号", "wechat-mp")]
    assert notes(fresh.link(url=URL, utm_source="wechat-mp", utm_medium="social")) == []
    patched = fresh.api("PATCH", "/links/" + link["id"], 200, json={"utm_source": " GZH "}).json()
    assert patched["utm_source"] == "wechat-mp" and notes(patched, "utm_normalised")[0]["from"] == "GZH"
    assert notes(fresh.api("PATCH", "/links/" + link["id"], 200, json={"title": "x"}).json()) == []
    assert notes(fresh.api("GET", "/links/" + link["id"], 200).json()) == []
    bulk = fresh.api("POST", "/bulk/links", 200, json={"links": [{"url": URL, "utm_source": "gzh", "utm_medium": "m"}], "dry_run": True}).json()
    assert notes(bulk["results"][0]["link"], "utm_normalised")[0]["to"] == "wechat-mp"
    zh = fresh.api("POST", "/links", 201, json={"url": URL, "utm_source": "gzh", "utm_medium": "m"}, headers={"Accept-Language": "zh-CN"}).json()
    assert "词典" in notes(zh, "utm_normalised")[0]["detail"]


def test_what_a_template_gives_is_normalised_too(fresh):
    teach(fresh, "utm_medium", "community", ["社群"])
    make_channel(fresh)
    assert fresh.link(url=URL, channel="g3")["utm_medium"] == "community"


def test_normalising_twice_changes_nothing(fresh):
    teach(fresh)
    teach(fresh, value="WeChat Work", aliases=["企微", "wecom"])
    for text in ("公众号", "WECOM", "wechat　work", "Gzh", "other", "We Chat Work", "ＧＺＨ"):
        once = fresh.link(url=URL, utm_source=text)["utm_source"]
        again = fresh.link(url=URL, utm_source=once)
        assert again["utm_source"] == once and notes(again, "utm_normalised") == []


def test_normalising_can_be_switched_off(make_pond):
    pond = make_pond(utm_normalise="off")
    teach(pond)
    link = pond.link(url=URL, utm_source="公众号", utm_medium="m")
    assert link["utm_source"] == "公众号" and notes(link, "utm_normalised") == []
    assert pond.api("GET", "/me", 200).json()["install"]["utm_normalise"] is False


@pytest.mark.parametrize("fields, expected", [
    ({"utm_source": "WeChat", "utm_medium": "CPC"}, [("utm_upper_case", "utm_medium"), ("utm_upper_case", "utm_source")]),
    ({"utm_campaign": "Spring Sale"}, [("utm_blank", "utm_campaign")]),
    ({"utm_content": "a　b"}, [("utm_blank", "utm_content")]),
    ({"utm_source": "wechat"}, [("utm_source_without_medium", "utm_medium")]),
    ({"utm_term": "https://www.example.com/x"}, [("utm_url", "utm_term")]),
    ({"utm_id": "http%3A%2F%2Fexample.com"}, [("utm_url", "utm_id")]),
    ({"utm_content": "13800138000"}, [("utm_personal_data", "utm_content")]),
    ({"utm_content": "kefu-138-0013-8000"}, [("utm_personal_data", "utm_content")]),
    ({"utm_content": "+8613800138000"}, [("utm_personal_data", "utm_content")]),
    ({"utm_content": "+44-7700-900123"}, [("utm_personal_data", "utm_content")]),
    ({"utm_content": "１３８００１３８０００"}, [("utm_personal_data", "utm_content")]),
    ({"utm_campaign": "li.lei@example.com"}, [("utm_personal_data", "utm_campaign")]),
    ({"utm_campaign": "20260401-1380013"}, []), ({"utm_campaign": "1714550400000"}, []), ({"utm_campaign": "12345678901234"}, []),
    ({"utm_campaign": "@home"}, []), ({"utm_campaign": "a@b"}, []), ({"utm_campaign": "春季上新"}, []), ({"utm_campaign": "1+1=2"}, []),
    ({"utm_source": "wechat", "utm_medium": "social", "utm_campaign": "Spring"}, [])])
def test_odd_values_are_made_and_noted(pond, fields, expected):
    assert codes(pond.link(url=URL, **fields)) == expected


def test_an_unknown_medium_is_noted_once_there_is_a_dictionary(fresh):
    assert codes(fresh.link(url=URL, utm_medium="scoial")) == []
    value = teach(fresh, "utm_medium", "Social", [])
    assert codes(fresh.link(url=URL, utm_medium="scoial")) == [("utm_medium_unknown", "utm_medium")]
    assert codes(fresh.link(url=URL, utm_medium="social", utm_source="x")) == [("utm_normalised", "utm_medium")]
    assert codes(fresh.link(url=URL, utm_medium="Social", utm_source="x")) == []
    fresh.api("PATCH", "/utm-values/" + value["id"], 200, json={"archived": True})
    assert codes(fresh.link(url=URL, utm_medium="scoial")) == []


def test_a_strict_dictionary_refuses_and_offers_the_nearest(make_pond):
    pond = make_pond(strict_dictionary="true")
    assert pond.link(url=URL, utm_source="anything", utm_medium="m")["utm_source"] == "anything"
    teach(pond)
    old = teach(pond, value="douyin", aliases=["抖音"])
    answer = pond.api("POST", "/links", 422, json={"url": URL, "utm_source": "wehcat-mp"})
    assert error(answer) == ("utm_source", "not_in_dictionary") and "wechat-mp" in answer.json()["detail"]
    assert pond.link(url=URL, utm_source="gzh")["utm_source"] == "wechat-mp"
    assert pond.link(url=URL, utm_campaign="free")["utm_campaign"] == "free"
    pond.api("PATCH", "/utm-values/" + old["id"], 200, json={"archived": True})
    assert error(pond.api("POST", "/links", 422, json={"url": URL, "utm_source": "抖音"})) == ("utm_source", "not_in_dictionary")
    link = pond.link(url=URL)
    assert error(pond.api("PATCH", "/links/" + link["id"], 422, json={"utm_source": "nothing like it"}))[1] == "not_in_dictionary"
    results = pond.api("POST", "/bulk/links", 200, json={"links": [{"url": URL, "utm_source": s} for s in ["zzz"] * 40 + ["gzh"]]}).json()["results"]
    assert [one["status"] for one in results] == [422] * 40 + [201]


# ---- reports -------------------------------------------------------------------------------------------------------

def test_tidying_the_dictionary_tidies_history(fresh):
    link = fresh.link(url=URL)
    for i, source in enumerate(["公众号", "gzh", "wechat-mp", "douyin", None]):
        fresh.click_of(fresh.visit(link["code"] + (f"?utm_source={source}" if source else ""), ip=f"203.0.113.{i}"))
    groups = lambda **q: {g["utm_source"]: g["clicks"] for g in fresh.stats(group_by="utm_source", **q)["groups"]}  # noqa: E731
    before = {"公众号": 1, "gzh": 1, "wechat-mp": 1, "douyin": 1, "": 1}
    assert groups() == before
    value = teach(fresh)
    assert groups() == {"wechat-mp": 3, "douyin": 1, "": 1}
    assert groups(raw="true") == before
    assert fresh.stats(utm_source="GZH")["totals"]["clicks"] == 3
    assert fresh.stats(utm_source="gzh", raw="true")["totals"]["clicks"] == 1
    assert fresh.stats(not_utm_source="公众号")["totals"]["clicks"] == 2
    clicks = fresh.api("GET", "/clicks?period=7d&utm_source=gzh", 200).json()["items"]
    assert sorted(c["utm_source"] for c in clicks) == sorted(["公众号", "gzh", "wechat-mp"])
    assert len(fresh.api("GET", "/clicks?period=7d&utm_source=gzh&raw=1", 200).json()["items"]) == 1
    assert error(fresh.api("GET", "/stats?raw=perhaps", 422)) == ("raw", "wrong_type")
    fresh.api("DELETE", "/utm-values/" + value["id"], 204)
    assert groups() == before


def test_the_command_line_says_what_was_noted(fresh):
    teach(fresh)
    made = fresh.cli("link", "create", URL, "--alias", "noted", "--utm-source", "公众号")
    assert made.stdout.strip().endswith("/noted") and "公众号 → wechat-mp" in made.stderr
    changed = fresh.cli("link", "update", "noted", "--utm-medium", "Paid Social")
    assert "utm_medium" in changed.stderr and "Paid Social" in changed.stdout
    fresh.click_of(fresh.visit("noted?utm_source=GZH"))
    assert "wechat-mp" in fresh.cli("stats", "--group-by", "utm_source").stdout
    assert "GZH" in fresh.cli("stats", "--group-by", "utm_source", "--raw").stdout


def test_sealed_clicks_are_tidied_too(make_pond):
    pond = make_pond(chunk_rows=16, fold_rows=1)
    link = pond.link(url=URL)
    for i in range(48):
        reply = pond.visit(f"{link['code']}?utm_source={['公众号', 'gzh', 'wechat-mp'][i % 3]}&utm_medium=m{i % 2}", ip=f"203.0.{i}.1")
    pond.click_of(reply)
    wait_for(lambda: pond.metrics()["linkpond_clicks_sealed_total"] >= 16, 30, 0.05)
    teach(pond)
    groups = lambda: {(g["utm_source"], g["utm_medium"]): (g["clicks"], g["visitors"]) for g in pond.stats(  # noqa: E731
        group_by="utm_source,utm_medium", metrics="clicks,visitors")["groups"]}
    wait_for(lambda: groups() == {("wechat-mp", "m0"): (24, 24), ("wechat-mp", "m1"): (24, 24)})
    assert pond.stats(utm_source="GZH")["totals"]["clicks"] == 48
    assert pond.stats(utm_source="GZH", raw="true")["totals"]["clicks"] == 0
    assert pond.stats(utm_source="gzh", raw="true")["totals"]["clicks"] == 16
