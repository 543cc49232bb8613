# SPDX-License-Identifier: MIT
"""Goal: what a rule watches for is told of each person once in its days, of nobody who is not known, to who answers for them."""
import pytest
import requests
from pond import WECHAT, wait_for
from robot_sink import Sink


@pytest.fixture
def pond(tmp_path):
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
    return pond.api("GET", "/radar", 200, params={"kind": "key_event", **query}).json()["items"]


def rule(pond, expect=201, **fields):
    return pond.api("POST", "/radar/rules", expect, json={"name": "看报价", "kind": "visits", "visits": 1, "days": 7, **fields}).json()


def settle(pond):
    """What came before was looked at too."""
    settle.count += 1
    mark = f"mark-{settle.count}"
    pond.visit(pond.link(customer=mark)["code"])
    wait_for(lambda: pond.api("GET", "/radar", 200, params={"customer": mark, "kind": "link_opened"}).json()["items"], 30)


settle.count = 0


class Visitor:
    """A browser that keeps its cookie."""

    def __init__(self, pond):
        self.pond, self.cookies = pond, {}

    def visit(self, link):
        reply = self.pond.visit(link["code"], headers={"Cookie": f"lp_v={self.cookies['lp_v']}"} if self.cookies else {})
        self.cookies = {**self.cookies, **requests.utils.dict_from_cookiejar(reply.cookies)}
        return reply


def known(pond, **customer):
    """A visitor whose browser is a customer's by an event."""
    visitor, link = Visitor(pond), pond.link("https://shop.example.com/", click_id_param="cid")
    click = visitor.visit(link).headers["Location"].split("cid=")[1]
    made = pond.api("POST", "/events", 201, json={"type": "lead", "click_id": click, "customer": customer or {"external_id": "x"}}).json()
    wait_for(lambda: pond.api("GET", f"/events/{made['id']}", 200).json()["state"] == "joined", 30)
    return visitor, pond.api("GET", f"/events/{made['id']}", 200).json()["customer"]


def test_a_rule_says_what_it_is_about_and_no_more(pond):
    link = pond.link(campaign="spring", channel="poster", tags=["price"])
    for condition in ({"link": link["code"]}, {"campaign": "spring"}, {"channel": "poster"}, {"tag": "price"}, {}):
        made = rule(pond, visits=3, **condition)
        wanted = {"link": link["id"]} if "link" in condition else condition
        assert all(made[name] == wanted.get(name) for name in ("link", "campaign", "channel", "tag", "type"))
        assert (made["kind"], made["visits"], made["days"], made["enabled"]) == ("visits", 3, 7, True)
        assert made in pond.api("GET", "/radar/rules", 200).json()["items"]
    made = rule(pond, kind="return", visits=None, days=30)
    assert made["visits"] is None
    made = rule(pond, kind="event", visits=None, days=0, type="deal")
    changed = pond.api("PATCH", f"/radar/rules/{made['id']}", 200, json={"name": "成交", "type": "refund", "days": 2, "enabled": False}).json()
    assert (changed["name"], changed["type"], changed["days"], changed["enabled"]) == ("成交", "refund", 2, False)
    assert changed in pond.api("GET", "/radar/rules", 200).json()["items"]
    for body, field in (({"visits": 0}, "visits"), ({"visits": 101}, "visits"), ({"days": 0}, "days"), ({"days": 91}, "days"), ({"type": "deal"}, "type"),
                        ({"kind": "event", "visits": None}, "type"), ({"kind": "event", "visits": 3, "type": "a"}, "visits"), ({"name": " "}, "name"),
                        ({"kind": "other"}, "kind"), ({"campaign": "none"}, "campaign"), ({"campaign": "spring", "tag": "price"}, "link"), ({"link": "none"}, "link")):
        assert rule(pond, 422, **body)["errors"][0]["field"] == field, body
    for body, field in (({"kind": "visits"}, "kind"), ({"visits": 2}, "visits"), ({"link": link["id"]}, "type"), ({"days": 366}, "days")):
        assert pond.api("PATCH", f"/radar/rules/{made['id']}", 422, json=body).json()["errors"][0]["field"] == field, body
    pond.api("DELETE", f"/radar/rules/{made['id']}", 204)
    pond.api("DELETE", f"/radar/rules/{made['id']}", 404)
    pond.api("PATCH", f"/radar/rules/{made['id']}", 404, json={"name": "x"})
    actions = [line["action"] for line in pond.api("GET", "/audit?object=radar_rule", 200).json()["items"]]
    assert actions == ["radar_rule.delete", "radar_rule.update"] + 7 * ["radar_rule.create"]
    for _ in range(50 - len(pond.api("GET", "/radar/rules", 200).json()["items"])):
        rule(pond)
    rule(pond, 409)


