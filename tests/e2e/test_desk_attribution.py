# SPDX-License-Identifier: MIT
"""Goal: the page on attribution shows what the API says, cent for cent, with what came directly and what nothing is known of;
its address alone brings the view back, and where nothing happened yet it says how the first event gets here."""
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import noise, shot, wait_for
from deals_world import DAY, MODELS, World
from desk import EVIL, Desk
from selenium.webdriver.common.by import By
from test_desk import LOOKS

ROWS = ("return [...document.querySelectorAll('.credit-table tr')].map((row) => [row.dataset.row || row.querySelector('th').innerText,"
        " ...[...row.querySelectorAll('.credit-cell > span:not(.credit-bar):not(.credit-share)')].map((one) => one.innerText)])")


class Attribution(Desk):
    def settled(self):
        self.find(".credit-table tbody tr")
        self.gone(".page [aria-busy=true]")
        return self

    def rows(self):
        """name of a group, or of a row below -> its cells"""
        return {row[0]: row[1:] for row in self.driver.execute_script(ROWS) if len(row) > 1}

    def choose(self, label, value):
        box = self.driver.find_element(By.XPATH, f"//label[contains(., '{label}')]//select")
        box.find_element(By.CSS_SELECTOR, f"option[value='{value}']").click()
        self.settled()


@pytest.fixture
def attribution(desk):
    def make(*look, **settings):
        opened = desk(*look, **settings)
        pond = opened.pond
        links = [pond.link(url=f"https://www.example.com/{i}", **fields) for i, fields in enumerate(
            [{"campaign": EVIL[:40], "channel": "群-1", "tags": ["a", "b"]}, {"campaign": "双十一", "channel": "群-2"}, {"campaign": "autumn"}, {}])]
        pond.stop()
        World(links, int(time.time() * 1000) // DAY * DAY, seed=6).write(pond.data / "linkpond.db")
        pond.start()
        return Attribution(pond, opened.driver)

    return make


def cents(text):
    return round(float(text.replace(",", "")) * 100)


def test_every_cell_is_what_the_api_says(attribution):
    desk = attribution(1280, "en-US")
    desk.open("/attribution?period=all&tz=UTC").sign_in().settled()
    said = desk.pond.api("GET", "/stats/attribution", 200, params={"period": "all", "tz": "UTC", "group_by": "campaign"}).json()
    rows = desk.rows()
    for group in said["groups"]:
        assert [cents(cell) for cell in rows[group["campaign"] or "No campaign"]] == [group["models"][model]["value"].get("CNY", 0) for model in MODELS]
    for name in ("credited", "direct"):
        assert [cents(cell) for cell in rows[name]] == [said[name][model]["value"].get("CNY", 0) for model in MODELS]
    for name in ("unattributed", "totals"):
        assert [cents(cell) for cell in rows[name]] == [said[name]["value"]["CNY"]] * len(MODELS)
    assert "elsewhere" not in rows
    desk.find(".report-card .segments button:last-child").click()  # conversions
    assert float(desk.rows()["totals"][0].replace(",", "")) == said["totals"]["conversions"]
    assert not noise(desk.driver)


def test_choices_are_the_address(attribution):
    desk = attribution(1280, "en-US")
    desk.open("/attribution?period=all&tz=UTC").sign_in().settled()
    desk.find(".model-picker [data-model=position]").click()
    desk.settled()
    desk.choose("Window", 7)
    desk.choose("By", "channel")
    desk.find(".credit-table thead th:nth-child(3) .sort").click()
    wait_for(lambda: desk.all(".credit-table thead th:nth-child(3)[aria-sort]"), 20)
    desk.settled()
    desk.driver.find_element(By.XPATH, "//table//button[contains(., '群-1')]").click()
    wait_for(lambda: "elsewhere" in desk.rows(), 20)
    desk.settled()
    query = parse_qs(urlsplit(desk.driver.current_url).query)
    assert query == {"period": ["all"], "tz": ["UTC"], "by": ["channel"], "window": ["7"], "models": ["first,last,last_non_direct,linear,time_decay"],
                     "sort": ["last"], "channel": ["群-1"]}
    before = desk.rows()
    said = desk.pond.api("GET", "/stats/attribution", 200, params={"period": "all", "tz": "UTC", "group_by": "channel", "window": 7, "channel": "群-1"}).json()
    assert cents(before["elsewhere"][0]) == said["elsewhere"]["first"]["value"].get("CNY", 0) != 0
    assert [cents(cell) for cell in before["群-1"]] == [said["groups"][0]["models"][m]["value"].get("CNY", 0) for m in MODELS if m != "position"]
    desk.driver.refresh()
    assert desk.settled().rows() == before
    desk.driver.back()
    wait_for(lambda: "elsewhere" not in desk.settled().rows(), 20)


def test_a_stage_or_a_kind_of_event_can_be_counted(attribution):
    desk = attribution(1280, "en-US")
    desk.open("/attribution?period=all&tz=UTC").sign_in().settled()
    for name, value in (("type", "add_friend"), ("stage", "deal")):
        desk.choose("Count", f"{name} {value}")
        said = desk.pond.api("GET", "/stats/attribution", 200, params={"period": "all", "tz": "UTC", name: value}).json()
        desk.find(".report-card .segments button:last-child, .credit-table")
        figure = str(said["totals"]["conversions"])
        wait_for(lambda: figure in desk.texts(".target-totals .figure"), 20)
        assert parse_qs(urlsplit(desk.driver.current_url).query) == {"period": ["all"], "tz": ["UTC"], name: [value]}
    assert not noise(desk.driver)


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_it_fits_every_screen(attribution, width, language, scheme):
    desk = attribution(width, language, scheme)
    desk.open("/attribution?period=all").sign_in().settled()
    desk.check_fit()
    shot(desk.driver, f"attribution-{width}-{language[:2]}-{scheme}")
    assert not desk.all("img[src=x]")


@pytest.mark.parametrize("width", [1280, 360])
def test_an_empty_page_says_how_the_first_event_gets_here(desk, width):
    desk = desk(width, "zh-CN")
    desk.open("/attribution").sign_in()
    desk.find(".deals-start")
    desk.says("还没有转化事件")
    assert desk.pond.admin + "/api/v1/events" in desk.find(".deals-start .code").text
    desk.check_fit()
    shot(desk.driver, f"attribution-empty-{width}")
