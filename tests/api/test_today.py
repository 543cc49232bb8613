# SPDX-License-Identifier: MIT
"""Goal: what a visitor would notice tomorrow stands in one list today, the most pressing first, seen by who answers for
it and by nobody else, until it is mended by the edit that mends it.
"""
import contextlib
import sqlite3

import pytest
from live import at, change, group_code, target
from notices import outbox, put_notices
from people import invite, key_of
from pictures import png
from pond import WECHAT, wait_for
from robot_sink import Sink

URL = "https://www.example.com/{}"


@pytest.fixture
def pond(make_pond):
    return make_pond()


def today(pond, **kwargs):
    page = pond.api("GET", "/today", 200, **kwargs).json()
    assert page["total"] == len(page["items"]) and page["total_exact"]
    return page["items"]


def kinds(pond, **kwargs):
    return [(item["kind"], *item["also"]) for item in today(pond, **kwargs)]


def pool(pond, *targets, **fields):
    """A live code that always has something open besides."""
    link = pond.link(**fields)
    made = [target(pond, link, **{"url": URL.format(i), **one}) for i, one in enumerate(targets)]
    target(pond, link, url=URL.format("always"))
    return link, made


def fill(pond, link, places):
    """Until the first target has so many taken."""
    def shown():
        return pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"][0]["figures"]["shown"]
    for _ in range(places - shown()):
        pond.visit(link["code"], ua=WECHAT)
    wait_for(lambda: shown() == places)


def test_nothing_to_do_is_an_empty_list(pond):
    pool(pond, {"valid_until": at(days=2)}, {"cap_total": 200}, {"enabled": False, "valid_until": at(days=-3)}, {"cap_total": 0})
    assert kinds(pond) == []


def test_what_ends_stands_there_until_it_is_moved(pond):
    link, (ended, ending) = pool(pond, {"valid_until": at(hours=-1), "name": "old"}, {"valid_until": at(hours=23)})
    assert kinds(pond) == [("target_ended",), ("target_ending",)]
    first = today(pond)[0]
    assert (first["target"]["name"], first["at"], first["link"]["id"]) == ("old", ended["valid_until"], link["id"])
    change(pond, link, ended, valid_until=at(days=7))
    change(pond, link, ending, enabled=False)
    assert kinds(pond) == []


def test_what_fills_up_stands_there_from_80_percent(pond):
    link, (one,) = pool(pond, {"cap_total": 5})
    fill(pond, link, 3)
    assert kinds(pond) == []
    fill(pond, link, 4)
    assert kinds(pond) == [("target_nearly_full",)]
    fill(pond, link, 5)
    assert kinds(pond) == [("target_full",)]
    change(pond, link, one, cap_total=100)
    assert kinds(pond) == []
    change(pond, link, one, cap_total=5)
    assert kinds(pond) == [("target_full",)]
    change(pond, link, one, url=URL.format("next-group"), replaced=True)
    assert kinds(pond) == []


def test_a_day_that_is_full_is_told_apart(pond):
    link, (one, other) = pool(pond, {"cap_day": 2}, {"cap_hour": 1})
    for _ in range(3):
        pond.visit(link["code"], ua=WECHAT)
    wait_for(lambda: kinds(pond) == [("target_full_today",)] * 2)
    change(pond, link, one, cap_day=None)
    assert [item["target"]["id"] for item in today(pond)] == [other["id"]]


def test_a_pool_with_nothing_open_comes_first(pond):
    _, (soon,) = pool(pond, {"valid_until": at(hours=3)})
    dry = pond.link()
    gone = target(pond, dry, url=URL.format("gone"), valid_until=at(days=-9))
    off = target(pond, dry, url=URL.format("off"), enabled=False)
    assert [(item["kind"], item["target"] and item["target"]["id"]) for item in today(pond)] == [
        ("pool_empty", None), ("target_ended", gone["id"]), ("target_ending", soon["id"])]
    assert today(pond)[0]["link"]["id"] == dry["id"]
    change(pond, dry, off, enabled=True)
    assert [item["kind"] for item in today(pond)] == ["target_ended", "target_ending"]
    pond.api("DELETE", "/links/" + dry["id"], 204)
    assert [item["kind"] for item in today(pond)] == ["target_ending"]


def test_pictures_that_nobody_can_use(pond, tmp_path):
    read, blank = group_code(pond, tmp_path), pond.api("POST", "/images", 201, data=png(300, 300, [[255] * 300] * 300), headers={"Content-Type": "image/png"}).json()
    assert (read["qr_kind"], blank["qr_text"]) == ("wechat_group", None)
    link, (missing, unread, fine, card) = pool(
        pond, {"kind": "qr", "url": None}, {"kind": "qr", "url": None, "image": blank["id"]}, {"kind": "qr", "url": None, "image": read["id"]},
        {"kind": "staff", "url": "https://work.weixin.qq.com/ca/x"})
    assert [(item["kind"], item["target"]["id"]) for item in today(pond)] == [("image_missing", missing["id"]), ("image_unreadable", unread["id"])]
    for one in (missing, unread):
        change(pond, link, one, image=read["id"])
    assert kinds(pond) == []


