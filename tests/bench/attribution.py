# SPDX-License-Identifier: MIT
"""
How long questions about deals take: a million events of half a million customers with ten million touches, asked of a real daemon. Prints the best and
the median of a few rounds in ms, and the least CPU the daemon took for one; asserts nothing.
Usage: tests/bench/attribution.py [EVENTS [TOUCHES [FOLDER]]]; a folder that is there already is asked again. LINKPOND_BIN names the binary.
"""
import contextlib
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from pond import Pond  # noqa: E402

LINKS, CAMPAIGNS, CHANNELS, ROUNDS = 10_000, 500, 60, 3
DAY, SPAN = 86_400_000, 365


def make(pond, events, touches):
    pond.start()
    for at in range(0, LINKS, 1000):
        pond.api("POST", "/bulk/links", 200, json={"links": [
            {"url": f"https://www.example.com/{i}", "campaign": f"c{i % CAMPAIGNS}", "channel": f"k{i % CHANNELS}"} for i in range(at, at + 1000)]})
    pond.stop()
    customers, now = events // 2, int(time.time() * 1000)
    draw = random.Random(1)
    with contextlib.closing(sqlite3.connect(pond.data / "linkpond.db")) as db, db:
        db.execute("PRAGMA foreign_keys=OFF")
        ids = [row[0] for row in db.execute("SELECT id FROM link ORDER BY id")]
        base = db.execute("SELECT COALESCE(MAX(id), 0) FROM term").fetchone()[0]
        db.executemany("INSERT INTO term (id, text) VALUES (?, ?)", [(base + 1, "direct"), (base + 2, "wechat")] + [(base + 3 + i, f"k{i}") for i in range(CHANNELS)])
        spans = {}

        def people():
            for customer in range(1, customers + 1):
                first = now - draw.randrange(SPAN * DAY)
                spans[customer] = first
                yield customer, first, now
        db.executemany("INSERT INTO customer (id, created_ms, updated_ms, touches, first_touch_ms, last_touch_ms) VALUES (?, 1, 1, 1, ?, ?)", people())

        def clicks():
            each, click = touches // customers, 0
            for customer, first in spans.items():
                for _ in range(each):
                    click += 1
                    link = int(LINKS * draw.random() ** 2)
                    yield customer, first + int((now - first) * draw.random()), click, ids[link], base + 1 + (click & 1), base + 3 + link % CHANNELS if link % 3 else 0
        db.executemany("INSERT INTO touch (customer_id, time_ms, click_id, link_id, source, channel) VALUES (?, ?, ?, ?, ?, ?)", clicks())

        def deals():
            for number in range(1, events + 1):
                customer = draw.randrange(customers) + 1
                kind = ("deal", "deal", "lead", "add_friend", "refund")[number % 5]
                value = None if kind in ("lead", "add_friend") else draw.randrange(100, 10**6) * (-1 if kind == "refund" and number % 50 == 4 else 1)
                yield number, "deal" if value and value > 0 else kind, spans[customer] + int((now - spans[customer]) * draw.random()), now, value, "CNY" if value else "", customer
        db.executemany("INSERT INTO event (id, type, origin, time_ms, received_ms, value, currency, customer_id, state, digest)"
                       " VALUES (?, ?, 'api', ?, ?, ?, ?, ?, 'joined', x'00')", deals())


def cpu_ms(pond):
    fields = Path(f"/proc/{pond.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 10


def ask(pond, what, path, **params):
    took, used = [], []
    for _ in range(ROUNDS):
        before, began = cpu_ms(pond), time.monotonic()
        answer = pond.api("GET", "/stats/" + path, 200, params=params).json()
        took.append((time.monotonic() - began) * 1000)
        used.append(cpu_ms(pond) - before)
    print(f"{what:64} {min(took):9.0f} {statistics.median(took):9.0f} {min(used):9.0f}   {answer.get('totals') or answer.get('steps', [{}])[0]}", flush=True)


def main():
    events, touches = (int(sys.argv[at]) if len(sys.argv) > at else default for at, default in ((1, 1_000_000), (2, 10_000_000)))
    folder = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(tempfile.mkdtemp())
    ready = (folder / "ready").exists()
    folder.mkdir(exist_ok=True)
    if ready:
        pond = Pond.__new__(Pond)
        pond.binary, pond.data, pond.domain, pond.settings, pond.process, pond.urls = __import__("pond").BINARY, folder / "data", "s.test", {}, None, {}
        pond.key = (folder / "ready").read_text()
    else:
        pond = Pond(folder)
        make(pond, events, touches)
        (folder / "ready").write_text(pond.key)
    pond.start(backup_every=0)  # copying the whole file meanwhile would be measured, too
    print(f"{'':64} {'best ms':>9} {'median':>9} {'CPU ms':>9}")
    ask(pond, "all events, six models, by campaign, window 90", "attribution", type=["deal", "lead", "add_friend", "refund"], group_by="campaign")
    ask(pond, "all events, six models, by campaign, window 1,095", "attribution", type=["deal", "lead", "add_friend", "refund"], group_by="campaign", window=1095)
    ask(pond, "deals, six models, by link and channel", "attribution", group_by="link,channel")
    ask(pond, "deals, one model, by channel", "attribution", group_by="channel", models="last")
    ask(pond, "one campaign, six models, by link", "attribution", group_by="link", campaign="c400")
    ask(pond, "one campaign, 30 days, six models", "attribution", campaign="c400", period="30d")
    ask(pond, "one link, six models", "attribution", link="lnk_9000")
    ask(pond, "funnel by channel", "funnel", group_by="channel")
    ask(pond, "cohorts", "cohorts")
    pond.stop()


if __name__ == "__main__":
    main()
