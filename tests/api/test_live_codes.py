# SPDX-License-Identifier: MIT
"""Live codes (活码) against the running program.

Promises: a cap is never passed and a look by software costs nothing; what is full, ended, off or replaced is left at
once; a target's figures are the ledger's; an edit is what the next visit gets; whatever was answered is asked again next
time.
"""
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, urlsplit

import pytest
from pond import GOOGLEBOT, SAFARI, WECHAT, wait_for

URL = "https://www.example.com/{}"
PAST, FUTURE = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"


class Live:
    """A link with a pool; `rules` may name targets by their names."""

    def __init__(self, pond, *targets, rules=None, **fields):
        self.pond, self.link, self.names = pond, pond.link(URL.format("own"), **fields), {}
        for target in targets:
            self.add(**({"name": target} if isinstance(target, str) else target))
        if rules is not None:
            self.put_rules(*rules)

    def add(self, expect=201, **fields):
        body = {"url": URL.format(fields.get("name", "x")), **fields} if fields.get("kind", "url") == "url" else fields
        made = self.pond.api("POST", f"/links/{self.link['id']}/targets", expect, json=body).json()
        if expect == 201:
            self.names[fields["name"]] = made["id"]
        return made

    def put_rules(self, *rules, expect=200, **kwargs):
        named = [{**rule, **({"targets": [self.names[name] for name in rule["targets"]]} if "targets" in rule else {})} for rule in rules]
        return self.pond.api("PUT", f"/links/{self.link['id']}/rules", expect, json={"rules": named}, **kwargs).json()

    def change(self, name, /, expect=200, **fields):
        return self.pond.api("PATCH", f"/links/{self.link['id']}/targets/{self.names[name]}", expect, json=fields).json()

    def visit(self, **kwargs):
        return self.pond.visit(self.link["code"], **kwargs)

    def goes(self, **kwargs):
        """The name of the target a visit was sent to, "own" or the status."""
        reply = self.visit(**kwargs)
        assert "no-store" in reply.headers["Cache-Control"]
        if reply.status_code != 302:
            return reply.status_code
        return urlsplit(reply.headers["Location"]).path.strip("/")

    def targets(self):
        return {one["name"]: one for one in self.pond.api("GET", f"/links/{self.link['id']}/targets", 200).json()["items"]}

    def simulate(self, **fields):
        return self.pond.api("POST", f"/links/{self.link['id']}/simulate", 200, json=fields).json()


# ---- the pool ------------------------------------------------------------------------------------------------------

def test_a_target_reads_back_and_null_clears(pond):
    live = Live(pond)
    assert (live.link["has_rules"], live.link["targets_summary"]) == (False, None)
    full = {"name": "群1", "kind": "url", "url": "https://www.example.com/a?b=%E4%BD%A0#x", "title": "扫码", "hint": "一\n二", "staff": "admin",
            "weight": 7, "enabled": False, "valid_from": "2020-01-01T00:00:00.000Z", "valid_until": "2099-01-01T00:00:00.000Z",
            "cap_total": 200, "cap_day": 50, "cap_hour": 0, "cap_on": "visitors"}
    made = live.add(**full)
    assert {name: made[name] for name in full} == full
    assert made["state"] == "disabled" and made["figures"]["remaining"] == 0
    link = pond.api("GET", "/links/" + live.link["id"], 200).json()
    assert (link["has_rules"], link["targets_summary"]) == (True, {"targets": 1, "enabled": 0, "rules": 0})
    cleared = live.change("群1", name=None, title=None, hint=None, staff=None, weight=None, valid_from=None, valid_until=None, cap_total=None,
                          cap_day=None, cap_hour=None, cap_on=None)
    assert [cleared[name] for name in ("name", "title", "hint", "staff", "weight", "valid_from", "valid_until", "cap_total", "cap_day",
                                       "cap_hour", "cap_on")] == [None, None, None, None, 1, None, None, None, None, None, "shown"]
    assert cleared["url"] == full["url"] and not cleared["enabled"]


