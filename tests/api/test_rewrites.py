# SPDX-License-Identifier: MIT
"""Goal: history can be asked to be written anew by the API and the command line, looked at while it goes on, and says what
it did; only by keys that are for the whole installation."""
import json

import pytest

from pond import API_STEP, GOOGLEBOT, SAFARI, Pond, wait_for


@pytest.fixture(scope="module")
def pond(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rewrites")
    (folder / "rules").mkdir()
    pond = Pond(folder, recognition_dir=folder / "rules")
    pond.rules = folder / "rules"
    pond.start()
    yield pond
    pond.stop()


def over(pond, rewrite):
    now = pond.api("GET", f"/rewrites/{rewrite['id']}", expect=200).json()
    return now if now["state"] in ("done", "failed") else None


def reclassify(pond, query=""):
    rewrite = pond.api("POST", "/reclassify" + query, expect=202).json()
    return wait_for(lambda: over(pond, rewrite), step=API_STEP)


def test_reclassify_says_what_changed_and_the_class_follows(pond):
    link = pond.link()
    for ua in (SAFARI, SAFARI, GOOGLEBOT):
        pond.visit(link["code"], ua=ua)
    pond.drain()
    (pond.rules / "bots.own.tsv").write_text("hard\tphones\tiPhone\n")
    dry = reclassify(pond, "?dry_run=true")
    assert dry["state"] == "done" and dry["dry_run"] is True
    assert dry["classes"] == [{"from": "human", "to": "bot", "clicks": 2}]
    assert pond.stats(link=link["code"])["totals"]["clicks"] == 2
    reply = pond.api("POST", "/reclassify", expect=202)
    assert reply.headers["Location"] == f"/api/v1/rewrites/{reply.json()['id']}"
    done = wait_for(lambda: over(pond, reply.json()), step=API_STEP)
    assert done["changed"] == 2 and done["values"]["rule"] == 2
    totals = pond.stats(link=link["code"])["totals"]
    assert (totals["clicks"], totals["visitors"], totals["by_class"]["bot"]) == (0, 0, 3)
    assert {item["rule"] for item in pond.clicks(link=link["code"])} >= {"bot:phones"}
    counts = pond.api("GET", f"/links/{link['id']}", expect=200).json()["counts"]
    assert (counts["clicks"], counts["visitors"], counts["last_at"]) == (0, 0, None)
    (pond.rules / "bots.own.tsv").unlink()
    reclassify(pond)
    totals = pond.stats(link=link["code"])["totals"]
    assert (totals["clicks"], totals["visitors"]) == (2, 1)
    listed = pond.api("GET", "/rewrites", expect=200).json()["items"]
    assert [item["kind"] for item in listed[:2]] == ["reclassify", "reclassify"]
    assert listed[0]["id"] > listed[1]["id"]


def test_the_command_line_waits_and_tells(pond):
    out = json.loads(pond.cli("reclassify", "--dry-run", "--from", "2020-01-01", "--to", "2020-12-31", "--json").stdout)
    assert (out["state"], out["changed"], out["dry_run"]) == ("done", 0, True)
    assert out["from"].startswith("20") and out["to"].startswith("202")
    assert "0 would change" in pond.cli("reclassify", "--dry-run").stdout


def test_broken_tables_end_it_with_the_reason(pond):
    (pond.rules / "apps.own.tsv").write_text("nonsense\n")
    try:
        failed = pond.cli("reclassify", "--dry-run", check=False)
        assert failed.returncode != 0 and "apps.own.tsv" in failed.stderr
    finally:
        (pond.rules / "apps.own.tsv").unlink()


@pytest.mark.parametrize("query", ["from=yesterday", "to=2020-13-01", "from=2021-01-02&to=2021-01-01", "dry_run=maybe", "x=1"])
def test_what_makes_no_sense_is_refused(pond, query):
    assert pond.api("POST", f"/reclassify?{query}").status_code == 422


def test_only_keys_for_everything_may(pond):
    pond.api("POST", "/users", json={"key": "li", "name": "Li"})
    bound = pond.api("POST", "/keys", expect=201, json={"name": "bound", "scopes": ["admin"], "owner": "li"}).json()["key"]
    reader = pond.api("POST", "/keys", expect=201, json={"name": "reader", "scopes": ["stats:read"]}).json()["key"]
    for key in (bound, reader):
        assert pond.api("POST", "/reclassify", key=key).status_code == 403
        assert pond.api("GET", "/rewrites", key=key).status_code == 403
    assert pond.api("GET", "/rewrites/999999").status_code == 404
    assert pond.api("GET", "/rewrites/x").status_code == 404


def test_of_deleted_clicks_totals_and_tops_are_left(tmp_path):
    pond = Pond(tmp_path, click_retention="30d")
    demo = ["demo", "--clicks", "6000", "--days", "60", "--domain", "s.test", "--quiet"]
    pond.data = tmp_path / "demo"
    pond.cli(*demo)
    pond.key = json.loads(pond.cli("key", "create", "--name", "test", "--scope", "admin", "--scope", "stats:read", "--json").stdout)["key"]
    before = json.loads(pond.cli("stats", "--period", "90d", "--group-by", "app", "--limit", "1000", "--json").stdout)
    assert before["kept"] is None
    pond.start()
    try:
        retained = wait_for(lambda: [item for item in pond.api("GET", "/rewrites", expect=200).json()["items"] if item["state"] == "done"],
                            seconds=90, step=1)
        assert retained[0]["kind"] == "retention" and retained[0]["changed"] > 1000
        after = pond.stats(period="90d", group_by="app", limit=1000)
        assert after["totals"]["clicks"] == before["totals"]["clicks"]
        assert after["totals"]["by_class"] == before["totals"]["by_class"]
        assert {name: after["kept"][name] for name in ("totals", "visitors", "groups")} == {"totals": "all", "visitors": "since", "groups": "top100"}
        apps = {group["app"]: group["clicks"] for group in before["groups"]}
        assert {group["app"]: group["clicks"] for group in after["groups"]} == apps
        pair = pond.stats(period="90d", group_by="app,os")
        assert pair["kept"]["groups"] == "since" and pair["totals"]["clicks"] == before["totals"]["clicks"]
        filtered = pond.stats(period="90d", app="wechat")
        assert filtered["kept"]["totals"] == "since" and 0 < filtered["totals"]["clicks"] < apps["wechat"]
        assert pond.stats(period="7d")["kept"] is None
        assert pond.stats(period="90d", metrics="clicks", group_by="link")["kept"]["groups"] == "all"
    finally:
        pond.stop()
