# SPDX-License-Identifier: MIT
"""Goal: the funnel and the cohorts are what a person with the list of customers would count, on a random history with merges and late events."""
import json
import math
import time
from datetime import datetime, timezone

import pytest
from deals_world import DAY, World, spread
from pond import GOOGLEBOT, SAFARI, WECHAT

NOW = int(time.time() * 1000) // DAY * DAY
LINKS = [{"campaign": "spring", "channel": "群-1", "tags": ["a", "b"]}, {"campaign": "autumn"}, {"channel": "海报"}]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    from pond import Pond
    pond = Pond(tmp_path_factory.mktemp("journeys"))
    pond.start()
    pond.api("POST", "/users", 201, json={"key": "xiaowang", "role": "editor"})
    links = [pond.link(url=f"https://www.example.com/{i}", **fields) for i, fields in enumerate(LINKS)]
    links.append(pond.link(url="https://www.example.com/mine", owner="xiaowang"))
    world = World(links, NOW, seed=7, customers=90)
    world.merge(90, 2)
    world.customers.remove(90)
    world.pond = pond
    for number in range(40):  # people and machines, some of whom come twice, and none of whom is a customer
        person = number * 7 % 11
        pond.visit(links[number % 3 if number % 5 else 3]["code"], ua=GOOGLEBOT if number % 9 == 4 else (WECHAT, SAFARI)[person % 2], ip=f"203.0.113.{person}")
    pond.drain()
    pond.stop()
    world.write(pond.data / "linkpond.db")
    pond.start()
    yield world
    pond.stop()


def ask(world, path, status=200, key=None, **params):
    return world.pond.api("GET", "/stats/" + path, status, params={"tz": "UTC", **params}, key=key).json()


# Of the preset that is there from the start: which events lead to which step.
LEADS = [("traffic", []), ("lead", [("lead", 1), ("add_friend", 1), ("join_group", 1)]), ("deal", [("deal", 1)]), ("service", [("service", 1)]),
         ("repurchase", [("repurchase", 1), ("deal", 2)]), ("referral", [("referral", 1)])]


def journeys(world):
    for customer in world.customers:
        touches = sorted((t for t in world.touches if t["customer"] == customer), key=lambda t: (t["time_ms"], t["click"]))
        events = sorted((e for e in world.events if e["customer"] == customer), key=lambda e: (e["time_ms"], e["id"]))
        yield touches, events


def times_of(touches, events):
    times, last, counts = [None] * len(LEADS), 0, {}
    times[0] = touches[0]["time_ms"] if touches else None
    for event in events:
        if (event["value"] or 0) < 0:
            continue
        counts[event["type"]] = counts.get(event["type"], 0) + 1
        for step, (_, kinds) in enumerate(LEADS):
            if any(kind == event["type"] and counts[kind] >= nth for kind, nth in kinds):
                times[step] = event["time_ms"] if times[step] is None else times[step]
                last = max(last, step)
    return times, last


def rank(sorted_values, share):
    return sorted_values[math.ceil(share * len(sorted_values)) - 1]


def visitors_of(world, answer, group_by=None, **params):
    """Who clicked, by the rows of the ledger: (how many, {value: how many}); None of a time that retention has reached."""
    told = world.pond.api("GET", "/clicks", 200, params={"from": answer["from"], "to": answer["to"], "class": "human", "format": "ndjson", **params}).text
    rows = [row for row in map(json.loads, told.splitlines()) if row["outcome"] in ("redirect", "fallback", "page", "gate")]
    if answer["kept"]:
        return None, None
    tags = {link["id"]: link["tags"] for link in world.links}
    groups = {}
    for row in rows if group_by else []:
        for value in (tags[row["link"]] or [""]) if group_by == "tag" else [row[group_by] or ""]:
            groups.setdefault(value, set()).add(row["visitor"])
    return len({row["visitor"] for row in rows}), {value: len(seen) for value, seen in groups.items()}


