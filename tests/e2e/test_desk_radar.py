# SPDX-License-Identifier: MIT
"""Goal: the desk shows what customers do with their links while it is looked at, each with the way to the customer and the link;
where nothing happened yet it says how a link is bound to a customer, and what a stranger wrote stays text."""
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import noise, shot, wait_for
from desk import EVIL
from pond import SAFARI, WECHAT
from selenium.webdriver.common.by import By
from test_desk import LOOKS

WANG = "Wang " + EVIL


def news(pond, **query):
    return pond.api("GET", "/radar", 200, params=query).json()["items"]


def fill(pond):
    """Wang opened the quote and handed it on; Li opened a case; a rule watches for leads."""
    quote = pond.link("https://www.example.com/quote", alias="quote", title="报价单 " + EVIL, customer=WANG, owner="admin", click_id_param="cid")
    pond.link("https://www.example.com/case", alias="case", customer="Li")
    pond.api("POST", "/radar/rules", 201, json={"name": "看完就留资", "kind": "event", "type": "lead", "days": 0})
    reply = pond.visit("quote", ua=SAFARI)
    wait_for(lambda: news(pond, kind="link_opened"), 30)
    pond.visit("quote", ua=WECHAT)
    wait_for(lambda: news(pond, kind="link_forwarded"), 30)
    pond.drain()
    click = parse_qs(urlsplit(reply.headers["Location"]).query)["cid"][0]
    pond.api("POST", "/events", 201, json={"type": "lead", "click_id": click, "customer": {"name": WANG}})
    wait_for(lambda: news(pond, kind="key_event"), 30)
    return quote


def kinds(desk):
    return desk.driver.execute_script("return [...document.querySelectorAll('.moment')].map((one) => one.dataset.kind)")


def test_what_happens_appears_while_the_page_is_looked_at(desk):
    desk = desk(1280, "en-US")
    fill(desk.pond)
    desk.open("/radar").sign_in()
    wait_for(lambda: kinds(desk) == ["key_event", "link_forwarded", "link_opened"], 20)
    desk.driver.execute_script("document.querySelector('.moment a').focus()")
    focused = desk.driver.execute_script("return document.activeElement.innerText")
    desk.pond.visit("case", ua=SAFARI)
    wait_for(lambda: kinds(desk)[0] == "link_opened" and len(kinds(desk)) == 4, 40)
    assert desk.driver.execute_script("return document.activeElement.innerText") == focused
    assert not desk.all("img[src=x]") and not noise(desk.driver)


def test_the_way_to_the_customer_and_the_link(desk):
    desk = desk(1280, "en-US")
    quote = fill(desk.pond)
    wang = desk.pond.api("GET", "/customers", 200).json()["items"][0]
    desk.open("/radar?kind=key_event").sign_in()
    wait_for(lambda: kinds(desk) == ["key_event"], 20)
    assert desk.find(".moment a").get_attribute("href").endswith(f"/desk/customers/{wang['id']}")
    desk.open("/radar?kind=link_opened")
    wait_for(lambda: kinds(desk) == ["link_opened"], 20)
    assert [one.get_attribute("href").split("/desk")[1] for one in desk.all(".moment a")][1] == f"/links/{quote['id']}"
    desk.find(".moment a").click()
    wait_for(lambda: desk.texts(".customers-table tbody a"), 20)
    desk.find(".customers-table tbody a").click()
    desk.find(".moment.event")
    desk.driver.find_element(By.XPATH, "//h1[contains(., 'Wang')]")


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_it_fits_every_screen(desk, axe, html_check, width, language, scheme):
    desk = desk(width, language, scheme)
    desk.open("/radar").sign_in()
    desk.find(".deals-start")
    desk.check_fit()
    assert not axe(desk.driver)
    shot(desk.driver, f"radar-empty-{width}-{language[:2]}-{scheme}")
    fill(desk.pond)
    desk.open("/radar")
    wait_for(lambda: len(kinds(desk)) == 3, 20)
    desk.check_fit()
    assert not axe(desk.driver)
    shot(desk.driver, f"radar-{width}-{language[:2]}-{scheme}")
    html = desk.driver.execute_script("return '<!doctype html>' + document.documentElement.outerHTML")
    assert not html_check({"radar": html}, by_browser=True)
