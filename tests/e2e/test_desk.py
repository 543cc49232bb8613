# SPDX-License-Identifier: MIT
"""Goal: the desk works in a real browser against a real server: sign in, create, copy, find, see it counted; nothing that
was entered is lost when the session ends; nothing that was entered becomes part of the page.

LINKPOND_SHOTS=folder keeps pictures of every page for the eye.
"""
import pytest
from browser import noise, shot, wait_for
from desk import EVIL
from people import PASSWORD, person
from pond import WECHAT
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

LOOKS = [(360, "zh-CN", "light"), (1280, "zh-CN", "dark"), (360, "en-US", "dark"), (1280, "en-US", "light")]


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_from_an_address_to_a_counted_click(desk, width, language, scheme):
    desk = desk(width, language, scheme)
    pond, tag = desk.pond, f"{width}-{language[:2]}-{scheme}"
    desk.driver.get(pond.admin + "/")  # which leads to the desk
    desk.find(".gate .segments")
    assert desk.driver.execute_script("return document.documentElement.lang") == ("zh-CN" if language == "zh-CN" else "en")
    assert desk.driver.execute_script("return document.documentElement.dataset.theme") == scheme
    shot(desk.driver, f"desk-sign-in-{tag}")
    desk.check_fit()
    desk.sign_in()
    desk.find(".start-steps")
    shot(desk.driver, f"desk-empty-{tag}")
    desk.check_fit()

    desk.open("/new")
    desk.field("url").send_keys("看这里：https://www.example.com/spring?from=poster。谢谢")
    desk.field("channel").send_keys("华东3群")
    desk.field("alias").send_keys("spring")
    shot(desk.driver, f"desk-new-{tag}")
    desk.check_fit()
    desk.field("title").send_keys("春季新品", Keys.ENTER)
    desk.find(".made")
    assert desk.find(".made-url").text == "s.test/spring"
    wait_for(lambda: desk.driver.execute_script("return document.querySelector('.made .qr').naturalWidth > 0"))
    shot(desk.driver, f"desk-made-{tag}")
    desk.check_fit()

    reply = pond.visit("spring?lp_qr=1", ua=WECHAT)
    assert reply.headers["Location"] == "https://www.example.com/spring?from=poster"
    pond.click_of(reply)
    desk.open("/links")
    assert desk.find(".link-short").text == "s.test/spring"
    shot(desk.driver, f"desk-links-{tag}")
    desk.check_fit()
    desk.find(".link-short").click()

    def counted():
        desk.driver.refresh()
        desk.find(".balance a")
        return desk.texts(".totals dd.num")[:3] == ["1", "1", "1"]

    wait_for(counted, step=0.1)
    shot(desk.driver, f"desk-link-{tag}")
    desk.check_fit()
    desk.find(".balance a").click()
    desk.find(".table time")
    shot(desk.driver, f"desk-clicks-{tag}")
    desk.check_fit()
    assert noise(desk.driver) == []


def test_a_form_survives_the_end_of_its_session(desk):
    desk = desk(1280, "en-US")
    desk.open("/new").sign_in()
    desk.field("title").send_keys("An hour of thought")
    desk.field("url").send_keys("https://www.example.com/long-work")
    wait_for(lambda: "long-work" in desk.find(".preview").text)  # what was entered last is answered: nothing is being asked any more
    desk.driver.delete_all_cookies()  # as after twelve hours of rest
    desk.field("url").send_keys(Keys.ENTER)
    desk.find("dialog input[name=key]").send_keys(desk.pond.key, Keys.ENTER)
    desk.find(".made")
    assert desk.pond.api("GET", "/links", 200).json()["items"][0]["title"] == "An hour of thought"


