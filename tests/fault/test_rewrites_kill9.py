# SPDX-License-Identifier: MIT
"""Goal: history that is being written anew survives kill -9 at any moment: it goes on where it was, ends, and every figure
equals a recount all the while."""
import json
import os
import random
import sqlite3
import time

import pytest

from pond import GOOGLEBOT, SAFARI, WECHAT, Pond, wait_for

AGENTS = [SAFARI, WECHAT, GOOGLEBOT, SAFARI + " AcmeBrowser/2.1", WECHAT + " AcmeBrowser/2.1"]
CHUNK = 32
VISITS = 1500
KILLS = 6


@pytest.fixture
def pond(tmp_path):
    (tmp_path / "rules").mkdir()
    pond = Pond(tmp_path, chunk_rows=CHUNK, recognition_dir=tmp_path / "rules", visitor_cookie="all")
    pond.start()
    yield pond
    if pond.process and pond.process.poll() is None:
        pond.kill9()


def visit_much(pond, links, count, seed):
    dice = random.Random(seed)
    for _ in range(count):
        pond.visit(dice.choice(links)["code"], ua=dice.choice(AGENTS), ip=f"203.0.113.{dice.randrange(1, 200)}")
    pond.drain()


def totals(pond, **params):
    return pond.stats(period="all", metrics="clicks", **params)["totals"]


def assert_sound(pond):
    checks = pond.api("POST", "/check", expect=200).json()
    assert checks["ok"], [check for check in checks["checks"] if check["status"] != "ok"]


def assert_whole(pond):
    """Two questions, so only when nothing changes in between."""
    assert_sound(pond)
    by_sums, by_rows = totals(pond)["by_class"], pond.stats(period="all", **{"group_by": "app"})["totals"]["by_class"]
    assert by_sums == by_rows


def kill_until_done(pond, rewrite_id, kills=KILLS):
    """Kills the daemon again and again while the rewrite goes on; returns how often it was met in the middle."""
    met, done_before = 0, -1
    dice = random.Random(rewrite_id)
    for _ in range(kills):
        rewrite = pond.api("GET", f"/rewrites/{rewrite_id}", expect=200).json()
        if rewrite["state"] == "done":
            break
        time.sleep(dice.random() * 0.05)  # somewhere: what is promised does not depend on where
        pond.kill9()
        pond.start()
        rewrite = pond.api("GET", f"/rewrites/{rewrite_id}", expect=200).json()
        assert rewrite["chunks_done"] >= done_before
        met += 0 < rewrite["chunks_done"] < rewrite["chunks"]
        done_before = rewrite["chunks_done"]
        assert_sound(pond)
    done = wait_for(lambda: over(pond, rewrite_id), seconds=60)
    assert_whole(pond)
    return met, done


def over(pond, rewrite_id):
    rewrite = pond.api("GET", f"/rewrites/{rewrite_id}", expect=200).json()
    return rewrite if rewrite["state"] in ("done", "failed") else None


def test_reclassify_goes_on_after_kill9(pond, tmp_path):
    links = [pond.link() for _ in range(5)]
    visit_much(pond, links, VISITS, seed=1)
    before = totals(pond)
    (tmp_path / "rules" / "bots.own.tsv").write_text("hard\tacme\tAcmeBrowser\n")
    rewrite = pond.api("POST", "/reclassify", expect=202).json()
    _, rewrite = kill_until_done(pond, rewrite["id"])
    assert rewrite["state"] == "done" and rewrite["clicks"] >= VISITS
    assert {"from": "human", "to": "bot", "clicks": rewrite["changed"]} in rewrite["classes"]
    after = totals(pond)
    assert after["by_class"]["bot"] - before["by_class"]["bot"] == rewrite["changed"]
    assert sum(after["by_class"].values()) == sum(before["by_class"].values())
    assert_whole(pond)
    again = pond.api("POST", "/reclassify?dry_run=true", expect=202).json()
    assert wait_for(lambda: over(pond, again["id"]))["changed"] == 0
    pond.stop()
    db = sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True)
    assert db.execute("SELECT count(*) FROM chunk").fetchone()[0] >= VISITS // CHUNK, "this proves nothing"
    db.close()


