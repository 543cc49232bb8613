# SPDX-License-Identifier: MIT
"""Goal: who becomes a friend in WeCom is joined to the click that led there; told twice it is one event; whoever has not the
keys says nothing."""
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from pond import wait_for
from wecom import WeCom

CORP = "wx5823bf96d3bd56c7"


@pytest.fixture(scope="module")
def wecom(tmp_path_factory):
    from pond import Pond
    pond = Pond(tmp_path_factory.mktemp("wecom")).start()
    pond.api("POST", "/users", 201, json={"key": "wang", "role": "editor"})
    made = pond.api("POST", "/wecom-callbacks", 201, json={"name": "corp", "receiver": CORP, "members": {"zhangsan": "wang"}}).json()
    sim = WeCom(pond.public + made["path"], CORP, made["token"], made["aes_key"])
    sim.pond, sim.row = pond, made
    yield sim
    pond.stop()


def events(pond, **params):
    return pond.api("GET", "/events", 200, params=params).json()["items"]


def test_the_address_is_verified(wecom):
    reply = wecom.verify("4242")
    assert (reply.status_code, reply.text) == (200, "4242")
    assert wecom.verify(msg_signature="0" * 40).status_code == 403
    assert wecom.verify(nonce="other").status_code == 403


def test_secrets_are_shown_once(wecom):
    item = wecom.pond.api("GET", "/wecom-callbacks", 200).json()["items"][0]
    assert "token" not in item and "aes_key" not in item and item["members"] == {"zhangsan": "wang"}
    for body, field in (({"name": "x"}, "receiver"), ({"receiver": "x"}, "name"), ({"name": "x", "receiver": "x", "aes_key": "*" * 43}, "aes_key"),
                        ({"name": "x", "receiver": "x", "members": {"a": "nobody"}}, "members")):
        assert wecom.pond.api("POST", "/wecom-callbacks", 422, json=body).json()["errors"][0]["field"] == field
    wecom.pond.api("POST", "/wecom-callbacks", 409, json={"name": "corp", "receiver": CORP})


def test_a_friend_is_joined_to_the_click_that_led_there(wecom):
    pond = wecom.pond
    link = pond.link("https://work.weixin.qq.com/ca/cawcde2a7b5f5a5c6d", click_id_param="customer_channel", campaign="spring")
    location = pond.visit(link["code"]).headers["Location"]
    state = parse_qs(urlsplit(location).query)["customer_channel"][0]
    assert len(state) == 22
    message = wecom.contact("add_external_contact", external="wmJOINED", state=state)
    for _ in range(3):
        reply = wecom.send(message)
        assert (reply.status_code, reply.text) == (200, "success")
    wait_for(lambda: [one["state"] for one in events(pond, type="add_friend")] == ["joined"], 30)
    event = events(pond, type="add_friend")[0]
    assert (event["link"], event["origin"], event["owner"]) == (link["id"], "wecom", "wang")
    customer = pond.api("GET", f"/customers/{event['customer']}", 200).json()
    assert (customer["stage"], customer["owner"], customer["events"], customer["touches"]) == ("lead", "wang", 1, 1)
    assert {"kind": "external_userid", "value": "wmJOINED"}.items() <= {k: v for i in customer["identities"] if i["kind"] == "external_userid" for k, v in i.items()}.items()
    assert [one["kind"] for one in pond.api("GET", f"/customers/{event['customer']}/timeline", 200).json()["items"]] == ["event", "touch"]
    assert pond.api("GET", "/customers?q=wmJOINED", 200).json()["total"] == 1
    later = int(time.time()) + 2
    assert wecom.send(wecom.contact("del_follow_user", external="wmJOINED", at=later)).text == "success"
    assert events(pond, type="unfollow")[0]["customer"] == event["customer"]


def test_a_state_that_is_no_click_is_kept(wecom):
    assert wecom.send(wecom.contact("add_half_external_contact", member="lisi", external="wmPOSTER", state="poster-7")).text == "success"
    event = events(wecom.pond, type="add_friend_half")[0]
    assert event["metadata"] == {"callback": "corp", "member": "lisi", "state": "poster-7"} and event["owner"] is None