def test_whose_session_ended_is_asked_for_the_password_alone(desk):
    """On their page; once it is left nothing says who it was, and somebody else finds nothing of theirs."""
    desk = desk(1280, "en-US")
    for name in ("mei", "bo"):
        person(desk.pond, name)
    desk.open("/new")
    desk.find("input[name=login]").send_keys("mei", Keys.TAB, PASSWORD, Keys.ENTER)
    desk.field("title").send_keys("Of Mei")
    desk.field("url").send_keys("https://www.example.com/of-mei")
    wait_for(lambda: "of-mei" in desk.find(".preview").text)
    desk.driver.delete_all_cookies()
    desk.field("url").send_keys(Keys.ENTER)
    assert desk.find("dialog input[name=login]").get_attribute("value") == "mei"
    wait_for(lambda: desk.driver.execute_script("return document.activeElement.name") == "password")
    desk.type(PASSWORD, Keys.ENTER)
    desk.find(".made")
    assert [link["title"] for link in desk.pond.api("GET", "/links", 200).json()["items"]] == ["Of Mei"]
    desk.driver.delete_all_cookies()
    desk.driver.execute_script("document.querySelector('nav a[href$=\"/links\"]').click()")
    login = desk.find("dialog input[name=login]")
    login.clear()
    login.send_keys("bo", Keys.TAB, PASSWORD, Keys.ENTER)
    wait_for(lambda: desk.driver.execute_script("return location.pathname") == "/desk/report", 20)  # where the day begins
    desk.find(".shell")
    assert desk.pond.api("GET", "/links", 200).json()["total"] == 1
    desk.open("/new")
    assert desk.field("title").get_attribute("value") == ""
    desk.field("title").send_keys("Of Bo")
    desk.driver.delete_all_cookies()
    desk.open("/")
    assert desk.find("input[name=login]").get_attribute("value") == ""
    assert desk.driver.execute_script("return JSON.stringify([localStorage, sessionStorage])").count("bo\"") == 0


def test_what_was_entered_survives_a_reload(desk):
    desk = desk(1280, "en-US")
    desk.open("/new").sign_in()
    desk.field("url").send_keys("https://www.example.com/half")
    desk.field("title").send_keys("Half done")
    desk.driver.refresh()
    wait_for(lambda: desk.field("title").get_attribute("value") == "Half done")
    assert desk.field("url").get_attribute("value") == "https://www.example.com/half"


def test_everything_by_keyboard(desk):
    desk = desk(1280, "en-US")
    token = desk.pond.api("POST", "/users", 201, json={"key": "mei", "name": "Mei", "role": "editor"}).json()["invite"]["token"]
    desk.pond.api("POST", "/session/accept", 201, json={"token": token, "password": "pond of many links"}, headers={"Sec-Fetch-Site": "same-origin"})
    desk.open()
    desk.find("input[name=login]")
    desk.type("mei", Keys.TAB, "pond of many links", Keys.ENTER)
    desk.find(".start-steps")
    desk.type("c")
    wait_for(lambda: desk.driver.execute_script("return document.activeElement.name") == "url")
    desk.type("https://www.example.com/keys", Keys.ENTER)
    desk.find(".made")
    wait_for(lambda: "Copy" in desk.driver.execute_script("return document.activeElement.textContent"))
    desk.find("body").send_keys("g", "l")
    desk.find(".link-short")
    desk.find("body").send_keys("j", Keys.ENTER)
    desk.find(".link-page")
    desk.find("body").send_keys("?")
    desk.find("dialog .keys")
    desk.type(Keys.ESCAPE)
    desk.gone("dialog")


def test_markup_in_every_field_stays_text(desk):
    desk = desk(1280, "en-US")
    desk.pond.link(url="https://www.example.com/?x=%3Cscript%3E", title=EVIL, campaign=EVIL[:40], channel=EVIL[:40], tags=[EVIL[:40]], notes=EVIL,
                   utm_source=EVIL, customer=EVIL, external_id=EVIL)
    link = desk.pond.api("GET", "/links", 200).json()["items"][0]
    desk.open("/links").sign_in()
    desk.find(".link-short")
    assert EVIL in desk.text()
    for path in (f"/links/{link['id']}", f"/links/{link['id']}/edit", "/new?title=" + EVIL.replace("<", "%3C").replace(">", "%3E")):
        desk.open(path)
        desk.find("h1")
        wait_for(lambda: EVIL in desk.text() or any(EVIL == box.get_attribute("value") for box in desk.all("input")))
        assert desk.all("img[src=x]") == [] and desk.all("body script") == []
    assert noise(desk.driver) == []


