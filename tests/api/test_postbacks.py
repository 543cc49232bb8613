# SPDX-License-Identifier: MIT
"""Goal: ad platforms, forms and shops tell of events by an address of their own, under their own names of parameters; told twice
it is one event, what is wrong is refused by its name, and whoever has not the address says nothing."""
import hashlib
import hmac
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from pond import ROOT, Pond, wait_for


@pytest.fixture(scope="module")
def pond(tmp_path_factory):
    pond = Pond(tmp_path_factory.mktemp("postbacks")).start()
    pond.tracked = pond.link("https://www.example.com/sign-up", click_id_param="cid", campaign="spring")
    yield pond
    pond.stop()


@pytest.fixture
def address(pond, request):
    made = pond.api("POST", "/postbacks", 201, json={"name": request.node.name, "type": "deal"}).json()
    made["url"] = pond.public + made["path"]
    return made


def click(pond):
    return parse_qs(urlsplit(pond.visit(pond.tracked["code"]).headers["Location"]).query)["cid"][0]


def get(address, status=200, **params):
    reply = requests.get(address["url"], params=params, timeout=30)
    assert reply.status_code == status, reply.text
    return reply.json()


def stored(pond, **params):
    return pond.api("GET", "/events", 200, params=params).json()["items"]


def test_the_token_is_shown_once(pond, address):
    assert len(address["token"]) == 43 and address["token"].startswith(address["prefix"]) and address["path"] == "/-/postback/" + address["token"]
    assert address["params"]["value"] == "value" and address["params"]["metadata"] == [] and address["heard_at"] is None
    listed = pond.api("GET", "/postbacks", 200)
    assert address["token"] not in listed.text and {row["id"]: row for row in listed.json()["items"]}[address["id"]]["prefix"] == address["prefix"]
    assert address["token"].encode() not in b"".join(path.read_bytes() for path in pond.data.glob("linkpond.db*"))
    pond.api("POST", "/postbacks", 409, json={"name": address["name"]})


@pytest.mark.parametrize("body,field,code", [
    ({}, "name", "required"), ({"name": "x", "currency": "RMB"}, "currency", "unknown"), ({"name": "x", "amounts": "fen"}, "amounts", "not_allowed"),
    ({"name": "x", "params": []}, "params", "wrong_type"), ({"name": "x", "params": {"payout": "value"}}, "params", "unknown_field"),
    ({"name": "x", "params": {"value": ""}}, "params", "bad_name"), ({"name": "x", "params": {"value": 3}}, "params", "bad_name"),
    ({"name": "x", "params": {"value": "currency"}}, "params", "conflicting"), ({"name": "x", "params": {"metadata": ["a", "a"]}}, "params", "conflicting"),
    ({"name": "x", "params": {"metadata": [str(i) for i in range(21)]}}, "params", "too_many"), ({"name": "x", "token": "y"}, "token", "unknown_field")])
def test_what_is_no_postback_is_refused_by_name(pond, body, field, code):
    assert [(one["field"], one["code"]) for one in pond.api("POST", "/postbacks", 422, json=body).json()["errors"]] == [(field, code)]


def test_a_deal_is_joined_to_the_click_and_told_twice_it_is_one(pond, address):
    cid = click(pond)
    first = get(address, click_id=cid, event_id="order-1", value="12800", currency="CNY", unread="x")
    assert (first["type"], first["value"], first["currency"], first["event_id"]) == ("deal", 12800, "CNY", "order-1")
    assert get(address, click_id=cid, event_id="order-1", value="12800", currency="CNY") == first
    posted = requests.post(address["url"] + "?click_id=" + cid, data={"event_id": "order-1", "value": "12800", "currency": "CNY"}, timeout=30)
    assert (posted.status_code, posted.json()) == (200, first)
    other = get(address, 409, click_id=cid, event_id="order-1", value="1", currency="CNY")
    assert "existing" not in other, "an address tells nothing of what others sent"
    wait_for(lambda: [one["state"] for one in stored(pond, event_id="order-1")] == ["joined"], 30)
    event = stored(pond, event_id="order-1")[0]
    assert (event["link"], event["origin"], event["metadata"]) == (pond.tracked["id"], "postback", {})
    assert {row["id"]: row for row in pond.api("GET", "/postbacks", 200).json()["items"]}[address["id"]]["heard_at"]


