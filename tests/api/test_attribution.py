# SPDX-License-Identifier: MIT
"""Goal: credit is what the books say. Random histories with merges, late events and refunds are asked about by every model, window,
dimension and filter, and each figure is counted again the slow way; what is shown sums to what happened, to the last minor unit."""
import time

import pytest
from deals_world import DAY, MODELS, ONE, World

NOW = int(time.time() * 1000) // DAY * DAY
LINKS = [{"campaign": "spring", "channel": "群-1", "tags": ["a", "b"]}, {"campaign": "spring", "channel": "群-2", "tags": ["a"]},
         {"campaign": "autumn", "channel": None}, {"channel": "海报"}, {}]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    from pond import Pond
    pond = Pond(tmp_path_factory.mktemp("credit"))
    pond.start()
    pond.api("POST", "/channels", 201, json={"key": "群-1", "channel_group": "社群"})
    pond.api("POST", "/channels", 201, json={"key": "群-2", "channel_group": "社群"})
    pond.api("POST", "/users", 201, json={"key": "xiaowang", "role": "editor"})
    links = [pond.link(url=f"https://www.example.com/{i}", **fields) for i, fields in enumerate(LINKS)]
    links.append(pond.link(url="https://www.example.com/mine", owner="xiaowang", campaign="spring"))
    world = World(links, NOW, seed=20261122)
    for loser, survivor in ((60, 3), (59, 4), (41, 3)):
        world.merge(loser, survivor)
    world.pond = pond
    pond.stop()
    world.write(pond.data / "linkpond.db")
    pond.start()
    yield world
    pond.stop()


def ask(world, status=200, key=None, **params):
    return world.pond.api("GET", "/stats/attribution", status, params={"tz": "UTC", **params}, key=key).json()


def flat(credit):
    """As the oracle has it; nothing is as good as nought."""
    return {name: value for name, value in {"conversions": round(credit["conversions"] * ONE), **credit["value"]}.items() if value}


def plain(figures):
    return {name: value for name, value in figures.items() if value}


VALUES = {
    "link": lambda t: [t["link"]["id"]], "campaign": lambda t: [t["link"]["campaign"] or ""], "channel": lambda t: [t["channel"]],
    "channel_group": lambda t: ["社群" if t["channel"].startswith("群-") else ""], "owner": lambda t: [t["link"]["owner"] or ""],
    "tag": lambda t: t["link"]["tags"] or [""], "source": lambda t: [t["source"]], "app": lambda t: [t["app"]], "domain": lambda t: [t["host"]],
    "scene": lambda t: [("", "single", "group", "moments")[t["scene"]]], "utm_medium": lambda t: [t["utm_medium"]], "utm_source": lambda t: [""],
    "source,campaign": lambda t: [(t["source"], t["link"]["campaign"] or "")],
}


def assert_same(world, answer, params, passes=lambda touch: True, types=None, window=90, span=(0, NOW + DAY)):
    group_by = params.get("group_by")
    for model in MODELS:
        oracle = world.attribution(model, *span, VALUES.get(group_by, lambda t: []), passes, types, window)
        assert flat(answer["totals"]) == plain(oracle["totals"])
        assert flat(answer["unattributed"]) == plain(oracle["unattributed"])
        for name in ("elsewhere", "credited", "direct"):
            assert flat(answer[name][model]) == plain(oracle[name]), (name, model)
        dims = group_by.split(",") if group_by else []
        groups = {tuple(row[dim] for dim in dims): flat(row["models"][model]) for row in answer["groups"]}
        expected = {value if isinstance(value, tuple) else (value,): plain(figures) for value, figures in oracle["groups"].items()}
        assert {value: figures for value, figures in groups.items() if figures} == {value: figures for value, figures in expected.items() if figures}, model


@pytest.mark.parametrize("group_by", sorted(VALUES))
def test_every_dimension_is_credited_as_counted_by_hand(world, group_by):
    answer = ask(world, group_by=group_by)
    assert answer["models"] == list(MODELS) and answer["currencies"] == ["CNY", "JPY"]
    assert_same(world, answer, {"group_by": group_by})
    assert not any(flat(answer["other"][model]) for model in MODELS)


@pytest.mark.parametrize("window", [1, 7, 30, 365, 1095])
def test_the_window_chooses_the_touches(world, window):
    assert_same(world, ask(world, window=window, group_by="link"), {"group_by": "link"}, window=window)


def test_what_is_shown_sums_to_what_happened(world):
    answer = ask(world, group_by="link,source", limit=3, campaign="spring")
    assert len(answer["groups"]) == 3 < answer["groups_total"]
    for model in MODELS:
        for name in ("conversions", "CNY", "JPY"):
            figure = lambda credit: flat(credit).get(name, 0)  # noqa: E731
            shown = sum(figure(row["models"][model]) for row in answer["groups"]) + figure(answer["other"][model])
            assert shown == figure(answer["credited"][model])
            assert shown + figure(answer["elsewhere"][model]) + figure(answer["unattributed"]) == figure(answer["totals"])


FILTERS = [
    ({"campaign": "spring"}, lambda t: t["link"]["campaign"] == "spring"), ({"not_campaign": "spring"}, lambda t: t["link"]["campaign"] != "spring"),
    ({"source": ["wechat", "baidu"]}, lambda t: t["source"] in ("wechat", "baidu")), ({"tag": "b"}, lambda t: "b" in t["link"]["tags"]),
    ({"channel": ""}, lambda t: t["channel"] == ""), ({"scene": "moments", "not_app": "wecom"}, lambda t: t["scene"] == 3 and t["app"] != "wecom"),
    ({"owner": "xiaowang"}, lambda t: t["link"]["owner"] == "xiaowang"), ({"campaign": "nothing-of-that-name"}, lambda t: False),
]


