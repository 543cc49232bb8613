# SPDX-License-Identifier: MIT
"""Goal: `linkpond demo` tells a whole story through the real pipeline, the same one for the same seed, in a folder that says
what it is; and removes such a folder and no other."""
import json
import os
import re
import subprocess
from datetime import datetime, timedelta, timezone

import pytest
import requests
from pond import BINARY, Pond, wait_for

END = (datetime.now(timezone.utc) - timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
UNTIL = END.isoformat()
CLICKS = 5000
GROUPS = {"公众号", "企微", "社群", "朋友圈", "门店", "展会", "KOL", "短信"}


def run(folder, *args):
    return subprocess.run([str(BINARY), "--data", str(folder), *map(str, args)], capture_output=True, text=True, timeout=300,
                          check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})


def fill(folder, *args, clicks=CLICKS):
    return run(folder, "demo", "--clicks", clicks, "--until", UNTIL, *args)


class Demo(Pond):
    """A pond whose folder the demo made."""

    def __init__(self, folder, *args):  # pylint: disable=super-init-not-called
        folder.mkdir(exist_ok=True)
        self.binary, self.data, self.domain, self.settings = str(BINARY), folder / "data", "localhost:8080", {}
        self.process, self.urls = None, {}
        done = fill(self.data, *args)
        assert done.returncode == 0, done.stderr
        self.stdout, self.key = done.stdout, done.stdout.split()[-1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    shared = Demo(tmp_path_factory.mktemp("demo")).start()
    yield shared
    shared.stop()


def groups(pond, dim, **params):
    return {row[dim]: row for row in pond.stats(period="all", group_by=dim, **params)["groups"]}


# ---- the story ------------------------------------------------------------------------------------------------------

def test_every_visit_is_in_the_ledger_and_the_sums_agree(demo):
    for by in ({}, {"group_by": "app"}):  # sums; rows
        totals = demo.stats(period="all", **{"class": "all"}, **by)["totals"]
        assert sum(totals["by_class"].values()) == CLICKS
        assert sum(totals["by_outcome"].values()) == CLICKS
    done = json.loads(demo.cli("check", "--json").stdout)
    assert done["ok"], done


def test_the_key_alone_stands_on_the_last_line(demo):
    assert re.fullmatch(r"lp_\S+", demo.stdout.splitlines()[-1])
    assert demo.api("GET", "/me", 200).json()["user"]["key"] == "admin"


def test_all_kinds_of_visitors_come_and_all_ends_are_met(demo):
    classes = groups(demo, "class")
    for name in ("human", "bot", "preview", "prefetch", "head", "replay", "duplicate"):
        assert classes[name]["clicks"] > 0, classes
    assert classes["human"]["clicks"] > CLICKS * 0.7
    outcomes = groups(demo, "outcome")
    for name in ("redirect", "expired", "used_up", "disabled", "not_started", "unknown"):
        assert outcomes[name]["clicks"] > 0, outcomes


def test_reports_have_rows_for_what_a_marketer_asks(demo):
    assert GROUPS <= set(groups(demo, "channel_group"))
    assert {"spring", "live-class", "refer-a-friend"} <= set(groups(demo, "campaign"))
    assert len(groups(demo, "owner")) == 5
    assert {"wechat", "wecom", "qq", "douyin", "xiaohongshu", "baidu"} <= set(groups(demo, "app"))
    assert {"group", "single", "moments"} <= set(groups(demo, "scene"))
    assert {"phone", "desktop"} <= set(groups(demo, "device"))
    assert demo.stats(period="all", channel_group="门店")["totals"]["scans"] > 0
    assert demo.stats(period="all", channel_group="短信")["totals"]["scans"] == 0
    assert groups(demo, "ad_click_source")["baidu"]["clicks"] > 0


def test_sixty_groups_each_have_a_link_of_their_own(demo):
    page = demo.api("GET", "/channels", 200, params={"limit": 200}).json()
    named = [row for row in page["items"] if row["channel_group"] == "社群"]
    assert len(named) == 60 and all(row["links"] == 1 and row["counts"]["total"] > 0 for row in named)
    assert {row["region"] for row in named} == {"华东", "华南", "华北", "华中", "西南", "线上"}


@pytest.mark.parametrize("alias, state", [("poster-04", "expired"), ("expo-gift", "used_up"), ("hi-5", "disabled"), ("summer", "scheduled")])
def test_links_are_in_every_state_and_were_asked_for(demo, alias, state):
    link = demo.api("GET", f"/links/{alias}", 200).json()
    assert link["state"] == state
    refused = demo.stats(period="all", link=alias, outcome={"scheduled": "not_started"}.get(state, state), **{"class": "all"})
    assert sum(refused["totals"]["by_class"].values()) > 0
    if state in ("expired", "used_up", "disabled"):
        assert link["counts"]["clicks"] > 0  # it worked before


def test_a_limit_is_met_to_the_visit(demo):
    link = demo.api("GET", "/links/expo-gift", 200).json()
    used = demo.stats(period="all", link="expo-gift", outcome="redirect", **{"class": "human"})["totals"]["clicks"]
    assert used == link["max_clicks"]


@pytest.mark.parametrize("alias, days", [("sem-brand", 90), ("release-3", 57.4), ("growth-05", 5.2)])
def test_links_were_made_when_the_story_says(demo, alias, days):
    made = datetime.fromisoformat(demo.api("GET", f"/links/{alias}", 200).json()["created_at"].replace("Z", "+00:00"))
    assert abs(END - timedelta(days=days) - made) < timedelta(minutes=1)
    first = datetime.fromisoformat(demo.clicks(link=alias, order="asc", limit=1)[0]["time"].replace("Z", "+00:00"))
    assert made <= first <= made + timedelta(days=2)


def test_the_story_ends_when_it_should(demo):
    last = datetime.fromisoformat(demo.clicks(order="desc", limit=1)[0]["time"].replace("Z", "+00:00"))
    assert END - timedelta(days=1) < last < END


def test_people_come_by_day_in_chinas_time_and_stay_away_on_sundays(demo):
    hours = {int(hour): row["clicks"] for hour, row in groups(demo, "hour", tz="Asia/Shanghai").items()}
    assert sum(hours.get(hour, 0) for hour in range(9, 12)) > 8 * sum(hours.get(hour, 0) for hour in range(2, 5))
    days = {int(day): row["clicks"] for day, row in groups(demo, "weekday", tz="Asia/Shanghai", channel_group="SEM").items()}
    assert days[7] < max(days.values()) * 0.9


def test_an_article_decays_and_a_launch_is_a_spike(demo):
    series = demo.stats(period="all", link="release-3", interval="day", tz="Asia/Shanghai")["series"]
    clicks = [row["clicks"] for row in series]
    while clicks and clicks[0] == 0:
        clicks.pop(0)
    assert sum(clicks[:4]) > sum(clicks) * 0.8  # the first day may be no more than its evening


def test_some_people_come_back(demo):
    human = demo.api("GET", "/clicks", 200, params={"period": "all", "limit": 1000}).json()["items"]
    assert any(row["repeat"] for row in human) and not all(row["repeat"] for row in human)


# ---- from click to deal ---------------------------------------------------------------------------------------------

def test_events_came_by_the_intake_and_found_their_clicks(demo):
    told = {kind: demo.api("GET", "/events", 200, params={"type": kind, "limit": 200}).json()["items"]
            for kind in ("lead", "add_friend", "deal")}
    assert len(told["lead"]) > CLICKS / 100 and told["add_friend"] and told["deal"]
    assert {event["state"] for events in told.values() for event in events} == {"joined"}
    assert all(event["link"] and event["click"] for event in told["lead"])
    assert all(event["value"] > 0 and event["currency"] == "CNY" for event in told["deal"])
    assert not set(event["customer"] for event in told["lead"]) & {None}


def test_customers_have_owners_stages_tags_and_touches_of_several_links(demo):
    customers = demo.api("GET", "/customers", 200, params={"limit": 200}).json()["items"]
    assert max(row["touches"] for row in customers) > 1 and {"lead", "deal"} <= {row["stage"] for row in customers}
    assert {row["owner"] for row in customers} - {None}
    assert any("已成交" in row["tags"] for row in customers)
    industries = {tag for row in customers for tag in row["tags"] if tag.startswith("industry=")}
    for tag in industries:  # a short story may have no large deal; docs/demo.md looks for one in the whole
        found = demo.api("GET", "/customers", 200, params={"tag": tag, "limit": 200}).json()["items"]
        assert found and all(tag in row["tags"] and row["stage"] in ("deal", "repurchase", "referral") for row in found)


def test_all_the_money_is_accounted_for_by_every_model(demo):
    said = demo.api("GET", "/stats/attribution", 200, params={"period": "all", "group_by": "channel_group"}).json()
    total = said["totals"]["value"]["CNY"]
    assert total > 0 and len({json.dumps(row["models"]["first"]) for row in said["groups"]}) > 1
    for model in said["models"]:
        credited = sum(row["models"][model]["value"].get("CNY", 0) for row in said["groups"])
        assert credited + said["unattributed"]["value"].get("CNY", 0) == total


def test_one_who_was_paid_much_brought_nothing(demo):
    rows = demo.api("GET", "/stats/money", 200, params={"period": "all", "group_by": "channel", "limit": 200}).json()["groups"]
    by_channel = {row["channel"]: row for row in rows}
    useless = by_channel["KOL-抖音-老板聊增长"]
    assert useless["cost"] == 3800000 == max(row["cost"] for row in rows if row["channel"].startswith("KOL")) and useless["revenue"] == 0


# ---- the mark -------------------------------------------------------------------------------------------------------

def test_a_daemon_says_that_its_figures_are_made_up(demo, make_pond):
    assert demo.api("GET", "/me", 200).json()["install"]["demo"] is True
    assert "with demo data" in demo.log_text()
    assert "demo --remove" in demo.cli("doctor", check=False).stdout
    assert "Demo data" in requests.get(demo.admin + "/desk/form", timeout=30).text
    assert "演示数据" in requests.get(demo.admin + "/desk/form", headers={"Accept-Language": "zh-CN"}, timeout=30).text
    real = make_pond("real")
    assert real.api("GET", "/me", 200).json()["install"]["demo"] is False
    assert "demo" not in real.cli("doctor", check=False).stdout
    assert "Demo data" not in requests.get(real.admin + "/desk/form", timeout=30).text and "demo data" not in real.log_text()


def test_new_links_and_clicks_work_in_it(demo):
    demo.link(alias="after-the-story")
    reply = demo.visit("after-the-story", host="localhost:8080")
    assert reply.status_code == 302 and demo.click_of(reply)["class"] == "human"
    demo.api("DELETE", "/links/after-the-story", 204, params={"purge": "true"})


# ---- the same again -------------------------------------------------------------------------------------------------

def ledger(folder):
    out = folder / "clicks.ndjson"
    pond = Demo(folder, "--seed", 5).start()
    rows = requests.get(pond.admin + "/api/v1/clicks", params={"period": "all", "class": "all", "format": "ndjson", "order": "asc"},
                        headers={"Authorization": "Bearer " + pond.key}, timeout=60).text
    pond.stop()
    out.write_text(rows)
    for click_id in {json.loads(row)["click_id"] for row in rows.splitlines()} - {None}:
        rows = rows.replace(click_id, "of this folder's key")
    return rows


def test_a_seed_tells_one_story(tmp_path):
    one, two = ledger(tmp_path / "one"), ledger(tmp_path / "two")
    assert len(one.splitlines()) == CLICKS and one == two


# ---- what is refused, and the end -----------------------------------------------------------------------------------

def test_a_folder_with_links_of_its_own_is_left_alone(make_pond):
    pond = make_pond(start=False)
    pond.cli("link", "create", "https://www.example.com/mine", "--alias", "mine")
    done = fill(pond.data)
    assert done.returncode == 4 and "links of its own" in done.stderr
    gone = run(pond.data, "demo", "--remove")
    assert gone.returncode == 5 and "no demo data" in gone.stderr
    pond.start()
    assert pond.api("GET", "/links/mine", 200).json()["counts"]["total"] == 0
    assert pond.api("GET", "/me", 200).json()["install"]["demo"] is False


def test_a_folder_that_nobody_used_yet_is_filled(make_pond):
    pond = make_pond(start=False)
    done = fill(pond.data, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["clicks"] == CLICKS and told["links"] > 100 and told["key"].startswith("lp_")
    pond.start()
    assert pond.stats(period="all", **{"class": "all"})["totals"]["by_class"]["human"] == told["human"]
    assert pond.api("GET", "/me", 200, key=told["key"]).json()["install"]["demo"] is True


def test_a_demo_is_not_filled_twice(tmp_path):
    assert fill(tmp_path / "data").returncode == 0
    again = fill(tmp_path / "data")
    assert again.returncode == 4 and "--remove" in again.stderr


def test_a_folder_that_a_daemon_serves_is_refused(make_pond):
    pond = make_pond()
    done = fill(pond.data)
    assert done.returncode == 4 and "in use" in done.stderr
    assert pond.api("GET", "/links", 200).json()["total"] == 0


def test_removing_takes_what_the_program_made_and_nothing_else(tmp_path):
    folder = tmp_path / "data"
    assert fill(folder).returncode == 0
    assert run(folder, "backup").returncode == 0
    (folder / "notes.txt").write_text("mine")
    done = run(folder, "demo", "--remove")
    assert done.returncode == 0 and "removed" in done.stderr, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["notes.txt"]
    assert fill(folder).returncode == 0  # and it can be filled anew
    (folder / "notes.txt").unlink()
    assert run(folder, "demo", "--remove").returncode == 0 and not folder.exists()


def test_what_a_killed_run_left_is_marked_and_can_be_removed(tmp_path):
    folder = tmp_path / "data"
    with subprocess.Popen([str(BINARY), "--data", str(folder), "demo", "--clicks", "1000000"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as filling:
        wait_for(lambda: len(list((folder / "journal").glob("*.clk"))) > 1, 60)
        filling.kill()
    again = fill(folder)
    assert again.returncode == 4 and "--remove" in again.stderr
    assert json.loads(run(folder, "check", "--json").stdout)["ok"]
    assert run(folder, "demo", "--remove").returncode == 0 and not folder.exists()


def test_removing_is_refused_while_a_daemon_serves_it(tmp_path):
    pond = Demo(tmp_path / "served").start()
    try:
        done = run(pond.data, "demo", "--remove")
        assert done.returncode == 4 and "in use" in done.stderr
        assert pond.api("GET", "/links/sem-brand", 200)
    finally:
        pond.stop()


def test_what_is_no_data_folder_is_not_touched(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_text("cat")
    done = run(tmp_path / "photos", "demo", "--remove")
    assert done.returncode == 3 and [path.name for path in (tmp_path / "photos").iterdir()] == ["cat.jpg"]


@pytest.mark.parametrize("args", [("--clicks", "many"), ("--days", "0"), ("--until", "2199-01-01T00:00:00Z"), ("--clicks", "12")])
def test_what_cannot_be_told_is_refused_before_anything_is_made(tmp_path, args):
    done = run(tmp_path / "data", "demo", *args)
    assert done.returncode == 2 and done.stderr and not (tmp_path / "data").exists()
