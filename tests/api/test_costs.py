# SPDX-License-Identifier: MIT
"""Goal: what was spent is entered once, whoever sends it how often, as JSON or from a spreadsheet, to the minor unit; what is wrong says so by row."""
import csv
import io

import pytest


@pytest.fixture
def pond(make_pond):
    pond = make_pond()
    pond.spring = pond.link(campaign="spring", channel="群-1", alias="spring")
    pond.api("POST", "/users", 201, json={"key": "xiaowang", "role": "editor"})
    return pond


def enter(pond, status=201, **fields):
    return pond.api("POST", "/costs", status, json={"day": "2026-11-01", "amount": 4500, **fields}).json()


def items(pond, **params):
    return pond.api("GET", "/costs", 200, params=params).json()["items"]


def test_a_cost_is_of_one_thing_and_comes_back_as_sent(pond):
    made = [enter(pond, campaign="spring", note="海报印刷"), enter(pond, channel="群-1", amount=100), enter(pond, link="spring"), enter(pond, owner="xiaowang", currency="JPY")]
    assert made[0]["campaign"] == "spring" and made[0]["amount"] == 4500 and made[0]["currency"] == "CNY" and made[0]["note"] == "海报印刷"
    assert made[2]["link"] == pond.spring["id"] and made[3]["owner"] == "xiaowang"
    assert [row["id"] for row in items(pond)] == [row["id"] for row in reversed(made)]
    assert items(pond, link="spring") == [made[2]] and items(pond, currency="JPY") == [made[3]] and items(pond, campaign="spring") == [made[0]]


def test_sent_again_under_its_name_it_is_corrected_not_doubled(pond):
    first = enter(pond, campaign="spring", external_id="ad-1")
    again = enter(pond, 200, channel="群-1", amount=99, day="2026-11-02", external_id="ad-1")
    assert again["id"] == first["id"] and items(pond) == [again] and again["campaign"] is None and again["amount"] == 99


@pytest.mark.parametrize("fields,field,code", [
    ({}, "campaign", "required"), ({"campaign": "spring", "channel": "群-1"}, "campaign", "conflicting"), ({"campaign": "x"}, "campaign", "unknown"),
    ({"channel": "x"}, "channel", "unknown"), ({"link": "nothing"}, "link", "unknown"), ({"owner": "nobody"}, "owner", "unknown"),
    ({"campaign": "spring", "amount": -1}, "amount", "out_of_range"), ({"campaign": "spring", "amount": 10**12 + 1}, "amount", "out_of_range"),
    ({"campaign": "spring", "currency": "RMB"}, "currency", "unknown"), ({"campaign": "spring", "day": "2026-02-30"}, "day", "not_a_time"),
    ({"campaign": "spring", "day": "tomorrow"}, "day", "not_a_time"), ({"campaign": "spring", "day": "2099-01-01"}, "day", "out_of_range"),
    ({"campaign": "spring", "colour": "red"}, "colour", "unknown_field")])
def test_what_is_wrong_is_refused_by_name(pond, fields, field, code):
    assert [(one["field"], one["code"]) for one in enter(pond, 422, **fields)["errors"]] == [(field, code)]
    assert items(pond) == []


@pytest.mark.parametrize("fields,field,code", [
    ({"day": "2026-11-01", "from": "2026-11-01"}, "day", "conflicting"), ({}, "day", "required"), ({"day": "2026-11-02", "to": "2026-11-01"}, "to", "out_of_order"),
    ({"from": "2023-11-01", "to": "2026-11-01"}, "to", "out_of_range"), ({"from": "2026-11-01", "to": "x"}, "to", "not_a_time")])
def test_days_that_cannot_be_are_refused(pond, fields, field, code):
    problem = pond.api("POST", "/costs", 422, json={"campaign": "spring", "amount": 1, **fields}).json()
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)]


def test_a_cost_over_days_is_one_entry_found_by_any_of_them(pond):
    made = pond.api("POST", "/costs", 201, json={"from": "2026-10-20", "to": "2026-12-31", "campaign": "spring", "amount": 1000, "external_id": "rent"}).json()
    assert (made["day"], made["to"]) == ("2026-10-20", "2026-12-31")
    one = enter(pond, campaign="spring")
    assert (one["day"], one["to"]) == ("2026-11-01", "2026-11-01")
    assert items(pond, **{"from": "2026-11-05", "to": "2026-11-06"}) == [made] and items(pond, to="2026-10-19") == [] and items(pond, **{"from": "2027-01-01"}) == []
    table = pond.api("GET", "/costs?format=csv", 200).text
    assert table.splitlines()[0].lstrip("\ufeff").startswith('"day","to","campaign"')
    again = "开始日期,结束日期,营销活动,金额,外部编号\n2026-10-20,2026-12-31,spring,10.00,rent\n".encode()
    assert [row["status"] for row in pond.api("POST", "/costs", 200, data=again, headers={"Content-Type": "text/csv"}).json()["results"]] == [200]
    assert len(items(pond)) == 2


