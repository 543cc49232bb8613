# SPDX-License-Identifier: MIT
"""Goal: one question, one exact answer, from real visits through the redirect listener."""
import datetime
import sqlite3

import pytest

from pond import GOOGLEBOT, SAFARI, WECHAT, wait_for

FIGURES = ("clicks", "visitors", "new_visitors", "scans")


@pytest.fixture(scope="module")
def shop(pond):
    """Two links: spring has 3 people (one of them twice) and a bot, autumn one person by QR code; and an unknown code."""
    spring = pond.link(url="https://www.example.com/spring", campaign="spring", channel="group-1", tags=["hot", "new"], owner=None)
    autumn = pond.link(url="https://www.example.com/autumn", campaign="autumn", alias="autumn-sale", owner="admin")
    pond.api("PATCH", "/channels/group-1", 200, json={"channel_group": "社群"})
    for ip, ua in (("198.51.100.1", WECHAT), ("198.51.101.1", WECHAT), ("198.51.102.1", SAFARI), ("198.51.100.1", WECHAT),
                   ("198.51.103.1", GOOGLEBOT)):
        pond.visit(spring["code"] + "?utm_source=poster", ua=ua, ip=ip)
    pond.visit("autumn-sale?lp_qr=1", ip="198.51.104.1", ua=SAFARI)
    pond.visit("no-such-code", ip="198.51.105.1", ua=SAFARI)
    pond.drain()
    pond.spring, pond.autumn = spring, autumn
    return pond


def test_totals_count_people_that_were_led_somewhere(shop):
    answer = shop.stats(metrics=",".join(FIGURES))
    assert set(answer) == {"from", "to", "tz", "identity", "totals", "series", "groups", "other", "kept", "previous", "warnings"}
    totals = answer["totals"]
    assert (totals["clicks"], totals["visitors"], totals["new_visitors"], totals["scans"]) == (5, 4, 4, 1)
    assert totals["by_class"] == {"human": 6, "bot": 1, "preview": 0, "prefetch": 0, "head": 0, "replay": 0, "duplicate": 0}
    assert (answer["series"], answer["groups"], answer["previous"]) == ([], [], None)
    assert answer["identity"] == {"method": "hash", "cookie_share": 0.0}


def test_every_way_to_name_a_link_asks_the_same(shop):
    for ref in (shop.autumn["id"], shop.autumn["code"], "autumn-sale"):
        assert shop.stats(link=ref)["totals"]["clicks"] == 1, ref
    assert shop.stats(link=[shop.spring["id"], "autumn-sale"])["totals"]["clicks"] == 5
    assert shop.stats(not_link="autumn-sale")["totals"]["clicks"] == 4
    problem = shop.api("GET", "/stats", 404, params={"link": "nowhere"}).json()
    assert problem["errors"][0]["field"] == "link"


@pytest.mark.parametrize("filters, clicks", [
    ({"campaign": "spring"}, 4), ({"campaign": ["spring", "autumn"]}, 5), ({"not_campaign": "spring"}, 1),
    ({"channel": "group-1"}, 4), ({"channel_group": "社群"}, 4), ({"tag": "hot"}, 4), ({"owner": "admin"}, 1),
    ({"domain": "s.test"}, 5), ({"app": "wechat"}, 3), ({"utm_source": "poster", "app": ""}, 1), ({"source": "poster"}, 4),
    ({"class": "bot"}, 1), ({"class": ["bot", "human"], "campaign": "spring"}, 5), ({"class": "all", "campaign": "spring"}, 5),
    ({"class": "human"}, 5), ({"outcome": "unknown"}, 1), ({"outcome": "redirect"}, 5), ({"not_class": "human"}, 1),
    ({"country": "nowhere"}, 0), ({"os": "ios", "campaign": "autumn"}, 1),
])
def test_every_dimension_filters(shop, filters, clicks):
    assert shop.stats(**filters)["totals"]["clicks"] == clicks


DIMENSIONS = ("link campaign channel channel_group source source_by utm_source utm_medium utm_campaign utm_term utm_content"
              " utm_id tag owner domain class outcome app app_version mini_program scene os device browser language net country region city carrier"
              " referrer ad_click_source target qr test hour weekday").split()


@pytest.mark.parametrize("dim", DIMENSIONS)
def test_what_a_group_says_its_filter_takes_back(shop, dim):
    groups = shop.stats(group_by=dim, metrics="clicks,visitors,scans")["groups"]
    assert groups
    for group in groups:
        if group[dim] is None or group[dim] == "human":
            continue  # an unknown code has no link to name; class=human asks for what counts
        word = str(group[dim]).lower() if isinstance(group[dim], bool) else group[dim]
        ask = {"class": "all"} if dim == "outcome" else {}
        assert shop.stats(**{dim: word, **ask})["totals"]["clicks"] == group["clicks"], group
        rest = sum(g["clicks"] for g in groups if dim != "tag" and g is not group)
        if dim not in ("tag", "class", "outcome"):
            assert shop.stats(**{"not_" + dim: word})["totals"]["clicks"] == rest, group


