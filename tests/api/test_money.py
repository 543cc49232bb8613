# SPDX-License-Identifier: MIT
"""Goal: what was spent stands beside what it brought, each currency by itself, nothing spread by a guess and nothing lost; a poster of 4,500 yuan that
brings 100 friends costs 45 yuan a friend."""
import random
import time

import pytest
from deals_world import DAY, World, spread

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
    ({"margin": 0}, "margin", "out_of_range"), ({"margin": "32.555"}, "margin", "out_of_range"), ({"margin": 100.01}, "margin", "out_of_range"), ({"margin": 2**63 - 1}, "margin", "out_of_range"), ({"margin": "x"}, "margin", "out_of_range"), ({"type": "deal"}, "type", "unknown_parameter")])
def test_what_is_not_understood_is_refused_by_name(pond, params, field, code):
    problem = pond.api("GET", "/stats/money", 422, params=params).json()
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)]


# ---- a random world, counted again the slow way

GROUPS = {"campaign": lambda t: [t["link"]["campaign"] or ""], "channel": lambda t: [t["channel"]], "link": lambda t: [t["link"]["id"]],
          "owner": lambda t: [t["link"]["owner"] or ""], "channel_group": lambda t: ["社群" if t["channel"].startswith("群-") else ""]}
SPAN = 40


def iso(day):
    return time.strftime("%Y-%m-%d", time.gmtime(day * DAY / 1000))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    from pond import Pond
    pond = Pond(tmp_path_factory.mktemp("money"), timezone="UTC")
    pond.start()
    for key in ("群-1", "群-2"):
        pond.api("POST", "/channels", 201, json={"key": key, "channel_group": "社群"})
    pond.api("POST", "/users", 201, json={"key": "xiaowang", "role": "editor"})
    links = [pond.link(url=f"https://www.example.com/{i}", **fields) for i, fields in enumerate([
        {"campaign": "spring", "channel": "群-1"}, {"campaign": "spring", "channel": "群-2"}, {"campaign": "autumn"}, {"channel": "海报"}, {"owner": "xiaowang"}, {}])]
    today = NOW // DAY
    world = World(links, today * DAY, seed=20261123)
    world.pond, world.first, world.today = pond, today - SPAN + 1, today
    for event in world.events:  # all within what is asked about, so that there is something to pay back
        event["time_ms"] = max(event["time_ms"], world.first * DAY + event["time_ms"] % (20 * DAY))
    pond.stop()
    world.write(pond.data / "linkpond.db")
    pond.start()
    draw, world.costs = random.Random(7), []
    things = [{"campaign": "spring"}, {"campaign": "autumn"}, {"channel": "群-1"}, {"channel": "海报"}, {"owner": "xiaowang"}] + [{"link": link["id"]} for link in links]
    for n in range(60):
        first = draw.randrange(world.first - 20, today + 1)
        cost = {"from": first, "to": first + draw.choice((0, 0, 0, 1, 6, 29, 364)), "amount": draw.randrange(1, 90_000), "currency": draw.choice(("CNY", "CNY", "JPY")), **draw.choice(things)}
        world.costs.append(cost)
    body = {"costs": [{**cost, "from": iso(cost["from"]), "to": iso(cost["to"])} for cost in world.costs]}
    assert {row["status"] for row in pond.api("POST", "/costs", 200, json=body).json()["results"]} == {201}
    yield world
    pond.stop()


def spent(world, dim, first, last):
    """{(group or None, currency): (amount, first day)}; None: it is of no group."""
    out, by_id = {}, {link["id"]: link for link in world.links}
    for cost in world.costs:
        link = by_id.get(cost.get("link"))
        own = {"channel_group": "channel"}.get(dim, dim)
        value = cost.get(own) if own in cost else (link[own] or "") if link else None
        if dim == "channel_group" and value is not None:
            value = "社群" if value.startswith("群-") else ""
        parts = [(cost["from"] + i, part) for i, part in enumerate(spread(cost["amount"], cost["to"] - cost["from"] + 1))]
        within = [(day, part) for day, part in parts if first <= day <= last]
        if sum(part for _, part in within):
            amount, since = out.get((value, cost["currency"]), (0, last))
            out[(value, cost["currency"])] = (amount + sum(part for _, part in within), min(since, within[0][0]))
    return out