def expected_steps(people, visitors=None):
    reached, lags = [0] * len(LEADS), [[] for _ in LEADS]
    for times, last in people:
        for step in range(last + 1):
            reached[step] += 1
            if step and times[step] is not None and times[step - 1] is not None and times[step] >= times[step - 1]:
                lags[step].append(times[step] - times[step - 1])
    out = []
    for step, (name, _) in enumerate(LEADS):
        first = reached[0] if visitors is None else visitors
        count, before = reached[step] if step else first, reached[step - 1] if step > 1 else first
        lag = sorted(lags[step])
        out.append({"stage": name, **({} if step else {"visitors": visitors}), "customers": reached[step], "conversion": count / before if before else None,
                    "of_first": count / first if first else None,
                    "lag": {"customers": len(lag), "median_s": rank(lag, .5) // 1000, "p90_s": rank(lag, .9) // 1000} if lag else None})
    return out


def assert_steps(steps, expected):
    assert [{**step, "conversion": None, "of_first": None} for step in steps] == [{**step, "conversion": None, "of_first": None} for step in expected]
    for step, wanted in zip(steps, expected):
        for name in ("conversion", "of_first"):
            assert step[name] == (None if wanted[name] is None else pytest.approx(wanted[name]))


VALUES = {"campaign": lambda t: [t["link"]["campaign"] or ""], "channel": lambda t: [t["channel"]], "source": lambda t: [t["source"]],
          "link": lambda t: [t["link"]["id"]], "tag": lambda t: t["link"]["tags"] or [""], "app": lambda t: [t["app"]]}


@pytest.mark.parametrize("group_by", sorted(VALUES))
def test_the_funnel_is_as_counted_by_hand(world, group_by):
    answer = ask(world, "funnel", group_by=group_by)
    assert [stage["key"] for stage in answer["stages"]] == [name for name, _ in LEADS]
    groups, everybody, untouched = {}, [], []
    for touches, events in journeys(world):
        one = times_of(touches, events)
        if touches:
            everybody.append(one)
            for value in VALUES[group_by](touches[0]):
                groups.setdefault(value, []).append(one)
        elif events:
            untouched.append(one)
    visitors, visited = visitors_of(world, answer, group_by)
    assert_steps(answer["steps"], expected_steps(everybody, visitors))
    assert_steps(answer["untouched"]["steps"], expected_steps(untouched))
    assert {row[group_by] for row in answer["groups"]} == set(groups) | set(visited or ())
    assert answer["groups_total"] == len(answer["groups"])
    for row in answer["groups"]:
        assert_steps(row["steps"], expected_steps(groups.get(row[group_by], []), visited.get(row[group_by], 0) if visited is not None else None))
    order = [(row["steps"][0]["customers"], row["steps"][0]["visitors"] or 0) for row in answer["groups"]]
    assert order == sorted(order, reverse=True)


def test_the_funnel_begins_with_the_first_touch_in_time_and_filter(world):
    low = NOW - 30 * DAY
    day = time.strftime("%Y-%m-%d", time.gmtime(low / 1000))
    answer = ask(world, "funnel", **{"from": day, "not_source": "direct"})
    people = [times_of(touches, events) for touches, events in journeys(world)
              if touches and touches[0]["time_ms"] >= low and touches[0]["source"] != "direct"]
    visitors, _ = visitors_of(world, answer, not_source="direct")
    assert_steps(answer["steps"], expected_steps(people, visitors))


def test_visitors_are_counted_as_reports_count_them(world):
    for params in ({}, {"campaign": "spring"}, {"not_app": "wechat"}, {"tag": ["a", "b"]}):
        said = world.pond.api("GET", "/stats", 200, params={"tz": "UTC", "period": "all", "metrics": "visitors", **params}).json()["totals"]["visitors"]
        assert ask(world, "funnel", period="all", **params)["steps"][0]["visitors"] == said
    assert ask(world, "funnel", period="all")["steps"][0]["visitors"] > 5


def month_of(ms):
    at = datetime.fromtimestamp(ms / 1000, timezone.utc)
    return at.year * 12 + at.month - 1


@pytest.mark.parametrize("params,passes", [({}, lambda t: True), ({"campaign": "spring"}, lambda t: t["link"]["campaign"] == "spring"),
                                           ({"period": "90d"}, lambda t: t["time_ms"] >= (int(time.time() * 1000) // DAY - 89) * DAY)])
def test_cohorts_are_as_counted_by_hand(world, params, passes):
    answer = ask(world, "cohorts", **params)
    cohorts = {}
    for touches, events in journeys(world):
        if touches and passes(touches[0]):
            cohorts.setdefault(month_of(touches[0]["time_ms"]), []).append((touches, events))
    assert {row["month"]: row["customers"] for row in answer["cohorts"] if row["customers"]} == {
        f"{month // 12:04d}-{month % 12 + 1:02d}": len(people) for month, people in cohorts.items()}
    for row in answer["cohorts"]:
        month = int(row["month"][:4]) * 12 + int(row["month"][5:]) - 1
        people = cohorts.get(month, [])
        assert len(row["months"]) == month_of(int(time.time() * 1000)) - month + 1
        if people:
            assert row["depth"]["days"] == pytest.approx(sum(len({t["time_ms"] // DAY for t in touches}) for touches, _ in people) / len(people))
            assert row["depth"]["contents"] == pytest.approx(sum(len({t["link"]["id"] for t in touches}) for touches, _ in people) / len(people))
            assert row["depth"]["events"] == pytest.approx(sum(len(events) for _, events in people) / len(people))
        total = dict.fromkeys(answer["currencies"], 0)
        for at, cell in enumerate(row["months"]):
            mine = [[e for e in events if max(0, month_of(e["time_ms"]) - month) == at] for _, events in people]
            events = [e for one in mine for e in one]
            assert cell["since"] == at and cell["active"] == sum(bool(one) for one in mine)
            assert cell["leads"] == sum(e["type"] == "lead" for e in events) and cell["friends"] == sum(e["type"] == "add_friend" for e in events)
            assert cell["deals"] == sum((e["value"] or 0) > 0 for e in events)
            for currency in total:
                value = sum(e["value"] for e in events if e["currency"] == currency)
                assert cell["value"][currency] == value
                total[currency] += value
                if people:
                    assert abs(cell["ltv"][currency] - total[currency] / len(people)) <= .5


def day(ms):
    return time.strftime("%Y-%m-%d", time.gmtime(ms / 1000))


def test_costs_of_a_month_come_back_after_so_many_months(world):
    """The year's cost is spread over its days, each month has its own; a margin of 37.5 % of what the cohort brought must cover it."""
    first = NOW - 300 * DAY
    parts = [(first // DAY + i, part) for i, part in enumerate(spread(30_000_007, 280))]
    parts += [(NOW // DAY - 40, 123)]
    for fields in ({"from": day(first), "to": day(first + 279 * DAY), "amount": 30_000_007, "campaign": "spring"}, {"day": day(NOW - 40 * DAY), "amount": 123, "link": world.links[0]["id"]},
                   {"day": day(NOW - 40 * DAY), "amount": 5, "currency": "USD", "owner": "xiaowang"}):
        world.pond.api("POST", "/costs", 201, json=fields)
    assert {row["cost"] for row in ask(world, "cohorts", source="baidu")["cohorts"]} <= {None}
    reasons = set()
    for params in ({}, {"campaign": "spring"}):
        for row in ask(world, "cohorts", margin=37.5, **params)["cohorts"]:
            month = int(row["month"][:4]) * 12 + int(row["month"][5:]) - 1
            cost = sum(part for at, part in parts if month_of(at * DAY) == month)
            assert row["cost"].get("CNY", 0) == cost and row["cost"].get("USD", 0) == (5 if not params and month_of(NOW - 40 * DAY) == month else 0)
            sums, reached = 0, None
            for cell in row["months"]:
                sums += cell["value"].get("CNY", 0)
                reached = None if sums * 3750 < cost * 10_000 else cell["since"] if reached is None else reached
            reason = "no_cost" if cost == 0 else "no_revenue" if not any(cell["value"].get("CNY", 0) for cell in row["months"]) else "not_yet" if reached is None else None
            assert row["payback"]["CNY"] == {"months": reached if reason is None else None, "reason": reason}, row["month"]
            reasons.add(reason)
    assert {None, "not_yet", "no_cost"} <= reasons


def test_a_bound_key_sees_who_came_by_its_own_links(world):
    key = world.pond.api("POST", "/keys", 201, json={"name": "hers", "owner": "xiaowang", "scopes": ["stats:read"]}).json()["key"]
    answer = ask(world, "funnel", key=key, group_by="link")
    mine = [times_of(touches, events) for touches, events in journeys(world) if touches and touches[0]["link"]["owner"] == "xiaowang"]
    assert answer["untouched"] is None and {row["link"] for row in answer["groups"]} <= {world.links[-1]["id"]}
    visitors, _ = visitors_of(world, answer, link=world.links[-1]["id"])
    assert visitors > 0
    assert_steps(answer["steps"], expected_steps(mine, visitors))


@pytest.mark.parametrize("path,params,field,code", [
    ("funnel", {"group_by": "link,source"}, "group_by", "too_many"), ("funnel", {"models": "first"}, "models", "unknown_parameter"),
    ("funnel", {"os": "ios"}, "os", "unknown_parameter"), ("cohorts", {"group_by": "link"}, "group_by", "unknown_parameter"),
    ("cohorts", {"limit": "3"}, "limit", "unknown_parameter"), ("cohorts", {"from": "x"}, "from", "not_a_time")])
def test_what_is_not_understood_is_refused_by_name(world, path, params, field, code):
    assert [(one["field"], one["code"]) for one in ask(world, path, 422, **params)["errors"]] == [(field, code)]
