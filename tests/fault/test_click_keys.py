# SPDX-License-Identifier: MIT
"""Goal: a turn of the click key that was answered holds whatever happens then, ids handed out before and after it lead to their
clicks, and ids of a dropped version are refused, by every thread and after every restart."""
import threading

import pytest
import requests
from pond import wait_for


def named(pond, link, count=1):
    return [pond.visit(link["code"], ip=f"203.0.113.{i + 1}").headers["Location"].split("cid=")[1] for i in range(count)]


def versions(pond):
    return {row["version"]: row["state"] for row in pond.api("GET", "/click-keys", 200).json()["items"]}


def tell(pond, click_id, expect):
    return pond.api("POST", "/events", expect, json={"type": "lead", "click_id": click_id}).json()


def joined(pond, event):
    wait_for(lambda: pond.api("GET", f"/events/{event['id']}", 200).json()["state"] != "waiting", 30, 0.05)
    return pond.api("GET", f"/events/{event['id']}", 200).json()


def test_old_ids_stay_good_until_their_version_is_dropped(make_pond):
    pond = make_pond()
    link = pond.link("https://shop.example.com/", click_id_param="cid")
    old = named(pond, link, 6)
    pond.cli("click-key", "turn")
    young = named(pond, link, 6)
    assert versions(pond) == {2: "current", 1: "kept"}
    for click_id in (old[0], young[0]):
        assert joined(pond, tell(pond, click_id, 201))["link"] == link["id"]
    assert pond.api("DELETE", "/click-keys/2", 409).json()["errors"][0]["code"] == "in_use"
    pond.cli("click-key", "drop", "1")
    assert pond.cli("click-key", "drop", "1", check=False).returncode != 0
    for _ in range(2):
        assert tell(pond, old[1], 422)["errors"][0]["field"] == "click_id"
        assert joined(pond, tell(pond, young[1], 201))["state"] == "joined"
        shown = {click["click_id"] for click in pond.clicks(limit=100)}
        assert set(young) <= shown and not shown & set(old)
        pond.kill9()
        pond.start()
    lines = [line["action"] for line in pond.api("GET", "/audit", 200, params={"object": "click_key"}).json()["items"]]
    assert lines == ["click_key.drop", "click_key.turn"]


def turn_until_killed(pond, answered):
    try:
        while True:
            reply = requests.post(pond.admin + "/api/v1/click-keys", headers={"Authorization": "Bearer " + pond.key}, timeout=30)
            if reply.status_code == 409:
                return
            assert reply.status_code == 201, reply.text
            answered.append(reply.json()["version"])
    except requests.RequestException:
        pass


@pytest.mark.parametrize("pause_s", [0.0, 0.02, 0.1])
def test_a_turn_that_was_answered_survives_kill9_and_no_id_is_lost(make_pond, pause_s):
    pond = make_pond()
    link = pond.link("https://shop.example.com/", click_id_param="cid")
    answered, ids = [], named(pond, link, 2)
    turner = threading.Thread(target=turn_until_killed, args=(pond, answered), daemon=True)
    turner.start()
    wait_for(lambda: answered, 30, 0.001)
    threading.Event().wait(pause_s)
    ids += named(pond, link, 4)
    pond.kill9()
    turner.join(30)
    pond.start()
    known = versions(pond)
    assert sorted(known) == list(range(1, len(known) + 1)) and answered == list(range(2, len(answered) + 2))
    assert len(answered) + 1 <= len(known) <= len(answered) + 2  # at most the one nobody heard of
    ids += named(pond, link, 2)
    for click_id in ids:
        assert joined(pond, tell(pond, click_id, 201))["link"] == link["id"]