def test_names_are_the_senders(pond):
    made = pond.api("POST", "/postbacks", 201, json={"name": "shop", "type": "lead", "currency": "USD", "amounts": "major", "params": {
        "click_id": "sub1", "value": "payout", "event_id": "订单号", "type": None, "phone": "mobile", "metadata": ["campaign", "absent"]}}).json()
    made["url"] = pond.public + made["path"]
    answer = get(made, **{"sub1": click(pond), "payout": "12.50", "订单号": "A 1", "type": "refund", "mobile": "138 0013 8000", "campaign": "双11", "phone": "none"})
    assert (answer["type"], answer["value"], answer["currency"], answer["event_id"]) == ("lead", 1250, "USD", "A 1")
    event = stored(pond, event_id="A 1")[0]
    assert event["metadata"] == {"campaign": "双11"} and event["customer"]
    assert pond.api("GET", "/customers?q=13800138000", 200).json()["total"] == 1
    assert get(made, payout="1200", currency="JPY")["value"] == 1200
    for wrong, currency in (("12.505", "CNY"), ("12.5", "JPY"), ("much", "CNY"), ("1e3", "CNY")):
        assert get(made, 422, payout=wrong, currency=currency)["errors"][0]["field"] == "value"
    changed = pond.api("PATCH", f"/postbacks/{made['id']}", 200, json={"amounts": "minor", "params": None, "type": None}).json()
    assert (changed["params"]["click_id"], changed["params"]["metadata"], changed["type"], "token" in changed) == ("click_id", [], None, False)
    assert get(made, 422, value="5")["errors"][0]["field"] == "type"
    assert get(made, type="deal", value="5")["value"] == 5


@pytest.mark.parametrize("params,field,code", [
    ({"click_id": "none-of-ours"}, "click_id", "unknown"), ({"click_id": "{click_id}"}, "click_id", "unknown"), ({"click_id": "A" * 22}, "click_id", "unknown"),
    ({"value": "12.50"}, "value", "not_a_number"), ({"value": "9" * 30}, "value", "not_a_number"), ({"value": "1000000000001"}, "value", "out_of_range"),
    ({"value": "1", "currency": "RMB"}, "currency", "unknown"), ({"phone": "12"}, "customer.phone", "not_valid"), ({"time": "tomorrow"}, "time", "not_a_time"),
    ({"time": "4000000000"}, "time", "in_the_future"), ({"time": "1000000000000"}, "time", "too_old"), ({"owner": "nobody-of-that-name"}, "owner", "unknown"),
    ({"type": b"\xd5\xc5"}, "type", "invalid_utf8"), ({"event_id": b"\xff"}, "event_id", "invalid_utf8"), ({"name": b"\xd5\xc5"}, "customer.name", "invalid_utf8"),
    ({"external_id": b"\xc3("}, "customer.external_id", "not_valid"), ({"type": "t" * 65}, "type", "too_long"), ({"event_id": "e" * 300}, "event_id", "too_long"), ({"name": "n" * 200}, "name", "too_long")])
def test_what_is_wrong_is_refused_by_name(pond, address, params, field, code):
    before = len(stored(pond, limit=200))
    for method in ("get", "post"):
        sent = {"params": params} if method == "get" else {"data": params}
        reply = getattr(requests, method)(address["url"], timeout=30, **sent)
        assert (reply.status_code, [(one["field"], one["code"]) for one in reply.json()["errors"]]) == (422, [(field, code)])
    assert len(stored(pond, limit=200)) == before


def test_times_are_as_platforms_write_them(pond, address):
    seconds = int(time.time()) - 3600
    assert get(address, time=str(seconds))["time"] == get(address, time=str(seconds * 1000))["time"]


