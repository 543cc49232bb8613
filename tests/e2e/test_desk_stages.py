# SPDX-License-Identifier: MIT
"""Goal: the steps that events lead to are chosen and changed in the desk, customers are tagged and sales are told by rules made
there; who may only look sees all of it and can change nothing, and what people wrote stays text."""
import pytest
from browser import click, noise, shot, wait_for
from desk import EVIL
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select
from test_desk import LOOKS


def stages(pond):
    return pond.api("GET", "/stages", 200).json()


def rules(pond, kind):
    return pond.api("GET", f"/{kind}", 200).json()["items"]


def press(desk, where, words):
    click(lambda: [one for one in desk.all(f"{where} .button") if words in (one.text or one.get_attribute("textContent"))])


def select(desk, name, value):
    Select(desk.find(f"dialog [data-field={name}] select")).select_by_value(value)


def send(desk):
    desk.find("dialog button[type=submit]").click()


def rows(desk):
    return desk.driver.execute_script("return [...document.querySelectorAll('.stage-row')].map((one) => one.dataset.stage)")


def test_a_preset_is_chosen_and_a_step_of_ones_own_added(desk):
    desk = desk(1280, "en-US")
    desk.open("/stages").sign_in()
    wait_for(lambda: rows(desk) == ["traffic", "lead", "deal", "service", "repurchase", "referral"], 20)
    desk.says("Deal no. 2")
    press(desk, ".card", "Presets")
    click(lambda: [one for one in desk.all(".menu-item") if "Recruit" in one.text])
    desk.find("dialog .button.main").click()
    wait_for(lambda: rows(desk) == ["recruit", "nurture", "convert", "retain"], 20)
    desk.gone("dialog")
    press(desk, ".card", "Edit stages")
    press(desk, "dialog", "Add a stage")
    desk.type("回访", Keys.TAB, EVIL, Keys.TAB, "deal#3", Keys.ENTER, "my-event", Keys.ENTER)
    desk.find("dialog .stage-edit:last-child .drag-handle").send_keys(Keys.ARROW_UP)
    send(desk)
    desk.gone("dialog")
    wait_for(lambda: rows(desk) == ["recruit", "nurture", "convert", "stage-5", "retain"], 20)
    made = stages(desk.pond)
    assert made["preset"] is None
    step = made["stages"][3]
    assert (step["key"], step["names"]) == ("stage-5", {"zh": "回访", "en": EVIL})
    assert sorted((event["type"], event["nth"]) for event in step["events"]) == [("deal", 3), ("my-event", 1)]
    assert not desk.all("img[src=x]") and not noise(desk.driver)


def test_rules_are_made_and_taken_out(desk):
    desk = desk(1280, "en-US")
    pond = desk.pond
    pond.link(channel="poster", tags=["quote"], title=EVIL, alias="quote")
    desk.open("/stages").sign_in()
    press(desk, ".card", "Add a tag rule")
    desk.says("only inferred")  # which no rule would be matched by
    select(desk, "about", "campaign")
    assert "only inferred" not in desk.text()
    select(desk, "about", "channel")
    desk.field("which").send_keys("nobody")
    desk.field("tag").send_keys("industry=retail")
    send(desk)
    desk.says("Nothing goes by that name.")
    assert desk.find("[data-field=which] .error").text and len(noise(desk.driver)) == 1  # which the browser says of every refusal
    desk.field("which").clear()
    desk.field("which").send_keys("poster")
    send(desk)
    desk.gone("dialog")
    wait_for(lambda: "Who clicked channel poster → industry=retail" in desk.text().replace("\n", " "), 20)
    assert [(rule["channel"], rule["tag"]) for rule in rules(pond, "tag-rules")] == [("poster", "industry=retail")]
    press(desk, ".card", "Add a key event")
    select(desk, "kind", "event")
    desk.field("name").send_keys(EVIL)
    desk.field("which").send_keys("deal")
    send(desk)
    desk.gone("dialog")
    wait_for(lambda: rules(pond, "radar/rules"), 20)
    press(desk, ".radar-rules", "Add a key event")
    desk.field("name").send_keys("quote, thrice")
    select(desk, "about", "tag")
    desk.field("which").send_keys("quote")
    send(desk)
    desk.gone("dialog")
    desk.says("A customer opens links tagged quote 3 times within 7 days")
    made = {rule["name"]: rule for rule in rules(pond, "radar/rules")}
    assert (made[EVIL]["kind"], made[EVIL]["type"], made[EVIL]["days"]) == ("event", "deal", 0)
    assert (made["quote, thrice"]["tag"], made["quote, thrice"]["visits"]) == ("quote", 3)
    press(desk, f".rule-line[data-id='{made[EVIL]['id']}']", "Turn off")
    wait_for(lambda: not next(rule for rule in rules(pond, "radar/rules") if rule["name"] == EVIL)["enabled"], 20)
    press(desk, ".tag-rules .rule-line", "Delete")
    desk.find("dialog .button.bad").click()
    desk.says("No tag rules yet")
    assert rules(pond, "tag-rules") == []
    assert not desk.all("img[src=x]") and not noise(desk.driver)