def test_what_is_refused_is_marked_at_its_field(desk):
    desk = desk(360, "zh-CN")
    desk.pond.link(alias="taken")
    desk.open("/new").sign_in()
    desk.field("url").send_keys("https://www.example.com/")
    desk.field("alias").send_keys("taken", Keys.ENTER)
    error = desk.find("[data-field=alias].wrong .error")
    alias = desk.field("alias")
    assert error.text and error.get_attribute("id") in alias.get_attribute("aria-describedby").split()
    assert alias == desk.driver.switch_to.active_element
    shot(desk.driver, "desk-wrong-360-zh-light")


def test_many_links_are_changed_in_one_go_and_the_bin_gives_them_back(desk):
    desk = desk(1280, "en-US")
    for i in range(3):
        desk.pond.link(url=f"https://www.example.com/{i}", alias=f"many{i}")
    desk.open("/links").sign_in()
    desk.find("thead .tick").click()
    bar = desk.find(".bulk-bar")
    wait_for(bar.is_displayed)
    bar.find_element(By.XPATH, ".//button[contains(., 'Campaign')]").click()
    desk.find("dialog [role=combobox]").send_keys("spring", Keys.ENTER)
    desk.gone("dialog")
    assert {link["campaign"] for link in desk.pond.api("GET", "/links", 200).json()["items"]} == {"spring"}
    wait_for(lambda: len(desk.all(".link-short")) == 3)
    desk.find("tbody .tick").click()
    desk.find(".bulk-bar").find_element(By.XPATH, ".//button[contains(., 'bin')]").click()
    desk.find("dialog .button.bad").click()
    wait_for(lambda: desk.pond.api("GET", "/links", 200).json()["total"] == 2)
    desk.open("/links?box=bin")
    desk.find("tbody .tick").click()
    desk.find(".bulk-bar .button").click()
    wait_for(lambda: desk.pond.api("GET", "/links", 200).json()["total"] == 3)


def test_a_view_is_its_address(desk):
    desk = desk(1280, "en-US")
    desk.pond.link(url="https://www.example.com/a", campaign="spring", alias="one")
    desk.pond.link(url="https://www.example.com/b", campaign="summer", alias="two")
    desk.open("/links?campaign=summer").sign_in()
    wait_for(lambda: desk.texts(".link-short") == ["s.test/two"])
    desk.find("input[type=search]").send_keys("nothing like it")
    desk.find(".empty")
    assert "q=nothing" in desk.driver.current_url and "campaign=summer" in desk.driver.current_url
    desk.driver.refresh()
    desk.find(".empty")
    assert desk.find("input[type=search]").get_attribute("value") == "nothing like it"


def test_who_is_invited_sets_a_password_and_is_in(desk):
    desk = desk(1280, "en-US")
    invite = desk.pond.api("POST", "/users", 201, json={"key": "mei", "name": "Mei", "role": "viewer"}).json()["invite"]
    desk.driver.get(invite["url"])
    desk.says("Welcome, Mei")
    assert invite["token"] not in desk.driver.current_url  # nobody reads it over a shoulder, or in the history
    shot(desk.driver, "desk-accept-1280-en-light")
    desk.field("password").send_keys("short", Keys.ENTER)
    assert desk.find("[data-field=password].wrong .error").text
    desk.field("password").clear()
    desk.field("password").send_keys("pond of many links", Keys.ENTER)
    desk.find(".shell")
    assert "Mei" in desk.find(".side-foot").text
    assert desk.all("a[href='/desk/new']") == []  # who only reads is offered nothing else
    desk.driver.delete_all_cookies()
    desk.driver.get(invite["url"])
    desk.says("can no longer be used")
    desk.find(".gate .button.main").click()
    desk.find("input[name=login]").send_keys("mei", Keys.TAB, "pond of many links", Keys.ENTER)
    desk.find(".shell")


def test_an_alias_that_is_taken_is_said_while_typing(desk):
    desk = desk(1280, "zh-CN")
    desk.pond.link(alias="spring")
    desk.open("/new").sign_in()
    desk.field("alias").send_keys("spring")
    desk.find("[data-field=alias].wrong")
    desk.find("[data-field=alias] .link-button").click()
    desk.find("[data-field=alias] .good")
    assert desk.field("alias").get_attribute("value") not in ("", "spring")


