# SPDX-License-Identifier: MIT
"""The wall clock is set back an hour, and forward an hour, while clicks come and while people work.

Promise: nothing that is counted, limited, remembered or waited for goes wrong by it. A preloaded shim
(tests/support/clock_shim.c) sets the clock of the running program; monotonic time goes on.
"""
import os
import re
import socket
import struct
import time
from urllib.parse import urlsplit

import pytest
import requests
from hammer import Hammer
from pond import API_STEP, BINARY, ROOT, wait_for
from preload import preloadable
from test_kill9 import check_database, ledger

SHIM = BINARY.parent / "support" / "libclock_shim.so"
HOUR = 3600
LIMIT = 100

if not SHIM.exists() and BINARY.parent != ROOT / "build/dev":
    pytest.skip("the shim goes with a build without sanitizers", allow_module_level=True)


class Clock:
    """It begins at noon, so that no step leads into another day: a report of today, or of all, ends with the day."""

    def __init__(self, path):
        self.path = path
        now = time.localtime()
        self.noon = 12 * HOUR - (now.tm_hour * HOUR + now.tm_min * 60 + now.tm_sec)
        self.set(0)

    def set(self, seconds):
        """Relative to noon, and in place: the program has the file mapped."""
        with open(self.path, "r+b" if self.path.exists() else "wb") as file:
            file.write(struct.pack("q", self.noon + seconds))

    def environment(self):
        """For Pond.start: runs in the child."""
        os.environ.update(LD_PRELOAD=preloadable(SHIM, self.path.parent), CLOCK_OFFSET=str(self.path))


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path / "offset")


@pytest.fixture(params=[[-HOUR, 0], [HOUR, 0]], ids=["back and forward", "forward and back"])
def steps(request):
    return request.param


def test_the_clock_of_the_program_is_the_one_that_is_set(make_pond, clock):
    """Or the other tests here prove nothing."""
    pond = make_pond(start=False)
    pond.start(clock.environment)
    times = []
    for offset in (0, -HOUR, HOUR):
        clock.set(offset)
        times.append(pond.link()["created_at"])
    assert times[1] < times[0] < times[2]
    assert times[1][:13] != times[0][:13] != times[2][:13]


def test_every_click_is_counted_once_over_steps(make_pond, clock, steps):
    pond = make_pond(start=False)
    pond.start(clock.environment)
    link, limited = pond.link(), pond.link(max_clicks=LIMIT)
    hammer = Hammer(urlsplit(pond.redirect).port, pond.domain, [link["code"], limited["code"]])
    hammer.start()
    for offset in [0, *steps]:
        clock.set(offset)
        before = len(hammer.answered)
        wait_for(lambda: len(hammer.answered) > before + 300, 60)
    hammer.stop()
    pond.drain()
    rows = ledger(pond)
    assert {n: len(clicks) for n, clicks in rows.items()} == dict.fromkeys(hammer.answered, 1)
    redirected = sum(1 for path, status in hammer.answered.values() if path == limited["code"] and status == 302)
    assert redirected == LIMIT
    listed = [(click["time"], int(click["id"])) for clicks in rows.values() for click in clicks]
    pages = [(click["time"], int(click["id"])) for click in walk(pond)]
    assert pages == sorted(listed, reverse=True)
    for by in ({}, {"group_by": "app"}):  # sums; rows
        assert sum(pond.stats(period="all", **{"class": "all"}, **by)["totals"]["by_class"].values()) == len(listed)
    assert pond.metrics()["linkpond_journal_lag_seconds"] >= 0
    pond.restart(preexec_fn=clock.environment)
    assert len(ledger(pond)) == len(listed)
    assert pond.visit(limited["code"]).status_code == 410
    pond.stop()
    check_database(pond)


def walk(pond):
    cursor = None
    while True:
        page = pond.api("GET", "/clicks", 200, params={"class": "all", "period": "all", "order": "desc", "limit": 500,
                                                       "cursor": cursor}).json()
        yield from page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return


def test_who_is_signed_in_and_who_repeats_notice_nothing(make_pond, clock, steps):
    pond = make_pond(start=False)
    pond.start(clock.environment)
    session = requests.Session()
    session.post(pond.admin + "/sign-in", data={"key": pond.key}, headers={"Sec-Fetch-Site": "same-origin"}, timeout=30)
    headers = {"Idempotency-Key": "one"}
    first = pond.api("POST", "/links", 201, json={"url": "https://www.example.com/"}, headers=headers).json()
    for offset in steps:
        clock.set(offset)
        assert session.get(pond.admin + "/api/v1/me", timeout=30).status_code == 200
        assert pond.api("POST", "/links", 201, json={"url": "https://www.example.com/"}, headers=headers).json() == first
        assert pond.visit(first["code"]).status_code == 302
        assert pond.api("GET", "/readyz", 200)
    assert pond.api("GET", "/links", 200).json()["total"] == 1


def test_a_window_in_time_follows_the_clock(make_pond, clock):
    pond = make_pond(start=False)
    pond.start(clock.environment)
    made = re.sub(r"\.\d+", "", pond.link()["created_at"])
    link = pond.link(valid_from=made)
    codes = []
    for offset in (0, -HOUR, 0):
        clock.set(offset)
        codes.append(pond.visit(link["code"]).status_code)
    assert codes == [302, 404, 302]


@pytest.mark.parametrize("offset", [-HOUR, HOUR])
def test_a_dripping_connection_is_cut_and_stopping_ends_whatever_the_clock_says(make_pond, clock, offset):
    pond = make_pond(start=False, idle_timeout="1s", request_deadline="1s")
    pond.start(clock.environment)
    clock.set(offset)
    wait_for(lambda: pond.api("GET", "/healthz", 200), 10, API_STEP)
    address = urlsplit(pond.admin)
    with socket.create_connection((address.hostname, address.port), 60) as dripping:
        dripping.sendall(b"GET /healthz HTTP/1.1\r\nHost: s.test\r\n")

        def is_cut():
            try:
                dripping.sendall(b"X-A: b\r\n")
                dripping.settimeout(0.2)
                return dripping.recv(4096) == b""
            except TimeoutError:
                return False
            except OSError:
                return True
        wait_for(is_cut, 60, 0.2)
    pond.stop()