@pytest.mark.parametrize("fields,field,code", [
    ({"url": None}, "url", "required"), ({"url": "javascript:alert(1)"}, "url", "scheme_not_allowed"), ({"url": "http://10.0.0.1/"}, "url", "private_host"),
    ({"url": "http://s.test/x"}, "url", "own_host"), ({"kind": "popup"}, "kind", "not_allowed"), ({"cap_on": "clicks"}, "cap_on", "not_allowed"),
    ({"cap_total": -1}, "cap_total", "out_of_range"), ({"weight": 0}, "weight", "out_of_range"), ({"staff": "nobody"}, "staff", "unknown"),
    ({"valid_from": FUTURE, "valid_until": PAST}, "valid_until", "out_of_order"), ({"image": "logo"}, "image", "not_an_id"),
    ({"surprise": 1}, "surprise", "unknown_field"),
])
def test_what_is_refused_names_its_field(pond, fields, field, code):
    live = Live(pond)
    problem = live.add(expect=422, **{"name": "x", **fields})
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)]
    assert live.targets() == {} and live.goes() == "own"


def test_edits_take_the_links_etag(pond):
    live = Live(pond, "a")
    path = f"/links/{live.link['id']}"
    tag = pond.api("GET", path, 200).headers["ETag"]
    assert pond.api("GET", path + "/rules", 200).headers["ETag"] == tag
    now = pond.api("PUT", path + "/rules", 200, json={"rules": []}, headers={"If-Match": tag}).headers["ETag"]
    assert now != tag
    pond.api("PUT", path + "/rules", 412, json={"rules": []}, headers={"If-Match": tag})
    pond.api("PATCH", f"{path}/targets/{live.names['a']}", 412, json={"name": "b"}, headers={"If-Match": tag})
    pond.api("POST", path + "/targets", 412, json={"url": URL.format("b")}, headers={"If-Match": tag})
    pond.api("DELETE", f"{path}/targets/{live.names['a']}", 412, headers={"If-Match": tag})


def test_the_order_is_the_pools(pond):
    live = Live(pond, "a", "b", "c")
    assert live.goes() == "a"
    order = [live.names[name] for name in "cab"]
    path = f"/links/{live.link['id']}/targets"
    assert [one["id"] for one in pond.api("PUT", path, 200, json={"targets": order}).json()["items"]] == order
    assert live.goes() == "c"
    for wrong in (order[:2], [*order[:2], order[0]], [*order, "tgt_1"], ["x"]):
        pond.api("PUT", path, 422, json={"targets": wrong})


def test_a_target_that_left_takes_no_more_visits_and_keeps_its_clicks(pond):
    live = Live(pond, "a", "b", rules=[{"targets": ["a", "b"]}, {"targets": ["b"]}])
    assert pond.click_of(live.visit())["target"] == live.names["a"]
    path = f"/links/{live.link['id']}/targets/"
    pond.api("DELETE", path + live.names["b"], 409)
    pond.api("DELETE", path + live.names["a"], 204)
    pond.api("DELETE", path + live.names["a"], 404)
    assert live.goes() == "b"
    assert live.names["a"] in [one["target"] for one in pond.clicks(link=live.link["id"])]
    groups = pond.stats(link=live.link["id"], group_by="target", period="all")["groups"]
    assert {one["target"] for one in groups} >= {live.names["a"]}


def test_history_says_who_changed_what(pond):
    live = Live(pond, "a", rules=[{"targets": ["a"], "choose": "random"}])
    live.change("a", cap_total=5)
    lines = pond.api("GET", "/audit", 200, params={"object": live.link["id"]}).json()["items"]
    assert [line["action"] for line in lines][:3] == ["link.target_update", "link.rules", "link.target_create"]
    assert lines[0]["changes"]["cap_total"] == [None, "5"] and lines[0]["changes"]["target"] == [None, live.names["a"]]
    assert "random" in lines[1]["changes"]["rules"][1]


# ---- caps ----------------------------------------------------------------------------------------------------------

def test_a_cap_holds_however_many_come_at_once(pond):
    """Counting what was read a moment ago lets two in for one place."""
    live = Live(pond, {"name": "a", "cap_total": 200}, {"name": "b", "cap_total": 1}, {"name": "c", "cap_total": 0})
    with ThreadPoolExecutor(64) as pool:
        went = list(pool.map(lambda _: live.goes(), range(260)))
    assert {name: went.count(name) for name in set(went)} == {"a": 200, "b": 1, 410: 59}
    assert [live.targets()[name]["figures"]["remaining"] for name in "abc"] == [0, 0, 0]
    assert [live.targets()[name]["state"] for name in "abc"] == ["full", "full", "full"]


