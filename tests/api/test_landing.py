# SPDX-License-Identifier: MIT
"""Goal: what the script on a landing page reports is stored once, of clicks that were ours and browsers that did not say no;
who is handed a page is the second generation, and anybody on the web can do no harm with it."""
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from pond import SAFARI, WECHAT, Pond, wait_for

BOT = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"
GIF = b"GIF89a\x01\x00\x01\x00"


@pytest.fixture(scope="module")
def pond(tmp_path_factory):
    pond = Pond(tmp_path_factory.mktemp("landing")).start()
    pond.tracked = pond.link("https://www.example.com/sign-up", click_id_param="cid")
    yield pond
    pond.stop()


def click(pond, code=None, **more):
    return parse_qs(urlsplit(pond.visit(code or pond.tracked["code"], **more).headers["Location"]).query)["cid"][0]


def page(n):
    return f"{n:022d}"


def report(pond, kind, cid, browser, ua=WECHAT, headers=None, ip="203.0.113.9", method="POST", **more):
    fields = {"t": kind, "c": cid, "p": browser, "i": more.pop("i", ""), "f": more.pop("f", ""), "u": more.pop("u", "/sign-up"),
              "m": json.dumps(more.pop("m", {}))}
    sent = {"User-Agent": ua, "Origin": "https://www.example.com", "X-Forwarded-For": ip, "Accept-Language": "zh-CN", **(headers or {})}
    if method == "GET":
        return requests.get(pond.public + "/-/e.gif", params=fields, headers=sent, timeout=30)
    body = requests.models.RequestEncodingMixin._encode_params(fields)
    return requests.post(pond.public + "/-/e", data=body, headers={"Content-Type": "text/plain;charset=UTF-8", **sent}, timeout=30)


def rows(pond, sql, *values):
    with sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True) as db:
        return db.execute(sql, values).fetchall()


def events(pond, browser):
    return rows(pond, "SELECT type, generation, state, metadata, customer_id FROM event WHERE event_id LIKE ? ORDER BY id", f"page:{browser}:%")


def forwards(pond, *browsers):
    return [rows(pond, "SELECT generation, scene FROM forward WHERE page = ?", browser)[0] for browser in browsers]


# ---- the script ----------------------------------------------------------------------------------------------------------

def test_the_script_is_at_most_a_kibibyte_and_kept_by_browsers(pond):
    reply = requests.get(pond.public + "/-/lp.js", headers={"Accept-Encoding": "identity"}, timeout=30)
    assert reply.status_code == 200 and len(reply.content) <= 1024
    assert reply.headers["Content-Type"].startswith("text/javascript")
    assert reply.headers["Cache-Control"] == "public, max-age=86400" and reply.headers["Access-Control-Allow-Origin"] == "*"
    again = requests.get(pond.public + "/-/lp.js", headers={"If-None-Match": reply.headers["ETag"]}, timeout=30)
    assert (again.status_code, again.content) == (304, b"")


def test_the_script_is_one_that_old_webviews_read(pond):
    text = requests.get(pond.public + "/-/lp.js", timeout=30).text
    for newer in ("=>", "`", "let ", "const ", "...", "?.", "??", "async", "class "):
        assert newer not in text, newer


# ---- reports -------------------------------------------------------------------------------------------------------------

def test_a_lead_is_an_event_of_the_click_and_joins_it(pond):
    cid = click(pond)
    reply = report(pond, "lead", cid, page(1), i="a1", m={"form": "trial"})
    assert reply.status_code == 204 and reply.headers["Access-Control-Allow-Origin"] == "*" and "Set-Cookie" not in reply.headers
    kind, generation, _, metadata, customer = events(pond, page(1))[0]
    assert (kind, generation) == ("lead", 1) and customer
    assert json.loads(metadata) == {"path": "/sign-up", "form": "trial"}
    wait_for(lambda: events(pond, page(1))[0][2] == "joined")


def test_sent_twice_it_is_one(pond):
    cid = click(pond)
    for method in ("POST", "GET", "POST"):
        assert report(pond, "lead", cid, page(2), i="b1", method=method).status_code in (200, 204)
    assert len(events(pond, page(2))) == 1
    assert report(pond, "lead", cid, page(2), i="b1", m={"form": "other"}).status_code == 409


def test_the_pixel_says_the_same(pond):
    reply = report(pond, "lead", click(pond), page(3), i="c1", method="GET")
    assert reply.status_code == 200 and reply.headers["Content-Type"] == "image/gif" and reply.content.startswith(GIF)
    assert reply.headers["Cache-Control"] == "no-store"
    assert [row[0] for row in events(pond, page(3))] == ["lead"]
    before = rows(pond, "SELECT count(*) FROM event")
    requests.head(pond.public + "/-/e.gif", params={"t": "lead", "c": click(pond), "p": page(4)}, timeout=30)
    assert rows(pond, "SELECT count(*) FROM event") == before