def test_two_things_about_one_target_are_one_row(pond):
    pool(pond, {"kind": "qr", "url": None, "valid_until": at(hours=2)})
    assert kinds(pond) == [("image_missing", "target_ending")]


def test_limit_0_is_the_number_alone(pond):
    pool(pond, {"valid_until": at(hours=-1)}, {"valid_until": at(hours=-2)})
    page = pond.api("GET", "/today", 200, params={"limit": 0}).json()
    assert (page["items"], page["total"]) == ([], 2)
    page = pond.api("GET", "/today", 200, params={"limit": 1}).json()
    assert (len(page["items"]), page["total"]) == (1, 2)


def test_an_editor_sees_what_is_theirs(make_pond):
    pond = make_pond(editors_see="own")
    for who in ("lin", "zhao"):
        invite(pond, who)
        pool(pond, {"valid_until": at(hours=-1), "name": who}, owner=who)
    lin = {"key": key_of(pond, "lin", scopes=("links:read", "links:write"))}
    assert [item["target"]["name"] for item in today(pond, **lin)] == ["lin"]
    assert sorted(item["target"]["name"] for item in today(pond)) == ["lin", "zhao"]
    first = today(pond, **lin)[0]
    pond.api("PATCH", f"/links/{first['link']['id']}/targets/{first['target']['id']}", 200, json={"valid_until": None}, **lin)
    assert today(pond, **lin) == [] and len(today(pond)) == 1


def test_titles_are_in_the_language_asked_for(pond):
    pool(pond, {"valid_until": at(hours=-1)})
    assert today(pond, headers={"Accept-Language": "zh-CN"})[0]["title"] == "子码已到期"
    assert today(pond, headers={"Accept-Language": "en"})[0]["title"] == "A target has ended"


def robot(pond, **fields):
    return pond.api("POST", "/robots", 201, json={"name": "on duty", "kind": "webhook", "url": "https://robot.example.com/hook/0123456789abcdef", **fields}).json()


def test_what_robots_could_not_be_told_is_for_who_runs_it(pond):
    one = robot(pond)
    pool(pond, {"valid_until": at(hours=-1)})
    pond.stop()
    put_notices(pond, one["id"], ["a", "b"])
    with contextlib.closing(sqlite3.connect(pond.data / "linkpond.db")) as db, db:
        db.execute("UPDATE outbox SET state = 'dead', tried_ms = created_ms")
    pond.start()
    assert kinds(pond) == [("robot_dead",), ("target_ended",)]
    assert today(pond)[0]["robot"] == {"id": one["id"], "name": "on duty", "kind": "webhook", "dead": 2}
    invite(pond, "lin")
    assert kinds(pond, key=key_of(pond, "lin", scopes=("links:read",))) == [("target_ended",)]
    pond.api("DELETE", f"/robots/{one['id']}", 204)
    assert kinds(pond) == [("target_ended",)]


def test_a_robot_that_is_gone_stands_there_until_it_is_switched_on(make_pond):
    pond, sink = make_pond(notify_allow_private="true"), Sink({"status": 410})
    one = robot(pond, url=sink.url())
    pond.stop()
    put_notices(pond, one["id"], ["a"])
    pond.start()
    wait_for(lambda: kinds(pond) == [("robot_gone",)])
    sink.answer = {"status": 200}
    pond.api("PATCH", f"/robots/{one['id']}", 200, json={"enabled": True})
    assert kinds(pond) == [("robot_dead",)]  # what it was not told while it was gone
    pond.api("POST", f"/outbox/{outbox(pond, state='dead')[0]['id']}/retry", 200)
    wait_for(lambda: kinds(pond) == [] and outbox(pond, state="sent"))
    sink.close()


def test_a_domain_that_is_blocked_somewhere_stands_there_until_it_is_not(pond):
    pond.api("PUT", "/domains/s.test/blocks/wechat", 200, json={"state": "blocked"})
    pond.api("PUT", "/domains/s.test/blocks/qq", 200, json={"state": "suspected"})
    assert sorted((item["kind"], item["domain"]["app"]) for item in today(pond)) == [("domain_blocked", "wechat"), ("domain_suspected", "qq")]
    for app in ("wechat", "qq"):
        pond.api("PUT", f"/domains/s.test/blocks/{app}", 200, json={"state": "ok"})
    assert today(pond) == []