def test_figures_are_the_ledgers(pond):
    live = Live(pond, {"name": "a", "cap_total": 3}, "b")
    for n in range(5):
        live.visit(ip=f"203.0.113.{n + 10}")
    pond.drain()
    figures = {name: one["figures"] for name, one in live.targets().items()}
    assert [figures["a"][name] for name in ("shown", "visitors", "remaining")] == [3, 3, 0]
    assert [figures["b"][name] for name in ("shown", "visitors", "remaining")] == [2, 2, None]


def test_software_that_looks_costs_nothing_and_gets_what_a_person_would(pond):
    live = Live(pond, {"name": "a", "cap_total": 1}, rules=[{"choose": "round_robin"}])
    for _ in range(5):
        assert live.goes(ua=GOOGLEBOT) == "a"
        assert live.goes(method="HEAD") == "a"
        assert live.goes(headers={"Sec-Purpose": "prefetch"}) == "a"
    assert live.goes() == "a"
    assert live.goes() == 410 and live.goes(ua=GOOGLEBOT) == 410
    pond.drain()
    assert live.targets()["a"]["figures"]["shown"] == 1


@pytest.mark.parametrize("cap", ["cap_day", "cap_hour"])
def test_caps_of_a_day_and_an_hour_hold(pond, cap):
    live = Live(pond, {"name": "a", cap: 2}, "b")
    assert [live.goes() for _ in range(4)] == ["a", "a", "b", "b"]
    live.change("a", **{cap: 3})
    assert [live.goes() for _ in range(2)] == ["a", "b"]


def test_a_dry_pool_leads_to_the_fallback_else_to_a_page(pond):
    dry = {"name": "a", "cap_total": 0}
    assert Live(pond, dry, fallback_url=URL.format("late")).goes() == "late"
    live = Live(pond, dry)
    reply = live.visit()
    assert reply.status_code == 410 and "次数已用完" in reply.text or reply.status_code == 410
    assert pond.click_of(reply)["outcome"] == "used_up"


def test_a_replaced_target_counts_from_zero(pond):
    live = Live(pond, {"name": "a", "cap_total": 2})
    assert [live.goes() for _ in range(3)] == ["a", "a", 410]
    changed = live.change("a", url=URL.format("a2"), replaced=True)
    assert changed["replaced_at"] and changed["figures"]["remaining"] == 2
    assert [live.goes() for _ in range(3)] == ["a2", "a2", 410]


def test_a_limit_of_the_link_and_places_are_taken_together(pond):
    live = Live(pond, {"name": "a", "cap_total": 5}, max_clicks=2)
    assert [live.goes() for _ in range(3)] == ["a", "a", 410]
    assert live.targets()["a"]["figures"]["remaining"] == 3, "what the limit refused gave its place back"


def test_caps_go_on_after_a_restart(make_pond):
    pond = make_pond()
    live = Live(pond, {"name": "a", "cap_total": 5}, {"name": "b", "cap_day": 3}, {"name": "c", "cap_hour": 1})
    assert [live.goes() for _ in range(4)] == ["a"] * 4
    pond.restart()
    assert [live.goes() for _ in range(3)] == ["a", "b", "b"]
    pond.kill9()
    pond.start()
    assert [live.goes() for _ in range(3)] == ["b", "c", 410]


# ---- choosing ------------------------------------------------------------------------------------------------------

def test_a_target_out_of_its_time_is_left_at_once(pond):
    """A group's picture is good for seven days: who comes later must not see it."""
    live = Live(pond, {"name": "ended", "valid_until": PAST}, {"name": "later", "valid_from": FUTURE}, {"name": "off", "enabled": False}, "a")
    assert live.goes() == "a"
    assert [live.targets()[name]["state"] for name in ("ended", "later", "off", "a")] == ["ended", "scheduled", "disabled", "open"]
    live.change("a", valid_until=PAST)
    assert live.goes() == 410