def test_nobody_else_gets_in(pond, address):
    before = len(stored(pond, limit=200))
    unknown = requests.get(pond.public + "/-/postback/" + "x" * 43, params={"type": "deal"}, timeout=30)
    altered = requests.post(address["url"][:-1] + ("a" if address["url"][-1] != "a" else "b"), data={"type": "deal"}, timeout=30)
    pond.api("DELETE", f"/postbacks/{address['id']}", 204)
    gone = requests.get(address["url"], timeout=30)
    alike = [{name: value for name, value in reply.json().items() if name != "instance"} for reply in (unknown, altered, gone)]
    assert alike[0]["status"] == 404 and alike[1:] == alike[:1] * 2
    assert len(stored(pond, limit=200)) == before
    pond.api("DELETE", f"/postbacks/{address['id']}", 404)
    lines = pond.api("GET", f"/audit?object=postback:{address['id']}", 200).json()["items"]
    assert [line["action"] for line in lines] == ["postback.delete", "postback.create"] and address["token"] not in str(lines)


def test_looking_tells_of_nothing_and_other_bodies_are_not_taken(pond, address):
    before = len(stored(pond, limit=200))
    assert requests.head(address["url"], params={"type": "deal"}, timeout=30).status_code == 200
    assert requests.post(address["url"], data="<xml/>", headers={"Content-Type": "text/xml"}, timeout=30).status_code == 415
    assert requests.post(address["url"], data={"name": "x" * 20000}, timeout=30).status_code == 413
    assert len(stored(pond, limit=200)) == before


def test_calls_are_bounded(pond, address):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: requests.get(pond.public + "/-/postback/x", headers={"X-Forwarded-For": "203.0.113.77"}, timeout=30), range(1500)))
    refused = [reply for reply in answers if reply.status_code == 429]
    assert refused and int(refused[0].headers["Retry-After"]) >= 1
    assert get(address, event_id="other")["event_id"] == "other", "who calls from elsewhere is not held up"


# ---- paused, and what was refused ---------------------------------------------------------------------------------------

def row_of(pond, address):
    return next(row for row in pond.api("GET", "/postbacks", 200).json()["items"] if row["id"] == address["id"])


def test_a_paused_one_takes_nothing_until_it_goes_on(pond, address):
    path = f"/postbacks/{address['id']}"
    assert pond.api("PATCH", path, 200, json={"paused": True}).json()["paused"]
    before = len(stored(pond, limit=500))
    for call in (lambda: requests.get(address["url"], params={"event_id": "p-1"}, timeout=30), lambda: requests.head(address["url"], timeout=30),
                 lambda: requests.post(address["url"], data={"event_id": "p-1"}, timeout=30)):
        assert call().status_code == 410
    assert "paused" in get(address, 410, event_id="p-1")["detail"]
    post_signed(address, {"type": "deal", "value": 1}, 410)
    assert len(stored(pond, limit=500)) == before
    row = row_of(pond, address)
    assert row["paused"] and row["heard_at"] is None and row["last_error"] is None
    assert not pond.api("PATCH", path, 200, json={"paused": False}).json()["paused"]
    assert get(address, event_id="p-1")["event_id"] == "p-1"
    noted = [one["changes"] for one in pond.api("GET", "/audit", 200, params={"limit": 20}).json()["items"] if one["action"] == "postback.update"]
    assert noted[:2] == [{"paused": [True, False]}, {"paused": [False, True]}]


def test_what_was_refused_last_is_told_without_what_was_sent(pond, address):
    get(address, 422, value="12x", phone="13800138000", name="王小姐")
    first = row_of(pond, address)["last_error"]
    assert (first["status"], first["problem"], first["field"], first["code"]) == (422, "invalid", "value", "not_a_number")
    get(address, 422, click_id="13800138000")
    assert (row_of(pond, address)["last_error"]["field"], row_of(pond, address)["last_error"]["code"]) == ("click_id", "unknown")
    post_signed(address, {"type": "lead", "wang_xiaojie": "13800138000"}, 422)  # the name of a member is the sender's text as well
    last = row_of(pond, address)["last_error"]
    assert (last["status"], last["field"], last["code"]) == (422, None, "unknown_field")
    post_signed(address, {"type": "lead"}, 403, **{"Linkpond-Signature": "0" * 64})
    assert (row_of(pond, address)["last_error"]["status"], row_of(pond, address)["last_error"]["problem"]) == (403, "forbidden")
    get(address, value="12")
    assert row_of(pond, address)["last_error"]["status"] == 403  # it says when, so it stays
    said = pond.api("GET", "/postbacks", 200).text
    assert "13800138000" not in said and "wang" not in said and "王" not in said
    requests.get(address["url"] + "x", params={"value": "12x"}, timeout=30)  # another address is nobody's
    assert row_of(pond, address)["last_error"]["status"] == 403


