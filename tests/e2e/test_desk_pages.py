# SPDX-License-Identifier: MIT
"""Goal: every page of the desk can be used by everybody, on a phone as at a desk, by day and by night: axe finds nothing,
its HTML is what the standard allows, and it comes quickly and quietly: at most 250 KiB, nothing jumps, the console stays empty.

The pages are those of routes.js, so a new one is judged from its first day. They show the story of `linkpond demo`.
"""
import pytest
from browser import noise, set_look, wait_for
from demo_pond import DemoPond, is_idle, page_paths
from desk import Desk

FIRST_LOAD_MAX = 250 * 1024
SHIFT_MAX = 0.02  # a tenth is what people notice
STILL = {"/links/:ref", "/customers/:id"}  # where something is read while the figures are on their way
WIDTHS = (1280, 360)
TALL = 3000  # what is further down is loaded when it comes into sight
SCHEMES = ("light", "dark")

BYTES = ("return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
         ".reduce((sum, one) => sum + one.transferSize, 0)")
SHIFT = ("const done = arguments[0]; let sum = 0; const who = []; const add = (list) => list.getEntries().forEach((one) => { sum += one.hadRecentInput ? 0 : one.value;"
         " one.sources.forEach((source) => who.push(`${source.node?.className || source.node?.nodeName} ${source.previousRect.y} -> ${source.currentRect.y}`)); });"
         "const watch = new PerformanceObserver(add); watch.observe({ type: 'layout-shift', buffered: true });"
         "requestAnimationFrame(() => setTimeout(() => done([sum, ...who])))")


@pytest.fixture(scope="module")
def demo(tmp_path_factory, browsers):
    folder = tmp_path_factory.mktemp("demo")
    pond = DemoPond(folder, "--days", "14", "--clicks", "3000").start()
    driver = browsers.borrow()
    yield Desk(pond, driver)
    browsers.give_back(driver)
    pond.stop()


def listed(wrong):
    return "\n".join(f"{place}\n    " + "\n    ".join(map(str, found if isinstance(found, list) else [found])) for place, found in wrong.items())


def judged(desk, axe, where):
    """What axe finds in both themes; {} when nothing."""
    found = {}
    for scheme in SCHEMES:
        set_look(desk.driver, where[1], scheme, TALL)
        wait_for(lambda: desk.driver.execute_script("return document.documentElement.dataset.theme") == scheme and is_idle(desk), 30)
        wrong = axe(desk.driver)
        if wrong:
            found[(*where, scheme)] = wrong
    return found


def test_the_pages_before_somebody_is_signed_in(demo, axe):
    wrong = {}
    for width in WIDTHS:
        set_look(demo.driver, width, "light")
        demo.driver.delete_all_cookies()
        demo.open()
        demo.find(".gate .segments button:first-child").click()
        demo.find("input[name=login]")
        wrong.update(judged(demo, axe, ("by password", width)))
        demo.find(".gate .segments button:last-child").click()
        demo.find("input[name=key]")
        wrong.update(judged(demo, axe, ("by key", width)))
        demo.driver.get(demo.pond.admin + "/desk/accept#lpi_none")
        demo.find(".gate .button.main")
        wrong.update(judged(demo, axe, ("an old invitation", width)))
    assert not wrong, listed(wrong)


@pytest.fixture(scope="module")
def walk(demo, axe):
    """Every page at every width, from an empty cache: page -> what was measured."""
    desk = demo
    set_look(desk.driver, 1280, "light")
    desk.open().sign_in()
    desk.driver.set_script_timeout(60)
    seen = {}
    paths = {**page_paths(desk), "(none)": "/no-such-page"}
    for route, path in paths.items():
        for width in WIDTHS:
            set_look(desk.driver, width, "light")
            desk.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
            noise(desk.driver)
            desk.open(path)
            desk.find(".shell .page h1")
            wait_for(lambda: is_idle(desk), 30)
            seen[(route, width)] = {"bytes": desk.driver.execute_script(BYTES), "shift": desk.driver.execute_async_script(SHIFT),
                                    "noise": [line["message"] for line in noise(desk.driver)]}
            seen[(route, width)]["html"] = desk.driver.execute_script("return '<!doctype html>' + document.documentElement.outerHTML")
            seen[(route, width)]["axe"] = judged(desk, axe, (route, width))
    return seen


def test_axe_finds_nothing_on_any_page(walk):
    wrong = {place: found for one in walk.values() for place, found in one["axe"].items()}
    assert not wrong, listed(wrong)


def test_what_scripts_make_of_the_pages_is_html(walk, html_check):
    wrong = html_check({place: one["html"] for place, one in walk.items()}, by_browser=True)
    assert not wrong, listed(wrong)


def test_the_first_load_is_small(walk):
    wrong = {place: one["bytes"] for place, one in walk.items() if not 10_000 < one["bytes"] <= FIRST_LOAD_MAX}
    assert not wrong, listed(wrong)


def test_nothing_jumps(walk):
    wrong = {place: one["shift"] for place, one in walk.items() if one["shift"][0] > (0 if place[0] in STILL else SHIFT_MAX)}
    assert not wrong, listed(wrong)


def test_no_two_pages_of_the_navigation_share_a_drawing(walk, demo):
    drawings = demo.driver.execute_script("return [...document.querySelectorAll('.side .nav-item[data-path] path')].map((one) => one.getAttribute('d'))")
    assert len(drawings) > 15 and len(set(drawings)) == len(drawings)


def test_the_console_stays_empty(walk):
    wrong = {place: one["noise"] for place, one in walk.items() if one["noise"]}
    assert not wrong, listed(wrong)
