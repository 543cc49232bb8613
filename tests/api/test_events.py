# SPDX-License-Identifier: MIT
"""Goal: what happened after a click is told once, by whoever may, in any form senders have; it finds its click, its customer and
everything that brought them; what cannot be is refused by the field, and nothing that was accepted is lost."""
import json
import sqlite3

import pytest
from pond import wait_for

UNKNOWN_CLICK = "0" * 22


def problem(reply):
    body = reply.json()
    return body["type"].rsplit(":", 1)[1], [(one["field"], one["code"]) for one in body.get("errors", [])]


def tell(pond, expect=201, **fields):
    return pond.api("POST", "/events", expect, json={"type": "lead", **fields})


def lines(reply):
    return [json.loads(line) for line in reply.text.splitlines()]


def settled(pond, event):
    """The event once it waits no longer."""
    wait_for(lambda: pond.api("GET", f"/events/{event['id']}", 200).json()["state"] != "waiting", 30)
    return pond.api("GET", f"/events/{event['id']}", 200).json()


def click_id_of(pond, link, name=None, **visit):
    """Visits the link; what it handed to its target."""
    location = pond.visit(name or link["code"], **visit).headers["Location"]
    return location.split("cid=")[1].split("&")[0]


def test_an_event_finds_its_click(pond):
    link = pond.link("https://shop.example.com/", click_id_param="cid")
    made = tell(pond, click_id=click_id_of(pond, link), event_id="form-1").json()
    assert (made["state"], made["link"], made["origin"], made["value"], made["currency"]) == ("waiting", None, "api", None, None)
    event = settled(pond, made)
    assert (event["state"], event["link"]) == ("joined", link["id"]) and event["customer"].startswith("cus_")
    click = next(one for one in pond.api("GET", "/clicks", 200, params={"link": link["id"]}).json()["items"])
    assert event["click"] == click["id"]
    with sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True) as db:
        touches = db.execute("SELECT click_id, link_id FROM touch WHERE customer_id = ?", (int(event["customer"][4:]),)).fetchall()
    assert touches == [(int(click["id"]), int(link["id"][4:]))]


def test_the_same_person_by_another_name_is_one_customer(pond):
    one = tell(pond, customer={"phone": "138-1234-5678"}).json()
    same = tell(pond, type="deal", customer={"phone": "+86 13812345678", "email": "Li@Example.com"}).json()
    by_mail = tell(pond, type="service", customer={"email": "li@example.com"}).json()
    assert one["customer"] == same["customer"] == by_mail["customer"]
    assert tell(pond, customer={"id": one["customer"]}).json()["customer"] == one["customer"]
    with sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True) as db:
        assert not db.execute("SELECT 1 FROM identity WHERE value LIKE '%13812345678%' OR value LIKE '%li@example%'").fetchall()


def test_an_event_id_counts_once(pond):
    body = {"event_id": "order-7", "type": "deal", "value": 1999, "currency": "CNY", "metadata": {"sku": "a"}}
    first = pond.api("POST", "/events", 201, json=body).json()
    again = pond.api("POST", "/events", 200, json=body).json()
    assert again["id"] == first["id"]
    refused = pond.api("POST", "/events", 409, json={**body, "value": 2000})
    assert problem(refused)[0] == "event-id-taken" and refused.json()["existing"]["id"] == first["id"]
    assert len(pond.api("GET", "/events", 200, params={"event_id": "order-7"}).json()["items"]) == 1


@pytest.mark.parametrize("fields,field,code", [
    ({"type": ""}, "type", "too_short"), ({"type": "x" * 65}, "type", "too_long"), ({"type": None}, "type", "wrong_type"),
    ({"click_id": UNKNOWN_CLICK}, "click_id", "unknown"), ({"click_id": "short"}, "click_id", "unknown"),
    ({"value": 10**12 + 1}, "value", "out_of_range"), ({"value": -10**12 - 1}, "value", "out_of_range"),
    ({"value": 1.5}, "value", "wrong_type"), ({"value": 1, "currency": "ABC"}, "currency", "unknown"),
    ({"currency": "CNY"}, "value", "required"), ({"time": "2020-01-01T00:00:00Z"}, "time", "too_old"),
    ({"time": "2199-01-01T00:00:00Z"}, "time", "in_the_future"), ({"time": "yesterday"}, "time", "not_a_time"),
    ({"customer": {"phone": "12"}}, "customer.phone", "not_valid"), ({"customer": {"phone_hash": "xyz"}}, "customer.phone_hash", "not_valid"),
    ({"customer": {"id": "cus_999999"}}, "customer.id", "unknown"), ({"customer": {"mobile": "1"}}, "customer.mobile", "unknown_field"),
    ({"owner": "nobody-of-that-name"}, "owner", "unknown"), ({"metadata": [1]}, "metadata", "wrong_type"),
    ({"metadata": {str(i): i for i in range(21)}}, "metadata", "too_many"), ({"event_id": "x" * 129}, "event_id", "too_long"),
    ({"when": 1}, "when", "unknown_field")])
