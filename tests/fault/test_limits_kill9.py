# SPDX-License-Identifier: MIT
"""A limit of N is never given out N + 1 times, whatever happens to the process; a crash wastes at most what was in flight.

LINKPOND_LIMIT_ROUNDS=100 for the long form; the ordinary run does 12 rounds, each with links of its own that run out
before, during and after a kill -9.
"""
import os
import random
import threading

from front import free_port
from hammer import Hammer
from pond import SAFARI, wait_for

ROUNDS = int(os.environ.get("LINKPOND_LIMIT_ROUNDS", "12"))
CONNECTIONS = 16


def given(hammer, code):
    return sum(1 for path, status in hammer.answered.values() if path == code and status == 302)


def test_limits_hold_through_kill9(make_pond):
    pond = make_pond(listen=f"127.0.0.1:{free_port()}", journal_segment_bytes="64KiB")
    chance, pause = random.Random(5), threading.Event()
    for turn in range(ROUNDS):
        limits = {pond.link(f"https://www.example.com/{turn}/{limit}", max_clicks=limit)["code"]: limit for limit in (1, 20, 100, 400, 1500)}
        hammer = Hammer(int(pond.redirect.rsplit(":", 1)[1]), pond.domain, list(limits), CONNECTIONS, seed=turn, pause=0.0005)
        hammer.start()
        pause.wait(chance.uniform(0.02, 0.15))
        pond.kill9()
        if turn % 4 == 3:  # and once more while it comes up
            pond.start()
            pause.wait(chance.uniform(0, 0.05))
            pond.kill9()
        pond.start()
        wait_for(lambda: all(pond.visit(code, ua=SAFARI, method="HEAD").status_code == 410 for code in limits), 60, 0.1)
        hammer.stop()
        for code, limit in limits.items():
            assert given(hammer, code) <= limit, f"round {turn}: a limit of {limit} gave {given(hammer, code)}"
            kills = 2 if turn % 4 == 3 else 1
            assert given(hammer, code) >= limit - kills * CONNECTIONS, f"round {turn}: of {limit} only {given(hammer, code)} were given"


def test_a_lost_write_ahead_log_gives_no_limit_twice(make_pond):
    """SQLite forgets what it had committed; the journal still knows what was given out."""
    pond = make_pond()
    code = pond.link("https://www.example.com/", max_clicks=50)["code"]
    pond.restart()
    assert [pond.visit(code).status_code for _ in range(30)] == [302] * 30
    pond.drain()
    pond.kill9()
    (pond.data / "linkpond.db-wal").unlink()
    pond.start()
    assert [pond.visit(code).status_code for _ in range(30)].count(302) == 20
