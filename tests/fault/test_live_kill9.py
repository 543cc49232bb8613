# SPDX-License-Identifier: MIT
"""Places of a live code's targets are never given out twice, whatever happens to the process; a crash wastes at most what
was in flight.

LINKPOND_LIMIT_ROUNDS=100 for the long form; the ordinary run does 6 rounds of 64 clients against caps of 200, 1 and 0.
"""
import os
import random
import threading

from front import free_port
from hammer import Hammer
from pond import SAFARI, wait_for

ROUNDS = int(os.environ.get("LINKPOND_LIMIT_ROUNDS", "6"))
CLIENTS = 64
CAPS = {"a": 200, "b": 1, "c": 0}


def live_code(pond, cap, turn):
    link = pond.link(f"https://www.example.com/{turn}")
    for name, places in CAPS.items():
        pond.api("POST", f"/links/{link['id']}/targets", 201, json={"name": name, "url": f"https://www.example.com/{turn}/{name}", cap: places})
    return link


def test_places_hold_through_kill9(make_pond):
    pond = make_pond(listen=f"127.0.0.1:{free_port()}", journal_segment_bytes="64KiB")
    chance, pause = random.Random(9), threading.Event()
    for turn in range(ROUNDS):
        links = {link["code"]: link for link in (live_code(pond, cap, turn) for cap in ("cap_total", "cap_day"))}
        hammer = Hammer(int(pond.redirect.rsplit(":", 1)[1]), pond.domain, list(links), CLIENTS, seed=turn, pause=0.0005)
        hammer.start()
        pause.wait(chance.uniform(0.01, 0.08))
        pond.kill9()
        if turn % 3 == 2:  # and once more while it comes up
            pond.start()
            pause.wait(chance.uniform(0, 0.05))
            pond.kill9()
        pond.start()
        wait_for(lambda: all(pond.visit(code, ua=SAFARI, method="HEAD").status_code == 410 for code in links), 60, 0.1)
        hammer.stop()
        kills = 2 if turn % 3 == 2 else 1
        pond.drain()
        for code, link in links.items():
            given = sum(1 for path, status in hammer.answered.values() if path == code and status == 302)
            assert 201 - kills * CLIENTS <= given <= 201, f"round {turn}: {given} of 201 places were given"
            figures = {one["name"]: one["figures"] for one in pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"]}
            assert all(figures[name]["shown"] <= places and figures[name]["remaining"] == 0 for name, places in CAPS.items()), figures
