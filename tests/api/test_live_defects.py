# SPDX-License-Identifier: MIT
"""What open-source tools for live codes get wrong, one test a defect, named by it: none of them is here. Each would fail with a
server that has it."""
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests
from live import at, group_code
from pond import GOOGLEBOT, SAFARI, WECHAT, wait_for
from robot_sink import WECOM_OK, Sink
from test_live_codes import FUTURE, PAST, URL, Live, cookie_of

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def test_counts_read_and_written_back_let_a_crowd_pass_the_cap(pond):
    live = Live(pond, {"name": "a", "cap_total": 200}, {"name": "b", "cap_total": 1}, {"name": "c", "cap_total": 0})
    with ThreadPoolExecutor(64) as crowd:
        went = list(crowd.map(lambda _: live.goes(), range(300)))
    assert {name: went.count(name) for name in {"a", "b", "c", 410}} == {"a": 200, "b": 1, "c": 0, 410: 99}
    pond.drain()
    assert [live.targets()[name]["figures"]["shown"] for name in "abc"] == [200, 1, 0], "and the totals are right"


def test_a_page_view_is_taken_for_a_scan_and_a_refresh_burns_the_quota(pond, tmp_path):
    image = group_code(pond, tmp_path)
    live = Live(pond, {"name": "group", "kind": "qr", "image": image["id"], "cap_total": 2, "cap_on": "visitors"})
    one = live.names["group"]
    first = live.visit(ip="203.0.113.90")
    page = pond.public + urlsplit(first.headers["Location"]).path
    for _ in range(5):
        assert live.visit(ip="203.0.113.90").status_code == 302
        assert requests.get(page, timeout=60).status_code == 200
    assert live.visit(ua=GOOGLEBOT).status_code == 302
    pond.drain()
    figures = live.targets()["group"]["figures"]
    assert (figures["shown"], figures["visitors"], figures["pressed"], figures["joined"], figures["remaining"]) == (6, 1, 0, 0, 1)
    press = page + "/pressed"
    for _ in range(3):
        requests.post(press, headers={"Sec-Fetch-Site": "same-origin"}, timeout=60)
    pond.api("POST", f"/links/{live.link['id']}/targets/{one}/joined", 200, json={"count": 1, "id": "crm-1"})
    wait_for(lambda: live.targets()["group"]["figures"]["pressed"] == 1)
    figures = live.targets()["group"]["figures"]
    assert (figures["shown"], figures["pressed"], figures["joined"], figures["remaining"]) == (6, 1, 1, 1), "each counted apart"


@pytest.mark.parametrize("change", [{"valid_until": PAST}, {"cap_total": 0}, {"enabled": False}, {"replaced": True}], ids=lambda change: next(iter(change)))
def test_a_cookie_that_holds_the_picture_shows_an_expired_code_for_days(pond, change):
    live = Live(pond, "old", "new", rules=[{"choose": "first", "sticky": True}])
    reply = live.visit()
    cookie = cookie_of(reply)
    assert cookie and live.names["old"] not in cookie and "old" not in cookie, "the cookie says who, never where to"
    assert live.goes(headers={"Cookie": cookie}) == "old"
    if "replaced" in change:
        live.change("old", url=URL.format("fresh"), **change)
        assert live.goes(headers={"Cookie": cookie}) in ("fresh", "new")
    else:
        live.change("old", **change)
        assert live.goes(headers={"Cookie": cookie}) == "new"


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_is_kept_by_browsers_for_ever(pond, status):
    live = Live(pond, "a", redirect_status=status)
    reply = live.visit()
    assert reply.status_code in (302, 307) and reply.headers["Cache-Control"] == "no-store"


def test_an_alert_at_every_hit_from_the_request_path(make_pond):
    """Told once, before it is too late, beside the visits: while the robot hangs they are answered."""
    sink = Sink({"hang": True})
    pond = make_pond(notify_allow_private="true", allow_private_targets="true")
    pond.api("POST", "/robots", 201, json={"name": "r", "kind": "wecom", "url": sink.url(), "notices": ["target_full", "target_nearly_full", "target_ending"]})
    live = Live(pond, {"name": "full", "cap_total": 5}, {"name": "soon", "valid_until": at(hours=20)}, "rest")
    assert [live.goes() for _ in range(4)] == ["full"] * 4
    pond.drain()

    def told():
        items = pond.api("GET", "/outbox", 200, params={"limit": 100}).json()["items"]
        return sorted(item["kind"] for item in items if item["kind"] != "digest")

    for _ in range(2):  # pools are looked at when it starts, and what was told stays told
        pond.restart()
        wait_for(lambda: told() == ["target_ending", "target_nearly_full"])
    wait_for(lambda: sink.posts)
    assert [live.goes() for _ in range(30)] == ["full"] + ["soon"] * 29, "nobody waits for the robot"
    pond.drain()
    for answer in ({"cut": True}, {"status": 200, "body": b'{"errcode":45033,"errmsg":"no"}'}, {"status": 500}, WECOM_OK):
        sink.answer = answer
        sink.let_go.set()
        pond.restart()
        wait_for(lambda: told() == ["target_ending", "target_full", "target_nearly_full"])
        for item in pond.api("GET", "/outbox", 200, params={"state": "waiting"}).json()["items"]:
            pond.api("POST", f"/outbox/{item['id']}/retry", None)
    def all_sent():
        items = pond.api("GET", "/outbox", 200, params={"limit": 100}).json()["items"]
        for item in items:
            if item["state"] != "sent" and item["attempts"]:
                pond.api("POST", f"/outbox/{item['id']}/retry", None)
        return all(item["state"] == "sent" for item in items)

    wait_for(all_sent, 30, 0.2)
    taken = len(sink.taken)
    pond.restart()
    assert told() == ["target_ending", "target_full", "target_nearly_full"] and len(sink.taken) == taken, "nothing again"
    sink.close()


