# SPDX-License-Identifier: MIT
"""Goal: what reports say of deals is what happened, when it came in as it does in life: clicks through the redirect, cookies kept by
browsers, events by the API late, out of order and twice, people who turn out to be one. A random history is played with the clock set
forward, and attribution by all models, funnel, cohorts and money are counted again the slow way. One history in each run;
LINKPOND_SEED=2 plays another, LINKPOND_SEED=new one that nobody has seen; a failure names it."""
import os
import random

import pytest
import test_attribution
import test_journeys
import test_money
from deals_play import SHIM, Play, iso
from deals_world import DAY, MODELS, spread
from pond import BINARY, ROOT, wait_for

ASKED = os.environ.get("LINKPOND_SEED", "1")
SEED = random.SystemRandom().randrange(1 << 31) if ASKED == "new" else int(ASKED)
SPAN = 60

if not SHIM.exists() and BINARY.parent != ROOT / "build/dev":
    pytest.skip("the shim goes with a build without sanitizers", allow_module_level=True)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    print(f"LINKPOND_SEED={SEED}")
    play = Play(tmp_path_factory.mktemp("played"), SEED, SPAN, fold_rows=1, chunk_rows=16)
    try:
        yield played(play)
    finally:
        play.pond.stop()


def played(play):
    play.run(play.clock.now() + (SPAN - 1) * DAY, 700)
    play.know_browsers(by_name=False)
    play.clock.set(0)
    play.settle()
    play.collect()
    world = play.world()
    world.today = play.clock.now() // DAY
    world.first, world.costs = world.today - SPAN, []
    draw = random.Random(SEED)
    things = [{"campaign": "spring"}, {"campaign": "autumn"}, {"channel": "群-1"}, {"owner": "xiaowang"}] + [{"link": link["id"]} for link in play.links]
    for _ in range(25):
        first = draw.randrange(world.first - 10, world.today + 1)
        world.costs.append({"from": first, "to": first + draw.choice((0, 0, 6, 29)), "amount": draw.randrange(1, 900_000), "currency": draw.choice(("CNY", "CNY", "JPY")), **draw.choice(things)})
    body = {"costs": [{**cost, "from": iso(cost["from"] * DAY)[:10], "to": iso(cost["to"] * DAY)[:10]} for cost in world.costs]}
    assert {row["status"] for row in play.pond.api("POST", "/costs", 200, json=body).json()["results"]} == {201}
    world.play = play
    return world


def test_people_are_who_events_say(world):
    """Else the rest would compare nothing much."""
    listed = world.pond.api("GET", "/customers", 200, params={"limit": 1000}).json()["items"]
    assert len(listed) == len(world.customers), SEED
    assert len({touch["time_ms"] // DAY for touch in world.touches}) > SPAN // 3, SEED
    assert len(world.touches) > 100 and len({touch["customer"] for touch in world.touches}) > 5 and any(event["customer"] is None for event in world.events), SEED


@pytest.mark.parametrize("group_by", ["link", "campaign", "channel", "source", "tag"])
def test_six_models_credit_what_was_played(world, group_by):
    for window in (7, 90):
        answer = test_attribution.ask(world, group_by=group_by, window=window, period="all")
        test_attribution.assert_same(world, answer, {"group_by": group_by}, window=window)
        assert list(answer["models"]) == list(MODELS), SEED


def test_the_funnel_is_of_what_was_played(world):
    test_journeys.test_the_funnel_is_as_counted_by_hand(world, "campaign")


def test_cohorts_are_of_what_was_played(world):
    test_journeys.test_cohorts_are_as_counted_by_hand(world, {}, lambda touch: True)


@pytest.mark.parametrize("dim", ["campaign", "link"])
def test_money_is_of_what_was_played(world, dim):
    test_money.test_every_figure_is_as_counted_by_hand(world, dim, "linear", 40, 0)


# ---- three years

YEARS_SEED, YEARS, ERAS, RETENTION = SEED ^ 1, 1090, 6, 60


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    """Half a year after the other: sealed, all but its last two months forgotten by the ledger, and gone on with after restarts."""
    print(f"LINKPOND_SEED={SEED}")
    play = Play(tmp_path_factory.mktemp("years"), YEARS_SEED, YEARS, people=12, fold_rows=1, chunk_rows=16)
    try:
        begin = play.clock.now()
        for era in range(1, ERAS + 1):
            play.run(begin + era * (YEARS - 1) * DAY // ERAS, 140)
            play.know_browsers(by_name=True)
            play.settle()
            play.collect()
            play.restart(click_retention=f"{RETENTION}d")
            old = iso(play.clock.now() - (RETENTION + 1) * DAY)
            wait_for(lambda: not play.pond.api("GET", "/clicks", 200, params={"class": "all", "from": iso(begin - DAY), "to": old, "limit": 1}).json()["items"], 60, .1)
            play.restart()
        play.clock.set(0)
        world = play.world()
        world.play = play
        yield world
    finally:
        play.pond.stop()


def test_touches_outlive_the_clicks_they_were(years):
    left = {int(row["id"]) for row in years.pond.api("GET", "/clicks", 200, params={"class": "all", "period": "all", "limit": 1000}).json()["items"]}
    gone = [touch for touch in years.touches if touch["click"] not in left]
    assert len(gone) > len(years.touches) / 2 and max(touch["time_ms"] for touch in years.touches) - min(touch["time_ms"] for touch in years.touches) > 1000 * DAY, SEED
    customers = years.pond.api("GET", "/customers", 200, params={"limit": 1000}).json()["items"]
    assert len(customers) == len(years.customers) and sum(one["touches"] for one in customers) == len(years.touches), SEED


@pytest.mark.parametrize("window", [7, 90, 1095])
@pytest.mark.parametrize("group_by", ["link", "source"])
def test_three_years_are_credited_by_any_window(years, window, group_by):
    answer = test_attribution.ask(years, group_by=group_by, window=window, period="all")
    test_attribution.assert_same(years, answer, {"group_by": group_by}, window=window)
    last = years.now // DAY - 400
    answer = test_attribution.ask(years, group_by=group_by, window=window, to=iso(last * DAY)[:10])
    test_attribution.assert_same(years, answer, {"group_by": group_by}, window=window, span=(0, (last + 1) * DAY))


def test_funnel_and_cohorts_reach_back_three_years(years):
    test_journeys.test_the_funnel_is_as_counted_by_hand(years, "campaign")
    test_journeys.test_cohorts_are_as_counted_by_hand(years, {}, lambda touch: True)