def test_who_may_only_look_can_change_nothing(desk):
    desk = desk(1280, "en-US")
    pond = desk.pond
    pond.api("POST", "/tag-rules", 201, json={"tag": "buyer", "type": "deal"})
    pond.api("POST", "/radar/rules", 201, json={"name": "bought", "kind": "event", "type": "deal", "days": 0})
    key = pond.api("POST", "/keys", 201, json={"name": "looks", "scopes": ["links:read", "customers:read"]}).json()["key"]
    desk.open("/stages")
    desk.find(".gate .segments button:last-child").click()
    desk.find("input[name=key]").send_keys(key + "\n")
    desk.says("buyer")
    desk.says("bought")
    desk.find(".stage-row")
    assert not desk.driver.find_elements(By.CSS_SELECTOR, ".page .button")


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_it_fits_every_screen(desk, axe, html_check, width, language, scheme):
    desk = desk(width, language, scheme)
    pond, tag = desk.pond, f"{width}-{language[:2]}-{scheme}"
    pond.link(channel="海报-7", alias="quote", title="报价单 " + EVIL)
    desk.open("/stages").sign_in()
    desk.find(".tag-rules .empty")
    desk.check_fit()
    assert not axe(desk.driver)
    pond.api("POST", "/tag-rules", 201, json={"tag": "意向客户", "channel": "海报-7"})
    pond.api("POST", "/tag-rules", 201, json={"tag": "看过报价", "link": "quote"})
    pond.api("POST", "/radar/rules", 201, json={"name": "一周看了三次报价", "kind": "visits", "visits": 3, "days": 7, "link": "quote"})
    pond.api("POST", "/radar/rules", 201, json={"name": "老客户回来了", "kind": "return", "days": 30, "enabled": False})
    desk.open("/stages")
    for there in (".stage-row", ".tag-rules .rule-line", ".radar-rules .rule-line"):
        desk.find(there)
    desk.check_fit()
    shot(desk.driver, f"stages-{tag}")
    assert not axe(desk.driver)
    html = desk.driver.execute_script("return '<!doctype html>' + document.documentElement.outerHTML")
    assert not html_check({"stages": html}, by_browser=True)
    chinese = language == "zh-CN"
    for name, where, words in (("stages-edit", ".card", "编辑阶段" if chinese else "Edit stages"), ("stages-tag", ".tag-rules", "添加标签规则" if chinese else "Add a tag rule"),
                               ("stages-key", ".radar-rules", "添加提醒" if chinese else "Add a key event")):
        press(desk, where, words)
        desk.find("dialog[open]")
        desk.check_fit()
        shot(desk.driver, f"{name}-{tag}")
        assert not axe(desk.driver)
        desk.find("dialog .dialog-head .button").click()
        desk.gone("dialog")
