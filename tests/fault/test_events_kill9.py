# SPDX-License-Identifier: MIT
"""Goal: events that were answered are there once, whatever happens to the process while they come in and while they are joined;
those that were not are there once or not at all, and sending them again makes it once. No touch is there twice or missing.

LINKPOND_EVENT_ROUNDS=100 for the long form; the ordinary run does 5 rounds of 4 senders.
"""
import collections
import json
import os
import random
import sqlite3
import threading

import requests
from pond import wait_for

ROUNDS = int(os.environ.get("LINKPOND_EVENT_ROUNDS", "5"))
SENDERS = 4
BATCH = 20


class Sender(threading.Thread):
    """Sends batches until nobody answers; a batch that was not answered is kept, to be sent again."""

    def __init__(self, pond, turn, number, clicks):
        super().__init__(daemon=True)
        self.url, self.key = pond.admin + "/api/v1/events", pond.key
        self.name, self.clicks = f"{turn}-{number}", clicks
        self.answered, self.open, self.sent = {}, None, 0

    def body(self, number):
        return {"events": [{"type": "lead", "event_id": f"{self.name}-{number}-{i}", "click_id": self.clicks[(number + i) % len(self.clicks)],
                            "customer": {"external_id": f"{self.name}-{i}"} if i % 3 == 0 else None} for i in range(BATCH)]}

    def send(self, number):
        reply = requests.post(self.url, json=self.body(number), headers={"Authorization": "Bearer " + self.key}, timeout=30)
        assert reply.status_code == 200, reply.text
        for item, result in zip(self.body(number)["events"], reply.json()["results"]):
            assert result["status"] in (200, 201), result
            self.answered[item["event_id"]] = result["event"]["id"]

    def run(self):
        try:
            while True:
                self.open = self.sent
                self.send(self.sent)
                self.sent, self.open = self.sent + 1, None
        except requests.RequestException:
            pass


def click_ids(pond, link, count):
    return [pond.visit(link["code"], ip=f"203.0.113.{i + 1}").headers["Location"].split("cid=")[1] for i in range(count)]


def test_no_event_is_lost_or_doubled_by_kill9(make_pond):
    pond = make_pond()
    link = pond.link("https://shop.example.com/", click_id_param="cid")
    chance, pause, answered, told = random.Random(5), threading.Event(), {}, set()
    for turn in range(ROUNDS):
        clicks = click_ids(pond, link, 12)
        senders = [Sender(pond, turn, number, clicks) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        wait_for(lambda: sum(len(sender.answered) for sender in senders) > 0, 30)
        pause.wait(chance.uniform(0.02, 0.4))
        pond.kill9()
        for sender in senders:
            sender.join(30)
        if turn % 2:  # and once more while what waited is being joined
            pond.start()
            pause.wait(chance.uniform(0, 0.2))
            pond.kill9()
        pond.start()
        for sender in senders:
            sender.url = pond.admin + "/api/v1/events"
            if sender.open is not None:
                sender.send(sender.open)
            assert all(answered.get(name, number) == number for name, number in sender.answered.items())
            answered.update(sender.answered)
            told |= {item["event_id"] for number in range(sender.sent + (sender.open is not None)) for item in sender.body(number)["events"]}
    assert set(answered) == told
    wait_for(lambda: not pond.api("GET", "/events", 200, params={"state": "waiting", "limit": 1}).json()["items"], 120, 0.1)
    pond.drain()
    check(pond, answered)


def check(pond, answered):
    with sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True) as db:
        stored = dict(db.execute("SELECT event_id, 'evt_' || id FROM event"))
        assert stored == answered
        assert db.execute("SELECT count(*) FROM event WHERE state <> 'joined' OR customer_id IS NULL OR link_id IS NULL").fetchone() == (0,)
        counts = dict(db.execute("SELECT customer_id, count(*) FROM event GROUP BY customer_id"))
        touches = dict(db.execute("SELECT customer_id, count(*) FROM touch GROUP BY customer_id"))
        rows = db.execute("SELECT id, events, touches FROM customer WHERE merged_into IS NULL").fetchall()
        assert {one: (events, seen) for one, events, seen in rows} == {one: (counts[one], touches[one]) for one, _, _ in rows}
        theirs = collections.defaultdict(set)
        for customer, click in db.execute("SELECT customer_id, click_id FROM event"):
            theirs[customer].add(click)
        held = collections.defaultdict(set)
        for customer, click in db.execute("SELECT customer_id, click_id FROM touch"):
            held[customer].add(click)
        assert all(theirs[customer] <= held[customer] for customer in theirs)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def put_table(pond, path, table, told):
    """Sends it and notes how many rows were told of; False: nobody answered to the end."""
    try:
        with requests.post(pond.admin + "/api/v1" + path, data=table, stream=True, timeout=60,
                           headers={"Authorization": "Bearer " + pond.key, "Content-Type": "text/csv"}) as reply:
            assert reply.status_code == 200, reply.text
            told.extend(line for line in reply.iter_lines() if line)
        return True
    except requests.RequestException:
        return False


def test_tables_cut_off_by_kill9_are_whole_when_they_are_sent_again(make_pond):
    pond = make_pond()
    pond.link(campaign="spring")
    chance, pause = random.Random(7), threading.Event()
    events = "type,event_id,amount,external_id\n" + "".join(f"deal,row-{i},{i}.00,c{i % 97}\n" for i in range(6000))
    costs = "day,campaign,cost,external_id\n" + "".join(f"2026-11-01,spring,{i}.00,cost-{i}\n" for i in range(900))
    for turn in range(ROUNDS):
        told = []
        sender = threading.Thread(target=put_table, args=(pond, *(("/events", events.encode()), ("/costs", costs.encode()))[turn % 2], told), daemon=True)
        sender.start()
        pause.wait(chance.uniform(0.02, 0.5))
        pond.kill9()
        sender.join(60)
        pond.start()
        with sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True) as db:
            stored = {f"evt_{number}" for (number,) in db.execute("SELECT id FROM event")}
        assert {row["id"] for row in map(json.loads, told if turn % 2 == 0 else []) if "id" in row} <= stored
    for path, table in (("/events", events), ("/costs", costs)):
        assert put_table(pond, path, table.encode(), [])
    with sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True) as db:
        assert db.execute("SELECT count(*), sum(value), count(DISTINCT customer_id) FROM event").fetchone() == (6000, 100 * sum(range(6000)), 97)
        assert db.execute("SELECT count(*), sum(amount) FROM cost").fetchone() == (900, 100 * sum(range(900)))
        assert db.execute("SELECT count(*) FROM customer c WHERE events <> (SELECT count(*) FROM event WHERE customer_id = c.id)").fetchone() == (0,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