def test_of_many_each_is_judged_by_itself(pond):
    answer = pond.api("POST", "/costs", 200, json={"costs": [{"day": "2026-11-01", "campaign": "spring", "amount": 1}, {"day": "x", "campaign": "spring", "amount": 1},
                                                             {"day": "2026-11-01", "link": "nothing", "amount": 1}, {"day": "2026-11-01", "owner": "xiaowang", "amount": 2}]}).json()
    assert [one["status"] for one in answer["results"]] == [201, 422, 422, 201] and len(items(pond)) == 2
    assert answer["results"][2]["problem"]["errors"][0]["field"] == "link"


def test_a_spreadsheet_goes_in_and_comes_out_again(pond):
    table = "日期,营销活动,渠道,金额,币种,外部编号\r\n2026-11-01,spring,,\"1,234.50\",,a\r\n2026-11-02,,群-1,¥99,CNY,b\r\n2026-11-03,spring,,12.345,,c\r\n2026-11-04,spring,,1200,JPY,d\r\n"
    for status in (201, 200):  # sent twice it is there once
        answer = pond.api("POST", "/costs", 200, data=("\ufeff" + table).encode(), headers={"Content-Type": "text/csv"}).json()
        assert [one["status"] for one in answer["results"]] == [status, status, 422, status]
    assert [(row["day"], row["amount"], row["currency"]) for row in items(pond)] == [("2026-11-04", 1200, "JPY"), ("2026-11-02", 9900, "CNY"), ("2026-11-01", 123450, "CNY")]
    out = pond.api("GET", "/costs?format=csv", 200)
    rows = list(csv.DictReader(io.StringIO(out.text)))
    assert [row["cost"] for row in rows] == ["1200", "99.00", "1234.50"]
    before = items(pond)
    again = pond.api("POST", "/costs", 200, data=out.content, headers={"Content-Type": "text/csv"}).json()
    assert [one["status"] for one in again["results"]] == [200] * 3
    assert [{**row, "updated_at": None} for row in items(pond)] == [{**row, "updated_at": None} for row in before]
    problem = pond.api("POST", "/costs", 422, data=b"day,colour\n2026-11-01,red\n", headers={"Content-Type": "text/csv"}).json()
    assert problem["errors"][0]["code"] == "unknown_field"


@pytest.mark.parametrize("table,field,code", [
    ("day,day,campaign,cost\n2026-11-01,2026-11-02,spring,1\n", "body", "conflicting"), ("day,campaign,cost\n2026-11-01,\"spring,1\n", "body", "line_too_long")])
def test_a_table_that_says_two_things_is_refused(pond, table, field, code):
    problem = pond.api("POST", "/costs", 422, data=table.encode(), headers={"Content-Type": "text/csv"}).json()
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)] and items(pond) == []


def test_a_row_that_says_two_things_is_refused(pond):
    table = "day,from,to,campaign,amount,cost\n2026-11-01,2026-11-02,,spring,5,\n2026-11-01,,,spring,5,5.00\n2026-11-01,,,spring,,\n2026-11-01,,,spring,,-5\n,2026-11-01,2026-11-02,spring,7,\n"
    results = pond.api("POST", "/costs", 200, data=table.encode(), headers={"Content-Type": "text/csv"}).json()["results"]
    told = [[(e["field"], e["code"]) for e in one["problem"]["errors"]] for one in results[:4]]
    assert told == [[("day", "conflicting")], [("amount", "conflicting")], [("amount", "required")], [("amount", "out_of_range")]]
    assert results[4]["status"] == 201 and [row["amount"] for row in items(pond)] == [7]


def test_the_largest_costs_still_add_up(pond):
    most = {"day": "2026-11-01", "campaign": "spring", "amount": 10**12}
    for _ in range(2):
        pond.api("POST", "/costs", 200, json={"costs": [most] * 1000})
    money = pond.api("GET", "/stats/money?from=2026-11-01&to=2026-11-30&tz=UTC", 200).json()
    assert money["totals"][0]["cost"] == 2000 * 10**12
    for name in ("from", "to"):
        assert [(one["field"], one["code"]) for one in pond.api("GET", f"/costs?{name}=2026-13-01", 422).json()["errors"]] == [(name, "not_a_time")]