def test_a_known_customers_visit_is_told_once_to_who_answers_for_them(pond, sinks):
    (owners, others) = sinks
    pond.api("POST", "/users", 201, json={"key": "lin", "role": "editor"})
    for sink, name, fields in ((owners, "owner's", {"owner": "lin"}), (others, "all", {})):
        pond.api("POST", "/robots", 201, json={"name": name, "kind": "webhook", "url": sink.url(), **fields})
    visitor, customer = known(pond, name="王先生", external_id="w")
    pond.api("PATCH", f"/customers/{customer}", 200, json={"owner": "lin"})
    price = pond.link("https://shop.example.com/price", campaign="price", title="报价", click_id_param="cid")
    visitor.visit(price)
    settle(pond)
    made = rule(pond, campaign="price")
    elsewhere = pond.link()
    for link in (elsewhere, price, price):
        visitor.visit(link)
    Visitor(pond).visit(price)
    settle(pond)
    told = news(pond)
    assert [(one["customer_id"], one["customer_name"], one["owner"], one["link"]["id"]) for one in told] == [(customer, "王先生", "lin", price["id"])]
    assert told[0]["rule"] == {"id": made["id"], "name": "看报价"} and told[0]["event"] is None
    assert news(pond, customer=customer) == news(pond, rule=made["id"]) == news(pond, owner="lin") == told and news(pond, rule=made["id"] + 1) == []
    wait_for(lambda: [one for one in owners.posts if "看报价" in str(one.json)], seconds=30)
    assert "王先生" in str([one.json for one in owners.posts if "看报价" in str(one.json)])
    pond.kill9()
    pond.start()
    visitor.visit(price)
    settle(pond)
    assert news(pond) == told
    assert len([one for one in owners.posts if "看报价" in str(one.json)]) == 1 and not [one for one in others.posts if "看报价" in str(one.json)]
    pond.api("PATCH", f"/radar/rules/{made['id']}", 200, json={"days": 8})  # another condition begins anew
    visitor.visit(price)
    wait_for(lambda: len(news(pond)) == 2, seconds=30)
    pond.api("POST", f"/customers/{customer}/forget", 200)
    assert news(pond) == []


def test_whom_a_link_is_for_is_known_by_it(pond):
    link = pond.link(customer="crm-7", tags=["price"], title="t")
    rule(pond, tag="price")
    pond.visit(link["code"])
    wait_for(lambda: news(pond), seconds=30)
    assert [(one["customer"], one["customer_id"], one["link"]["id"]) for one in news(pond)] == [("crm-7", None, link["id"])]


def test_events_are_told_each_or_once_in_days(pond):
    each, weekly = rule(pond, kind="event", visits=None, days=0, type="deal", name="each"), rule(pond, kind="event", visits=None, type="deal", name="weekly")
    tell = lambda **fields: pond.api("POST", "/events", 201, json={"type": "deal", "customer": {"external_id": "x"}, **fields}).json()
    tell(time="2026-01-01T00:00:00Z")  # before the rules
    tell(type="lead")
    events = [tell(), tell()]
    wait_for(lambda: len(news(pond)) == 3, seconds=30)
    assert [one["event"] for one in news(pond, rule=each["id"])] == [one["id"] for one in reversed(events)]
    assert [one["event"] for one in news(pond, rule=weekly["id"])] == [events[0]["id"]]
    pond.kill9()
    pond.start()
    third = tell()
    wait_for(lambda: len(news(pond)) == 4, seconds=30)
    assert news(pond)[0]["event"] == third["id"]


def test_what_was_told_since_is_all_that_is_asked_for(pond):
    rule(pond, kind="event", visits=None, days=0, type="deal")
    deal = lambda: pond.api("POST", "/events", 201, json={"type": "deal", "customer": {"external_id": "x"}})
    deal()
    wait_for(lambda: news(pond), seconds=30)
    last = news(pond)[0]["id"]
    assert pond.api("GET", "/radar", 200, params={"after": last}).json()["items"] == []
    deal()
    wait_for(lambda: news(pond, after=last), seconds=30)
    assert [one["id"] > last for one in news(pond, after=last)] == [True] and len(news(pond, after=0)) == 2
    pond.api("GET", "/radar", 422, params={"after": "x"})
