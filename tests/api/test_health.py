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