def test_amounts_that_name_no_currency_are_of_the_installation(make_pond):
    pond = make_pond(currency="JPY")
    pond.link(campaign="spring", alias="spring")
    assert pond.api("GET", "/me", 200).json()["install"]["currency"] == "JPY"
    assert enter(pond, campaign="spring")["currency"] == "JPY" and enter(pond, campaign="spring", currency="KWD")["currency"] == "KWD"
    answer = pond.api("POST", "/costs", 200, data="day,campaign,cost\n2026-11-02,spring,1200\n2026-11-02,spring,12.50\n".encode(), headers={"Content-Type": "text/csv"}).json()
    assert [one["status"] for one in answer["results"]] == [201, 422]  # there are no parts of a yen
    assert answer["results"][0]["cost"]["amount"] == 1200 and answer["results"][0]["cost"]["currency"] == "JPY"
    event = pond.api("POST", "/events", 201, json={"type": "deal", "value": 1200, "customer": {"external_id": "1"}}).json()
    assert (event["value"], event["currency"]) == (1200, "JPY")
    table = "type,amount,currency,external_id\ndeal,1200,,1\ndeal,1.234,KWD,1\ndeal,1.5,,1\n"
    report = pond.api("POST", "/events", 200, data=table.encode(), headers={"Content-Type": "text/csv"}).text
    assert [(one["value"], one["currency"]) for one in pond.api("GET", "/events", 200).json()["items"]][:2] == [(1234, "KWD"), (1200, "JPY")], report


def test_pages_follow_one_another_and_days_are_whole(pond):
    pond.api("POST", "/costs", 200, json={"costs": [{"day": f"2026-10-{day:02d}", "campaign": "spring", "amount": day} for day in range(1, 31)]})
    seen, cursor = [], ""
    while cursor is not None:
        page = pond.api("GET", "/costs", 200, params={"limit": 7, **({"cursor": cursor} if cursor else {})}).json()
        seen += [row["amount"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert seen == list(range(30, 0, -1))
    assert [row["amount"] for row in items(pond, **{"from": "2026-10-05", "to": "2026-10-07"})] == [7, 6, 5]
    pond.api("GET", "/costs?cursor=eHh4", 422)


def test_a_cost_is_taken_out_and_both_are_told(pond):
    made = enter(pond, campaign="spring")
    pond.api("DELETE", f"/costs/{made['id']}", 204)
    pond.api("DELETE", f"/costs/{made['id']}", 404)
    pond.api("DELETE", "/costs/x", 404)
    assert items(pond) == []
    assert [line["action"] for line in pond.api("GET", "/audit?object=cost", 200).json()["items"]] == ["cost.delete", "cost.put"]


def test_a_cost_is_changed_whole_and_only_that_one(pond):
    first, second = enter(pond, campaign="spring", external_id="a"), enter(pond, campaign="spring", external_id="b")
    draft = {"day": "2026-11-02", "campaign": "spring", "amount": 9900, "note": "second try"}
    changed = pond.api("PUT", f"/costs/{first['id']}", 200, json=draft).json()
    assert {**changed, "updated_at": ""} == {**first, **draft, "to": "2026-11-02", "external_id": None, "updated_at": ""}
    assert pond.api("PUT", f"/costs/{first['id']}", 409, json={**draft, "external_id": "b"}).json()["errors"][0]["field"] == "external_id"
    assert pond.api("PUT", f"/costs/{first['id']}", 422, json={**draft, "campaign": "nobody"}).json()["errors"][0]["field"] == "campaign"
    for gone in ("999", "x", "0"):
        pond.api("PUT", f"/costs/{gone}", 404, json=draft)
    assert sorted(item["amount"] for item in items(pond)) == [second["amount"], 9900]
    told = pond.api("GET", "/audit?object=cost", 200).json()["items"][0]
    assert told["action"] == "cost.put" and told["changes"]["amount"] == ["45.00", "99.00"]


def test_a_bound_key_has_no_business_with_costs(pond):
    key = pond.api("POST", "/keys", 201, json={"name": "hers", "owner": "xiaowang", "scopes": ["stats:read", "links:write"]}).json()["key"]
    pond.api("GET", "/costs", 403, key=key)
    pond.api("POST", "/costs", 403, key=key, json={"day": "2026-11-01", "campaign": "spring", "amount": 1})