@pytest.mark.parametrize("params,passes", FILTERS)
def test_a_filter_chooses_whose_credit_is_shown_and_totals_stay_honest(world, params, passes):
    assert_same(world, ask(world, group_by="channel", **params), {"group_by": "channel"}, passes)
    assert_same(world, ask(world, **params), {}, passes)


def test_a_link_goes_by_any_reference(world):
    link = world.links[0]
    assert_same(world, ask(world, link=link["code"]), {}, lambda t: t["link"]["id"] == link["id"])
    problem = ask(world, 404, link="lnk_999999")
    assert problem["errors"][0]["field"] == "link"


@pytest.mark.parametrize("types", [["deal"], ["lead", "add_friend"], ["refund"], ["nothing of that name"]])
def test_types_choose_the_events(world, types):
    answer = ask(world, type=types, group_by="source")
    assert answer["types"] == types
    assert_same(world, answer, {"group_by": "source"}, types=types)


def test_a_stage_chooses_the_events_that_lead_to_it(world):
    """The first deal is a deal, those behind it are repurchases, too."""
    seen, again = {}, []
    for event in sorted(world.events, key=lambda e: (e["time_ms"], e["id"])):
        if event["type"] == "deal" and event["customer"]:
            seen[event["customer"]] = seen.get(event["customer"], 0) + 1
        if event["type"] == "repurchase" or (event["type"] == "deal" and seen.get(event["customer"], 0) >= 2):
            again.append(event)
    answer = ask(world, stage="repurchase")
    assert answer["stage"] == "repurchase" and answer["totals"]["conversions"] == len(again)
    assert answer["totals"]["value"] == {code: sum(e["value"] for e in again if e["currency"] == code) for code in answer["currencies"]}
    assert_same(world, ask(world, stage="lead", group_by="link"), {"group_by": "link"}, types=["lead", "add_friend", "join_group"])
    bought = [event for event in again if event["type"] == "deal"]
    answer = ask(world, stage="repurchase", type="deal")
    assert answer["stage"] == "repurchase" and answer["types"] == ["deal"] and 0 < answer["totals"]["conversions"] == len(bought) < len(again)
    assert_same(world, ask(world, stage="lead", type=["lead", "deal"], group_by="link"), {"group_by": "link"}, types=["lead"])
    assert ask(world, 404, stage="nothing-of-that-name")["errors"][0]["field"] == "stage"


def test_time_is_the_events_time(world):
    day = lambda ms: time.strftime("%Y-%m-%d", time.gmtime(ms / 1000))  # noqa: E731
    low, high = NOW - 20 * DAY, NOW - 3 * DAY
    answer = ask(world, **{"from": day(low), "to": day(high), "group_by": "channel"})
    assert answer["from"].startswith(day(low)) and answer["to"].startswith(day(high + DAY))
    assert_same(world, answer, {"group_by": "channel"}, span=(low, high + DAY))


def test_models_stand_side_by_side_in_the_order_asked(world):
    answer = ask(world, models="time_decay,first", group_by="campaign")
    assert answer["models"] == ["time_decay", "first"] and list(answer["groups"][0]["models"]) == ["time_decay", "first"]
    counted = [row["models"]["time_decay"]["conversions"] for row in answer["groups"]]
    assert counted == sorted(counted, reverse=True)


@pytest.mark.parametrize("days", [1, 365])
def test_the_half_life_is_a_question(world, days):
    answer = ask(world, models="time_decay", half_life=days)
    assert answer["half_life_days"] == days
    groups = {row["link"]: flat(row["models"]["time_decay"]) for row in ask(world, models="time_decay", half_life=days, group_by="link")["groups"]}
    oracle = world.attribution("time_decay", 0, NOW + DAY, VALUES["link"], half_life=days * DAY)
    assert groups == {link: plain(figures) for link, figures in oracle["groups"].items() if plain(figures)}


def test_a_bound_key_learns_its_own_links_credit_alone(world):
    made = world.pond.api("POST", "/keys", 201, json={"name": "hers", "owner": "xiaowang", "scopes": ["stats:read"]}).json()
    answer = ask(world, key=made["key"], group_by="link")
    assert all(answer[name] is None for name in ("totals", "customers", "refunds", "unattributed", "elsewhere"))
    mine = world.links[-1]["id"]
    assert {row["link"] for row in answer["groups"]} == {mine}
    for model in MODELS:
        oracle = world.attribution(model, 0, NOW + DAY, VALUES["link"], lambda t: t["link"]["id"] == mine)
        assert flat(answer["credited"][model]) == plain(oracle["credited"])


@pytest.mark.parametrize("params,field,code", [
    ({"models": "first,shapley"}, "models", "not_allowed"), ({"models": "first,first"}, "models", "conflicting"), ({"window": 0}, "window", "out_of_range"),
    ({"window": 1096}, "window", "out_of_range"), ({"window": "x"}, "window", "wrong_type"), ({"half_life": 366}, "half_life", "out_of_range"),
    ({"group_by": "os"}, "group_by", "not_allowed"), ({"os": "ios"}, "os", "unknown_parameter"), ({"class": "bot"}, "class", "unknown_parameter"),
    ({"interval": "day"}, "interval", "unknown_parameter")])
def test_what_is_not_understood_is_refused_by_name(world, params, field, code):
    assert [(one["field"], one["code"]) for one in ask(world, 422, **params)["errors"]] == [(field, code)]