def test_what_cannot_be_is_refused_by_the_field(pond, fields, field, code):
    assert problem(tell(pond, 422, **fields)) == ("invalid", [(field, code)])


def test_a_batch_is_judged_one_by_one(pond):
    events = [{"type": "lead", "event_id": "b1"}, {"type": "deal", "value": "12"}, {"type": "lead", "event_id": "b1"},
              {"type": "deal", "event_id": "b1"}, {"type": "refund", "value": -500}]
    results = pond.api("POST", "/events", 200, json={"events": events}).json()["results"]
    assert [one["status"] for one in results] == [201, 422, 200, 409, 201]
    assert results[0]["event"]["id"] == results[2]["event"]["id"]
    assert results[1]["problem"]["errors"][0]["field"] == "value"
    assert (results[4]["event"]["value"], results[4]["event"]["currency"]) == (-500, "CNY")
    for bad, code in (([], "too_few"), ([{"type": "x"}] * 1001, "too_many")):
        assert problem(pond.api("POST", "/events", 422, json={"events": bad}))[1] == [("events", code)]


def test_ndjson_of_any_length(pond):
    body = "".join(json.dumps({"type": "lead", "event_id": f"nd-{i}"}) + "\n" for i in range(2500)) + '{"type": 5}\n\nnot json\n'
    reply = pond.api("POST", "/events?report=problems", 200, data=body.encode(), headers={"Content-Type": "application/x-ndjson"})
    bad_type, bad_json, summary = lines(reply)
    assert (bad_type["row"], bad_type["problem"]["field"], bad_json["row"], bad_json["status"]) == (2501, "type", 2502, 400)
    assert summary["summary"] == {"rows": 2502, "stored": 2500, "existed": 0, "refused": 2, "unmatched": 2500, "unnamed": 0, "unknown_columns": [], "complete": True}
    again = pond.api("POST", "/events?report=problems", 200, data=body.encode(), headers={"Content-Type": "application/x-ndjson"})
    assert lines(again)[-1]["summary"]["existed"] == 2500


def test_a_table_of_what_happened_offline(pond):
    link = pond.link("https://shop.example.com/", click_id_param="cid")
    table = ("\ufeff事件类型,订单号,成交时间,金额,币种,手机号,点击ID,别的\n"
             f"deal,csv-1,2026-11-20 10:30,\"1,288.50\",CNY,13900001111,{click_id_of(pond, link)},x\n"
             "refund,csv-2,2026-11-21,-88.5,,13900001111,,\n"
             ",,,,,,,\n"
             f"lead,csv-3,,,,,{UNKNOWN_CLICK},\n"
             "lead,csv-4,long ago,,,,,\n")
    rows = lines(pond.api("POST", "/events", 200, data=table.encode(), headers={"Content-Type": "text/csv; charset=utf-8"}))
    assert [(one.get("row"), one.get("status")) for one in rows[:-1]] == [(1, 201), (2, 201), (3, 422), (4, 422)]
    assert [one["problem"]["field"] for one in rows[2:4]] == ["click_id", "time"]
    deal, refund = (settled(pond, one) for one in rows[:2])
    assert (deal["value"], deal["currency"], deal["origin"], deal["link"]) == (128850, "CNY", "csv", link["id"])
    assert (refund["value"], refund["customer"]) == (-8850, deal["customer"])
    bad = pond.api("POST", "/events", 422, data=b"a,b\n1,2\n", headers={"Content-Type": "text/csv"})
    assert problem(bad) == ("invalid", [("header", "unknown")])


