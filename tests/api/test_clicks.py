# SPDX-License-Identifier: MIT
"""Goal: the ledger can be read, followed for ever and exported, in the same words as statistics."""
import concurrent.futures
import csv
import io
import json
from urllib.parse import quote

import pytest

from pond import API_STEP, GOOGLEBOT, SAFARI, WECHAT, wait_for
from wire import Wire

FIELDS = """id time link code host class rule why outcome repeat app app_version mini_program os device browser language net source source_by channel
channel_by campaign scene utm_source utm_medium utm_campaign utm_term utm_content utm_id query referrer referrer_host
ad_click_source ad_click_id ip country region city carrier visitor visitor_by new_visitor qr test target location click_id request_id
user_agent""".split()


@pytest.fixture(scope="module")
def ledger(pond):
    """Ten visits of people with a number each in utm_content, then one of a bot."""
    pond.spring = pond.link(campaign="spring", channel="group-1")
    for n in range(10):
        pond.visit(f"{pond.spring['code']}?utm_content={n}&from=groupmessage", ua=WECHAT, ip=f"198.51.100.{n}")
    pond.visit(pond.spring["code"], ua=GOOGLEBOT)
    wait_for(lambda: len(pond.clicks(order="asc", link=pond.spring["id"])) == 11)
    return pond


def test_a_click_has_exactly_its_fields(ledger):
    reply = ledger.visit(ledger.spring["code"] + "?utm_source=a%20b&utm_content=all&lp_qr=1&qz_gdt=Ad_Click.1", ua=WECHAT, ip="203.0.113.77",
                         headers={"Referer": "https://www.zhihu.com/question/1"})
    click = ledger.click_of(reply)
    assert list(click) == FIELDS
    wanted = {"link": ledger.spring["id"], "code": ledger.spring["code"], "host": "s.test", "class": "human", "why": None,
              "outcome": "redirect", "app": "wechat", "os": "ios", "campaign": "spring", "channel": "group-1",
              "channel_by": "link", "utm_source": "a b", "source": "a b", "source_by": "request", "qr": True,
              "ip": "203.0.113.0", "referrer_host": "www.zhihu.com", "location": reply.headers["Location"],
              "request_id": reply.request_id, "user_agent": WECHAT, "visitor_by": "hash", "country": None}
    assert {name: click[name] for name in wanted} == wanted
    assert click["time"].endswith("Z") and isinstance(click["id"], str)


def test_a_click_that_does_not_count_says_why(ledger):
    reply = ledger.visit("nothing-here", ua=SAFARI)
    assert ledger.click_of(reply)["why"] == "There is no such link."
    bot = ledger.visit(ledger.spring["code"], ua=GOOGLEBOT)
    ledger.click_of(bot)
    chinese = ledger.api("GET", "/clicks", 200, params={"request_id": bot.request_id}, headers={"Accept-Language": "zh"})
    assert chinese.json()["items"][0]["why"] == "User-Agent 属于已知的机器：googlebot。"


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_give_each_click_once_in_the_ledgers_order(ledger, order):
    seen, cursor = [], None
    while True:
        page = ledger.api("GET", "/clicks", 200, params={"not_utm_content": ["all", ""], "order": order, "limit": 3, "cursor": cursor}).json()
        assert page["total"] is None and len(page["items"]) <= 3
        seen += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert [int(click["utm_content"]) for click in seen] == (list(range(10)) if order == "asc" else list(range(9, -1, -1)))
    times = [(click["time"], int(click["id"])) for click in seen]
    assert times == sorted(times, reverse=order == "desc")


def test_the_ledger_is_followed_by_the_last_id(ledger):
    last = ledger.api("GET", "/clicks?limit=1", 200).json()["items"][0]["id"]
    after = {"order": "asc", "after": last}
    assert ledger.api("GET", "/clicks", 200, params=after).json()["items"] == []
    reply = ledger.visit(ledger.spring["code"] + "?utm_content=all")
    items = wait_for(lambda: ledger.api("GET", "/clicks", 200, params=after).json()["items"])
    assert [item["request_id"] for item in items] == [reply.request_id]


def test_followers_miss_nothing_though_several_threads_answer(ledger):
    seen, after = [], ledger.api("GET", "/clicks?limit=1", 200).json()["items"][0]["id"]
    sent = []
    for n in range(12):
        reply = ledger.visit(ledger.spring["code"] + "?utm_content=all", ip=f"198.51.101.{n}")  # a connection each: any thread
        sent.append(reply.request_id)

    def follow():
        nonlocal after
        for click in ledger.api("GET", "/clicks", 200, params={"order": "asc", "after": after}).json()["items"]:
            seen.append(click["request_id"])
            after = click["id"]
        return len(seen) >= len(sent)

    wait_for(follow)
    assert sorted(seen) == sorted(sent)  # each once; two of one millisecond stand in the order of their lanes