def test_a_purge_goes_on_after_kill9(pond):
    links = [pond.link() for _ in range(3)]
    visit_much(pond, links, VISITS // 2, seed=2)
    before = totals(pond)["clicks"]
    of_link = totals(pond, link=links[0]["code"])["clicks"]
    pond.api("DELETE", f"/links/{links[0]['id']}?purge=true", 204)
    assert totals(pond)["clicks"] == before - of_link
    purge = pond.api("GET", "/rewrites", expect=200).json()["items"][0]
    assert purge["kind"] == "purge"
    _, purge = kill_until_done(pond, purge["id"])
    assert purge["state"] == "done" and purge["changed"] >= of_link
    assert totals(pond)["clicks"] == before - of_link
    assert_whole(pond)
    assert not [click for click in pond.clicks(limit=1000) if click["link"] == links[0]["id"]]


def test_forgetting_goes_on_after_kill9(pond):
    links = [pond.link() for _ in range(3)]
    visit_much(pond, links, VISITS // 2, seed=3)
    before = pond.stats(period="all", metrics="clicks,visitors")["totals"]
    who = {(click["visitor"], click["visitor_by"]) for click in pond.clicks(limit=1000) if click["visitor"]}
    some = sorted(who)[:20]
    for visitor, by in some:
        rewrite = pond.api("POST", "/visitors/forget", expect=202, json={"visitor": visitor, "visitor_by": by}).json()
    _, rewrite = kill_until_done(pond, rewrite["id"])
    assert rewrite["state"] == "done"
    wait_for(lambda: all(item["state"] == "done" for item in pond.api("GET", "/rewrites", expect=200).json()["items"]), seconds=60, step=0.1)
    after = pond.stats(period="all", metrics="clicks,visitors")["totals"]
    assert after["clicks"] == before["clicks"] and after["visitors"] == before["visitors"] - len(some)
    assert not {(click["visitor"], click["visitor_by"]) for click in pond.clicks(limit=1000)} & set(some)
    assert_whole(pond)


def test_retention_goes_on_after_kill9(tmp_path):
    """What is kept of a day stands or falls with its clicks, and its sums stay what they were."""
    pond = Pond(tmp_path, chunk_rows=CHUNK, click_retention="30d")
    pond.data = tmp_path / "past"
    pond.cli("demo", "--clicks", "3000", "--days", "60", "--domain", "s.test", "--quiet", env={**os.environ, "LINKPOND_CHUNK_ROWS": str(CHUNK)})
    pond.key = json.loads(pond.cli("key", "create", "--name", "test", "--scope", "admin", "--scope", "stats:read", "--json").stdout)["key"]
    before = json.loads(pond.cli("stats", "--period", "90d", "--json").stdout)["totals"]
    pond.start()
    try:
        # the janitor looks for the first time when a minute is over
        rewrite = wait_for(lambda: next((item for item in pond.api("GET", "/rewrites", expect=200).json()["items"]), None), seconds=150)
        assert rewrite["kind"] == "retention"
        _, rewrite = kill_until_done(pond, rewrite["id"])
        assert rewrite["state"] == "done" and rewrite["changed"] > 500
        after = pond.stats(period="90d")["totals"]
        assert after["clicks"] == before["clicks"] and after["by_class"] == before["by_class"]
        apps = pond.stats(period="90d", metrics="clicks", group_by="app", limit=1000)
        assert sum(group["clicks"] for group in apps["groups"]) == before["clicks"], "what is kept of each day is whole"
    finally:
        if pond.process.poll() is None:
            pond.kill9()