def test_pairs_past_the_limit_are_other(shop):
    pairs = shop.stats(group_by="app,campaign")["groups"]
    cut = shop.stats(group_by="app,campaign", limit=1)
    assert cut["groups"] == pairs[:1] and cut["other"] == {"clicks": sum(pair["clicks"] for pair in pairs[1:])}


def test_groups_tell_each_value_and_the_rest(shop):
    by_campaign = shop.stats(group_by="campaign", metrics="clicks,visitors")["groups"]
    assert [(g["campaign"], g["clicks"], g["visitors"]) for g in by_campaign] == [("spring", 4, 3), ("autumn", 1, 1)]
    assert [(g["link"], g["clicks"]) for g in shop.stats(group_by="link")["groups"]] == [
        (shop.spring["id"], 4), (shop.autumn["id"], 1)]
    both = shop.stats(group_by="app,campaign")["groups"]
    assert {(g["app"], g["campaign"]): g["clicks"] for g in both} == {
        ("wechat", "spring"): 3, ("", "spring"): 1, ("", "autumn"): 1}
    cut = shop.stats(group_by="campaign", limit=1)
    assert len(cut["groups"]) == 1 and cut["other"] == {"clicks": 1}
    assert {g["class"]: g["clicks"] for g in shop.stats(group_by="class", campaign="spring")["groups"]} == {"human": 4, "bot": 1}
    assert {g["outcome"]: g["clicks"] for g in shop.stats(group_by="outcome")["groups"]} == {"redirect": 6, "unknown": 1}


def test_a_group_sums_to_the_total(shop):
    for dim in ("app", "os", "browser", "hour", "weekday", "source", "qr", "test", "domain", "scene"):
        assert sum(g["clicks"] for g in shop.stats(group_by=dim)["groups"]) == 5, dim


def test_a_series_has_every_bucket_with_its_offset(shop):
    answer = shop.stats(period="7d", interval="day", tz="Asia/Shanghai")
    assert len(answer["series"]) == 7 and answer["tz"] == "Asia/Shanghai"
    assert all(bucket["start"].endswith("T00:00:00+08:00") for bucket in answer["series"])
    assert answer["series"][0]["start"] == answer["from"]
    assert [bucket["clicks"] for bucket in answer["series"]] == [0] * 6 + [5]
    week = shop.stats(period="30d", interval="week")["series"]
    assert all(datetime.datetime.fromisoformat(bucket["start"]).weekday() == 0 for bucket in week)
    assert len(shop.stats(period="today", interval="hour", tz="UTC")["series"]) == 24


def test_dates_are_whole_days_with_both_ends_and_times_are_exact(shop):
    answer = shop.stats(**{"from": "2026-03-01", "to": "2026-03-02", "tz": "Europe/Berlin"})
    assert (answer["from"], answer["to"]) == ("2026-03-01T00:00:00+01:00", "2026-03-03T00:00:00+01:00")
    summer = shop.stats(**{"from": "2026-03-29", "to": "2026-03-29", "tz": "Europe/Berlin"})
    assert (summer["from"], summer["to"]) == ("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00")
    exact = shop.stats(**{"from": "2026-03-01T10:30:00+08:00", "to": "2026-03-01T03:00:00Z", "tz": "UTC"})
    assert (exact["from"], exact["to"]) == ("2026-03-01T02:30:00+00:00", "2026-03-01T03:00:00+00:00")
    bare = shop.api("GET", "/stats?from=2026-03-01T10:30:00+08:00&tz=UTC", 200).json()  # '+' arrives as a space
    assert bare["from"] == "2026-03-01T02:30:00+00:00"


def test_comparing_asks_about_as_much_time_before(shop):
    answer = shop.stats(period="7d", compare="previous", interval="day")
    previous = answer["previous"]
    assert previous["to"] == answer["from"] and previous["totals"]["clicks"] == 0 and len(previous["series"]) == 7
    assert previous["series"][0]["start"] == previous["from"] and {b["clicks"] for b in previous["series"]} == {0}
    tomorrow = (datetime.date.fromisoformat(answer["to"][:10])).isoformat()
    before = shop.stats(**{"from": tomorrow, "to": tomorrow, "compare": "previous", "interval": "hour",
                           "metrics": "clicks,visitors"})["previous"]
    assert sum(b["clicks"] for b in before["series"]) == before["totals"]["clicks"] == 5
    assert max(b["visitors"] for b in before["series"]) >= 1
    year = shop.stats(**{"from": "2028-02-29", "to": "2028-02-29", "tz": "UTC", "compare": "year"})["previous"]
    assert (year["from"], year["to"]) == ("2027-02-28T00:00:00+00:00", "2027-03-01T00:00:00+00:00")