# ---- signed --------------------------------------------------------------------------------------------------------------

def signature(secret, seconds, body):
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()


def post_signed(address, event, status=200, late_s=0, **headers):
    body, seconds = json.dumps(event, ensure_ascii=False).encode(), str(int(time.time()) - late_s)
    sent = {"Content-Type": "application/json", "Linkpond-Timestamp": seconds, "Linkpond-Signature": signature(address["secret"], seconds, body), **headers}
    reply = requests.post(address["url"], data=body, headers={name: value for name, value in sent.items() if value is not None}, timeout=30)
    assert reply.status_code == status, reply.text
    return reply.json()


def test_a_signed_event_is_taken_once(pond, address):
    event = {"type": "deal", "click_id": click(pond), "value": 990, "customer": {"phone": "13700137000"}, "metadata": {"店": "一"}}
    body, seconds = json.dumps(event).encode(), str(int(time.time()))
    sent = {"data": body, "timeout": 30, "headers": {"Content-Type": "application/json", "Linkpond-Timestamp": seconds, "Linkpond-Signature": signature(address["secret"], seconds, body)}}
    first, again = (requests.post(address["url"], **sent) for _ in range(2))
    assert first.status_code == again.status_code == 200 and first.json() == again.json() and first.json()["event_id"].startswith("signed:")
    kept = stored(pond, event_id=first.json()["event_id"])
    assert [(one["origin"], one["metadata"]) for one in kept] == [("postback", {"店": "一"})]
    assert address["secret"] not in pond.api("GET", "/postbacks", 200).text
    assert address["secret"].encode() not in b"".join(path.read_bytes() for path in pond.data.glob("linkpond.db*"))


@pytest.mark.parametrize("status,late_s,headers", [
    (401, 0, {"Linkpond-Signature": None}), (401, 0, {"Linkpond-Timestamp": None}), (401, 0, {"Linkpond-Timestamp": "now"}), (401, 0, {"Linkpond-Timestamp": "9" * 40}),
    (403, 0, {"Linkpond-Signature": "0" * 64}), (403, 0, {"Linkpond-Signature": "0"}), (403, 3600, {}), (403, -3600, {})])
def test_what_is_not_signed_now_says_nothing(pond, address, status, late_s, headers):
    before = len(stored(pond, limit=200))
    post_signed(address, {"type": "deal", "value": 1}, status, late_s, **headers)
    assert len(stored(pond, limit=200)) == before


def test_the_signature_is_of_this_body_time_and_secret(pond, address):
    now = str(int(time.time()))
    for secret, seconds, body in ((address["secret"], now, b'{"type": "deal"}'), (address["secret"], str(int(now) - 1), b'{"type": "lead"}'), ("k" * 43, now, b'{"type": "lead"}')):
        sent = {"Content-Type": "application/json", "Linkpond-Timestamp": now, "Linkpond-Signature": signature(secret, seconds, body)}
        assert requests.post(address["url"], data=b'{"type": "lead"}', headers=sent, timeout=30).status_code == 403
    assert post_signed(address, {"type": "lead", "colour": "red"}, 422)["errors"][0]["field"] == "colour"
    post_signed(address, {"type": "lead", "event_id": "signed-once"})
    post_signed(address, {"type": "deal", "event_id": "signed-once"}, 409)


def test_a_postback_that_is_signed_takes_nothing_else(pond, address):
    pond.api("PATCH", f"/postbacks/{address['id']}", 200, json={"signed": True})
    get(address, 401, type="lead")
    assert requests.post(address["url"], data={"type": "lead"}, timeout=30).status_code == 401
    assert post_signed(address, {"type": "lead"})["type"] == "lead"


def test_the_vector_of_the_docs():
    text = (ROOT / "docs/api.md").read_text()
    seconds, body, mac = re.search(r"timestamp `(\d+)` and the body\s+`([^`]+)` give\s+`([0-9a-f]{64})`", text).groups()
    assert signature("k" * 43, seconds, body.encode()) == mac
