# SPDX-License-Identifier: MIT
"""Goal: in the desk a robot is added, tested and told what happens, its answer is shown, and what could not be told is sent
again by a button; all of it by axe's rules, in both languages."""
import pytest
from browser import shot, wait_for
from desk import EVIL, Desk
from notices import outbox, put_notices
from robot_sink import WECOM_OK, Sink
from selenium.webdriver.support.ui import Select
from test_desk import LOOKS
from test_desk_run import press

WORDS = {"zh-CN": {"add": "添加机器人", "save": "添加", "test": "发送测试", "sent": "对方已接收", "failed": "对方没有接收", "close": "关闭", "waiting": "等待发送", "again": "重新发送",
                   "told": "已重新发送", "secret": "我已保存", "remove": "删除"},
         "en-US": {"add": "Add a robot", "save": "Add it", "test": "Send a test", "sent": "It was taken", "failed": "It was not taken", "close": "Close", "waiting": "Waiting",
                   "again": "Send again", "told": "It is sent again", "secret": "I have saved it", "remove": "Remove"}}


@pytest.fixture
def sink():
    made = Sink(WECOM_OK)
    yield made
    made.close()


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_a_robot_is_added_tested_and_told(make_pond, browse, sink, axe, width, language, scheme):
    pond, words = make_pond(notify_allow_private="true"), WORDS[language]
    walk(Desk(pond, browse(width, language, scheme)), pond, sink, axe, words, f"{width}-{language[:2]}-{scheme}")


def walk(desk, pond, sink, axe, words, tag):
    desk.open("/robots").sign_in()
    wait_for(lambda: desk.all("h1") and not desk.all(".skeleton"), 20)
    assert axe(desk.driver) == []
    press(desk, words["add"])
    desk.field("name").send_keys(EVIL)
    desk.field("url").send_keys(sink.url())
    assert axe(desk.driver) == []
    shot(desk.driver, f"desk-robots-form-{tag}")
    desk.check_fit()
    press(desk, words["save"], "dialog")
    desk.gone("dialog")
    desk.says(EVIL)
    press(desk, words["test"])
    desk.says(words["sent"])
    assert axe(desk.driver) == []
    desk.find("dialog button").click()
    desk.gone("dialog")
    sink.answer = {"status": 200, "body": b'{"errcode":93000,"errmsg":"invalid webhook url"}'}
    press(desk, words["test"])
    desk.says(words["failed"])
    assert "93000" in desk.text()
    desk.find("dialog button").click()

    pond.stop()
    robot = 1
    put_notices(pond, robot, ["华东3群"])
    ports = {name: pond.urls[plane].split("//")[1] for name, plane in (("listen", "redirect"), ("admin_listen", "admin"), ("public_listen", "public"))}
    pond.start(**ports)
    wait_for(lambda: outbox(pond, state="waiting")[0]["attempts"], 30, 0.1)
    desk.open("/robots")
    press(desk, words["waiting"])
    desk.says("华东3群")
    assert "93000" in desk.text() and axe(desk.driver) == []
    shot(desk.driver, f"desk-robots-{tag}")
    desk.check_fit()
    assert not desk.all("main img, main script")
    sink.answer = WECOM_OK
    press(desk, words["again"])
    desk.says(words["told"])
    wait_for(lambda: outbox(pond, state="sent"), 30, 0.1)


def test_a_secret_that_is_made_is_shown_once(make_pond, browse, axe):
    pond, words = make_pond(), WORDS["en-US"]
    desk = Desk(pond, browse(1280, "en-US"))
    desk.open("/robots").sign_in()
    press(desk, words["add"])
    Select(desk.find("[data-field=kind] select")).select_by_value("webhook")
    desk.field("name").send_keys("program")
    desk.field("url").send_keys("http://127.0.0.1/hook")
    press(desk, words["save"], "dialog")
    desk.says("private")  # what the API refuses stands at its field
    desk.field("url").clear()
    desk.field("url").send_keys("https://hooks.example.com/linkpond/0123456789abcdef")
    press(desk, words["save"], "dialog")
    secret = desk.find("dialog .secret").get_attribute("value")
    assert secret.startswith("whsec_") and axe(desk.driver) == []
    press(desk, words["secret"])
    desk.gone("dialog")
    desk.says("https://hooks.example.com/…cdef")
    assert secret not in desk.driver.page_source
    desk.find("[title='Actions of program']").click()
    press(desk, "Remove")
    press(desk, "Remove", "dialog")
    desk.says("Nobody is told yet")
    assert pond.api("GET", "/robots", 200).json()["total"] == 0
