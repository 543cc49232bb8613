# SPDX-License-Identifier: MIT
"""kill -9 at any moment: every answered redirect is in the ledger exactly once, any other at most once.

LINKPOND_KILL_ROUNDS=200 for the long form; the ordinary run does 50.
"""
import collections
import json
import os
import random
import re
import sqlite3
import threading

import pytest
from front import Front, free_port
from hammer import Hammer

ROUNDS = int(os.environ.get("LINKPOND_KILL_ROUNDS", "50"))
LIMIT = 300


def ledger(pond):
    """n -> classes of its rows, over the whole ledger."""
    rows = collections.defaultdict(list)
    reply = pond.api("GET", "/clicks", 200, params={"class": "all", "period": "all", "format": "ndjson"}, stream=True)
    for line in reply.iter_lines(chunk_size=1 << 16):
        click = json.loads(line)
        found = re.match(r"n=([0-9a-f]{32})", click["query"] or "")
        if found:
            rows[found[1]].append(click)
    return rows


def check_database(pond):
    """With nobody serving: the file is sound and the stored sums equal a recount."""
    db = sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    done = pond.cli("check", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def kill_rounds(pond, hammer, rounds, created, seed, restarted=lambda: None):
    chance = random.Random(seed)
    pause = threading.Event()
    for turn in range(rounds):
        hammer.start()
        for i in range(3):
            pause.wait(chance.uniform(0.01, 0.12))
            try:
                created.append(pond.link(f"https://www.example.com/made/{turn}/{i}")["code"])
            except (AssertionError, OSError):
                pass  # not answered: nothing was promised
        pause.wait(chance.uniform(0, 0.1))
        pond.kill9()
        hammer.stop()
        if turn % 10 == 9:  # a second death while the first is being repaired
            pond.start()
            pause.wait(chance.uniform(0, 0.05))
            pond.kill9()
        pond.start()
        restarted()


def judge(pond, hammer, plain_links, limited, created, through_nginx):
    pond.drain()
    rows = ledger(pond)
    counted = {n: [c for c in clicks if c["class"] != "duplicate"] for n, clicks in rows.items()}
    for n, (path, status) in hammer.answered.items():
        if status == 502 and through_nginx:
            continue  # nginx's own answer while nobody served
        assert len(counted.get(n, [])) == 1, f"answered {status} /{path} n={n}: {len(rows.get(n, []))} rows"
    twice = [n for n, clicks in counted.items() if len(clicks) > 1]
    assert not twice, f"{len(twice)} requests counted more than once"
    assert set(rows) <= hammer.sent
    used = sum(1 for path, status in hammer.answered.values() if path == limited["code"] and status == 302)
    assert used <= LIMIT, f"a limit of {LIMIT} gave {used} redirects"
    rows_used = sum(1 for clicks in counted.values() for c in clicks
                    if c["link"] == limited["id"] and c["outcome"] == "redirect" and c["class"] == "human")
    assert rows_used <= LIMIT
    for code in created:
        assert pond.visit(code, headers={"X-Request-ID": None}).status_code == 302, f"link {code} was answered 201 and is gone"
    reports = [pond.stats(period="all", **{"class": "all"}, **by)["totals"] for by in ({}, {"group_by": "app"})]  # sums; rows
    pond.drain()
    assert all(sum(totals["by_class"].values()) >= sum(len(c) for c in rows.values()) for totals in reports)
    assert len(hammer.answered) > 20 * ROUNDS, "hardly anything was answered; this proves nothing"


SEALING = {"fold_rows": 20, "chunk_rows": 16}  # chunk after chunk, so that kills meet them


@pytest.mark.parametrize("through_nginx, settings", [(False, {}), (True, {}), (False, SEALING)], ids=["direct", "nginx", "sealing"])
def test_answered_clicks_survive_kill9(make_pond, tmp_path, through_nginx, settings):
    pond = make_pond(listen=f"127.0.0.1:{free_port()}", journal_segment_bytes="64KiB", journal_keep_bytes="1MiB", **settings)
    links = [pond.link(f"https://www.example.com/{i}") for i in range(8)]
    limited = pond.link("https://www.example.com/limited", max_clicks=LIMIT)
    front = Front(pond, tmp_path / "nginx") if through_nginx else None
    try:
        port = front.port if front else int(pond.redirect.rsplit(":", 1)[1])
        hammer = Hammer(port, pond.domain, [link["code"] for link in links] + [limited["code"]], seed=20261122)
        created = []
        kill_rounds(pond, hammer, ROUNDS, created, seed=7)
        judge(pond, hammer, links, limited, created, through_nginx)
    finally:
        if front:
            front.stop()
    pond.stop()
    check_database(pond)
    if settings:
        db = sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True)
        assert db.execute("SELECT count(*) FROM chunk").fetchone()[0] > ROUNDS, "hardly anything was sealed; this proves nothing"
        db.close()