def send_table(pond, table, status=200):
    return pond.api("POST", "/events", status, data=table, headers={"Content-Type": "text/csv"})


def test_what_people_call_it_counts_as_what_it_is(pond):
    rows = lines(send_table(pond, "事件,订单号,金额,手机号\n成交,zh-1,388,13600001111\n留资,zh-2,,13600001111\n试驾,zh-3,,13600001111\n".encode()))
    assert [settled(pond, one)["type"] for one in rows[:-1]] == ["deal", "lead", "试驾"]
    again = lines(send_table(pond, "event,event_id,amount,phone\ndeal,zh-1,388.00,13600001111\n".encode()))
    assert again[0]["status"] == 200  # the same, said otherwise


@pytest.mark.parametrize("header,code", [
    ("type,amount,amount", "conflicting"), ("type,amount,value", "conflicting"), ("type,日期,时间", "conflicting"), ("type,phone,mobile", "conflicting"),
    ("event,类型", "conflicting"), ("type," + ",".join(f"c{i}" for i in range(200)), "required")])
def test_a_head_that_says_two_things_is_refused(pond, header, code):
    assert problem(send_table(pond, f"{header}\ndeal,1,2\n".encode(), 422)) == ("invalid", [("header", code)])


def test_a_table_that_is_not_utf8_is_refused(pond):
    assert problem(send_table(pond, "类型,姓名\n成交,张三\n".encode("gbk"), 422)) == ("invalid", [("header", "invalid_utf8")])
    rows = lines(send_table(pond, "type,name,external_id,event_id\n".encode() + "成交,,,\nlead,张三,,\nlead,,张三,\nlead,,,张三\nlead,,,gbk-5\n".encode("gbk")))
    assert [(one["status"], one.get("problem", {}).get("field"), one.get("problem", {}).get("code")) for one in rows[:-1]] == [
        (422, "type", "invalid_utf8"), (422, "customer.name", "invalid_utf8"), (422, "customer.external_id", "not_valid"), (422, "event_id", "invalid_utf8"), (201, None, None)]


def test_cells_of_no_column_are_not_passed_over(pond):
    rows = lines(send_table(pond, b"type,phone,amount\ndeal,13700001111,1,234.50\ndeal,13700001111,\"1,234.50\"\ndeal,13700001111,5, ,\n"))
    assert [one["status"] for one in rows[:-1]] == [422, 201, 201] and (rows[0]["problem"]["field"], rows[0]["problem"]["code"]) == ("row", "too_many")


@pytest.mark.parametrize("behind", [3, 20000])
def test_an_open_quote_is_reported_where_it_stands(pond, behind):
    rows = lines(send_table(pond, b'type,name\nlead,before\nlead,"open\n' + b"lead,behind\n" * behind))
    assert (rows[0]["status"], rows[1]["row"], rows[1]["problem"]["code"]) == (201, 2, "line_too_long")
    assert rows[2]["summary"] == {"rows": 2, "stored": 1, "existed": 0, "refused": 1, "unmatched": 1, "unnamed": 1, "unknown_columns": [], "complete": False}


def test_a_table_can_be_tried_first(pond):
    table = ("type,event_id,value,currency,customer\nlead,try-1,,,\nlead,try-2,,,cus_999999\ndeal,try-3,x,CNY,\ndeal,try-4,10,QQQ,\n").encode()
    csv = {"headers": {"Content-Type": "text/csv"}}
    before = pond.api("GET", "/events", 200, params={"limit": 1}).json()["items"][:1]
    rows = lines(pond.api("POST", "/events?dry_run=true&progress=true", 200, data=table, **csv))
    assert [(one["row"], one["status"], one.get("id")) for one in rows if "row" in one] == [(1, 201, None), (2, 422, None), (3, 422, None), (4, 422, None)]
    assert [one["progress"] for one in rows if "progress" in one] == [{"rows": 4}]
    assert rows[-1]["summary"] == {"rows": 4, "dry_run": True, "stored": 1, "existed": 0, "refused": 3, "unmatched": 1, "unnamed": 0,
                                   "unknown_columns": [], "complete": True}
    assert pond.api("GET", "/events", 200, params={"limit": 1}).json()["items"] == before
    stored = lines(pond.api("POST", "/events", 200, data=table, **csv))
    assert [one["status"] for one in stored[:-1]] == [201, 422, 422, 422]  # as was said
    tried = lines(pond.api("POST", "/events?dry_run=true", 200, data=b"type,event_id\nlead,try-1\ndeal,try-1\n", **csv))
    assert [one["status"] for one in tried[:-1]] == [200, 409] and tried[-1]["summary"]["existed"] == 1
    assert problem(pond.api("POST", "/events?dry_run=true", 422, json={"type": "lead"})) == ("invalid", [("dry_run", "not_allowed")])