ADDED = ("cost", "revenue", "clicks", "leads", "friends", "deals", "new_customers")


@pytest.mark.parametrize("dim", sorted(GROUPS))
@pytest.mark.parametrize("model,margin,last", [("last_non_direct", 100, 0), ("linear", 32.5, 0), ("first", 60, 11)])
def test_every_figure_is_as_counted_by_hand(world, dim, model, margin, last):
    first, last = world.first, world.today - last
    low, high = first * DAY, (last + 1) * DAY
    answer = money(world.pond, group_by=dim, models=model, margin=margin, **{"from": iso(first), "to": iso(last)})
    assert answer["margin"] == margin
    costs = spent(world, dim, first, last)
    figures = {"revenue": world.by_group(model, low, high, GROUPS[dim]), "leads": world.by_group(model, low, high, GROUPS[dim], types=["lead"]),
               "friends": world.by_group(model, low, high, GROUPS[dim], types=["add_friend"])}
    paid = {code: {"deals": world.by_group(model, low, high, GROUPS[dim], currency=code), "new_customers": world.by_group(model, low, high, GROUPS[dim], first=True, currency=code)}
            for code in ("CNY", "JPY")}
    found = rows(answer, dim)
    groups = {group for group in figures["revenue"] if group is not None} | {group for group, _ in costs if group is not None}
    assert {group for group, currency in found if currency} == {group for group in groups if any(
        paid[code]["deals"].get(group, {}).get("conversions") or figures["revenue"].get(group, {}).get(code) or costs.get((group, code)) for code in ("CNY", "JPY"))}
    for (group, currency), row in found.items():
        if currency is None:
            continue
        amount, since = costs.get((group, currency), (0, 0))
        assert (row["cost"], row["revenue"]) == (amount, figures["revenue"].get(group, {}).get(currency, 0)), (group, currency)
        for name in ("leads", "friends"):
            assert round(row[name] * 1e6) == figures[name].get(group, {}).get("conversions", 0), (group, name)
        for name, counted in paid[currency].items():
            assert round(row[name] * 1e6) == counted.get(group, {}).get("conversions", 0), (group, currency, name)
        expected = world.payback(model, low, high, GROUPS[dim], group, currency, amount, since, round(margin * 100))
        assert (row["payback"]["days"], row["payback"]["reason"]) == ((None, expected) if isinstance(expected, str) else (expected, None)), (group, currency)
        assert (row["payback"]["days"] is not None) == (row["roi"] is not None and row["roi"] >= -1e-12)
    for total, other, unassigned in zip(answer["totals"], answer["other"], answer["unassigned"]):
        code = total["currency"]
        assert unassigned["cost"] == costs.get((None, code), (0, 0))[0] and unassigned["revenue"] == figures["revenue"][None].get(code, 0)
        amount, since = sum(cost for (_, c), (cost, _) in costs.items() if c == code), min((day for (_, c), (_, day) in costs.items() if c == code), default=0)
        expected = world.payback(model, low, high, None, None, code, amount, since, round(margin * 100), all_events=True)
        assert (total["payback"]["days"] if total["payback"]["reason"] is None else total["payback"]["reason"]) == expected


