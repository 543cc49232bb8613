# SPDX-License-Identifier: MIT
"""Goal: one landing page becomes fifty links in the time it takes to paste fifty names, each with a QR code that leads where it
says; what was refused is put right at its row; asked for again nothing is made twice; what was pasted is text and no more.
"""
import csv
import zipfile

import pytest
from browser import noise, shot, wait_for
from desk import EVIL
from pictures import decoded
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

LOOKS = [(360, "zh-CN", "light"), (1280, "zh-CN", "dark"), (360, "en-US", "dark"), (1280, "en-US", "light")]
URL = "https://www.example.com/landing?from=a"
PASTE = """const box = document.activeElement; box.value = arguments[0];
box.dispatchEvent(new Event('paste', {bubbles: true})); box.dispatchEvent(new Event('input', {bubbles: true}));"""


def paste(desk, text):
    """As a person does: the text is there at once."""
    desk.driver.execute_script(PASTE, text)


def active(desk):
    return desk.driver.execute_script("return document.activeElement.name || document.activeElement.textContent")


def fan_out(desk, text, url=URL):
    """From the page's first moment, by keys alone."""
    wait_for(lambda: active(desk) == "url")
    paste(desk, url)
    desk.type(Keys.ENTER)
    wait_for(lambda: active(desk) == "places")
    paste(desk, text)


def send(desk):
    desk.type(Keys.CONTROL, Keys.ENTER)


def downloads(desk, folder):
    desk.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})


def saved(folder, ending):
    """The file once it is whole: the browser takes its name first, with nothing in it."""
    return wait_for(lambda: [path for path in folder.glob(f"*{ending}") if path.stat().st_size > 0], 60)[0]


def button(desk, words):
    return wait_for(lambda: desk.driver.find_elements(By.XPATH, f"//main//*[contains(@class, 'button')][contains(., '{words}')]"), 20)[0]


def test_fifty_groups_become_fifty_codes_that_lead_to_their_links(desk, tmp_path):
    desk = desk(1280, "zh-CN")
    downloads(desk, tmp_path)
    desk.open("/fan-out").sign_in()
    fan_out(desk, "\n".join(f"华东{i}群" for i in range(1, 51)))
    send(desk)
    desk.says("已生成 50 条短链")
    wait_for(lambda: active(desk) == "复制全部")  # the next key copies them
    links = {link["title"]: link["short_url"] for link in desk.pond.api("GET", "/links?limit=100", 200).json()["items"]}
    assert len(links) == 50 and set(links) == {f"华东{i}群" for i in range(1, 51)}

    button(desk, "下载全部二维码").click()
    with zipfile.ZipFile(saved(tmp_path, ".zip")) as archive:
        pictures = [name for name in archive.namelist() if name.endswith(".png")]
        assert len(pictures) == 50
        for name in pictures:
            place = name.removesuffix(".png")
            assert decoded(archive.read(name), tmp_path).split("?")[0] == links[place]
    button(desk, "下载 CSV").click()
    rows = list(csv.DictReader(saved(tmp_path, ".csv").read_text("utf-8-sig").splitlines()))
    assert {row["place"]: row["short_url"] for row in rows} == links
    assert noise(desk.driver) == []


class Hands:
    """A person at the page, who pastes and presses keys, and counts it."""

    def __init__(self, desk):
        self.desk, self.actions = desk, 0

    def paste(self, text):
        self.actions += 1
        paste(self.desk, text)

    def press(self, *keys):
        self.actions += 1
        self.desk.type(*keys)


def test_fifty_groups_with_their_channels_templates_take_five_actions(desk):
    """Paste, Enter, paste, Ctrl+Enter, Enter: the links are made, have the values of their channels, and are on the clipboard.
    (The guide says how long a person takes for them.)"""
    desk = desk(1280, "zh-CN")
    names = [f"华东{i}群" for i in range(1, 51)]
    for name in names:
        desk.pond.api("POST", "/channels", 201, json={"key": name, "channel_group": "社群", "utm_template": {"utm_source": "wechat", "utm_medium": "group"}})
    desk.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": desk.pond.admin})
    desk.open("/fan-out").sign_in()
    hands = Hands(desk)
    wait_for(lambda: active(desk) == "url")
    hands.paste(URL)
    hands.press(Keys.ENTER)
    wait_for(lambda: active(desk) == "places")
    hands.paste("\n".join(names))
    hands.press(Keys.CONTROL, Keys.ENTER)
    wait_for(lambda: active(desk) == "复制全部", 20)
    hands.press(Keys.ENTER)
    desk.says("已复制")
    copied = desk.driver.execute_async_script("const done = arguments[0]; navigator.clipboard.readText().then(done, (error) => done(String(error)))")
    links = desk.pond.api("GET", "/links?limit=100", 200).json()["items"]
    assert len(links) == 50 and all(link["short_url"] in copied and link["title"] in copied for link in links)
    assert {(link["utm_source"], link["utm_medium"]) for link in links} == {("wechat", "group")}
    assert hands.actions == 5


