# SPDX-License-Identifier: MIT
"""Goal: the desk shows how far customers came and what each month's customers did later as the API says it, by whatever the
first touch is known by; its address alone brings the view back, and it can be read by day and by night, on a phone too."""
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import noise, shot, wait_for
from deals_world import DAY, World
from desk import EVIL, Desk
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select
from test_desk import LOOKS

STEPS = "return [...document.querySelectorAll('.funnel-step')].map((one) => [one.querySelector('.strong').innerText, one.querySelector('.figure').innerText])"
GROUPS = ("return [...document.querySelectorAll('.funnel-table tbody tr')].map((row) => [row.dataset.key,"
          " ...[...row.querySelectorAll('td.num')].map((one) => one.innerText.split('\\n')[0])])")
COHORTS = ("return [...document.querySelectorAll('.cohort-table tbody tr')].map((row) => [row.dataset.month, row.querySelector('td.strong').innerText,"
           " ...[...row.querySelectorAll('.cohort-cell')].map((one) => one.innerText)])")


def people(step):
    return step.get("visitors", step["customers"])


class Journeys(Desk):
    def settled(self, there=".funnel-table tbody tr"):
        self.find(there)
        self.gone(".page [aria-busy=true]")
        return self

    def run(self, script):
        return self.driver.execute_script(script)

    def choose(self, label, value):
        Select(self.driver.find_element(By.XPATH, f"//label[contains(@class, 'choice')][contains(., '{label}')]//select")).select_by_value(value)

    def ask(self, path, **params):
        return self.pond.api("GET", path, 200, params={"tz": "UTC", **params}).json()


@pytest.fixture
def journeys(desk):
    def make(*look):
        opened = desk(*look, timezone="UTC")
        pond = opened.pond
        links = [pond.link(url=f"https://www.example.com/{i}", **fields) for i, fields in enumerate(
            [{"campaign": "spring", "channel": EVIL[:40]}, {"campaign": "双十一", "channel": "群-2"}, {}])]
        for number in range(60):
            pond.visit(links[number % 3]["code"], ip=f"203.0.113.{number % 25}")
        pond.drain()
        pond.stop()
        World(links, int(time.time() * 1000) // DAY * DAY, seed=6).write(pond.data / "linkpond.db")
        pond.start()
        return Journeys(pond, opened.driver)

    return make


def test_every_step_is_what_the_api_says(journeys):
    desk = journeys(1280, "en-US")
    desk.open("/funnel?period=all&tz=UTC").sign_in().settled()
    said = desk.ask("/stats/funnel", period="all", group_by="channel")
    names = {stage["key"]: stage["names"]["en"] for stage in said["stages"]}
    assert desk.run(STEPS) == [[names[step["stage"]], str(people(step))] for step in said["steps"]]
    assert [row[:-1] for row in desk.run(GROUPS)] == [[group["channel"] or "", *(str(people(step)) for step in group["steps"])] for group in said["groups"]]
    assert said["steps"][0]["visitors"] == 25
    desk.says(f"{said['steps'][0]['customers']} customers")
    desk.says("in the funnel")  # those who never clicked are not hidden
    assert not desk.all("img[src=x]") and not noise(desk.driver)


def test_choices_are_the_address(journeys):
    desk = journeys(1280, "en-US")
    desk.open("/funnel?period=all&tz=UTC").sign_in().settled()
    desk.choose("By", "campaign")
    wait_for(lambda: ["spring"] == [row[0] for row in desk.run(GROUPS) if row[0] == "spring"], 20)
    desk.settled()
    desk.driver.find_element(By.XPATH, "//table//button[contains(., 'spring')]").click()
    wait_for(lambda: len(desk.run(GROUPS)) == 1, 20)
    assert parse_qs(urlsplit(desk.driver.current_url).query) == {"period": ["all"], "tz": ["UTC"], "by": ["campaign"], "campaign": ["spring"]}
    said = desk.ask("/stats/funnel", period="all", campaign="spring")
    assert [int(count) for _, count in desk.run(STEPS)] == [people(step) for step in said["steps"]]
    before = desk.run(STEPS)
    desk.driver.refresh()
    desk.settled()
    assert desk.run(STEPS) == before


def test_cohorts_are_what_the_api_says(journeys):
    desk = journeys(1280, "en-US")
    desk.open("/funnel/cohorts?period=all&tz=UTC").sign_in().settled(".cohort-table tbody tr")
    said = desk.ask("/stats/cohorts", period="all")
    desk.choose("Figure", "deals")
    wait_for(lambda: "Deals of that month" in desk.text(), 20)
    desk.settled(".cohort-table tbody tr")
    assert desk.run(COHORTS) == [[one["month"], str(one["customers"]), *(str(month["deals"] or "–") for month in one["months"])] for one in said["cohorts"]]
    desk.choose("Figure", "ltv")
    wait_for(lambda: "has brought by the end" in desk.text(), 20)
    desk.settled(".cohort-table tbody tr")
    first = said["cohorts"][0]
    shown = [float(cell.replace("CN¥", "").replace(",", "").replace("–", "0")) for cell in desk.run(COHORTS)[0][2:]]
    assert [round(value * 100) for value in shown] == [month["ltv"].get("CNY", 0) for month in first["months"]]
    assert parse_qs(urlsplit(desk.driver.current_url).query)["figure"] == ["ltv"]
    assert not noise(desk.driver)


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_it_fits_every_screen(journeys, axe, html_check, width, language, scheme):
    desk = journeys(width, language, scheme)
    desk.open("/funnel").sign_in()
    for name, path, there in (("funnel", "/funnel?period=all", ".funnel-table tbody tr"), ("cohorts", "/funnel/cohorts?period=all", ".cohort-table"),
                              ("cohorts-ltv", "/funnel/cohorts?period=all&figure=ltv", ".cohort-table")):
        desk.open(path).settled(there)
        desk.check_fit()
        shot(desk.driver, f"{name}-{width}-{language[:2]}-{scheme}")
        assert not axe(desk.driver)
        html = desk.driver.execute_script("return '<!doctype html>' + document.documentElement.outerHTML")
        assert not html_check({name: html}, by_browser=True)


@pytest.mark.parametrize("path", ["/funnel", "/funnel/cohorts"])
def test_an_empty_page_says_how_the_first_event_gets_here(desk, path):
    desk = desk(360, "zh-CN")
    desk.open(path).sign_in()
    desk.find(".deals-start")
    desk.says("还没有客户")
    desk.check_fit()
