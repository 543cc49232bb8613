# SPDX-License-Identifier: MIT
"""Goal: what became of the targets of live codes adds up, however it is divided: by target, colleague, channel or link, in any
stretch of time and beside the one before; and a press counts for the channel its visit came from.
"""
import sqlite3
import threading

import pytest
import requests
from live import group_code, hours, target
from pond import GOOGLEBOT, WECHAT, wait_for

FIGURES = ("shown", "visitors", "pressed", "joined", "left")
HOUR = 3600000


def stats(pond, **params):
    return pond.api("GET", "/stats/targets", 200, params=params).json()


def groups(pond, by, **params):
    return {one[by]: one for one in stats(pond, group_by=by, **params)["groups"]}


def shown(pond, number, **params):
    wait_for(lambda: stats(pond, **params)["totals"]["shown"] == number, 20)


def press(pond, page):
    answer = requests.post(f"{page}/pressed", timeout=30, headers={"User-Agent": WECHAT})
    assert answer.status_code == 204


def joined(pond, link, one, **fields):
    return pond.api("POST", f"/links/{link['id']}/targets/{one['id']}/joined", 200, json=fields).json()


@pytest.fixture
def world(make_pond, tmp_path):
    """Two live codes: three pages and an address, looked after by two people, visited from two channels and from none."""
    pond = make_pond(timezone="Asia/Shanghai")
    pond.api("POST", "/users", 201, json={"key": "wang", "name": "小王", "role": "editor"})
    image = group_code(pond, tmp_path)["id"]
    first, second = pond.link(title="海报"), pond.link(channel="expo")
    a = target(pond, first, kind="qr", image=image, name="群1", staff="wang", cap_total=2)
    b = target(pond, first, kind="qr", image=image, name="群2", staff="admin")
    c = target(pond, second, url="https://www.example.com/c")
    pages = [pond.visit(f"{first['code']}?lp_ch={channel}", ua=WECHAT).headers["Location"] for channel in ("poster", "stand", "poster", "poster")]
    pond.visit(first["code"], ua=GOOGLEBOT)
    for _ in range(2):
        pond.visit(second["code"], ua=WECHAT)
    shown(pond, 6)
    return pond, first, second, (a, b, c), pages


def test_all_ways_to_divide_add_up(world):
    pond, first, second, (a, b, c), pages = world
    press(pond, pages[0])
    press(pond, pages[0])  # a page presses once
    press(pond, pages[3])
    joined(pond, first, a, count=2, channel="poster", id="x")
    joined(pond, first, a, count=2, channel="poster", id="x")  # told twice
    joined(pond, first, b, count=1)
    joined(pond, second, c, count=1, left=True)
    wait_for(lambda: stats(pond)["totals"]["pressed"] == 2, 20)
    said = stats(pond)
    assert said["totals"] == {"shown": 6, "visitors": said["totals"]["visitors"], "pressed": 2, "joined": 3, "left": 1}
    for by in ("target", "staff", "channel", "link"):
        found = groups(pond, by)
        assert {name: sum(one[name] for one in found.values()) for name in FIGURES} == said["totals"], by
    assert {name: sum(one[name] for one in said["series"]) for name in FIGURES} == said["totals"]
    by_target = groups(pond, "target")
    assert [(one["name"], one["shown"], one["pressed"], one["joined"], one["staff"], one["kind"]) for one in by_target.values()] == [
        ("群1", 2, 1, 2, "wang", "qr"), ("群2", 2, 1, 1, "admin", "qr"), (None, 2, 0, 0, None, "url")]
    by_staff = groups(pond, "staff")
    assert {key: (one["name"], one["shown"]) for key, one in by_staff.items()} == {"wang": ("小王", 2), "admin": (by_staff["admin"]["name"], 2), None: (None, 2)}
    by_channel = groups(pond, "channel")
    assert {key: (one["shown"], one["pressed"], one["joined"]) for key, one in by_channel.items()} == {
        "poster": (3, 2, 2), "stand": (1, 0, 0), "expo": (2, 0, 0), None: (0, 0, 1)}
    assert {key: (one["name"], one["shown"]) for key, one in groups(pond, "link").items()} == {first["id"]: ("海报", 4), second["id"]: (None, 2)}
    assert stats(pond, link=second["code"])["totals"]["shown"] == 2


def test_the_sums_are_those_of_the_targets_and_outlive_them(world):
    pond, first, _, (a, b, _), _ = world
    figures = {one["id"]: one["figures"] for one in pond.api("GET", f"/links/{first['id']}/targets", 200).json()["items"]}
    by_target = groups(pond, "target", link=first["id"])
    assert {key: one["shown"] for key, one in by_target.items()} == {key: one["shown"] for key, one in figures.items()}
    pond.api("DELETE", f"/links/{first['id']}/targets/{b['id']}", 204)
    assert [(one["target"], one["gone"]) for one in stats(pond, link=first["id"])["groups"]] == [(a["id"], False), (b["id"], True)]
    pond.api("DELETE", f"/links/{first['id']}", 204, params={"purge": "true"})
    assert stats(pond)["totals"]["shown"] == 2
    with sqlite3.connect(f"file:{pond.data / 'linkpond.db'}?mode=ro", uri=True) as db:
        assert db.execute("SELECT count(*) FROM target_channel_hour WHERE target_id IN (?, ?)", (int(a["id"][4:]), int(b["id"][4:]))).fetchone() == (0,)