def test_asked_for_again_nothing_is_made_twice(desk):
    desk = desk(1280, "zh-CN")
    desk.open("/fan-out").sign_in()
    fan_out(desk, "甲群\n乙群")
    send(desk)
    desk.says("已生成 2 条短链")
    button(desk, "返回修改").click()
    wait_for(lambda: active(desk) == "places")
    paste(desk, "甲群\n乙群\n丙群")
    desk.says("2 条已存在")  # before it is sent
    send(desk)
    desk.says("已生成 1 条短链，2 条已存在")
    assert desk.pond.api("GET", "/links", 200).json()["total"] == 3


def test_a_table_without_column_names_gets_the_usual_ones(desk):
    desk = desk(1280, "zh-CN")
    desk.open("/fan-out").sign_in()
    fan_out(desk, "华东1群\t华东\t上海\t\t甲公司\n华东2群\t华东\t杭州\t\t乙公司")
    wait_for(lambda: desk.field("places").get_attribute("value").startswith("群名\t区域\t位置\t负责人\t客户\n"))
    send(desk)
    desk.says("已生成 2 条短链")
    links = {link["channel"]: link["customer"] for link in desk.pond.api("GET", "/links", 200).json()["items"]}
    assert links == {"华东1群": "甲公司", "华东2群": "乙公司"}
    assert desk.pond.api("GET", "/channels/华东2群", 200).json()["location"] == "杭州"


def test_a_column_that_is_not_read_is_told_before_anything_is_made(desk):
    desk = desk(1280, "zh-CN")
    desk.open("/fan-out").sign_in()
    fan_out(desk, "群名\t群主微信\t别名\n甲群\twx_1\tspring-a")
    desk.says("这些列没有读取：群主微信。")
    assert "spring-a" in desk.find(".preview-rows").text


def test_a_refused_row_is_put_right_where_it_stands(desk):
    desk = desk(1280, "zh-CN")
    desk.open("/fan-out").sign_in()
    fan_out(desk, "群名\t后缀\n甲群\tspring-a\n乙群\t-\n丙群\tspring-c")
    send(desk)
    desk.says("1 行没有生成")
    desk.says("第 2 行")
    assert "已生成 2 条短链" in desk.text()
    box = desk.find(".fan-wrong input")
    box.clear()
    desk.driver.execute_script("arguments[0].focus()", box)
    paste(desk, "乙群\tspring-b")
    desk.type(Keys.ENTER)
    desk.says("已生成 3 条短链")
    assert desk.all(".fan-wrong") == []
    assert {link["alias"] for link in desk.pond.api("GET", "/links", 200).json()["items"]} == {"spring-a", "spring-b", "spring-c"}


def test_channels_that_are_there_are_chosen_by_their_group(desk):
    desk = desk(1280, "en-US")
    for i in range(3):
        desk.pond.api("POST", "/channels", 201, json={"key": f"chat{i}", "name": f"Chat {i}", "channel_group": "chats"})
    desk.pond.api("POST", "/channels", 201, json={"key": "kol", "channel_group": "KOL"})
    desk.open("/fan-out").sign_in()
    fan_out(desk, "")
    button(desk, "Choose channels").click()
    wait_for(lambda: len(desk.all(".pick-group")) == 2)
    desk.find(".pick-group:first-child input").click()
    shot(desk.driver, "desk-fan-pick-1280-en-light")
    desk.find("dialog .button.main").click()
    desk.gone("dialog")
    assert desk.field("places").get_attribute("value") == "Chat 0\nChat 1\nChat 2"
    desk.find("form .button.main").click()
    desk.says("3 links made")
    assert {link["channel"] for link in desk.pond.api("GET", "/links", 200).json()["items"]} == {"chat0", "chat1", "chat2"}


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_how_it_looks(desk, width, language, scheme):
    desk = desk(width, language, scheme)
    tag = f"{width}-{language[:2]}-{scheme}"
    desk.open("/fan-out").sign_in()
    wait_for(lambda: active(desk) == "url")
    shot(desk.driver, f"desk-fan-empty-{tag}")
    fan_out(desk, "name,utm_content,alias\n" + "\n".join(f"{EVIL[:34].replace(chr(34), '')}{i},group-{i},{'-' if i == 3 else ''}" for i in range(1, 9)))
    wait_for(lambda: len(desk.all(".preview-rows li")) == 5)
    assert "<img src=x onerror=alert(1)>" in desk.text()
    shot(desk.driver, f"desk-fan-preview-{tag}")
    desk.check_fit()
    desk.field("places").send_keys(Keys.CONTROL, Keys.ENTER)
    desk.find(".fan-table")
    assert desk.all("img[src=x]") == [] and desk.all("body script") == []
    assert "<img src=x onerror=alert(1)>" in desk.text()
    shot(desk.driver, f"desk-fan-made-{tag}")
    desk.check_fit()
    assert noise(desk.driver) == []


def test_who_only_reads_makes_nothing(desk):
    desk = desk(1280, "en-US")
    desk.pond.key = desk.pond.api("POST", "/keys", 201, json={"name": "r", "scopes": ["links:read"]}).json()["key"]
    desk.open("/fan-out").sign_in()
    desk.says("You may not do this")
    assert desk.all("form [name=places]") == [] and desk.all("a[href='/desk/fan-out']") == []