def test_the_final_address_is_shown_while_typing(desk):
    desk = desk(1280, "zh-CN")
    desk.pond.api("POST", "/channels", 201, json={"key": "poster-7", "utm_template": {"utm_source": "offline", "utm_medium": "poster"}})
    desk.open("/new").sign_in()
    desk.field("url").send_keys("www.example.com/a?x=1#top")
    desk.field("channel").send_keys("poster-7", Keys.TAB)
    wait_for(lambda: desk.find(".preview").text == "https://www.example.com/a?x=1&utm_source=offline&utm_medium=poster#top")
    assert "utm_source=offline&utm_medium=poster" in desk.find(".preview mark").text
    desk.find(".more summary").click()
    assert desk.field("utm_source").get_attribute("placeholder").startswith("offline")


def test_a_text_without_an_address_is_told_so_while_typing(desk):
    desk = desk(1280, "zh-CN")
    desk.open("/new").sign_in()
    desk.field("url").send_keys("看看我们的新品")
    wait_for(lambda: desk.find(".preview").text == "这段文字里还没有网址")


def test_who_has_just_started_it_finds_what_they_have_in_hand(desk):
    """A key, and a link that works once: both go into the box that is there."""
    desk = desk(360, "en-US")
    desk.open().says("Nobody has a password here yet")
    assert desk.driver.switch_to.active_element.get_attribute("name") == "key"
    token = desk.pond.api("POST", "/users", 201, json={"key": "mei", "name": "Mei", "role": "admin"}).json()["invite"]["token"]
    desk.type(f"http://printed.example:8081/desk/accept#{token}")
    desk.find("input[name=password]").send_keys("pond of many links", Keys.ENTER)
    desk.find(".shell")
    desk.driver.delete_all_cookies()
    desk.driver.execute_script("localStorage.clear()")
    desk.open().find("input[name=login]")
    assert "Nobody has a password" not in desk.text()


def test_who_has_only_the_printed_key_is_in(desk):
    desk = desk(360, "zh-CN")
    desk.open().find(".gate .segments button:first-child").click()
    desk.find("input[name=login]").send_keys(desk.pond.key[:-1])  # where most would paste it
    box = desk.find("input[name=key]")
    assert box.get_attribute("type") == "password" and desk.all("input[name=login]") == []
    desk.type(desk.pond.key[-1], Keys.ENTER)
    desk.find(".shell")
    desk.driver.delete_all_cookies()
    desk.open().find("input[name=key]")  # the way of the last time


def test_links_of_some_days_are_found(desk):
    desk = desk(1280, "en-US", timezone="Asia/Shanghai")
    rows = "url,alias,created_at\nhttps://www.example.com/,eve,2024-04-30T15:59:59Z\nhttps://www.example.com/,may,2024-04-30T16:00:00Z\n"
    desk.pond.api("POST", "/import", 200, data=rows, headers={"Content-Type": "text/csv"})
    desk.open("/links").sign_in()
    wait_for(lambda: len(desk.all(".link-short")) == 2)
    desk.find(".filter-row .button[aria-haspopup=dialog]").click()
    desk.driver.execute_script("document.querySelector('.popup input[name=from]').value = '2024-05-01'")
    desk.find(".popup .button.main").click()
    wait_for(lambda: desk.texts(".link-short") == ["s.test/may"])
    assert "created_from=2024-05-01" in desk.driver.current_url
    desk.driver.refresh()
    wait_for(lambda: desk.texts(".link-short") == ["s.test/may"])
    desk.find("thead .tick").click()
    desk.find(".filter-row > .button.plain").click()
    wait_for(lambda: len(desk.all(".link-short")) == 2)


def test_who_guesses_too_often_is_told_for_how_long(desk):
    desk = desk(360, "zh-CN")
    desk.open().find(".gate .segments button:first-child").click()
    desk.find("input[name=login]").send_keys("wang")
    desk.find("input[name=password]").send_keys("not the one")
    desk.driver.execute_script("window.fetch = async () => new Response('{}', { status: 429, headers: { 'Retry-After': '40' } })")
    desk.type(Keys.ENTER)
    desk.says("请 40 秒后再试")


def test_a_personal_card_is_warned_of_once_and_with_what_to_do(desk):
    desk = desk(1280, "zh-CN")
    desk.open("/new").sign_in()
    desk.field("url").send_keys("https://u.wechat.com/EAHVbx0tRcP1xTOxrPTh8hc")
    desk.says("请改用活码")
    assert desk.text().count("名片") == 1