def test_sequential_does_not_go_back(pond):
    live = Live(pond, {"name": "a", "cap_total": 1}, "b", rules=[{"choose": "sequential"}])
    assert [live.goes() for _ in range(2)] == ["a", "b"]
    live.change("b", name="b")  # nothing of a's
    assert live.goes() == "b"
    live.change("a", cap_total=2)
    assert [live.goes() for _ in range(2)] == ["a", "b"]


def test_round_robin_and_weights_share_evenly(pond):
    even = Live(pond, "a", "b", "c", rules=[{"choose": "round_robin"}])
    assert sorted(even.goes() for _ in range(6)) == ["a", "a", "b", "b", "c", "c"]
    heavy = Live(pond, {"name": "a", "weight": 3}, {"name": "b", "weight": 1}, rules=[{"choose": "weighted"}])
    assert sorted(heavy.goes() for _ in range(8)) == ["a"] * 6 + ["b"] * 2


def test_least_shown_fills_up_the_new_one(pond):
    live = Live(pond, "a", rules=[{"choose": "least_shown"}])
    assert [live.goes() for _ in range(3)] == ["a"] * 3
    live.add(name="b")
    assert [live.goes() for _ in range(3)] == ["b"] * 3


def test_rules_choose_by_who_comes(pond):
    live = Live(pond, "wechat", "ios", "zh", "promo", rules=[
        {"when": [{"fact": "app", "is": ["wechat"]}, {"fact": "query", "name": "promo", "not": []}], "targets": ["wechat"]},
        {"when": [{"fact": "query", "name": "promo", "is": ["1"]}], "targets": ["promo"]},
        {"when": [{"fact": "os", "is": ["ios"]}], "targets": ["ios"]},
        {"when": [{"fact": "language", "is": ["zh"]}], "targets": ["zh"]}])
    windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36"
    assert live.goes(ua=WECHAT) == "wechat"
    assert pond.visit(live.link["code"] + "?promo=1").headers["Location"] == URL.format("promo") + "?promo=1"
    assert live.goes(ua=SAFARI) == "ios"
    assert live.goes(ua=windows) == "zh"
    assert live.goes(ua=windows, headers={"Accept-Language": "en"}) == "own", "no rule held: the link's own url"


def test_a_slot_over_midnight_holds_on_both_sides(make_pond):
    """22:00-06:00 compared as texts never holds."""
    pond = make_pond(timezone="UTC")
    live = Live(pond, "night", rules=[{"when": [{"fact": "schedule", "is": ["* 22:00-06:00"]}], "targets": ["night"]}])
    ends = {at: live.simulate(time=f"2026-11-22T{at}:00Z")["end"] for at in ("21:59", "22:00", "23:30", "00:30", "05:59", "06:00")}
    assert ends == {"21:59": "url", "22:00": "target", "23:30": "target", "00:30": "target", "05:59": "target", "06:00": "url"}


@pytest.mark.parametrize("holiday, on_a_day_off, on_a_saturday_made_up", [
    ("", "url", "target"), ("10:00-11:00", "target", "target"), ("11:00-12:00", "url", "target"), ("weekday", "target", "url")])
def test_holidays_override_the_week(pond, holiday, on_a_day_off, on_a_saturday_made_up):
    """2026-10-01, a Thursday, is off; Saturday the 10th makes up for it (State Council, document 7 of 2025)."""
    hours = {"fact": "schedule", "is": ["1-5 09:00-18:00"], "zone": "Asia/Shanghai", "holiday": holiday}
    live = Live(pond, "desk", rules=[{"when": [hours]}])
    ends = [live.simulate(time=f"2026-{day}T10:30:00+08:00")["end"] for day in ("10-01", "10-10", "10-12", "10-17")]
    assert ends == [on_a_day_off, on_a_saturday_made_up, "target", "url"]


def test_holidays_of_ones_own(make_pond, tmp_path):
    (tmp_path / "holidays.own.tsv").write_text("off\t2026-12-24\nordinary\t2026-10-01\n")
    pond = make_pond(recognition_dir=str(tmp_path))
    hours = {"fact": "schedule", "is": ["1-5 09:00-18:00"], "zone": "Asia/Shanghai"}
    live = Live(pond, "desk", rules=[{"when": [hours]}])
    assert [live.simulate(time=f"2026-{day}T10:30:00+08:00")["end"] for day in ("12-24", "10-01")] == ["url", "target"]


