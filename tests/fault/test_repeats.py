# SPDX-License-Identifier: MIT
"""Idempotency-Key across a crash.

Promise: whoever repeats a request with its key after the server was killed at any moment gets one answer about one link:
the work and the answer are stored together or not at all.
"""
import threading

import pytest
import requests
from pond import wait_for

ROUNDS = 6
CALLERS = 8


def call(pond, key, i, size):
    headers = {"Authorization": "Bearer " + pond.key, "Idempotency-Key": key}
    if size == 1:
        return requests.post(pond.admin + "/api/v1/links", json={"url": f"https://www.example.com/{key}/{i}"}, headers=headers,
                             timeout=60)
    body = {"links": [{"url": f"https://www.example.com/{key}/{i}/{n}"} for n in range(size)]}
    return requests.post(pond.admin + "/api/v1/bulk/links", json=body, headers=headers, timeout=60)


@pytest.mark.parametrize("size", [1, 40])
def test_no_request_is_done_twice_through_kill_9(make_pond, size):
    pond = make_pond()
    lock, sent, answers = threading.Lock(), [], {}

    def caller(number, turn, stop):
        i = 0
        while not stop.is_set():
            i += 1
            key = f"k{size}-{turn}-{number}-{i}"
            with lock:
                sent.append((key, i))
            try:
                reply = call(pond, key, i, size)
            except requests.RequestException:
                return
            with lock:
                answers[key] = reply.content

    for turn in range(ROUNDS):
        stop = threading.Event()
        threads = [threading.Thread(target=caller, args=(number, turn, stop)) for number in range(CALLERS)]
        before = len(sent)
        for thread in threads:
            thread.start()
        # another number of calls each round, so that the kill comes at another moment
        wait_for(lambda: len(sent) >= before + CALLERS + 7 * turn, 60, 0.001)
        pond.kill9()
        stop.set()
        for thread in threads:
            thread.join()
        pond.start()
    for key, i in sent:
        reply = call(pond, key, i, size)
        assert reply.status_code in (200, 201), reply.text
        assert answers.setdefault(key, reply.content) == reply.content, "an answer given before is the one given again"
    total = pond.api("GET", "/links", 200, params={"q": f"/k{size}-"}).json()["total"]
    assert total == len(sent) * size
