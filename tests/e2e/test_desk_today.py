# SPDX-License-Identifier: MIT
"""Goal: the page of what needs somebody today mends each thing in its place, says in the navigation how many there are, and is
empty when all is done; in both languages, on a phone too, by axe's rules."""
import pytest
from browser import shot, wait_for
from codes import code_png
from desk import EVIL
from live import at, target
from selenium.webdriver.common.by import By
from test_desk import LOOKS
from test_desk_run import press

WORDS = {"zh-CN": {"extend": "延期", "days": "延长 7 天", "url": "更换网址", "save": "保存", "raise": "增加名额", "more": "增加 50 个", "none": "没有要处理的事"},
         "en-US": {"extend": "Extend", "days": "By 7 days", "url": "Change the address", "save": "Save", "raise": "Raise the limit", "more": "By 50 places",
                   "none": "Nothing to do"}}


def count(desk):
    return [element.text for element in desk.all(".nav-count") if element.is_displayed()]


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_everything_is_mended_where_it_stands(desk, axe, tmp_path, width, language, scheme):
    desk, words = desk(width, language, scheme), WORDS[language]
    pond, link = desk.pond, desk.pond.link(title=EVIL)
    code = tmp_path / "code.png"
    code.write_bytes(code_png("https://weixin.qq.com/g/AwYAAGdhY5kxnVqQ3bW1cVnZ0rTnJmPzKqXxQm8pB0h3x2V7a9sL", tmp_path))
    target(pond, link, url="https://www.example.com/open")
    target(pond, link, url="https://www.example.com/old", name="ended", valid_until=at(hours=-1))
    target(pond, link, kind="qr", name="picture")
    full = target(pond, link, url="https://www.example.com/full", name="full", cap_total=1)
    pond.api("PATCH", f"/links/{link['id']}/targets/{full['id']}", 200, json={"enabled": True})
    fill(pond, link, full)
    desk.open("/today").sign_in()
    wait_for(lambda: len(desk.all(".today-row")) == 3, 20)
    if width > 960:
        wait_for(lambda: count(desk) == ["3"], 20)
    assert axe(desk.driver) == [] and not desk.all("main .target-what img, main script")
    desk.check_fit()
    shot(desk.driver, f"desk-today-{width}-{language[:2]}-{scheme}")

    def pool():
        return {one["name"]: one for one in pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"]}

    press(desk, words["extend"])
    press(desk, words["days"])
    wait_for(lambda: pool()["ended"]["state"] == "open", 20)
    wait_for(lambda: len(desk.all(".today-row")) == 2, 20)
    press(desk, words["raise"])
    press(desk, words["more"])
    wait_for(lambda: pool()["full"]["cap_total"] == 51, 20)
    wait_for(lambda: len(desk.all(".today-row")) == 1, 20)
    desk.driver.find_element(By.CSS_SELECTOR, ".today-row input[type=file]").send_keys(str(code))
    wait_for(lambda: pool()["picture"]["image"], 20)
    desk.says(words["none"])
    assert count(desk) == [] and axe(desk.driver) == []


def fill(pond, link, one):
    """Its places are taken, as everything before it is closed for a moment."""
    path = f"/links/{link['id']}/targets"
    others = [other for other in pond.api("GET", path, 200).json()["items"] if other["id"] != one["id"]]
    for other in others:
        pond.api("PATCH", f"{path}/{other['id']}", 200, json={"enabled": False})
    pond.visit(link["code"])
    wait_for(lambda: any(row["kind"] == "target_full" for row in pond.api("GET", "/today", 200).json()["items"]))
    for other in others:
        pond.api("PATCH", f"{path}/{other['id']}", 200, json={"enabled": True})