# ---- who comes again -------------------------------------------------------------------------------------------------

def cookie_of(reply):
    return reply.headers.get("Set-Cookie", "").split(";")[0]


def test_a_visitor_is_kept_until_the_target_is_full_ended_or_replaced(pond):
    """What is kept is who came, never where to: a cookie with a picture in it shows it when it is long over."""
    live = Live(pond, "a", "b", "c", rules=[{"choose": "round_robin", "sticky": True}])
    first = live.visit()
    cookie, mine = {"Cookie": cookie_of(first)}, urlsplit(first.headers["Location"]).path.strip("/")
    assert cookie["Cookie"]
    others = {live.goes(ip=f"203.0.113.{n}") for n in range(20, 26)}
    assert others == {"a", "b", "c"}, "everybody else goes in turn"
    assert {live.goes(headers=cookie, ip=f"203.0.113.{n}") for n in range(30, 35)} == {mine}
    live.change(mine, valid_until=PAST)
    assert live.goes(headers=cookie) != mine
    live.change(mine, valid_until=None)
    second = live.goes(headers=cookie)
    live.change(second, cap_total=0)
    assert live.goes(headers=cookie) != second


def test_one_that_was_replaced_keeps_nobody(pond):
    live = Live(pond, "a", "b", rules=[{"choose": "round_robin", "sticky": True}])
    cookie = {"Cookie": cookie_of(live.visit())}
    assert live.goes(headers=cookie) == "a"
    live.change("a", replaced=True)
    assert "b" in {live.goes(headers=cookie), live.goes(headers=cookie)}


def test_a_refresh_takes_no_second_place_where_visitors_count(pond):
    live = Live(pond, {"name": "a", "cap_total": 3, "cap_on": "visitors"}, "b")
    cookie = {"Cookie": cookie_of(live.visit(ip="203.0.113.40"))}
    assert {live.goes(headers=cookie, ip=f"203.0.113.{n}") for n in range(41, 46)} == {"a"}, "by the cookie"
    assert {live.goes(ip="203.0.113.50") for _ in range(5)} == {"a"}, "one who takes no cookies, by address and browser"
    assert live.targets()["a"]["figures"]["remaining"] == 1
    assert [live.goes(ip="203.0.113.60"), live.goes(ip="203.0.113.61")] == ["a", "b"]
    assert live.goes(headers=cookie) == "a", "who has a place keeps it when it is full"


def test_only_live_codes_that_have_to_know_set_a_cookie(pond):
    assert cookie_of(Live(pond, {"name": "a", "cap_total": 9}).visit()) == ""
    assert cookie_of(Live(pond, {"name": "a", "cap_total": 9, "cap_on": "visitors"}).visit()) != ""
    live = Live(pond, "a", rules=[{"sticky": True}])
    assert cookie_of(live.visit()) != "" and cookie_of(live.visit(headers={"Sec-GPC": "1"})) == ""
    assert cookie_of(live.visit(ua=GOOGLEBOT)) == ""


def test_who_has_a_number_is_known_after_a_restart(make_pond):
    pond = make_pond()
    live = Live(pond, {"name": "a", "cap_total": 1, "cap_on": "visitors"}, "b")
    cookie = {"Cookie": cookie_of(live.visit())}
    pond.drain()
    pond.restart()
    assert [live.goes(headers=cookie), live.goes(ip="203.0.113.77")] == ["a", "b"]


@pytest.mark.parametrize("ends", ["stop", "kill9"])
def test_who_takes_no_cookies_is_known_after_a_restart(make_pond, ends):
    """Somebody in an app that drops cookies is not sent to another group because the server was updated."""
    pond = make_pond()
    live = Live(pond, {"name": "a", "cap_total": 2, "cap_on": "visitors"}, "b", rules=[{"choose": "first", "sticky": True}])
    assert [live.goes(ip="203.0.113.7"), live.goes(ip="203.0.113.8"), live.goes(ip="203.0.113.9")] == ["a", "a", "b"]
    if ends == "stop":
        pond.drain()
        pond.restart()
    else:
        pond.kill9()
        pond.start()
    assert [live.goes(ip=f"203.0.113.{last}") for last in (8, 7, 9, 10, 8)] == ["a", "a", "b", "b", "a"]
    live.change("a", cap_total=3)
    assert [live.goes(ip=f"203.0.113.{last}") for last in (9, 10, 11)] == ["b", "b", "a"]


