# SPDX-License-Identifier: MIT
"""Goal: the day begins with the figures and a box for a new link: paste, Enter, copied. Where nothing was ever counted the
page says what to do first, and shows the first visit by itself.
"""
import pytest
from browser import noise, shot, wait_for
from selenium.webdriver.common.keys import Keys
from test_desk import LOOKS

MESSAGE = "快来看 https://www.example.com/spring?x=%E6%98%A5 ，今晚截止"
PASTE = ("const data = new DataTransfer(); data.setData('text', arguments[0]);"
         "document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))")


def may_use_the_clipboard(desk):
    desk.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": desk.pond.admin})


def copied(desk):
    return desk.driver.execute_async_script("const done = arguments[0]; navigator.clipboard.readText().then(done, (error) => done(String(error)))")


@pytest.mark.parametrize("width,language,scheme", LOOKS)
def test_pasted_entered_copied(desk, axe, width, language, scheme):
    desk = desk(width, language, scheme)
    may_use_the_clipboard(desk)
    desk.open().sign_in()
    desk.find(".start-steps")
    shot(desk.driver, f"home-empty-{width}-{language[:2]}-{scheme}")
    desk.check_fit()
    assert axe(desk.driver) == []
    desk.driver.execute_script(PASTE, MESSAGE)
    box = desk.find(".quick input[name=url]")
    assert box.get_attribute("value") == MESSAGE
    desk.type(Keys.ENTER)
    short = desk.find(".quick-url").get_attribute("href")
    link = desk.pond.api("GET", "/links", 200).json()["items"][0]
    assert (link["url"], link["short_url"]) == ("https://www.example.com/spring?x=%E6%98%A5", short)
    wait_for(lambda: copied(desk) == short)
    wait_for(lambda: box.get_attribute("value") == "" and desk.driver.switch_to.active_element == box)
    shot(desk.driver, f"home-made-{width}-{language[:2]}-{scheme}")
    desk.check_fit()
    assert axe(desk.driver) == [] and noise(desk.driver) == []


def test_the_box_takes_a_channel_and_leads_to_everything_else(desk):
    desk = desk(1280, "en-US")
    desk.pond.link(channel="group-1")
    desk.open().sign_in()
    desk.field("url").send_keys("www.example.com/a")
    desk.field("channel").send_keys("group-2")
    desk.field("channel").send_keys(Keys.ENTER)
    desk.find(".quick-url")
    newest = desk.pond.api("GET", "/links", 200).json()["items"][0]
    assert (newest["url"], newest["channel"]) == ("https://www.example.com/a", "group-2")
    desk.field("url").send_keys("https://www.example.com/b")
    desk.find(".quick .button.plain").click()
    desk.find(".create-page")
    assert desk.field("url").get_attribute("value") == "https://www.example.com/b" and desk.field("channel").get_attribute("value") == "group-2"


def test_what_cannot_be_a_target_is_said_at_the_box(desk):
    desk = desk(1280, "en-US")
    desk.open().sign_in()
    desk.find(".quick input[name=url]").send_keys(Keys.ENTER)
    desk.says("Paste an address first.")
    desk.field("url").send_keys("http://10.0.0.1/", Keys.ENTER)
    wait_for(lambda: desk.find("[data-field=url] .error").text)
    assert desk.field("url").get_attribute("aria-invalid") == "true"
    assert desk.pond.api("GET", "/links", 200).json()["items"] == []


def test_the_first_visit_shows_by_itself(desk):
    desk = desk(1280, "en-US")
    code = desk.pond.link()["code"]
    desk.open().sign_in()
    desk.find(".start-steps")
    assert not desk.find(".report-totals").is_displayed()
    desk.pond.click_of(desk.pond.visit(code))
    wait_for(lambda: desk.texts(".totals dd.num")[:1] == ["1"], 40)
    assert desk.find(".report-totals").is_displayed()
    wait_for(lambda: not desk.there(".start-steps").is_displayed())


def test_the_box_is_not_on_paper(desk):
    desk = desk(1280, "zh-CN")
    desk.open("/report").sign_in()
    assert desk.find(".quick").is_displayed()
    desk.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    wait_for(lambda: not desk.all(".quick")[0].is_displayed())
    assert desk.find("h1").is_displayed()


def test_a_report_on_one_thing_has_no_box_and_a_viewer_has_none(desk):
    desk = desk(1280, "en-US")
    desk.pond.link(channel="group-1")
    desk.open("/report?channel=group-1").sign_in()
    desk.find(".empty")
    assert not desk.find(".quick").is_displayed()
    token = desk.pond.api("POST", "/users", 201, json={"key": "vi", "name": "Vi", "role": "viewer"}).json()["invite"]["token"]
    desk.pond.api("POST", "/session/accept", 201, json={"token": token, "password": "pond of many links"}, headers={"Sec-Fetch-Site": "same-origin"})
    desk.driver.delete_all_cookies()
    desk.open()
    desk.find(".gate .segments button:first-child").click()
    desk.find("input[name=login]").send_keys("vi", Keys.TAB, "pond of many links", Keys.ENTER)
    desk.says("Begin here")
    assert desk.all(".quick") == [] and desk.all(".start-step") == []
