# SPDX-License-Identifier: MIT
"""Goal: a bulk re-point survives kill -9 at any moment: what is done is done, it goes on where it was, every link is changed
once and can be taken back, and visits say what the database says."""
import random
import threading

import pytest
import requests

from pond import Pond

LINKS = 3000
OLD, NEW = "https://old.example/{}", "https://new.example/{}"


@pytest.fixture
def pond(tmp_path):
    pond = Pond(tmp_path).start()
    yield pond
    if pond.process and pond.process.poll() is None:
        pond.kill9()


def live(at):
    """Every tenth is a live code: its visits follow its target, which goes where its link goes."""
    return {"targets": [{"url": OLD.format(at)}]} if at % 10 == 0 else {}


def state(pond):
    return pond.api("GET", "/repoints", 200).json()["items"][0]


def cut_short(pond, path, body, seed):
    """Asks for work on a thread and kills the program while it is at it."""
    def ask():
        try:
            pond.api("POST", path, json=body)
        except requests.RequestException:
            pass  # its connection was cut, or nobody listens any more
    asking = threading.Thread(target=ask)
    asking.start()
    asking.join(random.Random(seed).uniform(0.02, 0.3))
    pond.kill9()
    asking.join()
    pond.start()


def test_it_goes_on_where_it_was_and_every_link_is_changed_once(pond):
    codes = []
    for start in range(0, LINKS, 1000):
        made = pond.api("POST", "/bulk/links", 200, json={"links": [{"url": OLD.format(start + i), "tags": ["t"], **live(start + i)} for i in range(1000)]})
        codes += [row["link"]["code"] for row in made.json()["results"]]
    pond.api("POST", "/repoints", json={"filter": {"tag": "t"}, "host": "old.example"})  # a first one that changes nothing

    def sound(template_done, count_done):
        """The first `count_done` links lead there, the others where they did."""
        for at in random.Random(count_done).sample(range(LINKS), 20):
            expected = template_done[0] if at < count_done else template_done[1]
            assert pond.visit(codes[at]).headers["Location"] == expected.format(at)

    cut_short(pond, "/repoints", {"filter": {"tag": "t"}, "host": "new.example"}, 1)
    middle = 0
    for seed in range(2, 8):
        one = state(pond)
        assert one["refused"] == one["unchanged"] == 0 if one["host"] == "new.example" else True
        if one["host"] != "new.example":  # cut before it began
            cut_short(pond, "/repoints", {"filter": {"tag": "t"}, "host": "new.example"}, seed)
            continue
        sound((NEW, OLD), one["changed"])
        middle += 0 < one["changed"] < LINKS
        cut_short(pond, f"/repoints/{one['id']}/run", {}, seed)
    one = state(pond)
    while not one["done"]:
        one = pond.api("POST", f"/repoints/{one['id']}/run", 200, json={}).json()
    assert (one["state"], one["changed"], one["refused"], one["targets"]) == ("done", LINKS, 0, LINKS // 10) and middle > 0
    sound((NEW, OLD), LINKS)
    for seed in range(20, 24):
        cut_short(pond, f"/repoints/{one['id']}/undo", {}, seed)
        sound((OLD, NEW), state(pond)["undone"])
    one = state(pond)
    while one["state"] != "undone":
        one = pond.api("POST", f"/repoints/{one['id']}/{'run' if one['state'] == 'undoing' else 'undo'}", 200, json={}).json()
    assert (one["undone"], one["kept"]) == (LINKS, 0)
    sound((OLD, NEW), LINKS)
    assert pond.api("POST", "/check", 200).json()["ok"]