@pytest.mark.parametrize("dim", sorted(GROUPS))
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_groups_and_what_stands_beside_them_are_the_totals(world, dim, limit):
    answer = money(world.pond, group_by=dim, limit=limit)
    shown = {row[dim] for row in answer["groups"]}
    assert len(shown) == min(limit, answer["groups_total"])
    for total, other, unassigned in zip(answer["totals"], answer["other"], answer["unassigned"]):
        code = total["currency"]
        assert other["currency"] == unassigned["currency"] == code
        for name in ADDED:
            per = [row for row in answer["groups"] if row["currency"] == code] if name in ("cost", "revenue", "deals", "new_customers") else list({row[dim]: row for row in answer["groups"]}.values())
            assert sum(row[name] for row in per) + other[name] + unassigned[name] == pytest.approx(total[name], abs=1e-9), (code, name)
    biggest = [row["cost"] for row in answer["groups"] if row["currency"] == answer["totals"][0]["currency"]]
    assert biggest == sorted(biggest, reverse=True)


def test_whether_a_private_domain_pays_is_said_in_figures(pond):
    spend(pond, 450_000, link="poster")
    for margin, verdict, lifetime, needed in ((45, "first_order", 62_500, 0), (36, "repeat", 50_000, .111111), (32.4, "referral", 45_000, .2), (30, "loss", 41_667, .259259)):
        said = money(pond, margin=margin)["totals"][0]["private_domain"]
        assert said == {"verdict": verdict, "cac": 45_000, "order_margin": round(100_000 * margin / 100), "lifetime_margin": lifetime, "buyers": 10, "repeat_rate": .2,
                        "referral_rate": .1, "repeat_rate_needed": needed}
    assert money(pond, period="7d", **{"models": "first"})["totals"][0]["private_domain"]["verdict"] == "first_order"


def nearest(amount, among):
    return (2 * amount + among) // (2 * among)  # of what is not below nought


@pytest.mark.parametrize("margin", [100, 32.5])
def test_the_verdict_on_one_currency_counts_nothing_of_another(world, margin):
    low, high = world.first * DAY, (world.today + 1) * DAY
    answer = money(world.pond, margin=margin, **{"from": iso(world.first), "to": iso(world.today)})
    assert [row["currency"] for row in answer["totals"]] == ["CNY", "JPY"]
    within = [event for event in world.events if low <= event["time_ms"] < high]
    for total in answer["totals"]:
        code, said = total["currency"], total["private_domain"]
        paid = [event for event in within if event["currency"] == code]
        bought = [event["customer"] for event in paid if event["value"] > 0 and event["customer"] is not None]
        buyers = set(bought)
        firsts = {}
        for event in sorted(world.events, key=lambda e: (e["time_ms"], e["id"])):
            if (event["value"] or 0) > 0 and event["customer"] is not None:
                firsts.setdefault(event["customer"], event)
        new = sum(event["currency"] == code and low <= event["time_ms"] < high for event in firsts.values())
        orders, revenue = sum(event["value"] >= 0 for event in paid), sum(event["value"] for event in paid)
        assert (total["deals"], total["new_customers"], total["revenue"]) == (orders, new, revenue)
        assert said["buyers"] == len(buyers) and said["cac"] == nearest(total["cost"], new)
        assert said["order_margin"] == nearest(revenue * round(margin * 100), orders * 10_000)
        again = sum(bought.count(one) >= 2 for one in buyers)
        assert round(said["repeat_rate"] * 1e6) == nearest(again * 1_000_000, len(buyers)) and 0 < said["repeat_rate"] < .95
        lifetime = said["order_margin"] / (1 - said["repeat_rate"])  # nobody brought anybody here
        assert said["referral_rate"] == 0 and abs(said["lifetime_margin"] - lifetime) <= 1
        assert said["verdict"] == ("first_order" if said["order_margin"] >= said["cac"] else "repeat" if said["lifetime_margin"] >= said["cac"] else "loss")
    assert sum(total["new_customers"] for total in answer["totals"]) == sum(low <= event["time_ms"] < high for event in firsts.values())
    both = {event["customer"] for event in within if event["currency"] == "CNY"} & {event["customer"] for event in within if event["currency"] == "JPY"}
    assert both - {None}  # or nothing was mixed that could be told apart
