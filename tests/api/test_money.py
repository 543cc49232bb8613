# SPDX-License-Identifier: MIT
"""Goal: what was spent stands beside what it brought, each currency by itself, nothing spread by a guess and nothing lost; a poster of 4,500 yuan that
brings 100 friends costs 45 yuan a friend."""
import time

import pytest
from deals_world import DAY, World

NOW = int(time.time() * 1000)
TODAY = time.strftime("%Y-%m-%d", time.gmtime(NOW / 1000))


@pytest.fixture
def pond(make_pond):
    """Two links of a campaign; a hundred customers who came by the first and added a friend, ten of whom bought, two of these twice."""
    pond = make_pond(timezone="UTC")
    pond.poster = pond.link(url="https://www.example.com/a", campaign="spring", channel="海报", alias="poster")
    pond.other = pond.link(url="https://www.example.com/b", campaign="autumn", alias="other")
    world = World([pond.poster, pond.other], NOW, seed=1, customers=0)
    world.events.clear()
    for customer in range(1, 101):
        world.customers.append(customer)
        world.touches.append({**world.touch(customer, NOW - 2 * DAY, customer), "link": pond.poster, "channel": "海报", "direct": False})
        world.events.append({"customer": customer, "type": "add_friend", "time_ms": NOW - DAY, "value": None, "currency": None})
        for _ in range(0 if customer > 10 else 2 if customer <= 2 else 1):
            world.events.append({"customer": customer, "type": "deal", "time_ms": NOW - DAY // 2, "value": 100_000, "currency": "CNY"})
    world.events.append({"customer": 3, "type": "referral", "time_ms": NOW - DAY // 4, "value": None, "currency": None})
    pond.stop()
    world.write(pond.data / "linkpond.db")
    pond.start()
    return pond


def money(pond, **params):
    return pond.api("GET", "/stats/money", 200, params={"tz": "UTC", **params}).json()


def spend(pond, amount, **fields):
    pond.api("POST", "/costs", 201, json={"day": TODAY, "amount": amount, **fields})


def rows(answer, dim):
    return {(row[dim], row["currency"]): row for row in answer["groups"]}


def test_a_friend_costs_forty_five_yuan(pond):
    spend(pond, 450_000, link="poster")
    row = rows(money(pond), "campaign")[("spring", "CNY")]
    assert row["cost"] == 450_000 and row["friends"] == 100 and row["cost_per_friend"] == 4500
    assert row["new_customers"] == 10 and row["cac"] == 45_000 and row["deals"] == 12 and row["revenue"] == 1_200_000
    assert row["roas"] == pytest.approx(1_200_000 / 450_000) and row["roi"] == pytest.approx(750_000 / 450_000)
    assert row["leads"] == 0 and row["cost_per_lead"] is None and row["cost_per_click"] is None
    for dim, value in (("channel", "海报"), ("link", pond.poster["id"])):  # a cost of a link is one of where it belongs
        assert rows(money(pond, group_by=dim), dim)[(value, "CNY")]["cost"] == 450_000


def test_posters_and_other_groups_of_channels_have_their_cost(pond):
    pond.api("PATCH", "/channels/海报", 200, json={"channel_group": "poster"})
    spend(pond, 300_000, channel="海报")
    spend(pond, 150_000, link="poster")
    spend(pond, 70, campaign="autumn")
    answer = money(pond, group_by="channel_group")
    row = rows(answer, "channel_group")[("poster", "CNY")]
    assert row["cost"] == 450_000 and row["friends"] == 100 and row["cost_per_friend"] == 4500
    assert answer["totals"][0]["cost"] == 450_070 and answer["totals"][0]["unassigned_cost"] == 70


def test_the_margin_says_whether_it_pays(pond):
    spend(pond, 450_000, campaign="spring")
    whole, thin = money(pond)["totals"][0], money(pond, margin=30)["totals"][0]
    assert whole["pays"] is True and thin["pays"] is False and thin["roi"] == pytest.approx((360_000 - 450_000) / 450_000)
    assert thin["margin_per_new_customer"] == 36_000 < thin["cac"]
    answer = money(pond)
    assert answer["buyers"] == 10 and answer["repeat_rate"] == .2 and answer["referral_rate"] == .1


def test_two_currencies_are_two_rows(pond):
    spend(pond, 100, campaign="spring")
    spend(pond, 999, campaign="spring", currency="JPY")
    found = rows(money(pond), "campaign")
    assert found[("spring", "CNY")]["cost"] == 100 and found[("spring", "JPY")]["cost"] == 999 and found[("spring", "JPY")]["revenue"] == 0
    assert {row["currency"]: row["cost"] for row in money(pond)["totals"]} == {"CNY": 100, "JPY": 999}


def test_what_belongs_to_no_group_is_told_not_spread(pond):
    spend(pond, 700, campaign="spring")
    spend(pond, 11, link="poster")
    answer = money(pond, group_by="link")
    assert answer["totals"][0]["cost"] == 711 and answer["totals"][0]["unassigned_cost"] == 700
    assert rows(answer, "link")[(pond.poster["id"], "CNY")]["cost"] == 11


def test_days_and_filters_hold(pond):
    pond.api("POST", "/costs", 201, json={"day": "2020-01-01", "amount": 5, "campaign": "spring"})
    spend(pond, 7, campaign="autumn")
    assert sum(row["cost"] for row in money(pond, period="7d")["groups"]) == 7
    answer = money(pond, campaign="spring")
    assert answer["totals"][0]["cost"] == 5 and {row["campaign"] for row in answer["groups"]} == {"spring"}
    assert answer["totals"][0]["revenue"] == 1_200_000


@pytest.mark.parametrize("params,field,code", [
    ({"group_by": "source"}, "group_by", "not_allowed"), ({"channel": "海报"}, "channel", "not_allowed"), ({"models": "first,last"}, "models", "too_many"),
    ({"margin": 0}, "margin", "out_of_range"), ({"margin": "x"}, "margin", "out_of_range"), ({"type": "deal"}, "type", "unknown_parameter")])
def test_what_is_not_understood_is_refused_by_name(pond, params, field, code):
    problem = pond.api("GET", "/stats/money", 422, params=params).json()
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)]
