# SPDX-License-Identifier: MIT
"""Goal: probes and figures that an operator can trust: the ledger's balance adds up."""
import re

import requests

from pond import GOOGLEBOT


def test_anybody_may_ask_whether_it_lives(pond):
    live = requests.get(pond.admin + "/healthz", timeout=10)
    assert (live.status_code, live.text) == (200, "ok\n")
    ready = requests.get(pond.admin + "/readyz", timeout=10)
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "reasons": []})
    assert ready.headers["Cache-Control"] == "no-store"


def test_figures_need_the_scope_stats(pond):
    assert requests.get(pond.admin + "/metrics", timeout=10).status_code == 401
    key = pond.api("POST", "/keys", 201, json={"name": "m", "scopes": ["stats:read"]}).json()["key"]
    pond.api("GET", "/metrics", 200, key=key)


def test_every_figure_is_explained_once_and_has_one_type(pond):
    text = pond.api("GET", "/metrics", 200).text
    names = re.findall(r"^# TYPE (\S+) (?:counter|gauge)$", text, re.M)
    assert len(names) == len(set(names)) and names == re.findall(r"^# HELP (\S+) .+\.$", text, re.M)
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r'[a-z_]+(\{[a-z]+="[^"]*"\})? -?[0-9.]+', line) for line in samples)
    assert {re.split(r"[ {]", line)[0] for line in samples} == set(names)


def test_the_balance_adds_up(pond):
    link = pond.link()
    for n in range(20):
        pond.visit(link["code"], ip=f"198.51.100.{n}", **({"ua": GOOGLEBOT} if n % 4 == 0 else {}))
    pond.visit("no-such-code")
    pond.drain()
    now = pond.metrics()
    by_class = sum(value for name, value in now.items() if name.startswith("linkpond_clicks_by_class_total"))
    assert now["linkpond_clicks_answered_total"] == now["linkpond_clicks_journalled_total"] == 21
    assert now["linkpond_clicks_ingested_total"] == by_class == 21
    assert now['linkpond_clicks_by_class_total{class="bot"}'] == 5
    assert now["linkpond_clicks_dropped_total"] == 0 and now["linkpond_journal_lag_seconds"] == 0
    assert now["linkpond_cache_links"] == 1 and now["linkpond_db_bytes"] > 0


def test_health_says_what_the_metrics_say(make_pond):
    pond = make_pond()
    link = pond.link()
    for n in range(5):
        pond.visit(link["code"], ip=f"198.51.100.{n}")
    pond.drain()
    health, figures = pond.api("GET", "/health", 200).json(), pond.metrics()
    ledger = health["ledger"]
    assert ledger["answered"] == ledger["ingested"] == 5 == figures["linkpond_clicks_answered_total"]
    assert (ledger["dropped"], ledger["lag_records"]) == (0, 0)
    assert health["stores"]["disk_free_bytes"] > 0 and health["stores"]["database_bytes"] == figures["linkpond_db_bytes"]
    checks = {check["name"]: check["status"] for check in health["checks"]}
    assert checks["dropped_clicks"] == checks["journal_lag"] == "ok" and checks["backups"] == "warn"
    assert health["stores"]["backup_at"] is None
    pond.api("POST", "/backup", 201)
    health = pond.api("GET", "/health", 200).json()
    assert health["stores"]["backup_at"] is not None
    assert {check["name"]: check["status"] for check in health["checks"]}["backups"] == "ok"


def test_health_is_not_for_who_sees_a_part(pond):
    key = pond.api("POST", "/keys", 201, json={"name": "bound", "scopes": ["stats:read", "links:read"], "owner": "admin"}).json()["key"]
    pond.api("GET", "/health", 403, key=key)


def test_settings_say_where_they_were_set(make_pond):
    pond = make_pond(code_length=7)
    rows = {row["name"]: row for row in pond.api("GET", "/settings", 200).json()["items"]}
    assert (rows["code_length"]["value"], rows["code_length"]["where"]) == ("7", "command line")
    assert rows["log_level"]["where"] is None and rows["log_level"]["value"] == rows["log_level"]["default"]
    assert rows["log_level"]["reloads"] and not rows["code_length"]["reloads"]
    zh = pond.api("GET", "/settings", 200, headers={"Accept-Language": "zh-CN"}).json()["items"]
    assert all(row["help"] for row in zh) and zh[0]["help"] != rows[zh[0]["name"]]["help"]
    key = pond.api("POST", "/keys", 201, json={"name": "look", "scopes": ["links:read", "links:write", "stats:read"]}).json()["key"]
    pond.api("GET", "/settings", 403, key=key)