def test_new_and_returning_visitors_are_told_apart(pond):
    live = Live(pond, "welcome", rules=[{"when": [{"fact": "visitor", "is": ["new"]}], "targets": ["welcome"]}])
    first = live.visit()
    assert first.headers["Location"] == URL.format("welcome")
    assert live.goes(headers={"Cookie": cookie_of(first)}) == "own"


# ---- the answer ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("status,answered", [(301, 302), (302, 302), (303, 303), (307, 307), (308, 307)])
def test_an_answer_that_may_change_is_never_kept(pond, status, answered):
    live = Live(pond, "a", redirect_status=status)
    reply = live.visit()
    assert (reply.status_code, reply.headers["Cache-Control"]) == (answered, "no-store")
    live.change("a", url=URL.format("b"))
    assert live.goes() == "b" if answered == 302 else live.visit().headers["Location"] == URL.format("b")


def test_a_target_is_merged_like_the_links_url(pond):
    live = Live(pond, {"name": "a", "url": "https://www.example.com/a?pid=1#top"}, utm_source="wx")
    reply = pond.visit(live.link["code"] + "?pid=2&x=3&lp_ch=poster")
    parts = urlsplit(reply.headers["Location"])
    assert dict(parse_qsl(parts.query)) == {"pid": "1", "x": "3", "utm_source": "wx"} and parts.fragment == "top"
    click = pond.click_of(reply)
    assert (click["target"], click["outcome"], click["location"]) == (live.names["a"], "redirect", reply.headers["Location"])


def test_a_page_is_led_to_by_a_seal(pond):
    live = Live(pond, {"name": "a", "kind": "message", "title": "你好"})
    reply = live.visit()
    assert reply.status_code == 302 and "/-/live/" in reply.headers["Location"]
    token = reply.headers["Location"].rsplit("/", 1)[1]
    assert len(token) == 32 and "tgt" not in token
    click = pond.click_of(reply)
    assert (click["target"], click["outcome"]) == (live.names["a"], "page")
    assert live.visit().headers["Location"] != reply.headers["Location"], "another click, another seal"


# ---- rules ---------------------------------------------------------------------------------------------------------

def test_rules_read_back_and_keep_their_ids(pond):
    live = Live(pond, "a", "b")
    rules = [{"name": "夜", "enabled": True, "when": [{"fact": "app", "is": ["wechat", "wecom"]}, {"fact": "query", "name": "x", "not": []}],
              "choose": "weighted", "sticky": False, "targets": ["a", "b"]}, {"name": "", "enabled": False, "when": [], "choose": "first", "sticky": False}]
    answer = live.put_rules(*rules)["rules"]
    again = pond.api("GET", f"/links/{live.link['id']}/rules", 200).json()["rules"]
    assert again == answer and [one["name"] for one in answer] == ["夜", ""]
    assert answer[0]["targets"] == [live.names["a"], live.names["b"]]
    kept = pond.api("PUT", f"/links/{live.link['id']}/rules", 200, json={"rules": answer[::-1]}).json()["rules"]
    assert [one["id"] for one in kept] == [one["id"] for one in answer[::-1]]
    assert live.put_rules()["rules"] == []


def test_rules_that_cannot_be_are_refused_whole(pond):
    live = Live(pond, "a", rules=[{"targets": ["a"], "name": "before"}])
    other = Live(pond, "x")
    path = f"/links/{live.link['id']}/rules"
    for rule, field in (({"when": [{"fact": "weather", "is": ["rain"]}]}, "rules[0].when[0].fact"),
                        ({"when": [{"fact": "schedule", "is": ["25:00-26:00"]}]}, "rules[0].when[0].is[0]"),
                        ({"targets": ["tgt_999999"]}, None), ({"targets": [other.names["x"]]}, "rules[0].targets[0]")):
        problem = pond.api("PUT", path, 422, json={"rules": [rule]}).json()
        assert field is None or problem["errors"][0]["field"] == field, problem
        assert [one["name"] for one in pond.api("GET", path, 200).json()["rules"]] == ["before"]