def test_a_plain_list_of_deals_needs_no_column_for_that(pond):
    csv = {"headers": {"Content-Type": "text/csv"}}
    table = "姓名,手机号码,成交额,成交日期,星期几,类型\n王小姐,13700001111,388.5,2026-11-20,三,\n李先生,,9,,四,\n赵,13700002222,-5,,五,退款\n".encode()
    assert problem(pond.api("POST", "/events", 422, data="姓名,金额\n王,1\n".encode(), **csv)) == ("invalid", [("header", "required")])
    rows = lines(pond.api("POST", "/events?type=成交", 200, data=table, **csv))
    summary = rows[-1]["summary"]
    assert (summary["stored"], summary["unmatched"], summary["unnamed"], summary["unknown_columns"]) == (3, 1, 3, ["星期几"])
    events = [pond.api("GET", f"/events/{row['id']}", 200).json() for row in rows[:-1]]
    assert [(one["type"], one["value"]) for one in events] == [("deal", 38850), ("deal", 900), ("refund", -500)]
    assert rows[0]["customer"] == events[0]["customer"] and "customer" not in rows[1]
    assert pond.api("GET", f"/customers/{rows[0]['customer']}", 200).json()["name"] == "王小姐"
    for text, why in {"a,b\n1,2\n": ("header", "unknown"), "amount,成交额\n1,2\n": ("header", "conflicting")}.items():
        assert problem(pond.api("POST", "/events?type=deal", 422, data=text.encode(), **csv)) == ("invalid", [why])
    assert problem(pond.api("POST", "/events?type=deal", 422, json={"value": 1, "currency": "CNY"})) == ("invalid", [("type", "not_allowed")])


def test_lists_and_their_filters(pond):
    made = [tell(pond, type=f"kind-{i % 2}", customer={"external_id": "list"}).json() for i in range(5)]
    customer = made[0]["customer"]
    page = pond.api("GET", "/events", 200, params={"customer": customer, "limit": 2}).json()
    for path in ("/events", f"/customers/{customer}/timeline"):
        assert problem(pond.api("GET", path, 422, params={"cursor": "x"}))[1] == [("cursor", "bad_cursor")]
    assert [one["id"] for one in page["items"]] == [made[4]["id"], made[3]["id"]] and not page["total_exact"]
    rest = pond.api("GET", "/events", 200, params={"customer": customer, "limit": 9, "cursor": page["next_cursor"]}).json()
    assert [one["id"] for one in rest["items"]] == [one["id"] for one in made[2::-1]] and rest["next_cursor"] is None
    assert len(pond.api("GET", "/events", 200, params={"customer": customer, "type": "kind-1"}).json()["items"]) == 2
    nobody = tell(pond).json()
    assert nobody["state"] == "unmatched"
    assert pond.api("GET", "/events", 200, params={"state": "unmatched", "limit": 1}).json()["items"][0]["id"] == nobody["id"]
    for name, value in (("state", "gone"), ("origin", "x"), ("from", "x"), ("link", "lnk_999999"), ("customer", "7"), ("owner", "no-such"),
                        ("click_id", UNKNOWN_CLICK), ("limit", "0"), ("cursor", "x")):
        assert problem(pond.api("GET", "/events", 422, params={name: value}))[1][0][0] == name
    pond.api("GET", "/events/evt_999999", 404)
    pond.api("GET", "/events/7", 404)


