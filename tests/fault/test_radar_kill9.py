# SPDX-License-Identifier: MIT
"""kill -9 while a customer comes back again and again, hours apart: what a rule counts is neither lost nor counted twice."""
import pytest
from pond import BINARY, ROOT, wait_for
from test_clock_steps import HOUR, SHIM, Clock

if not SHIM.exists() and BINARY.parent != ROOT / "build/dev":
    pytest.skip("the shim goes with a build without sanitizers", allow_module_level=True)


def test_three_visits_within_days_are_told_once_whenever_it_is_killed(make_pond, tmp_path):
    clock = Clock(tmp_path / "offset")
    pond = make_pond(start=False)
    pond.start(clock.environment)
    pond.api("POST", "/radar/rules", 201, json={"name": "three", "kind": "visits", "visits": 3, "days": 7})
    links = [pond.link(customer="crm-1"), pond.link(customer="crm-1")]
    visits = lambda: sum(pond.api("GET", f"/links/{link['id']}", 200).json()["counts"]["clicks"] for link in links)

    def told(kind):
        return len(pond.api("GET", "/radar", 200, params={"kind": kind, "customer": "crm-1"}).json()["items"])

    for n in range(8):
        clock.set(n * HOUR)
        pond.visit(links[n % 2]["code"])
        if n % 3 != 1:
            pond.kill9()
            pond.start(clock.environment)
        wait_for(lambda: visits() == n + 1, 30)
        assert told("key_event") == 0 or n >= 2
    clock.set(9 * HOUR)
    mark = pond.link(customer="mark")
    pond.visit(mark["code"])
    wait_for(lambda: pond.api("GET", "/radar", 200, params={"customer": "mark"}).json()["items"], 30)
    assert (told("key_event"), told("link_opened")) == (1, 2)