def test_what_may_be_meant_otherwise_is_said(pond):
    live = Live(pond, "a", {"name": "ended", "valid_until": PAST})
    warnings = live.put_rules({"targets": ["a"]}, {"targets": ["a"], "when": [{"fact": "os", "is": ["ios"]}]}, {"targets": ["ended"]},
                              {"targets": ["a"], "when": [{"fact": "country", "is": ["CN"]}]})["warnings"]
    assert {(one["rule"], one["code"]) for one in warnings} >= {(1, "unreachable"), (2, "all_ended"), (None, "no_geo_files")}


def test_a_simulation_says_why_and_takes_nothing(pond):
    live = Live(pond, {"name": "群1", "cap_total": 1}, "b", rules=[
        {"name": "夜", "when": [{"fact": "schedule", "is": ["* 22:00-06:00"], "zone": "Asia/Shanghai"}], "targets": ["b"]},
        {"name": "群", "when": [{"fact": "scene", "is": ["group"]}], "targets": ["群1"]}])
    for _ in range(3):
        said = live.simulate(**{"as": "wechat-group", "time": "2026-11-22T12:00:00+08:00"})
        assert (said["end"], said["target"]["name"], said["url"]) == ("target", "群1", URL.format("%E7%BE%A41"))
    assert [(step["rule"], step["held"]) for step in said["steps"]] == [(0, False), (1, True)]
    assert "12:00" in said["steps"][0]["why"] and "群1" in said["why"]
    assert live.simulate(**{"as": "safari", "time": "2026-11-22T12:00:00+08:00"})["end"] == "url"
    assert live.simulate(time="2026-11-22T23:00:00+08:00")["target"]["name"] == "b"
    assert live.targets()["群1"]["figures"]["remaining"] == 1
    pond.api("POST", f"/links/{live.link['id']}/simulate", 422, json={"as": "martian"})
    assert Live(pond).simulate()["end"] == "url"


def test_rules_are_tried_out_before_they_are_stored(pond):
    live = Live(pond, "a", "b", rules=[{"targets": ["a"]}])
    a, b = live.names["a"], live.names["b"]
    stored = pond.api("GET", f"/links/{live.link['id']}/rules", 200)
    draft = [{"name": "x", "when": [{"fact": "os", "is": ["ios"]}], "targets": [b]}, {"targets": [a]}, {"targets": [b]}]
    said = live.simulate(rules=draft)
    assert (said["target"]["id"], said["steps"][0]["name"], said["steps"][0]["id"]) == (b, "x", None)
    assert [(one["rule"], one["code"]) for one in said["warnings"]] == [(2, "unreachable")]
    assert live.simulate(**{"as": "android", "rules": draft})["target"]["id"] == a
    assert live.simulate(rules=[])["target"]["id"] == a  # the first of the pool that is open
    assert (live.simulate()["target"]["id"], live.simulate(rules=None)["warnings"]) == (a, [])
    again = pond.api("GET", f"/links/{live.link['id']}/rules", 200)
    assert (again.json(), again.headers["ETag"]) == (stored.json(), stored.headers["ETag"])
    assert {name: one["figures"]["taken"]["total"] for name, one in live.targets().items()} == {"a": 0, "b": 0}


def test_weights_are_tried_out_before_they_are_stored(pond):
    """Of weights 100 and 1 the first turn is the heavy one's, whichever that is."""
    live = Live(pond, "a", "b", rules=[{"choose": "weighted"}])
    a, b = live.names["a"], live.names["b"]
    first = live.simulate()["target"]["id"]
    heavy = b if first == a else a
    assert live.simulate(weights={heavy: 100})["target"]["id"] == heavy and live.simulate(weights={first: 100})["target"]["id"] == first
    assert live.simulate(rules=[{"choose": "weighted"}], weights={heavy: 100})["target"]["id"] == heavy
    assert live.simulate(weights=None)["target"]["id"] == live.simulate(weights={})["target"]["id"] == first
    assert live.simulate(weights={heavy: 100})["steps"][0]["id"] is not None  # of the stored rule
    assert {one["weight"] for one in live.targets().values()} == {1}
    path = f"/links/{live.link['id']}/simulate"
    for weights, code in (({a: 0}, "out_of_range"), ({a: 101}, "out_of_range"), ({a: "3"}, "out_of_range"), ({"tgt_99": 1}, "unknown"), ({"x": 1}, "unknown"),
                          ([1], "wrong_type")):
        problem = pond.api("POST", path, 422, json={"weights": weights}).json()
        assert [(one["field"], one["code"]) for one in problem["errors"]] == [("weights", code)]