def test_the_ledger_shows_every_class_unless_asked(ledger):
    link = ledger.spring["id"]
    everything = ledger.api("GET", "/clicks", 200, params={"link": link, "count": "true", "limit": 1}).json()
    human = ledger.api("GET", "/clicks", 200, params={"link": link, "class": "human", "count": "true"}).json()
    assert everything["total"] > human["total"] == len(human["items"]) and everything["total_exact"]
    assert {click["class"] for click in human["items"]} == {"human"}
    assert ledger.stats(link=link)["totals"]["clicks"] == human["total"]
    assert ledger.api("GET", "/clicks", 200, params={"campaign": "spring", "class": "bot"}).json()["items"][0]["rule"] == "bot:googlebot"


def test_ndjson_and_csv_give_what_json_gives(ledger):
    params = {"order": "asc", "not_utm_content": ["all", ""]}
    items = ledger.api("GET", "/clicks", 200, params=params).json()["items"]
    lines = ledger.api("GET", "/clicks", 200, params={**params, "format": "ndjson"})
    assert lines.headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line) for line in lines.text.splitlines()] == items
    table = ledger.api("GET", "/clicks", 200, params={**params, "format": "csv"})
    assert table.headers["Content-Type"].startswith("text/csv") and not table.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(table.content.decode())))
    text = {None: "", True: "true", False: "false"}
    assert rows == [{name: text[value] if value is None or isinstance(value, bool) else str(value) for name, value in item.items()}
                    for item in items]
    assert ledger.api("GET", "/clicks?format=csv&bom=true&limit=1", 200).content.startswith(b'\xef\xbb\xbf"id"')
    assert len(ledger.api("GET", "/clicks?format=ndjson&limit=2", 200).text.splitlines()) == 2


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1+1", "\t=1"])
def test_a_cell_is_never_a_formula(ledger, value):
    visit = ledger.visit(f"{ledger.spring['code']}?utm_content=all&utm_term={quote(value)}")
    kept = ledger.click_of(visit)["utm_term"]
    table = ledger.api("GET", "/clicks", 200, params={"format": "csv", "request_id": visit.request_id}).text
    assert next(csv.DictReader(io.StringIO(table)))["utm_term"] == "'" + kept


def test_an_export_longer_than_a_page_misses_nothing(ledger):
    link = ledger.link(url="https://www.example.com/many")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: ledger.visit(f"{link['code']}?utm_content=all&utm_term={n}"), range(1100)))
    wait_for(lambda: len(ledger.clicks(order="asc", link=link["id"], limit=1000)) == 1000)
    wait_for(lambda: ledger.api("GET", "/clicks", 200, params={"format": "ndjson", "link": link["id"], "order": "asc"}).text.count("\n") == 1100)
    for order in ("asc", "desc"):
        reply = ledger.api("GET", "/clicks", 200, params={"format": "ndjson", "link": link["id"], "order": order})
        clicks = [json.loads(line) for line in reply.text.splitlines()]
        assert sorted(int(click["utm_term"]) for click in clicks) == list(range(1100))
        times = [(click["time"], int(click["id"])) for click in clicks]
        assert times == sorted(times, reverse=order == "desc")


@pytest.mark.parametrize("params, field", [({"order": "up"}, "order"), ({"format": "xml"}, "format"), ({"after": "x"}, "after"),
                                           ({"after": "5"}, "after"), ({"limit": "1001"}, "limit"), ({"cursor": "!"}, "cursor"), ({"count": "maybe"}, "count"),
                                           ({"group_by": "app"}, "group_by"), ({"colour": "red", "format": "csv"}, "colour")])
def test_what_is_no_question_is_refused_by_name(pond, params, field):
    assert pond.api("GET", "/clicks", 422, params=params).json()["errors"][0]["field"] == field


def test_a_cursor_belongs_to_its_order(ledger):
    cursor = ledger.api("GET", "/clicks?limit=1&order=asc", 200).json()["next_cursor"]
    assert ledger.api("GET", "/clicks", 422, params={"cursor": cursor}).json()["errors"][0]["code"] == "bad_cursor"