def test_a_look_alone_makes_nobody_a_customer(pond):
    cid = click(pond)
    assert report(pond, "view", cid, page(5), i="d1").status_code == 204
    assert events(pond, page(5)) == [] and forwards(pond, page(5)) == [(1, 0)]
    report(pond, "lead", cid, page(5), i="d2")
    report(pond, "view", cid, page(5), i="d3", u="/pricing")
    assert [(row[0], json.loads(row[3])["path"]) for row in events(pond, page(5))] == [("lead", "/sign-up"), ("view", "/pricing")]


def test_who_is_handed_the_page_is_the_second_generation(pond):
    cid = click(pond)
    report(pond, "view", cid, page(10), i="e1")
    report(pond, "view", cid, page(11), i="e2", f="groupmessage", ua=SAFARI)
    report(pond, "lead", cid, page(11), i="e3", f="groupmessage", ua=SAFARI)
    report(pond, "lead", cid, page(10), i="e4")
    first, second = forwards(pond, page(10), page(11))
    assert first == (1, 0) and second[0] == 2 and second[1] > 0
    assert [row[1] for row in events(pond, page(11))] == [2] and [row[1] for row in events(pond, page(10))] == [1]
    assert events(pond, page(11))[0][4] != events(pond, page(10))[0][4]
    wait_for(lambda: {row[2] for row in events(pond, page(10)) + events(pond, page(11))} == {"joined"})
    generations = rows(pond, "SELECT t.generation FROM touch t JOIN event e USING (customer_id) WHERE e.event_id = ?", f"page:{page(11)}:e3")
    assert generations == [(2,)]


def test_a_browser_led_by_another_click_is_that_ones_first(pond):
    one, two = click(pond), click(pond)
    report(pond, "view", one, page(12), i="f1")
    report(pond, "view", two, page(12), i="f2")
    report(pond, "view", one, page(13), i="f3")
    assert [row[0] for row in rows(pond, "SELECT generation FROM forward WHERE page = ?", page(12))] == [1, 1]
    assert forwards(pond, page(13))[0][0] == 2


@pytest.mark.parametrize("change, field", [
    ({"c": "1ntEKNOoMIhbnXSRAB6e9x"}, "c"), ({"c": ""}, "c"), ({"p": "short"}, "p"), ({"p": "-" * 22}, "p"), ({"t": ""}, "type"),
    ({"t": "x" * 65}, "type"), ({"t": "deal"}, "t"), ({"t": "refund"}, "t"), ({"m": "{"}, "m"), ({"m": "[1]"}, "m"),
    ({"m": json.dumps({str(i): i for i in range(20)})}, "m"), ({"m": json.dumps({"x": "y" * 4096})}, "m")])
def test_what_is_wrong_is_refused_and_nothing_is_kept(pond, change, field):
    fields = {"t": "lead", "c": click(pond), "p": page(20), "i": "g1", "u": "/", "m": "{}", **change}
    before = rows(pond, "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM forward)")
    body = requests.models.RequestEncodingMixin._encode_params(fields)
    reply = requests.post(pond.public + "/-/e", data=body, headers={"User-Agent": WECHAT}, timeout=30)
    assert reply.status_code == 422 and reply.json()["errors"][0]["field"] == field, reply.text
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert rows(pond, "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM forward)") == before


def test_too_long_is_413(pond):
    assert requests.post(pond.public + "/-/e", data=b"m=" + b"x" * 8192, headers={"User-Agent": WECHAT}, timeout=30).status_code == 413


@pytest.mark.parametrize("more", [{"ua": BOT}, {"headers": {"Sec-GPC": "1"}}, {"headers": {"DNT": "1"}}])
def test_machines_and_who_said_no_are_not_kept(pond, more):
    before = rows(pond, "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM forward)")
    assert report(pond, "lead", click(pond), page(30), i="h1", **more).status_code == 204
    assert rows(pond, "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM forward)") == before


def test_one_address_has_so_many_and_others_have_theirs(pond):
    cid = click(pond)
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda i: report(pond, "view", cid, page(1000 + i % 5), ip="198.51.100.200").status_code, range(600)))
    assert set(codes) == {204, 429} and codes.count(204) >= 300
    assert report(pond, "view", cid, page(1000), ip="198.51.100.201").status_code == 204


def test_a_crowd_is_stored_whole(pond):
    cid = click(pond)
    with ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(lambda i: report(pond, "lead", cid, page(2000 + i), i="z", ip=f"192.0.2.{i % 250}").status_code, range(300)))
    assert set(codes) == {204}
    assert rows(pond, "SELECT count(*) FROM event WHERE event_id LIKE 'page:000000000000000000____:z'") == [(300,)]
    assert sorted(rows(pond, "SELECT generation, count(*) FROM forward WHERE page BETWEEN ? AND ? GROUP BY 1", page(2000), page(2299))) == [(1, 1), (2, 299)]


def test_what_was_answered_outlives_a_kill(make_pond):
    pond = make_pond()
    pond.tracked = pond.link("https://www.example.com/sign-up", click_id_param="cid")
    cid = click(pond)
    assert report(pond, "lead", cid, page(1), i="k1").status_code == 204
    pond.kill9()
    pond.start()
    assert report(pond, "lead", cid, page(1), i="k1").status_code == 204
    assert len(events(pond, page(1))) == 1