@pytest.mark.parametrize("named_by", ["code", "alias"])
def test_a_state_that_names_a_link_credits_it_without_a_click(wecom, named_by):
    pond = wecom.pond
    link = pond.link(f"https://example.com/poster-{named_by}", alias=f"Poster-{named_by}", channel="expo", source="booth")
    state = link["code"] if named_by == "code" else f"Poster-{named_by}"
    message = wecom.contact("add_external_contact", external=f"wmSTATIC{named_by}", state=state)
    for _ in range(3):
        assert wecom.send(message).text == "success"

    def said():
        return [one for one in events(pond, type="add_friend") if one["metadata"].get("state") == state]
    wait_for(lambda: [one["state"] for one in said()] == ["joined"], 30)
    event = said()[0]
    assert (event["link"], event["click"]) == (link["id"], None)
    customer = pond.api("GET", f"/customers/{event['customer']}", 200).json()
    assert customer["touches"] == 1
    touch, = [one for one in pond.api("GET", f"/customers/{event['customer']}/timeline", 200).json()["items"] if one["kind"] == "touch"]
    assert (touch["link"]["id"], touch["click"], touch["source"], touch["channel"], touch["time"]) == (link["id"], None, "booth", "expo", event["time"])
    report = pond.api("GET", "/stats/attribution", 200, params={"group_by": "link", "type": "add_friend", "models": "last_non_direct"}).json()
    assert [row["models"]["last_non_direct"]["conversions"] for row in report["groups"] if row["link"] == link["id"]] == [1]
    assert pond.api("GET", f"/links/{link['id']}", 200).json()["counts"]["total"] == 0
    assert pond.api("GET", "/clicks", 200, params={"link": link["id"]}).json()["items"] == []
    pond.api("POST", f"/customers/{event['customer']}/merge", 200,
             json={"with": pond.api("POST", "/events", 201, json={"type": "lead", "customer": {"external_id": f"x-{named_by}"}}).json()["customer"]})
    wait_for(lambda: [one["state"] for one in said()] == ["joined"], 30)
    assert pond.api("GET", f"/customers/{said()[0]['customer']}", 200).json()["touches"] == 1
    wecom.send(wecom.contact("del_follow_user", external=f"wmSTATIC{named_by}", state=state, at=int(time.time()) + 2))
    assert pond.api("GET", f"/customers/{said()[0]['customer']}", 200).json()["touches"] == 1


def test_forged_old_and_foreign_messages_say_nothing(wecom):
    before = len(events(wecom.pond))
    message = wecom.contact("add_external_contact", external="wmEVIL", state="x")
    assert wecom.send(message, msg_signature="0" * 40).status_code == 403
    assert wecom.send(message, at=time.time() - 3600).status_code == 403
    assert wecom.send(message, timestamp="9" * 30).status_code == 403
    other = WeCom(wecom.url, "wxOTHER", wecom.token, "A" * 43)
    other.key = wecom.key
    assert other.send(message).status_code == 403
    assert WeCom(wecom.url + "0", CORP, wecom.token, "A" * 43).send(message).status_code == 404
    bomb = '<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Event>&b;</Event></xml>'
    assert wecom.send(bomb).status_code == 400
    assert wecom.send("<xml><Event>").status_code == 400
    assert len(events(wecom.pond)) == before
    assert wecom.send("<xml><Event><![CDATA[something_new]]></Event></xml>").text == "success"
    assert len(events(wecom.pond)) == before


def test_customers_are_changed_merged_found_and_forgotten(wecom):
    pond = wecom.pond
    one, two = (pond.api("POST", "/events", 201, json={"type": "lead", "customer": {"phone": phone}, "metadata": {"form": "name"}}).json()["customer"]
                for phone in ("13912345678", "13912345679"))
    changed = pond.api("PATCH", f"/customers/{two}", 200, json={"name": "Wang Wu", "notes": "called", "owner": "wang", "tags": ["industry=retail"]}).json()
    assert (changed["name"], changed["owner"], changed["tags"]) == ("Wang Wu", "wang", ["industry=retail"])
    assert [item["id"] for item in pond.api("GET", "/customers?q=139 1234 5679&stage=lead&owner=wang&tag=industry%3Dretail", 200).json()["items"]] == [two]
    merged = pond.api("POST", f"/customers/{two}/merge", 200, json={"with": one}).json()
    assert (merged["id"], merged["name"], merged["events"], len(merged["identities"])) == (min(one, two, key=lambda i: int(i[4:])), "Wang Wu", 2, 2)
    assert all(item["value"] is None for item in merged["identities"])
    assert pond.api("GET", f"/customers/{two}", 200).json()["id"] == merged["id"]
    told = pond.api("GET", f"/customers/{one}/export", 200)
    assert len(told.json()["timeline"]) == 2 and "1391234567" not in told.text
    left = pond.api("POST", f"/customers/{one}/forget", 200).json()
    assert (left["name"], left["notes"], left["owner"], left["tags"], left["identities"], left["events"]) == (None, None, None, [], [], 2)
    assert pond.api("GET", "/customers?q=13912345679", 200).json()["items"] == []
    assert all(item["metadata"] == {} for item in pond.api("GET", f"/customers/{one}/timeline", 200).json()["items"])
    assert pond.api("GET", "/audit?object=customer", 200).json()["items"][0]["action"] == "customer.forget"