@pytest.mark.parametrize("rule,field,code", [
    ({"when": [{"fact": "os", "is": []}]}, "rules[0].when[0].is", "too_few"),
    ({"when": [{"fact": "ip", "is": ["10.0.0.0/99"]}]}, "rules[0].when[0].is[0]", "bad_network"),
    ({"when": [{"fact": "schedule", "is": ["25:00-26:00"]}]}, "rules[0].when[0].is[0]", "bad_slot"),
    ({"targets": ["tgt_999999"]}, "rules[0].targets[0]", "unknown"),
])
def test_rules_that_are_tried_out_are_refused_as_if_they_were_stored(pond, rule, field, code):
    live = Live(pond, "a")
    for method, path in (("POST", "simulate"), ("PUT", "rules")):
        problem = pond.api(method, f"/links/{live.link['id']}/{path}", 422, json={"rules": [rule]}).json()
        assert [(one["field"], one["code"]) for one in problem["errors"]] in ([(field, code)], [(field, f"{code}_target")])


def test_a_rule_that_is_tried_out_has_the_turns_it_has_had_and_no_other_links(pond):
    """Round robin goes on where visits left it; an id of another link's rule tells nothing of that link."""
    live = Live(pond, "a", "b", rules=[{"choose": "round_robin", "targets": ["a", "b"]}])
    other = Live(pond, "c", "d")
    live.visit()
    rule = pond.api("GET", f"/links/{live.link['id']}/rules", 200).json()["rules"][0]
    assert live.simulate(rules=[rule])["target"]["name"] == "b"
    stolen = {**rule, "targets": [other.names["c"], other.names["d"]]}
    assert other.simulate(rules=[stolen])["target"]["name"] == "c"


def test_places_taken_are_told_in_total_and_for_the_day_and_hour(pond):
    live = Live(pond, {"name": "a", "cap_total": 5, "cap_day": 3, "cap_hour": 3})
    for _ in range(2):
        live.visit()
    assert live.targets()["a"]["figures"]["taken"] == {"total": 2, "day": 2, "hour": 2}
    live.visit(ua=GOOGLEBOT)
    assert live.targets()["a"]["figures"]["taken"]["total"] == 2
    assert live.change("a", replaced=True)["figures"]["taken"] == {"total": 0, "day": 2, "hour": 2}  # the day is not over


def test_a_gate_that_is_shut_asks_no_rule(pond):
    live = Live(pond, {"name": "a", "cap_total": 1}, enabled=False)
    assert live.goes() == 410 and live.targets()["a"]["figures"]["remaining"] == 1
    pond.api("PATCH", "/links/" + live.link["id"], 200, json={"enabled": True})
    assert live.goes() == "a"


def test_a_purge_takes_the_pool_along(make_pond):
    pond = make_pond()
    live = Live(pond, "a", rules=[{"targets": ["a"]}])
    pond.click_of(live.visit())
    pond.api("DELETE", f"/links/{live.link['id']}?purge=true", 204)
    assert live.visit().status_code == 410
    pond.restart()
    assert live.visit().status_code == 410


def test_live_codes_keep_their_places_when_the_cache_is_small(make_pond):
    pond = make_pond(cache_bytes="16MiB")
    live = Live(pond, {"name": "a", "cap_total": 2})
    for n in range(20):
        pond.api("POST", "/bulk/links", 200, json={"links": [{"url": URL.format("x" * 1500 + str(n * 600 + m))} for m in range(600)]})
    assert pond.metrics()["linkpond_cache_complete"] == 0
    assert [live.goes() for _ in range(3)] == ["a", "a", 410]
    pond.restart()
    wait_for(lambda: live.goes() == 410)