def test_metrics_choose_figures(shop):
    answer = shop.stats(metrics="clicks,scans", group_by="campaign", period="today", interval="day")
    assert answer["totals"]["clicks"] == 5 and "visitors" not in answer["totals"]
    assert set(answer["groups"][0]) == {"campaign", "clicks", "scans"} and set(answer["series"][0]) == {"start", "clicks"}


@pytest.mark.parametrize("asked", [None, "", *FIGURES, "clicks,visitors", "visitors,new_visitors,scans"])
def test_what_is_not_asked_is_not_in_the_answer(shop, asked):
    answer = shop.stats(**({} if asked is None else {"metrics": asked}), group_by="campaign", period="today", interval="day", compare="previous")
    told = set(asked.split(",")) if asked else {"clicks", "scans"}
    for part in (answer, answer["previous"]):
        assert set(part["totals"]) == told | {"by_class", "by_outcome"}
        assert set(part["series"][0]) == {"start"} | told & {"clicks", "visitors"}
    assert set(answer["groups"][0]) == {"campaign"} | told & {"clicks", "visitors", "scans"}
    assert ("identity" in answer) == ("visitors" in told)


CHUNK_VISITOR, CHUNK_FLAGS = 3, 7  # enum chunk_column; 64 of them to a chunk


@pytest.mark.parametrize("column, whole, broken", [
    (CHUNK_VISITOR, [None, "clicks", "scans", "clicks,scans"], ["visitors", "new_visitors", "clicks,visitors"]),
    (CHUNK_FLAGS, ["clicks"], ["scans", None, "clicks,visitors,new_visitors,scans"]),
])
def test_what_is_not_asked_is_not_counted(make_pond, column, whole, broken):
    """Columns that hold what nobody asked about are not even read: damage there is not met."""
    pond = make_pond(chunk_rows=16, fold_rows=1)
    link = pond.link()
    for i in range(16):
        pond.visit(link["code"], ip=f"203.0.{i}.1", ua=SAFARI)
    wait_for(lambda: pond.metrics()["linkpond_clicks_sealed_total"] == 16, 30, 0.05)
    pond.stop()
    with sqlite3.connect(pond.data / "linkpond.db") as db:
        assert db.execute("UPDATE chunk_column SET data = zeroblob(length(data)) WHERE id % 64 = ?", (column,)).rowcount == 1
    pond.start()
    for metrics in whole:
        answer = pond.stats(group_by="app", period="today", **({"metrics": metrics} if metrics else {}))
        assert answer["totals"]["by_class"]["human"] == 16, metrics
    for metrics in broken:
        said = pond.api("GET", "/stats", params={"group_by": "app", "period": "today", **({"metrics": metrics} if metrics else {})})
        assert said.status_code == 500, (metrics, said.text)


@pytest.mark.parametrize("params, field, code", [
    ({"campain": "x"}, "campain", "unknown_parameter"), ({"not_": "x"}, "not_", "unknown_parameter"),
    ({"cursor": "x"}, "cursor", "unknown_parameter"), ({"class": "alien"}, "class", "not_allowed"),
    ({"outcome": "lost"}, "outcome", "not_allowed"), ({"interval": "minute"}, "interval", "not_allowed"),
    ({"group_by": "colour"}, "group_by", "not_allowed"), ({"group_by": "app,os,net"}, "group_by", "too_many"),
    ({"group_by": "app,app"}, "group_by", "conflicting"), ({"metrics": "likes"}, "metrics", "not_allowed"),
    ({"compare": "later"}, "compare", "not_allowed"), ({"tz": "Mars/Base"}, "tz", "unknown"),
    ({"period": "2w"}, "period", "not_allowed"), ({"period": "7d", "from": "2026-01-01"}, "period", "conflicting"),
    ({"from": "yesterday"}, "from", "not_a_time"), ({"to": "2026-02-30"}, "to", "not_a_time"),
    ({"from": "2026-02-02", "to": "2026-02-01"}, "to", "out_of_order"), ({"limit": "0"}, "limit", "out_of_range"),
    ({"limit": "many"}, "limit", "wrong_type"),
    ({"from": "2000-01-01", "to": "2020-01-01", "interval": "hour"}, "interval", None),
])
def test_what_is_no_question_is_refused_by_name(pond, params, field, code):
    error = pond.api("GET", "/stats", 422, params=params).json()["errors"][0]
    assert error["field"] == field and (code is None or error["code"] == code), error


def test_refusals_are_chinese_when_asked(pond):
    reply = pond.api("GET", "/stats?tz=Mars/Base", 422, headers={"Accept-Language": "zh-CN"})
    assert "时区" in reply.json()["detail"]
