# SPDX-License-Identifier: MIT
"""Goal: the pool of a live code is run from its link's page: what is full, ending or out of order is seen and mended where it
stands, by mouse, finger or keys, and taken back when it was a mistake; and its reports say what became of whom.
"""
from datetime import datetime, timedelta, timezone

import pytest
from browser import noise, shot, wait_for
from desk import EVIL
from live import group_code, target
from pond import SAFARI, WECHAT
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

LOOKS = [(1280, "zh-CN", "light"), (1280, "en-US", "dark"), (360, "zh-CN", "dark"), (360, "en-US", "light")]


def pool_of(pond, link):
    return pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"]


def named(pond, link, name):
    return next(one for one in pool_of(pond, link) if one["name"] == name)


def later(**span):
    return (datetime.now(timezone.utc) + timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def three(pond, **fields):
    link = pond.link(title="门店海报")
    for name in "甲乙丙":
        target(pond, link, url=f"https://www.example.com/{ord(name)}", name=name, **fields)
    return link


def open_pool(desk, link):
    desk.open(f"/links/{link['id']}").sign_in()
    desk.find(".target")
    return desk


def row(desk, name):
    return next(one for one in desk.all(".target") if one.find_element(By.CSS_SELECTOR, ".strong").text == name)


def order(desk):
    return desk.driver.execute_script("return [...document.querySelectorAll('.target .strong')].map(e => e.textContent)")


def edit(desk, name, label, keys):
    """A value is pressed and typed over."""
    box = next(one for one in row(desk, name).find_elements(By.CSS_SELECTOR, ".inline-value") if label in one.get_attribute("aria-label"))
    desk.driver.execute_script("arguments[0].focus()", box)
    desk.type(Keys.ENTER)
    desk.driver.switch_to.active_element.send_keys(Keys.CONTROL, "a")
    desk.type(Keys.NULL)
    desk.type(keys, Keys.ENTER)


@pytest.mark.parametrize("width,language,scheme", LOOKS)
def test_the_pool_says_what_is_full_and_when_it_ends(desk, axe, tmp_path, width, language, scheme):
    desk = desk(width, language, scheme)
    pond, link = desk.pond, desk.pond.link()
    image = group_code(pond, tmp_path)["id"]
    target(pond, link, kind="qr", image=image, name="A", cap_total=200, cap_day=3, cap_hour=2, valid_until=later(hours=5, minutes=30), staff="admin")
    target(pond, link, kind="staff", image=image, name="B", valid_from=later(days=2), weight=3)
    target(pond, link, url="https://www.example.com/c", name=EVIL[:100], title=EVIL, enabled=False)
    for _ in range(2):
        pond.visit(link["code"], ua=WECHAT)
    wait_for(lambda: named(pond, link, "A")["figures"]["shown"] == 2, 20)
    open_pool(desk, link)
    bars = [(bar.get_attribute("max"), bar.get_attribute("value")) for bar in desk.all(".target:first-child progress")]
    assert bars == [("200", "2"), ("3", "2"), ("2", "2")]
    words = desk.find(".target:first-child").text
    assert ("本小时已满" if language == "zh-CN" else "Full for this hour") in words
    assert ("5 小时 " if language == "zh-CN" else "5 h ") in words and desk.all(".target:first-child .ends.soon")
    assert ("1 天 2" if language == "zh-CN" else "1 d 2") in desk.all(".target")[1].text or ("2 天 0" if language == "zh-CN" else "2 d 0") in desk.all(".target")[1].text
    assert desk.all("img[src=x]") == []
    desk.check_fit()
    shot(desk.driver, f"desk-pool-{width}-{language}-{scheme}")
    assert axe(desk.driver) == []
    assert noise(desk.driver) == []


def test_values_are_changed_where_they_stand_and_taken_back(desk):
    desk = desk(1280, "zh-CN")
    link = three(desk.pond, cap_total=10)
    open_pool(desk, link)
    edit(desk, "甲", "总名额", "250")
    wait_for(lambda: named(desk.pond, link, "甲")["cap_total"] == 250, 20)
    desk.find(".toast button").click()
    wait_for(lambda: named(desk.pond, link, "甲")["cap_total"] == 10, 20)
    wait_for(lambda: desk.driver.execute_script("return [...document.querySelectorAll('.fill .num')].map(e => e.textContent)") == ["0 / 10"] * 3, 20)
    edit(desk, "乙", "权重", "7")
    wait_for(lambda: named(desk.pond, link, "乙")["weight"] == 7, 20)
    desk.says("权重 7")
    edit(desk, "丙", "总名额", Keys.BACKSPACE)
    wait_for(lambda: named(desk.pond, link, "丙")["cap_total"] is None, 20)
    assert noise(desk.driver) == []


def test_what_is_no_number_is_not_stored_and_escape_gives_up(desk):
    desk = desk(1280, "en-US")
    link = three(desk.pond)
    open_pool(desk, link)
    edit(desk, "甲", "Weight", "101")
    assert desk.driver.switch_to.active_element.get_attribute("value") == "101"
    desk.type(Keys.ESCAPE)
    wait_for(lambda: desk.driver.switch_to.active_element.get_attribute("class") == "inline-value", 20)
    assert [one["weight"] for one in pool_of(desk.pond, link)] == [1, 1, 1]


def test_rows_are_put_in_order_by_drag_and_by_keys_and_taken_back(desk):
    desk = desk(1280, "zh-CN")
    link = three(desk.pond)
    open_pool(desk, link)
    handle = row(desk, "丙").find_element(By.CSS_SELECTOR, ".drag-handle")
    ActionChains(desk.driver).click_and_hold(handle).move_to_element(row(desk, "乙")).move_to_element(row(desk, "甲")).release().perform()
    wait_for(lambda: [one["name"] for one in pool_of(desk.pond, link)] == ["丙", "甲", "乙"], 20)
    wait_for(lambda: order(desk) == ["丙", "甲", "乙"], 20)
    desk.find(".toast button").click()
    wait_for(lambda: [one["name"] for one in pool_of(desk.pond, link)] == ["甲", "乙", "丙"], 20)
    wait_for(lambda: order(desk) == ["甲", "乙", "丙"], 20)
    desk.driver.execute_script("arguments[0].focus()", row(desk, "甲").find_element(By.CSS_SELECTOR, ".drag-handle"))
    desk.type(Keys.ARROW_DOWN)
    wait_for(lambda: order(desk) == ["乙", "甲", "丙"], 20)
    wait_for(lambda: "drag-handle" in (desk.driver.switch_to.active_element.get_attribute("class") or ""), 20)  # it goes along
    desk.type(Keys.ARROW_DOWN)
    wait_for(lambda: [one["name"] for one in pool_of(desk.pond, link)] == ["乙", "丙", "甲"], 20)


def test_a_phone_is_offered_its_camera(desk, tmp_path):
    desk = desk(360, "zh-CN")
    link, image = desk.pond.link(), group_code(desk.pond, tmp_path)["id"]
    target(desk.pond, link, kind="qr", image=image, name="群")
    open_pool(desk, link)
    plain, camera = desk.all(".target-place input[type=file]")
    assert (plain.get_attribute("capture"), camera.get_attribute("capture")) == (None, "environment")
    desk.find(".target-acts [aria-haspopup]").click()
    assert "拍照更换" in desk.find(".target-acts .popup").text


# ---- reports ---------------------------------------------------------------------------------------------------------

def told(desk):
    """What happened: two channels, two colleagues, one press less than shown, some joined."""
    pond = desk.pond
    pond.api("POST", "/users", 201, json={"key": "wang", "name": EVIL[:60], "role": "editor"})
    link = pond.link(title="海报")
    a = target(pond, link, url="https://www.example.com/a", name="甲", staff="wang", cap_total=2)
    target(pond, link, url="https://www.example.com/b", name="乙")
    for channel in ("poster", "poster", "stand"):
        pond.visit(f"{link['code']}?lp_ch={channel}", ua=SAFARI)
    pond.api("POST", f"/links/{link['id']}/targets/{a['id']}/joined", 200, json={"count": 1, "channel": "stand"})
    wait_for(lambda: pond.api("GET", "/stats/targets", 200).json()["totals"]["shown"] == 3, 20)
    return link


def cells(desk):
    return [[cell.text for cell in line.find_elements(By.CSS_SELECTOR, "td")] for line in desk.all(".targets-table tbody tr")]


@pytest.mark.parametrize("width,language,scheme", LOOKS)
def test_reports_say_what_became_of_whom(desk, axe, width, language, scheme):
    desk = desk(width, language, scheme)
    link = told(desk)
    desk.open("/targets").sign_in()
    desk.find(".targets-table")
    found = {}
    for i, by in enumerate(("target", "channel", "staff", "link")):
        desk.all(".targets-ways .segments")[0].find_elements(By.TAG_NAME, "button")[i].click()
        wait_for(lambda by=by: desk.pond and ("by=" + by in desk.driver.current_url or by == "target") and desk.all(".targets-report .stack:not([aria-busy]) .targets-table"), 20)
        found[by] = {line[0]: line[1:4] for line in cells(desk)}
    nobody, none = ("未指定员工", "无渠道") if language == "zh-CN" else ("Nobody", "No channel")
    assert found["target"] == {"甲": ["2", "0", "1"], "乙": ["1", "0", "0"]}
    assert found["channel"] == {"poster": ["2", "0", "0"], "stand": ["1", "0", "1"]} and none not in found["channel"]
    assert found["staff"] == {EVIL[:60]: ["2", "0", "1"], nobody: ["1", "0", "0"]}
    assert found["link"] == {"海报": ["3", "0", "1"]}
    assert desk.all("img[src=x]") == []
    for i in range(3):
        desk.all(".targets-ways .segments")[1].find_elements(By.TAG_NAME, "button")[i].click()
        desk.find(".targets-report .table-box" if i == 0 else ".targets-report canvas")
        desk.check_fit()
        assert axe(desk.driver) == []
    desk.open(f"/links/{link['id']}").find(".targets-report .targets-table")
    assert {line[0]: line[1:4] for line in cells(desk)} == found["target"]
    desk.check_fit()
    assert noise(desk.driver) == []


def test_a_report_is_saved_as_a_file_that_runs_nothing(desk, tmp_path):
    desk = desk(1280, "zh-CN")
    link = desk.pond.link()
    target(desk.pond, link, url="https://www.example.com/a", name="=HYPERLINK(\"x\")")
    desk.pond.visit(link["code"], ua=SAFARI)
    wait_for(lambda: desk.pond.api("GET", "/stats/targets", 200).json()["totals"]["shown"] == 1, 20)
    desk.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path), "eventsEnabled": False})
    desk.open("/targets").sign_in()
    desk.find(".targets-table")
    desk.find(".targets-report [data-csv]").click()
    file = tmp_path / "targets-by-target.csv"
    wait_for(file.exists, 20)
    wait_for(lambda: file.read_bytes().count(b"\r\n") == 2, 20)
    head, line, _ = file.read_bytes().decode("utf-8-sig").split("\r\n")
    assert head.startswith('"子码","展示次数","访问人数","长按次数","入群人数","退群人数","上期展示次数"') and line.startswith("\"'=HYPERLINK(\"\"x\"\")\",1,")
