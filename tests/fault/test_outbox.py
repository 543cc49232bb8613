# SPDX-License-Identifier: MIT
"""Goal: whatever a robot's other end does, and whenever this process dies, each notice arrives, under one name, and
again only where the process died between an answer and its record; nobody who is slow holds up anybody else."""
import json
import random
import threading

import pytest
from notices import outbox, put_notices
from pond import wait_for
from robot_sink import OK, WECOM_OK, Sink


@pytest.fixture
def sinks():
    made = []

    def make(*args, **kwargs):
        made.append(Sink(*args, **kwargs))
        return made[-1]

    yield make
    for sink in made:
        sink.close()


def add(pond, name, url, kind="webhook"):
    return pond.api("POST", "/robots", 201, json={"name": name, "kind": kind, "url": url}).json()["id"]


def hurry(pond):
    """What waits for its next try is tried now, the oldest first."""
    for item in reversed(outbox(pond, state="waiting", limit=1000)):
        if item["attempts"]:
            pond.api("POST", f"/outbox/{item['id']}/retry", None)


def all_sent(pond, messages):
    return {item["message"] for item in outbox(pond, state="sent", limit=1000)} >= set(messages)


BAD = {
    "error": {"status": 500, "body": b"no"},
    "error in a 200": {"status": 200, "body": b'{"errcode":45033,"errmsg":"no"}'},
    "cut": {"cut": True},
    "redirect": {"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}},
    "flood": {"status": 503, "body": b"x" * 3_000_000},
    "nonsense": {"status": 200, "body": b"<html>hello</html>"},
}


@pytest.mark.parametrize("what", BAD)
def test_a_robot_that_recovers_is_told_everything_once(make_pond, sinks, what):
    pond = make_pond(notify_allow_private="true")
    in_200 = "200" in what or what == "nonsense"
    sink = sinks(BAD[what])
    robot = add(pond, "r", sink.url(), "wecom" if in_200 else "webhook")
    pond.stop()
    messages = put_notices(pond, robot, ["first", "second"])
    pond.start()
    wait_for(lambda: len([one for one in outbox(pond, state="waiting") if one["attempts"]]) == 2, 30, 0.1)
    assert not outbox(pond, state="sent")
    sink.taken.clear()
    sink.answer = WECOM_OK if in_200 else OK
    hurry(pond)
    wait_for(lambda: all_sent(pond, messages), 30, 0.1)
    if not in_200:
        assert sink.ids() == messages, "in order, once each"
        assert {post.id for post in sink.posts} == set(messages), "one name on every try"


def test_a_port_that_nobody_listens_at(make_pond, sinks):
    pond = make_pond(notify_allow_private="true")
    sink = sinks()
    port, url = sink.port, sink.url()
    sink.close()
    robot = add(pond, "r", url)
    pond.stop()
    messages = put_notices(pond, robot, ["first"])
    pond.start()
    wait_for(lambda: [one for one in outbox(pond, state="waiting") if one["attempts"]], 30, 0.1)
    again = sinks(port=port)
    wait_for(lambda: all_sent(pond, messages), 60, 0.2)  # by itself, after five seconds
    assert again.ids() == messages


def test_a_slow_robot_holds_up_nobody(make_pond, sinks):
    pond = make_pond(notify_allow_private="true")
    slow, quick = sinks({"hang": True}), sinks()
    ids = [add(pond, f"slow {i}", slow.url()) for i in range(5)] + [add(pond, "quick", quick.url())]
    pond.stop()
    for robot in ids[:-1]:
        put_notices(pond, robot, ["x", "y"])
    messages = put_notices(pond, ids[-1], [str(i) for i in range(30)])
    pond.start()
    wait_for(lambda: len(slow.posts) == 5, 30)
    wait_for(lambda: all_sent(pond, messages), 30, 0.1)
    assert quick.ids() == messages and len(slow.posts) == 5, "each slow one is asked once and waited for"
    slow.answer = OK
    slow.let_go.set()


def test_many_become_a_digest_and_none_is_lost(make_pond, sinks):
    pond = make_pond(notify_allow_private="true")
    sink = sinks(WECOM_OK)
    robot = add(pond, "group", sink.url(), "wecom")
    pond.stop()
    subjects = [f"活码{i:03}号" for i in range(60)]
    messages = put_notices(pond, robot, subjects)
    pond.start()
    wait_for(lambda: all_sent(pond, messages), 60, 0.2)
    texts = [json.loads(post.body)["text"]["content"] for post in sink.taken]
    assert len(texts) <= 20 and all(len(text.encode()) <= 2048 for text in texts)
    assert [subject for subject in subjects if sum(subject in text for text in texts) != 1] == []
    digests = [one for one in outbox(pond, limit=1000) if one["kind"] == "digest"]
    assert digests and all(one["state"] == "sent" for one in digests)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kill_9_loses_nothing_and_repeats_only_by_name(make_pond, sinks, seed):
    pond = make_pond(notify_allow_private="true")
    chance, pause = random.Random(seed), threading.Event()
    lock = threading.Lock()

    def moody(post):
        with lock:
            pause.wait(0.01)
            return chance.choice([OK, OK, OK, {"status": 500}, {"cut": True}])

    sink, chat = sinks(moody), sinks(WECOM_OK)
    robots = [add(pond, f"r{i}", sink.url(f"/{i}/0123456789abcdef")) for i in range(4)]
    group = add(pond, "group", chat.url(), "wecom")
    pond.stop()
    messages, subjects = [], [f"组{i:03}号" for i in range(40)]
    for robot in robots:
        messages += put_notices(pond, robot, [f"n{i}" for i in range(40)])
    messages += put_notices(pond, group, subjects)
    for _ in range(6):
        pond.start()
        pause.wait(chance.uniform(0.02, 0.4))
        pond.kill9()
    sink.answer = OK
    pond.start()
    hurry(pond)

    def done():
        hurry(pond)
        return all_sent(pond, messages)

    wait_for(done, 90, 0.5)
    arrived = sink.ids()
    assert set(arrived) == set(messages[:160]), "none is lost"
    assert len(arrived) - len(set(arrived)) <= 6 * 4, "a repeat only of what was under way when it died, one each robot"
    names = {post.id: post.json["data"]["subject"] for post in sink.posts}
    assert all(names[post.id] == post.json["data"]["subject"] for post in sink.posts), "a name is one notice's for ever"
    texts = [json.loads(post.body)["text"]["content"] for post in chat.taken]
    assert [subject for subject in subjects if not any(subject in text for text in texts)] == []
