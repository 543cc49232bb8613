# SPDX-License-Identifier: MIT
"""Goal: kill -9 while customers turn out to be one, and while sales are told: everybody is whole, once, and each alert is told once."""
import random
import sqlite3
import threading

import requests
from pond import wait_for

ROUNDS, PEOPLE = 4, 40


def tell(pond, events):
    """False: nobody answered."""
    try:
        reply = requests.post(pond.admin + "/api/v1/events", json={"events": events}, headers={"Authorization": "Bearer " + pond.key}, timeout=30)
    except requests.RequestException:
        return False
    assert reply.status_code == 200, reply.text
    assert all(result["status"] in (200, 201) for result in reply.json()["results"]), reply.text
    return True


def story(turn, person, click_id):
    """Three who turn out to be one: by a click, by a number of ours, by a phone; the last event says so."""
    name = f"{turn}-{person}"
    ours, phone = {"external_id": name}, {"phone": f"139{turn:02}{person:06}"}
    return [{"type": "lead", "event_id": name + "-a", "click_id": click_id}, {"type": "lead", "event_id": name + "-b", "customer": ours},
            {"type": "deal", "event_id": name + "-c", "value": 100 + person, "customer": phone},
            {"type": "deal", "event_id": name + "-d", "value": 7, "click_id": click_id, "customer": {**ours, **phone}}]


def read(pond, query):
    with sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True) as db:
        return db.execute(query).fetchall()


def test_customers_that_are_merged_meanwhile_are_whole_and_once(make_pond):
    pond = make_pond()
    link = pond.link("https://shop.example.com/", click_id_param="cid")
    chance, pause = random.Random(11), threading.Event()
    for turn in range(ROUNDS):
        clicks = [pond.visit(link["code"], ip=f"198.51.100.{i + 1}").headers["Location"].split("cid=")[1] for i in range(PEOPLE)]
        stories = [story(turn, person, clicks[person]) for person in range(PEOPLE)]
        chance.shuffle(stories)
        open_ones = []
        sender = threading.Thread(target=lambda: open_ones.extend(one for one in stories if not tell(pond, one)), daemon=True)
        sender.start()
        pause.wait(chance.uniform(0.02, 0.25))
        pond.kill9()
        sender.join(60)
        pond.start()
        pause.wait(chance.uniform(0, 0.1))  # and once more while what waited is being joined
        pond.kill9()
        pond.start()
        assert all(tell(pond, one) for one in open_ones)
    wait_for(lambda: not pond.api("GET", "/events", 200, params={"state": "waiting", "limit": 1}).json()["items"], 120, 0.1)
    people = ROUNDS * PEOPLE
    assert read(pond, "SELECT count(*), count(DISTINCT event_id), count(DISTINCT customer_id) FROM event WHERE state = 'joined'") == [(4 * people, 4 * people, people)]
    assert read(pond, "SELECT DISTINCT count(*), sum(value > 0), count(touched_ms) FROM event GROUP BY customer_id") == [(4, 2, 4)]
    assert read(pond, "SELECT count(*), sum(events), sum(touches) FROM customer WHERE merged_into IS NULL") == [(people, 4 * people, people)]
    assert read(pond, "SELECT count(*) FROM touch t JOIN customer c ON c.id = t.customer_id WHERE c.merged_into IS NULL") == [(people,)]
    assert read(pond, "SELECT count(*) - count(DISTINCT from_id), count(*) - (SELECT count(*) FROM customer WHERE merged_into IS NOT NULL) FROM customer_merge") == [(0, 0)]
    assert read(pond, "SELECT count(*) FROM identity i JOIN customer c ON c.id = i.customer_id WHERE c.merged_into IS NOT NULL") == [(0,)]


def test_each_opening_is_told_once_whenever_it_is_killed(make_pond):
    pond = make_pond(notify_allow_private="true")
    pond.api("POST", "/robots", 201, json={"name": "sales", "kind": "webhook", "url": "http://127.0.0.1:9/"})
    chance, pause = random.Random(13), threading.Event()
    links = []
    for turn in range(3 * ROUNDS):
        fresh = [pond.link(customer=f"crm-{turn}-{i}") for i in range(6)]
        for link in fresh:
            pond.visit(link["code"])
        links += fresh
        pause.wait(chance.choice((0, 0.01, 0.05, 0.2, 1.0)))
        pond.kill9()
        pond.start()
    wait_for(lambda: len(read(pond, "SELECT 1 FROM radar_news")) >= len(links), 60, 0.1)
    mark = pond.link(customer="mark")
    pond.visit(mark["code"])
    wait_for(lambda: pond.api("GET", "/radar", 200, params={"customer": "mark"}).json()["items"], 30, 0.05)
    assert read(pond, "SELECT DISTINCT kind, count(*) FROM radar_news GROUP BY link_id") == [("link_opened", 1)]
    told = read(pond, "SELECT dedupe, count(*) FROM outbox WHERE kind = 'link_opened' GROUP BY dedupe")
    assert len(told) == len(links) + 1 and {count for _, count in told} == {1}
