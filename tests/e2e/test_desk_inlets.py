# SPDX-License-Identifier: MIT
"""Goal: in the desk an address is made that others call with events, with their names of parameters; what is shown once works
when it is pasted, and is nowhere afterwards; the same for WeCom's callback. All of it by axe's rules, in both languages."""
import hashlib
import hmac
import json
import time

import pytest
import requests
from browser import noise, shot, wait_for
from desk import EVIL
from selenium.webdriver.support.ui import Select
from test_desk import LOOKS
from test_desk_run import press
from wecom import WeCom

WORDS = {"zh-CN": {"add": "新建回传地址", "wecom": "新建企业微信回调", "make": "生成地址", "done": "我已保存", "params": "参数名", "never": "还没有收到过", "edit": "修改", "show": "查看填写方法",
                   "pause": "暂停", "paused": "已暂停", "resume": "恢复", "why": "422 内容有误 value: not_a_number", "remove": "删除", "none": "还没有回传地址", "save": "保存", "signed": "仅签名 JSON", "actions": "{} 的操作"},
         "en-US": {"add": "New postback address", "wecom": "New WeCom callback", "make": "Make the address", "done": "I have saved it", "params": "Names of parameters", "never": "Never yet",
                   "edit": "Edit", "show": "How to enter it", "pause": "Pause", "paused": "Paused", "resume": "Resume", "why": "422 refused value: not_a_number", "remove": "Remove", "none": "No postback addresses yet", "save": "Save", "signed": "Signed JSON only", "actions": "Actions of {}"}}


ACT = ("const [name, what] = arguments; const item = [...document.querySelectorAll('.menu-item')].find((one) => one.innerText.trim() === what);"
       "(item || [...document.querySelectorAll('.page button')].find((one) => one.title === name))?.click(); return Boolean(item)")


def act(desk, words, name, what):
    """From the menu of that row, opened once more when the list was drawn anew below it."""
    wait_for(lambda: desk.driver.execute_script(ACT, words["actions"].format(name), words[what]), 20, 0.1)


def copied(desk, name):
    return desk.find(f"dialog [data-copy={name}] code").text


def called(pond, address, path, **marks):
    """The address as a platform calls it: with its own values in the place of the marks, on this machine's listener."""
    query = address.split("?", 1)[1]
    for mark, value in marks.items():
        assert f"{{{mark}}}" in query
        query = query.replace(f"{{{mark}}}", value)
    return requests.get(f"{pond.public}{path}?{query}", timeout=20)


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_an_address_is_made_pasted_called_and_removed(desk, axe, width, language, scheme):
    desk, words, tag = desk(width, language, scheme, public_url="https://go.example.com"), WORDS[language], f"{width}-{language[:2]}-{scheme}"
    pond = desk.pond
    desk.open("/inlets").sign_in()
    desk.says(words["none"])
    assert axe(desk.driver) == []
    press(desk, words["add"])
    desk.field("name").send_keys(EVIL)
    Select(desk.find("[data-field=type] select")).select_by_value("deal")
    desk.find("dialog details summary").click()
    desk.field("param-click_id").send_keys("sub1")
    desk.field("param-value").send_keys("payout")
    desk.field("metadata").send_keys("creative")
    assert axe(desk.driver) == []
    desk.check_fit()
    shot(desk.driver, f"desk-inlets-form-{tag}")
    press(desk, words["make"], "dialog")
    address, secret = copied(desk, "address"), copied(desk, "secret")
    path = address.split("?")[0].removeprefix("https://go.example.com")
    assert path.startswith("/-/postback/") and len(secret) > 30
    assert address.split("?")[1] == "sub1={click_id}&event_id={event_id}&payout={value}&phone={phone}&creative={creative}"
    assert axe(desk.driver) == []
    desk.check_fit()
    shot(desk.driver, f"desk-inlets-made-{tag}")
    press(desk, words["done"])
    desk.gone("dialog")
    desk.says(words["never"])
    assert path not in desk.driver.page_source and secret not in desk.driver.page_source

    link = pond.link(click_id_param="lp")
    click = pond.visit(link["code"]).headers["Location"].split("lp=")[1][:22]
    reply = called(pond, address, path, click_id=click, event_id="A-1", value="128.50", phone="13800138000", creative="video-3")
    assert reply.status_code == 200, reply.text
    event = pond.api("GET", "/events", 200, params={"event_id": "A-1"}).json()["items"][0]
    assert (event["type"], event["value"], event["currency"], event["metadata"]) == ("deal", 12850, "CNY", {"creative": "video-3"})
    wait_for(lambda: pond.api("GET", "/postbacks", 200).json()["items"][0]["heard_at"], 20)
    desk.open("/inlets").find("[data-kind=postback] tbody tr")
    assert words["never"] not in desk.text()
    act(desk, words, EVIL, "show")
    assert copied(desk, "address").startswith(f"https://go.example.com{path[:18]}…?sub1=")
    desk.find("dialog .dialog-head button").click()
    desk.gone("dialog")
    shot(desk.driver, f"desk-inlets-{tag}")
    desk.check_fit()
    assert axe(desk.driver) == [] and not desk.all("main img, main script")

    assert called(pond, address, path, value="much", phone="13900139000").status_code == 422
    wait_for(lambda: pond.api("GET", "/postbacks", 200).json()["items"][0]["last_error"], 20)
    desk.open("/inlets").says(words["why"])
    assert "13900139000" not in desk.driver.page_source
    act(desk, words, EVIL, "pause")
    wait_for(lambda: words["paused"] in desk.texts("[data-kind=postback] .badge"), 20)
    assert called(pond, address, path, event_id="A-2").status_code == 410
    shot(desk.driver, f"desk-inlets-paused-{tag}")
    desk.check_fit()
    assert axe(desk.driver) == []
    act(desk, words, EVIL, "resume")
    wait_for(lambda: not desk.texts("[data-kind=postback] .badge"), 20)
    assert called(pond, address, path, click_id=click, event_id="A-2", value="1", phone="13800138000").status_code == 200

    act(desk, words, EVIL, "edit")
    assert desk.field("param-click_id").get_attribute("value") == "sub1" and desk.field("metadata").get_attribute("value") == "creative"
    desk.field("param-value").clear()
    press(desk, words["save"], "dialog")
    desk.gone("dialog")
    row = pond.api("GET", "/postbacks", 200).json()["items"][0]
    assert (row["params"]["value"], row["params"]["click_id"], row["params"]["metadata"], row["type"]) == ("value", "sub1", ["creative"], "deal")
    act(desk, words, EVIL, "remove")
    press(desk, words["remove"], "dialog")
    desk.says(words["none"])
    assert requests.get(f"{pond.public}{path}?value=1", timeout=20).status_code == 404
    assert not noise(desk.driver)