def test_the_period_before_stands_beside(world):
    pond, first, _, (a, _, _), _ = world
    hour = hours(pond, a["id"])[0]["hour_ms"]
    pond.stop()
    with sqlite3.connect(pond.data / "linkpond.db") as db:
        db.execute("INSERT INTO target_hour (target_id, hour_ms, shown, joined) VALUES (?, ?, 7, 5)", (int(a["id"][4:]), hour - 7 * 24 * HOUR))
        db.execute("INSERT INTO target_channel_hour (target_id, hour_ms, channel, shown) VALUES (?, ?, 'poster', 4)", (int(a["id"][4:]), hour - 7 * 24 * HOUR))
    pond.start()
    said = stats(pond, period="7d", compare="previous")
    assert (said["totals"]["shown"], said["previous"]["shown"], said["previous"]["joined"]) == (6, 7, 5)
    assert said["groups"][0]["previous"]["shown"] == 7
    assert {key: (one["shown"], one["previous"]["shown"]) for key, one in groups(pond, "channel", period="7d", compare="previous").items()} == {
        "poster": (3, 4), "stand": (1, 0), "expo": (2, 0), None: (0, 3)}
    assert stats(pond, period="7d")["previous"] is None and stats(pond, period="7d")["groups"][0]["previous"] is None
    assert (stats(pond, period="all", compare="previous")["previous"], stats(pond, period="all")["totals"]["shown"]) == (None, 13)
    assert stats(pond, period="30d")["totals"]["shown"] == 13 and stats(pond)["totals"]["shown"] == 13


def test_a_series_has_every_bucket(world):
    pond = world[0]
    for params, interval, count in (({"period": "today"}, "hour", 24), ({"period": "7d"}, "day", 7), ({"period": "30d"}, "day", 30)):
        said = stats(pond, **params)
        starts = [one["start"] for one in said["series"]]
        assert (said["interval"], len(starts), starts) == (interval, count, sorted(starts)), params
        assert starts[0] == said["from"]
    assert stats(pond, period="7d", tz="UTC")["series"][0]["start"].endswith("T00:00:00+00:00")


def test_a_stranger_cannot_make_rows_without_end(make_pond):
    pond = make_pond()
    link = pond.link()
    one = target(pond, link, url="https://www.example.com/a")
    for i in range(80):
        pond.visit(f"{link['code']}?lp_ch=x{i}", ua=WECHAT)
    shown(pond, 80)
    found = groups(pond, "channel", limit=1000)
    assert len(found) == 65 and found[None]["shown"] == 16 and sum(row["shown"] for row in found.values()) == 80
    assert one["id"] in groups(pond, "target")


def test_a_press_counts_for_its_channel_whichever_of_both_is_stored_first(make_pond, tmp_path):
    """While the database is held nothing is stored; the writer then takes presses before the clicks they came from. Visitors
    of one millisecond press each for themselves."""
    pond = make_pond()
    link, image = pond.link(), group_code(pond, tmp_path)
    target(pond, link, kind="qr", image=image["id"])
    seen = set()
    for _ in range(3):
        with sqlite3.connect(pond.data / "linkpond.db", isolation_level=None) as db:
            db.execute("BEGIN IMMEDIATE")
            pages = [pond.visit(f"{link['code']}?lp_ch=poster", ua=WECHAT).headers["Location"] for _ in range(4)]
            seen.update(pages)
            pressing = [threading.Thread(target=press, args=(pond, page)) for page in pages]
            for thread in pressing:
                thread.start()
            db.execute("COMMIT")
        for thread in pressing:
            thread.join()
    shown(pond, 12)
    assert [(one["channel"], one["shown"], one["pressed"]) for one in stats(pond, group_by="channel")["groups"]] == [("poster", 12, 12)] and len(seen) == 12


@pytest.mark.parametrize("params,field,code", [
    ({"group_by": "app"}, "group_by", "not_allowed"), ({"period": "8d"}, "period", "not_allowed"), ({"tz": "Mars"}, "tz", "unknown"),
    ({"compare": "week"}, "compare", "not_allowed"), ({"limit": 0}, "limit", "out_of_range"), ({"from": "x"}, "from", "not_a_time"),
    ({"period": "7d", "from": "2026-01-01"}, "period", "conflicting"), ({"campaign": "x"}, "campaign", "unknown_parameter")])
def test_what_is_not_understood_is_refused_by_name(pond, params, field, code):
    problem = pond.api("GET", "/stats/targets", 422, params=params).json()
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)]
