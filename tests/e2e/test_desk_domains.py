# SPDX-License-Identifier: MIT
"""Goal: in the desk a domain is marked blocked, a destination denied, and many links are led elsewhere and back, each seen
beforehand; all of it by axe's rules, in both languages."""
import pytest
from browser import shot, wait_for
from desk import EVIL, Desk
from selenium.webdriver.support.ui import Select
from test_desk import LOOKS
from test_desk_run import press

WORDS = {"zh-CN": {"mark": "标记", "save": "保存", "blocked": "已封", "add": "添加", "denied": "已加入", "start": "批量修改", "preview": "预览", "go": "修改 3 条",
                   "finished": "已修改 3 条短链", "undo": "撤销", "undone": "已恢复 3 条"},
         "en-US": {"mark": "Mark", "save": "Save", "blocked": "Blocked", "add": "Add", "denied": "is on the list", "start": "Lead links elsewhere",
                   "preview": "See what would happen", "go": "Change 3 links", "finished": "3 links changed", "undo": "Take back", "undone": "3 links lead where they did"}}


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_domains_destinations_and_many_links_elsewhere(make_pond, browse, axe, width, language, scheme):
    pond, words = make_pond(), WORDS[language]
    pond.api("POST", "/domains", 201, json={"host": "shut.test", "shareable": False})
    links = [pond.link(f"https://old.example/{i}", title=EVIL) for i in range(3)]
    desk = Desk(pond, browse(width, language, scheme))
    tag = f"{width}-{language[:2]}-{scheme}"
    walk_domain(desk, pond, axe, words, tag)
    walk_repoint(desk, pond, links, axe, words, tag)
    walk_destination(desk, pond, links, axe, words, tag)


def ready(desk):
    wait_for(lambda: desk.all("h1") and not desk.all(".skeleton"), 20)


def walk_domain(desk, pond, axe, words, tag):
    desk.open("/domains/s.test").sign_in()
    ready(desk)
    assert axe(desk.driver) == []
    press(desk, words["mark"])
    Select(desk.find("dialog [data-field=state] select")).select_by_value("blocked")
    desk.field("note").send_keys(EVIL)
    assert axe(desk.driver) == []
    press(desk, words["save"], "dialog")
    desk.gone("dialog")
    desk.says(words["blocked"])
    desk.says(EVIL)
    desk.check_fit()
    shot(desk.driver, f"desk-domain-{tag}")
    assert pond.api("GET", "/domains/s.test", 200).json()["blocks"][0]["state"] == "blocked"


def walk_repoint(desk, pond, links, axe, words, tag):
    desk.open("/repoints")
    ready(desk)
    press(desk, words["start"])
    closed = [option for option in Select(desk.find("dialog [data-field=domain] select")).options if option.get_attribute("value") == "shut.test"]
    assert len(closed) == 1 and not closed[0].is_enabled() and closed[0].get_attribute("textContent") != "shut.test"
    desk.field("from_host").send_keys("old.example")
    desk.field("target").send_keys("new.example")
    press(desk, words["preview"], "dialog")
    desk.says("https://new.example/0")
    assert axe(desk.driver) == []
    shot(desk.driver, f"desk-repoint-{tag}")
    assert pond.visit(links[0]["code"]).headers["Location"] == "https://old.example/0"
    press(desk, words["go"], "dialog")
    desk.gone("dialog")
    desk.says(words["finished"])
    assert pond.visit(links[0]["code"]).headers["Location"] == "https://new.example/0"
    desk.check_fit()
    press(desk, words["undo"], "main")
    press(desk, words["undo"], "dialog")
    desk.says(words["undone"])
    assert pond.visit(links[0]["code"]).headers["Location"] == "https://old.example/0"


def walk_destination(desk, pond, links, axe, words, tag):
    desk.open("/destinations")
    ready(desk)
    assert axe(desk.driver) == []
    press(desk, words["add"])
    desk.field("pattern").send_keys("https://old.example/x")
    press(desk, words["add"], "dialog")
    wait_for(lambda: len(desk.all("dialog")) == 2, 10)
    press(desk, words["add"], "dialog[last()]")
    desk.says(words["denied"])
    assert pond.visit(links[0]["code"]).status_code == 410
    assert axe(desk.driver) == []
    desk.check_fit()
    shot(desk.driver, f"desk-destinations-{tag}")