def test_an_apps_version_and_the_mini_program_are_kept_and_counted(pond):
    code = pond.link("https://www.example.com/in-a-mini-program")["code"]
    inside = WECHAT + " miniProgram/wxcb459ae1e3e8f9f2"
    visits = [
        pond.visit(code, ua=inside),
        pond.visit(code, ua=inside.replace("MicroMessenger/8", "MicroMessenger/7")),
        pond.visit(code, ua=SAFARI, headers={"Referer": "https://servicewechat.com/wx0123456789abcdef/12/page-frame.html"}),
        pond.visit(code, ua=SAFARI),
    ]
    # by request, not by place in the list: two clicks of one millisecond stand in the order of their lanes
    rows = [pond.click_of(visit) for visit in visits]
    assert [row["mini_program"] for row in rows] == ["wxcb459ae1e3e8f9f2"] * 2 + ["wx0123456789abcdef", None]
    assert [row["app"] for row in rows] == ["wechat-miniprogram"] * 2 + [None] * 2
    assert [(row["app_version"] or "-")[:2] for row in rows] == ["8.", "7.", "-", "-"]
    groups = pond.stats(link=code, group_by="mini_program")["groups"]
    assert {row["mini_program"]: row["clicks"] for row in groups} == {"wxcb459ae1e3e8f9f2": 2, "wx0123456789abcdef": 1, "": 1}
    assert pond.stats(link=code, app_version=rows[0]["app_version"])["totals"]["clicks"] == 1


def test_a_macro_that_was_not_filled_in_marks_test_traffic(pond):
    code = pond.link("https://www.example.com/tried-out")["code"]
    macros = ("clickid=__CLICKID__", "bd_vid=__BD_VID__", "gclid=%7Bgclid%7D", "utm_campaign={{campaign.id}}", "callback=__CALLBACK__")
    real = ("", "?bd_vid=__x__", "?gclid=Cj0_K", "?utm_campaign=spring%7B1%7D")
    for query in macros:
        assert pond.click_of(pond.visit(f"{code}?{query}"))["test"] is True, query
    for query in real:
        assert pond.click_of(pond.visit(code + query))["test"] is False, query
    assert pond.stats(link=code, test="true")["totals"]["clicks"] == len(macros)
    assert pond.stats(link=code, not_test="1")["totals"]["clicks"] == len(real)
    groups = pond.stats(link=code, group_by="test")["groups"]
    assert {group["test"]: group["clicks"] for group in groups} == {"true": len(macros), "false": len(real)}
    assert len(pond.clicks(link=code, test="true")) == len(macros)
    assert pond.api("GET", "/stats", 422, params={"test": "perhaps"}).json()["errors"][0]["field"] == "test"


def test_what_an_old_browser_sends_in_gbk_is_readable_and_stays_as_it_came(pond):
    code = pond.link("https://www.example.com/gbk")["code"]
    oa, head = "公众号".encode("gbk"), f" HTTP/1.1\r\nHost: {pond.domain}\r\nUser-Agent: {SAFARI}\r\nReferer: http://www.sohu.com/".encode()
    with Wire(pond.redirect) as wire:
        wire.send(b"GET /" + code.encode() + b"?utm_source=" + oa + b"&bd_vid=" + oa + head + oa + b"\r\nX-Request-ID: raw-gbk\r\n\r\n")
        assert wire.answer().status == 302
    click = wait_for(lambda: pond.clicks(request_id="raw-gbk"), step=API_STEP)[0]
    raw = "%B9%AB%D6%DA%BA%C5"
    assert (click["utm_source"], click["source"]) == ("公众号", "公众号")
    assert click["query"] == f"utm_source={raw}&bd_vid={raw}" and click["ad_click_id"] == raw
    assert click["referrer"] == "http://www.sohu.com/" + raw and click["referrer_host"] == "www.sohu.com"
    assert click["location"].endswith(f"?utm_source={raw}&bd_vid={raw}")
    encoded = pond.click_of(pond.visit(f"{code}?utm_source={raw}"))
    assert (encoded["utm_source"], encoded["query"]) == ("公众号", f"utm_source={raw}")


def test_reading_needs_the_scope_stats(pond):
    key = pond.api("POST", "/keys", 201, json={"name": "l", "scopes": ["links:read"]}).json()["key"]
    pond.api("GET", "/clicks", 403, key=key)


def test_what_tencent_opens_again_is_kept_and_not_counted(pond):
    """Two looks of one link with one query within a minute: from a phone, then from a data centre."""
    code = pond.link("https://www.example.com/looked-at-twice")["code"]
    person = pond.visit(code + "?utm_source=wechat&k=1", ua=WECHAT, ip="223.104.3.9")
    pond.click_of(person)  # visits of the same millisecond have no order
    machine = pond.visit(code + "?utm_source=wechat&k=1", ua=WECHAT, ip="42.194.130.8")
    colleague = pond.visit(code + "?utm_source=wechat&k=1", ua=WECHAT, ip="223.104.77.9")
    classes = [pond.click_of(reply)["class"] for reply in (person, machine, colleague)]
    assert classes == ["human", "replay", "human"]
    seen = pond.click_of(machine)
    assert seen["rule"] == "replay:tencent" and "platform" in seen["why"]
    pond.drain()
    totals = pond.stats(link=code, **{"class": "all"})["totals"]
    assert (totals["by_class"]["human"], totals["by_class"]["replay"]) == (2, 1)
