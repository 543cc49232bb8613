# SPDX-License-Identifier: MIT
"""Goal: sales are told once of what a customer does with the link that is for them, whatever ends the process."""
import pytest
from pond import wait_for
from robot_sink import Sink

BOT = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"


@pytest.fixture
def radar_pond(tmp_path):
    from pond import Pond
    pond = Pond(tmp_path / "radar", notify_allow_private="true").start()
    yield pond
    pond.stop()


@pytest.fixture
def sinks():
    made = [Sink(), Sink()]
    yield made
    for sink in made:
        sink.close()


def news(pond, **query):
    return [(one["kind"], one["customer"]) for one in pond.api("GET", "/radar", 200, params=query).json()["items"]]


def robot(pond, sink, name, **fields):
    return pond.api("POST", "/robots", 201, json={"name": name, "kind": "webhook", "url": sink.url(), **fields}).json()


def settle(pond):
    """Told of a link made for this: what came before it was looked at too."""
    settle.count += 1
    mark = f"mark-{settle.count}"
    pond.visit(pond.link(customer=mark)["code"])
    wait_for(lambda: ("link_opened", mark) in news(pond), seconds=30)


settle.count = 0


def test_the_owners_robot_is_told_of_the_first_opening_and_of_a_forward_once(radar_pond, sinks):
    pond, (owners, others) = radar_pond, sinks
    pond.api("POST", "/users", 201, json={"key": "lin", "role": "editor"})
    robot(pond, owners, "owner's", owner="lin")
    robot(pond, others, "all")
    link = pond.link(customer="crm-1", owner="lin", title="报价单")
    pond.visit(link["code"], ua=BOT)
    pond.visit(link["code"], method="HEAD")
    settle(pond)
    assert news(pond, customer="crm-1") == []
    pond.visit(link["code"])
    pond.visit(link["code"])
    wait_for(lambda: news(pond, customer="crm-1") == [("link_opened", "crm-1")], seconds=30)
    pond.visit(link["code"], ip="198.51.100.7")
    pond.visit(link["code"], ip="192.0.2.7")
    wait_for(lambda: len(news(pond, customer="crm-1")) == 2, seconds=30)
    settle(pond)
    assert news(pond, customer="crm-1") == [("link_forwarded", "crm-1"), ("link_opened", "crm-1")]
    assert news(pond, owner="lin", kind="link_forwarded") == [("link_forwarded", "crm-1")]
    # Links that are nobody's are told to all robots; once their notices came, those before came as well.
    def about(sink, word):
        return [one.json for one in sink.posts if word in str(one.json)]
    for sink in sinks:
        wait_for(lambda: len(about(sink, f"mark-{settle.count}")) == 1, seconds=30)
    assert len(about(owners, "crm-1")) == 2 and all("报价单" in str(one) for one in about(owners, "crm-1"))
    assert about(others, "crm-1") == []


def test_a_link_is_watched_from_when_it_says_whose_it_is(radar_pond):
    pond = radar_pond
    link = pond.link()
    pond.visit(link["code"])
    pond.drain()
    pond.api("PATCH", f"/links/{link['id']}", 200, json={"customer": "late"})
    settle(pond)
    assert news(pond, customer="late") == []
    pond.visit(link["code"])
    wait_for(lambda: news(pond, customer="late") == [("link_opened", "late")], seconds=30)
    pond.api("PATCH", f"/links/{link['id']}", 200, json={"customer": "another"})
    pond.visit(link["code"])
    wait_for(lambda: news(pond, customer="another") == [("link_opened", "another")], seconds=30)


def test_each_is_told_once_over_kill_9_and_restart(radar_pond):
    pond = radar_pond
    links = [pond.link(customer=f"c{n}") for n in range(6)]
    for n, link in enumerate(links):
        pond.visit(link["code"])
        if n == 2:
            settle(pond)
        if n in (1, 3):
            pond.kill9()
            pond.start()
    pond.restart()
    settle(pond)
    assert sorted(one for one in news(pond) if one[1].startswith("c")) == [("link_opened", f"c{n}") for n in range(6)]


def test_a_page_goes_on_where_the_last_ended_and_words_are_checked(radar_pond):
    pond = radar_pond
    for _ in range(3):
        settle(pond)
    first = pond.api("GET", "/radar", 200, params={"limit": 2}).json()
    rest = pond.api("GET", "/radar", 200, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    ids = [one["id"] for one in first["items"] + rest["items"]]
    assert first["total"] == 3 and ids == sorted(ids, reverse=True) and len(set(ids)) == 3 and rest["next_cursor"] is None
    link = first["items"][0]["link"]["id"]
    assert [one["link"]["id"] for one in pond.api("GET", "/radar", 200, params={"link": link}).json()["items"]] == [link]
    pond.api("GET", "/radar", 422, params={"kind": "disk"})
    pond.api("GET", "/radar", 422, params={"link": "what"})
