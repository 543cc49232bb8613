# SPDX-License-Identifier: MIT
"""Goal: what is known of a domain in an app is kept with since when and by whom, people are told once when it becomes worse,
and a domain's report counts the visits that came by it."""
import pytest
from pond import GOOGLEBOT, SAFARI, WECHAT, wait_for
from robot_sink import Sink


@pytest.fixture
def pond(make_pond):
    return make_pond(notify_allow_private="true", fold_rows=1)


def block(pond, state, app="wechat", host="s.test", expect=200, **fields):
    return pond.api("PUT", f"/domains/{host}/blocks/{app}", expect, json={"state": state, **fields}).json()


def told(pond):
    return [(item["kind"], item["subject"]) for item in pond.api("GET", "/outbox", 200, params={"state": "sent"}).json()["items"]][::-1]


def test_a_state_is_kept_with_since_by_whom_and_why(pond):
    first = block(pond, "suspected", note="two customers said so")
    assert {name: first[name] for name in ("app", "state", "by", "note")} == {
        "app": "wechat", "state": "suspected", "by": "admin", "note": "two customers said so"}
    again = block(pond, "suspected", note="three by now")
    assert again["since"] == first["since"] and again["note"] == "three by now"
    worse = block(pond, "blocked")
    assert worse["since"] > first["since"] and worse["note"] is None
    block(pond, "ok", "qq")
    for seen in (pond.api("GET", "/domains/s.test", 200).json(), pond.api("GET", "/domains", 200).json()["items"][0]):
        assert [(row["app"], row["state"]) for row in seen["blocks"]] == [("qq", "ok"), ("wechat", "blocked")]
    lines = [line["changes"] for line in pond.api("GET", "/audit", 200, params={"object": "domain:s.test"}).json()["items"] if line["action"] == "domain.block"]
    assert [line.get("wechat") for line in lines] == [None, ["suspected", "blocked"], None, [None, "suspected"]]
    pond.restart()
    assert pond.api("GET", "/domains/s.test", 200).json()["blocks"][1] == worse


def test_what_is_no_state_app_or_domain_is_refused(pond):
    assert block(pond, "maybe", expect=422)["errors"][0]["field"] == "state"
    assert block(pond, "ok", "telegraph", expect=422)["errors"][0]["field"] == "app"
    block(pond, "ok", host="nowhere.test", expect=404)
    assert pond.api("GET", "/domains/s.test", 200).json()["blocks"] == []


def test_robots_are_told_once_when_it_becomes_worse(pond):
    sink = Sink()
    try:
        pond.api("POST", "/robots", 201, json={"name": "r", "kind": "webhook", "url": sink.url(), "language": "en"})
        for state in ("ok", "suspected", "suspected", "blocked", "blocked", "ok", "blocked"):
            block(pond, state, note="seen by hand")
        expected = [("domain_suspected", "s.test"), ("domain_blocked", "s.test"), ("domain_blocked", "s.test")]
        wait_for(lambda: len(told(pond)) == 3, 20, 0.05)
        assert sorted(told(pond)) == sorted(expected)
        pond.restart()
        assert sorted(told(pond)) == sorted(expected)
        assert any(b"wechat" in post.body and b"seen by hand" in post.body for post in sink.posts)
    finally:
        sink.close()


def test_links_go_on_and_scanners_see_no_difference_on_a_blocked_domain(pond):
    link = pond.link()
    block(pond, "blocked")
    assert {pond.visit(link["code"], ua=ua).headers["Location"] for ua in (WECHAT, SAFARI, GOOGLEBOT)} == {link["url"]}


def test_a_report_counts_what_came_by_the_domain(pond):
    pond.api("POST", "/domains", 201, json={"host": "b.test"})
    here, there = pond.link(), pond.link("https://www.example.com/2", domain="b.test")
    for code, host, ua in ((here["code"], "s.test", WECHAT), (there["code"], "s.test", SAFARI), (there["code"], "b.test", WECHAT), (here["code"], "s.test", GOOGLEBOT)):
        pond.click_of(pond.visit(code, host=host, ua=ua))
    report = pond.api("GET", "/domains/s.test/report", 200, params={"period": "7d"}).json()
    assert (report["links"], report["links_exact"], report["clicks"]) == (1, True, 2)
    assert (report["by_class"]["human"], report["by_class"]["bot"]) == (2, 1)
    assert {row["app"]: row["clicks"] for row in report["apps"]} == {"wechat": 1, "": 1} or sum(row["clicks"] for row in report["apps"]) == 2
    assert len(report["series"]) == 7 and report["series"][-1]["clicks"] == 2
    times = sorted(click["time"] for click in pond.clicks(domain="s.test"))
    assert (report["first_click_at"], report["last_click_at"]) == (times[0], times[-1])
    assert report["wechat"] == {"last_day": 1, "usual_day": 0, "others_last_day": 1, "others_usual_day": 0, "fell": False}
    unused = pond.api("POST", "/domains", 201, json={"host": "unused.test"}) and pond.api("GET", "/domains/unused.test/report", 200).json()
    assert (unused["clicks"], unused["first_click_at"], unused["last_click_at"], unused["links"]) == (0, None, None, 0)
    pond.api("GET", "/domains/nowhere.test/report", 404)
    pond.api("GET", "/domains/s.test/report", 422, params={"period": "all"})
    pond.api("GET", "/domains/s.test/report", 422, params={"tz": "Mars/Olympus"})
