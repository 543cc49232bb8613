# SPDX-License-Identifier: MIT
"""Goal: the desk shows a customer as the API tells it: found by name and by a whole phone number, with every touch and event
in order; changed, merged and forgotten there, and what a stranger wrote stays text."""
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import click, noise, shot, wait_for
from desk import EVIL
from pond import SAFARI
from selenium.webdriver.common.by import By
from test_desk import LOOKS

PHONE = "13800138000"


def fill(pond):
    """Wang clicked twice, became a lead and bought; Li was told of without a click."""
    link = pond.link("https://www.example.com/sign-up", alias="sign-up", channel="group-1", campaign="spring", click_id_param="lp_click")
    replies = [pond.visit("sign-up?lp_src=wechat", ua=SAFARI) for _ in range(2)]
    ids = [parse_qs(urlsplit(reply.headers["Location"]).query)["lp_click"][0] for reply in replies]
    pond.drain()
    wang = {"name": "Wang " + EVIL, "phone": PHONE}
    pond.api("POST", "/events", 201, json={"type": "lead", "click_id": ids[0], "customer": wang})
    deal = pond.api("POST", "/events", 201, json={"type": "deal", "click_id": ids[1], "value": 19900, "customer": wang, "metadata": {"order": EVIL}}).json()
    pond.api("POST", "/events", 201, json={"type": "lead", "customer": {"name": "Li", "external_id": "crm-7"}})
    wait_for(lambda: pond.api("GET", f"/events/{deal['id']}", 200).json()["state"] == "joined", 20, .1)
    pond.api("GET", f"/customers?q={PHONE}", 200)
    return link


def wang_of(pond):
    return pond.api("GET", "/customers", 200, params={"q": PHONE}).json()["items"][0]


def menu_item(desk, words):
    desk.find(".page-head .menu button").click()
    click(lambda: [one for one in desk.all(".menu-item") if words in one.text])


def test_found_by_a_whole_phone_number_with_touches_and_events(desk):
    desk = desk(1280, "en-US")
    fill(desk.pond)
    wang = wang_of(desk.pond)
    desk.open("/customers").sign_in()
    wait_for(lambda: len(desk.texts(".customers-table tbody tr")) == 2, 20)
    desk.find("input[type=search]").send_keys(PHONE)
    wait_for(lambda: len(desk.texts(".customers-table tbody tr")) == 1, 20)
    assert parse_qs(urlsplit(desk.driver.current_url).query) == {"q": [PHONE]}
    desk.find(".customers-table tbody a").click()
    said = desk.pond.api("GET", f"/customers/{wang['id']}/timeline", 200).json()["items"]
    wait_for(lambda: desk.all(".moment"), 20)
    assert [one.get_attribute("data-kind") for one in desk.all(".moment")] == [moment["kind"] for moment in said]
    assert {moment["kind"] for moment in said} == {"event", "touch"}
    desk.says("199")
    desk.says("kept as a keyed fingerprint only")
    assert PHONE not in desk.text()
    assert not desk.all("img[src=x]") and not noise(desk.driver)


def test_changed_merged_and_forgotten(desk):
    desk = desk(1280, "en-US")
    fill(desk.pond)
    wang = wang_of(desk.pond)
    desk.open(f"/customers/{wang['id']}").sign_in()
    desk.find(".moment")
    desk.driver.find_element(By.XPATH, "//button[contains(., 'Edit')]").click()
    desk.field("tags").send_keys("industry=retail\n")
    desk.find("dialog button[type=submit]").click()
    wait_for(lambda: wang_of(desk.pond)["tags"] == ["industry=retail"], 20)
    desk.gone("dialog")
    menu_item(desk, "Merge")
    desk.field("with").send_keys("Li")
    desk.find("dialog .option")
    desk.type("\ue015", "\n")  # down, enter
    desk.find("dialog button[type=submit]").click()
    desk.says("by hand")
    assert len(desk.pond.api("GET", "/customers", 200).json()["items"]) == 1
    desk.gone("dialog")
    menu_item(desk, "Forget")
    desk.find("dialog .button.bad").click()
    desk.says("only what happened is left")
    left = desk.pond.api("GET", f"/customers/{wang['id']}", 200).json()
    assert left["name"] is None and left["identities"] == [] and left["forgotten_at"]


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_it_fits_every_screen(desk, axe, html_check, width, language, scheme):
    desk = desk(width, language, scheme)
    fill(desk.pond)
    desk.open("/customers").sign_in()
    for name, path, there in (("customers", "/customers", ".customers-table"), ("customer", f"/customers/{wang_of(desk.pond)['id']}", ".moment")):
        desk.open(path).find(there)
        desk.check_fit()
        shot(desk.driver, f"{name}-{width}-{language[:2]}-{scheme}")
        assert not axe(desk.driver)
        html = desk.driver.execute_script("return '<!doctype html>' + document.documentElement.outerHTML")
        assert not html_check({name: html}, by_browser=True)