def test_a_key_for_senders_reads_nothing(pond):
    key = pond.api("POST", "/keys", 201, json={"name": "sender", "scopes": ["events:write"]}).json()["key"]
    pond.api("POST", "/events", 201, key=key, json={"type": "lead"})
    for path in ("/events", "/links", "/clicks", "/events/evt_1"):
        pond.api("GET", path, 403, key=key)
    reader = pond.api("POST", "/keys", 201, json={"name": "reader", "scopes": ["links:write", "stats:read"]}).json()["key"]
    pond.api("POST", "/events", 403, key=reader, json={"type": "lead"})


def test_a_purge_leaves_nothing_of_the_links_clicks(pond):
    link = pond.link("https://shop.example.com/", click_id_param="cid")
    event = settled(pond, tell(pond, click_id=click_id_of(pond, link)).json())
    pond.api("DELETE", f"/links/{link['id']}?purge=true", 204)
    event = pond.api("GET", f"/events/{event['id']}", 200).json()
    assert (event["link"], event["click"]) == (None, None)
    with sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True) as db:
        assert db.execute("SELECT count(*) FROM touch WHERE link_id = ?", (int(link["id"][4:]),)).fetchone() == (0,)


def touches(pond, customer):
    items = pond.api("GET", f"/customers/{customer}/timeline", 200).json()["items"]
    return [one for one in items if one["kind"] == "touch"]


def test_a_stage_that_a_person_set_stays_until_events_lead_further(pond):
    customer = tell(pond, customer={"external_id": "staged"}).json()["customer"]
    patch = lambda stage, expect=200: pond.api("PATCH", f"/customers/{customer}", expect, json={"stage": stage}).json()
    said = patch("service")
    assert (said["stage"], said["stage_set"]) == ("service", "service")
    for kind in ("lead", "deal"):
        tell(pond, type=kind, customer={"id": customer})
    assert pond.api("GET", f"/customers/{customer}", 200).json()["stage"] == "service"
    tell(pond, type="deal", customer={"id": customer})
    assert pond.api("GET", f"/customers/{customer}", 200).json()["stage"] == "repurchase"
    assert [(one["field"], one["code"]) for one in patch("lead", 422)["errors"]] == [("stage", "not_allowed")]
    assert [(one["field"], one["code"]) for one in patch("nothing", 422)["errors"]] == [("stage", "unknown")]
    said = patch(None)
    assert (said["stage"], said["stage_set"]) == ("repurchase", None)
    changes = [line["changes"]["stage"] for line in pond.api("GET", f"/audit?object=customer:{customer}", 200).json()["items"]]
    assert changes == [["service", None], [None, "service"]]


def test_who_share_a_browser_or_a_link_that_was_passed_on_are_two(pond):
    link = pond.link("https://shop.example.com/", click_id_param="cid")
    click = click_id_of(pond, link, ip="198.51.100.21")
    one, two = (settled(pond, tell(pond, type="add_friend", click_id=click, customer={"external_userid": name}).json())["customer"]
                for name in ("wmOne", "wmTwo"))
    assert one != two
    assert [len(touches(pond, customer)) for customer in (one, two)] == [1, 1]
    by_phone = settled(pond, tell(pond, click_id=click, customer={"phone": "13800001111"}).json())["customer"]
    assert by_phone == one, "another kind of name on the browser that was theirs first"


def test_a_merge_by_hand_looks_for_clicks_again(pond):
    link = pond.link("https://shop.example.com/", click_id_param="cid")
    with_click = settled(pond, tell(pond, click_id=click_id_of(pond, link, ip="198.51.100.22"), customer={"external_id": "m1"}).json())
    other = settled(pond, tell(pond, customer={"external_id": "m2"}).json())
    merged = pond.api("POST", f"/customers/{other['customer']}/merge", 200, json={"with": with_click["customer"]}).json()
    for event in (with_click, other):
        assert settled(pond, event)["state"] == "joined"
    assert pond.api("GET", f"/customers/{merged['id']}", 200).json()["events"] == 2 and len(touches(pond, merged["id"])) == 1


def test_a_touch_says_by_which_name_the_link_was_opened(pond):
    link = pond.link("https://shop.example.com/", click_id_param="cid", alias="spring-sale")
    click = click_id_of(pond, link, "spring-sale", ip="198.51.100.23")
    event = settled(pond, tell(pond, click_id=click, customer={"external_id": "alias"}).json())
    assert [(one["opened"], one["link"]["code"]) for one in touches(pond, event["customer"])] == [("spring-sale", link["code"])]
