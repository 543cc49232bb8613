# SPDX-License-Identifier: MIT
"""Goal: history can be asked to be written anew by the API and the command line, looked at while it goes on, and says what
it did; only by keys that are for the whole installation."""
import json

import pytest
import requests

from pond import API_STEP, GOOGLEBOT, SAFARI, TIMEOUT_S, Pond, wait_for


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
    totals = pond.stats(link=link["code"], metrics="clicks,visitors")["totals"]
    assert (totals["clicks"], totals["visitors"], totals["by_class"]["bot"]) == (0, 0, 3)
    assert {item["rule"] for item in pond.clicks(link=link["code"])} >= {"bot:phones"}
    counts = pond.api("GET", f"/links/{link['id']}", expect=200).json()["counts"]
    assert (counts["clicks"], counts["visitors"], counts["last_at"]) == (0, 0, None)
    (pond.rules / "bots.own.tsv").unlink()
    reclassify(pond)
    totals = pond.stats(link=link["code"], metrics="clicks,visitors")["totals"]
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


def test_a_purged_link_is_nowhere_at_once(pond):
    link, other = pond.link(), pond.link()
    for code in (link["code"], link["code"], other["code"]):
        pond.visit(code)
    pond.drain()
    before = pond.stats(period="all", metrics="clicks")["totals"]["clicks"]
    pond.api("DELETE", f"/links/{link['id']}?purge=true", 204)
    for params in ({"metrics": "clicks"}, {"group_by": "app"}, {"metrics": "visitors,clicks"}):
        assert pond.stats(period="all", **params)["totals"]["clicks"] == before - 2
    assert not [click for click in pond.clicks() if click["link"] == link["id"]]
    wait_for(lambda: all(item["state"] in ("done", "failed") for item in pond.api("GET", "/rewrites", expect=200).json()["items"]), step=API_STEP)
    assert pond.api("POST", "/check", expect=200).json()["ok"]
    assert pond.stats(period="all", group_by="app")["totals"]["clicks"] == before - 2


def test_a_visitor_is_forgotten_by_number(pond):
    link = pond.link()
    who = [pond.click_of(pond.visit(link["code"] + "?utm_source=poster&phone=13800138000", ip=ip, headers={"Referer": "https://a.example/x?y=1"}))
           for ip in ("198.51.100.7", "198.51.101.7")]
    body = {"visitor": who[0]["visitor"], "visitor_by": who[0]["visitor_by"]}
    rewrite = pond.api("POST", "/visitors/forget", expect=202, json=body).json()
    assert rewrite["kind"] == "forget"
    assert wait_for(lambda: over(pond, rewrite), step=API_STEP)["changed"] == 1
    gone, left = [click for who_was in who for click in pond.clicks(link=link["code"]) if click["id"] == who_was["id"]]
    for field in ("visitor", "ip", "user_agent", "query", "referrer", "location", "request_id", "ad_click_id"):
        assert not gone[field], field
    assert (gone["class"], gone["source"], gone["app"], gone["referrer_host"]) == (left["class"], left["source"], left["app"], "a.example")
    assert left["visitor"] and "phone" in left["query"]
    totals = pond.stats(link=link["code"], metrics="clicks,visitors,new_visitors")["totals"]
    assert (totals["clicks"], totals["visitors"], totals["new_visitors"]) == (2, 1, 1)
    assert pond.api("GET", f"/links/{link['id']}", expect=200).json()["counts"]["visitors"] == 1
    assert pond.api("POST", "/check", expect=200).json()["ok"]


@pytest.mark.parametrize("body", [{}, {"visitor": 7}, {"visitor": 7, "visitor_by": "name"}, {"cookie": "00" * 16}, {"visitor": -1, "visitor_by": "hash"}])
def test_nobody_is_forgotten_by_mistake(pond, body):
    assert pond.api("POST", "/visitors/forget", json=body).status_code == 422


def test_a_visitor_forgets_on_the_privacy_page(tmp_path):
    pond = Pond(tmp_path, visitor_cookie="all")
    pond.start()
    try:
        link = pond.link()
        reply = pond.visit(link["code"])
        cookie = reply.headers["Set-Cookie"].split(";")[0]
        pond.click_of(reply)
        host = {"Host": pond.domain, "Accept-Language": "en"}
        assert "Forget me" not in requests.get(pond.public + "/-/privacy", headers=host, timeout=TIMEOUT_S).text
        assert "Forget me" in requests.get(pond.public + "/-/privacy", headers={**host, "Cookie": cookie}, timeout=TIMEOUT_S).text
        done = requests.post(pond.public + "/-/privacy/forget", headers={**host, "Cookie": cookie}, timeout=TIMEOUT_S)
        assert done.status_code == 200 and "being forgotten" in done.text
        assert done.headers["Set-Cookie"].startswith("lp_v=;") and "Max-Age=0" in done.headers["Set-Cookie"]
        wait_for(lambda: pond.clicks(link=link["code"])[0]["visitor"] is None, step=API_STEP)
        click = pond.clicks(link=link["code"])[0]
        assert not click["ip"] and not click["user_agent"] and click["class"] == "human"
        assert pond.stats(link=link["code"])["totals"]["clicks"] == 1
        assert requests.post(pond.public + "/-/privacy/forget", headers=host, timeout=TIMEOUT_S).status_code == 200
    finally:
        pond.stop()


def test_of_deleted_clicks_totals_and_tops_are_left(forgetful):
    before = forgetful.before["app"]
    assert before["kept"] is None
    retained = wait_for(lambda: [item for item in forgetful.api("GET", "/rewrites", expect=200).json()["items"] if item["state"] == "done"],
                        seconds=90, step=1)
    assert retained[0]["kind"] == "retention" and retained[0]["changed"] > 1000
    after = forgetful.stats(period="90d", group_by="app", limit=1000, metrics="clicks,visitors")
    assert after["totals"]["clicks"] == before["totals"]["clicks"]
    assert after["totals"]["by_class"] == before["totals"]["by_class"]
    assert {name: after["kept"][name] for name in ("totals", "visitors", "groups")} == {"totals": "all", "visitors": "since", "groups": "top100"}
    apps = {group["app"]: group["clicks"] for group in before["groups"]}
    assert {group["app"]: group["clicks"] for group in after["groups"]} == apps
    for dim, report in forgetful.before.items():
        now = forgetful.stats(period="90d", group_by=dim, limit=1000, metrics="clicks")
        assert now["kept"]["groups"] == "top100" and "visitors" not in now["kept"], dim
        assert sum(group["clicks"] for group in now["groups"]) + now["other"]["clicks"] == report["totals"]["clicks"], dim
        if len(report["groups"]) <= 100:  # of a day no more are kept
            assert {group[dim]: group["clicks"] for group in now["groups"]} == {group[dim]: group["clicks"] for group in report["groups"]}, dim
    pair = forgetful.stats(period="90d", group_by="app,os")
    assert pair["kept"]["groups"] == "since" and pair["totals"]["clicks"] == before["totals"]["clicks"]
    filtered = forgetful.stats(period="90d", app="wechat")
    assert filtered["kept"]["totals"] == "since" and 0 < filtered["totals"]["clicks"] < apps["wechat"]
    assert forgetful.stats(period="7d")["kept"] is None
    assert forgetful.stats(period="90d", metrics="clicks", group_by="link")["kept"]["groups"] == "all"