def test_one_that_takes_signed_events_says_how_they_are_signed(desk, axe):
    desk, words = desk(1280, "en-US"), WORDS["en-US"]
    pond = desk.pond
    off = pond.api("POST", "/postbacks", 201, json={"name": "shop", "params": {"phone": None, "email": "mail"}}).json()
    desk.open("/inlets").sign_in()
    desk.says("public_url is not set")
    press(desk, words["add"])
    desk.field("name").send_keys("shop")
    desk.find("dialog [data-field=signed] input").click()
    press(desk, words["make"], "dialog")
    desk.says("Another postback has that name")  # what the API refuses stands at its field
    desk.field("name").send_keys(" two")
    press(desk, words["make"], "dialog")
    address, secret = copied(desk, "plain"), copied(desk, "secret")
    assert "Linkpond-Signature" in desk.find("dialog pre").text and axe(desk.driver) == []
    press(desk, words["done"])
    desk.says(words["signed"])
    body, now = json.dumps({"type": "lead", "event_id": "S-1"}), str(int(time.time()))
    signature = hmac.new(secret.encode(), f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
    reply = requests.post(pond.public + "/-/" + address.split("/-/")[1], data=body, timeout=20,
                          headers={"Content-Type": "application/json", "Linkpond-Timestamp": now, "Linkpond-Signature": signature})
    assert reply.status_code == 200, reply.text

    act(desk, words, "shop", "edit")  # what the API switched off stays so
    press(desk, words["save"], "dialog")
    desk.gone("dialog")
    stored = next(row for row in pond.api("GET", "/postbacks", 200).json()["items"] if row["id"] == off["id"])
    assert stored["params"]["phone"] is None and stored["params"]["email"] == "mail" and stored["amounts"] == "minor"
    assert ["409" in line["message"] for line in noise(desk.driver)] == [True]


def test_wecom_is_answered_with_what_the_desk_made(desk, axe):
    desk, words = desk(1280, "zh-CN"), WORDS["zh-CN"]
    pond = desk.pond
    pond.api("POST", "/users", 201, json={"key": "wang", "role": "editor"})
    desk.open("/inlets").sign_in()
    press(desk, words["wecom"])
    desk.field("name").send_keys("总部")
    desk.field("receiver").send_keys("ww5823bf96d3bd56c7")
    desk.field("members").send_keys("zhangsan wang")
    press(desk, words["make"], "dialog")
    desk.says("每行应为")
    desk.field("members").clear()
    desk.field("members").send_keys("zhangsan = wang")
    assert axe(desk.driver) == []
    press(desk, words["make"], "dialog")
    address, token, aes_key = (copied(desk, name) for name in ("address", "token", "aes_key"))
    assert axe(desk.driver) == []
    shot(desk.driver, "desk-inlets-wecom-made")
    press(desk, words["done"])
    wecom = WeCom(pond.public + "/-/" + address.split("/-/")[1], "ww5823bf96d3bd56c7", token, aes_key)
    assert wecom.verify("4242").text == "4242"
    assert wecom.send(wecom.contact("add_external_contact", external="wmA")).text == "success"
    assert wait_for(lambda: pond.api("GET", "/events", 200, params={"type": "add_friend"}).json()["items"], 20)[0]["owner"] == "wang"

    act(desk, words, "总部", "edit")
    desk.field("name").send_keys("一部")
    press(desk, words["save"], "dialog")
    desk.says("总部一部")
    assert wecom.verify("4243").text == "4243"  # nothing entered: token and key stay
    act(desk, words, "总部一部", "remove")
    press(desk, words["remove"], "dialog")
    desk.says("还没有企业微信回调")
    assert wecom.verify().status_code == 404 and not noise(desk.driver)