def test_every_redirect_asks_somewhere_whether_the_domain_is_blocked(make_pond):
    """A visit connects to nobody: neither to its target nor to a service that judges it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        pond = make_pond(allow_private_targets="true")
        live = Live(pond)
        live.add(name="here", url=f"http://127.0.0.1:{server.getsockname()[1]}/")
        for _ in range(20):
            assert live.visit().status_code == 302
        pond.drain()
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_slot_over_midnight_never_holds_and_the_order_of_slots_decides(make_pond):
    pond = make_pond(timezone="UTC")
    slots = ["* 22:00-06:00", "* 12:00-13:00"]
    for order in (slots, slots[::-1]):
        live = Live(pond, "night", rules=[{"when": [{"fact": "schedule", "is": order}], "targets": ["night"]}])
        ends = {at_: live.simulate(time=f"2026-11-22T{at_}:00Z")["end"] for at_ in ("21:59", "22:00", "05:59", "06:00", "12:30", "13:00")}
        assert ends == {"21:59": "url", "22:00": "target", "05:59": "target", "06:00": "url", "12:30": "target", "13:00": "url"}


def test_an_empty_choice_goes_silently_to_the_spare(pond):
    live = Live(pond, {"name": "on duty", "enabled": False}, "spare", fallback_url=URL.format("fallback"),
                rules=[{"name": "duty", "when": [{"fact": "app", "is": ["wechat"]}], "targets": ["on duty"]}])
    assert live.goes(ua=WECHAT) == "fallback", "never to a target that no rule names"
    told = live.simulate(**{"as": "wechat"})
    assert told["end"] == "used_up" and "duty" in str(told), "and the reason is told"
    assert live.put_rules({"name": "duty", "targets": ["on duty"]})["warnings"], "when it is made, too"


def test_codes_of_neighbours_can_be_walked(pond):
    codes = {pond.link(URL.format(n))["code"] for n in range(40)}
    numbers = sorted(sum(ALPHABET.index(c) * 62 ** i for i, c in enumerate(reversed(code))) for code in codes)
    assert min(b - a for a, b in zip(numbers, numbers[1:])) > 10 ** 6, "links made one after the other are far apart"
    for code in sorted(codes)[:10]:
        at_ = ALPHABET.index(code[-1])
        for step in (1, -1):
            neighbour = code[:-1] + ALPHABET[(at_ + step) % 62]
            assert neighbour in codes or pond.visit(neighbour).status_code == 404


def test_there_is_no_api_for_pools(pond):
    link = pond.api("POST", "/bulk/links", 200, json={"links": [{"url": URL.format("own"), "targets": [{"url": URL.format("a")}]}]}).json()["results"][0]["link"]
    assert link["targets_summary"]["targets"] == 1


def test_pictures_have_no_counts_of_their_own_and_the_first_gets_all(pond):
    live = Live(pond, "a", "b", "c", rules=[{"choose": "least_shown"}])
    for _ in range(9):
        live.goes()
    pond.drain()
    assert [one["figures"]["shown"] for one in live.targets().values()] == [3, 3, 3]


def test_another_group_needs_another_code(pond, tmp_path):
    image, fresh = group_code(pond, tmp_path), group_code(pond, tmp_path, "https://weixin.qq.com/g/AwYAABnextgroup")
    live = Live(pond, {"name": "group", "kind": "qr", "image": image["id"], "cap_total": 1})
    before = live.link["short_url"]
    page = requests.get(pond.public + urlsplit(live.visit().headers["Location"]).path, timeout=60)
    assert image["url"] in page.text and live.visit().status_code == 410
    live.change("group", image=fresh["id"])
    reply = live.visit()
    assert reply.status_code == 302 and fresh["url"] in requests.get(pond.public + urlsplit(reply.headers["Location"]).path, timeout=60).text
    assert pond.api("GET", f"/links/{live.link['id']}", 200).json()["short_url"] == before


def test_a_full_or_ended_code_is_not_passed_over(pond):
    live = Live(pond, {"name": "full", "cap_total": 1}, {"name": "ended", "valid_until": PAST}, {"name": "later", "valid_from": FUTURE}, "open")
    assert [live.goes() for _ in range(3)] == ["full", "open", "open"]


def test_nobody_is_told_that_a_code_ends(pond):
    live = Live(pond, {"name": "seven days", "valid_until": at(hours=23)}, "rest")
    kinds = [item["kind"] for item in pond.api("GET", "/today", 200).json()["items"] if item["target"] and item["target"]["id"] == live.names["seven days"]]
    assert kinds == ["target_ending"]


def test_figures_of_seven_days_by_device_are_not_to_be_had(pond):
    live = Live(pond, "a")
    for ua in (WECHAT, WECHAT, SAFARI):
        live.goes(ua=ua, ip="203.0.113.99")
    pond.drain()
    stats = pond.stats(target=live.names["a"], period="7d", group_by="app", interval="day", metrics="clicks,visitors")
    assert (stats["totals"]["clicks"], stats["totals"]["visitors"], len(stats["series"])) == (3, 2, 7)
    assert {group["app"]: group["clicks"] for group in stats["groups"]} == {"wechat": 2, "": 1} or len(stats["groups"]) == 2
    assert pond.stats(target=live.names["a"], period="7d", group_by="device")["groups"]
