# SPDX-License-Identifier: MIT
"""Goal: a code looks as its reader wants it as long as phones can read it, is saved under the name of its place, and many of
them go into one file or onto pages to print.
"""
import base64
import re
import zipfile

import pytest
from browser import click, noise, shot, wait_for
from pictures import decoded, png, png_size
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

LOOKS = [(360, "zh-CN", "light"), (1280, "zh-CN", "dark"), (360, "en-US", "dark"), (1280, "en-US", "light")]
A4, LETTER = (8.27, 11.69), (8.5, 11)
SET = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}));"


def downloads(desk, folder):
    desk.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})


def saved(folder, pattern):
    return wait_for(lambda: [path for path in folder.glob(pattern) if path.suffix != ".crdownload"], 60)[0]


def open_panel(desk, link):
    desk.open(f"/links/{link['id']}").sign_in()
    click(lambda: desk.driver.find_elements(By.XPATH, "//*[contains(@class, 'qr-card')]//button[contains(., '样式') or contains(., 'Style')]"))
    desk.find(".qr-picture img")


def shown(desk, css=".qr-picture img"):
    """The address of the picture, which is another element after each change."""
    return desk.driver.execute_script("return document.querySelector(arguments[0])?.src || ''", css)


def pages(desk, width, height):
    """How many sheets of paper (inches) the page takes."""
    paper = {"paperWidth": width, "paperHeight": height, "printBackground": True, "preferCSSPageSize": False}
    return len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(desk.driver.execute_cdp_cmd("Page.printToPDF", paper)["data"])))


def choose(desk, name, value):
    Select(desk.find(f"dialog [name={name}]")).select_by_value(value)


def colour(desk, name, value):
    desk.driver.execute_script(SET, desk.find(f"dialog [name={name}]"), value)


def test_a_code_in_colours_with_its_place_is_saved_and_leads_to_its_link(desk, tmp_path):
    desk = desk(1280, "zh-CN")
    downloads(desk, tmp_path)
    link = desk.pond.link(url="https://www.example.com/a", channel="华东3群", alias="east3")
    open_panel(desk, link)
    colour(desk, "dark", "#1a3c6e")
    choose(desk, "caption", "1")
    wait_for(lambda: "caption=1" in shown(desk) and "dark=%231a3c6e" in shown(desk))
    desk.find("dialog .button.main").click()
    image = saved(tmp_path, "华东3群*.png").read_bytes()
    assert decoded(image, tmp_path).split("?")[0] == link["short_url"]
    width, height = png_size(image)
    assert width == 1024 and height > 1024  # the text stands below
    desk.driver.refresh()  # the next code looks the same
    wait_for(lambda: "1a3c6e" in shown(desk, ".qr-card img"))
    assert noise(desk.driver) == []


@pytest.mark.parametrize("dark, light, words", [("#777777", "#999999", "太接近"), ("#ffffff", "#000000", "比背景色浅")])
def test_colours_no_phone_can_read_are_refused_before_the_server_is_asked(desk, dark, light, words):
    desk = desk(1280, "zh-CN")
    open_panel(desk, desk.pond.link(alias="east3"))
    colour(desk, "dark", dark)
    colour(desk, "light", light)
    wait_for(lambda: words in desk.find("dialog .notice.bad").text)
    assert all(not one.is_enabled() for one in desk.all(".dialog-foot button"))
    assert noise(desk.driver) == []  # a 422 would have been logged


def test_ticked_links_are_packed_and_printed(desk, tmp_path):
    desk = desk(1280, "en-US")
    downloads(desk, tmp_path)
    links = [desk.pond.link(url=f"https://www.example.com/{i}", channel=f"group {i}", alias=f"g{i}") for i in range(3)]
    desk.open("/links").sign_in()
    desk.find("thead .tick").click()
    more = desk.find(".bulk-bar").find_element(By.XPATH, ".//button[contains(., 'More')]")
    more.click()
    desk.driver.find_element(By.XPATH, "//*[@role='menuitem'][contains(., 'Download QR')]").click()
    with zipfile.ZipFile(saved(tmp_path, "*.zip")) as archive:
        for link in links:
            assert decoded(archive.read(f"{link['channel']}.png"), tmp_path).split("?")[0] == link["short_url"]
    more.click()
    desk.driver.find_element(By.XPATH, "//*[@role='menuitem'][contains(., 'Print QR')]").click()
    choose(desk, "per_page", "2")
    desk.driver.get(desk.find("dialog .button.main").get_attribute("href"))
    assert len(desk.all("figure svg")) == 3 and len(desk.all(".sheet")) == 2
    assert pages(desk, *A4) == 2 and pages(desk, *LETTER) == 2  # no empty ones between
    shot(desk.driver, "desk-qr-sheet-1280-en-light")
    assert noise(desk.driver) == []


def test_a_logo_is_given_once_and_the_code_still_leads_to_its_link(desk, tmp_path):
    desk = desk(1280, "en-US")
    downloads(desk, tmp_path)
    link = desk.pond.link(url="https://www.example.com/a", channel="poster")
    (tmp_path / "logo.png").write_bytes(png(64, 64, [[40] * 64 for _ in range(64)]))
    (tmp_path / "logo.gif").write_bytes(b"GIF89a")
    open_panel(desk, link)
    desk.find("dialog [name=logo]").click()
    desk.says("There is no logo yet.")
    file = desk.there("dialog [data-field=logo] input[type=file]")
    file.send_keys(str(tmp_path / "logo.gif"))
    desk.says("PNG or JPEG")
    file.send_keys(str(tmp_path / "logo.png"))
    wait_for(lambda: "logo=1" in shown(desk))
    desk.find("dialog .button.main").click()
    image = saved(tmp_path, "poster*.png").read_bytes()
    assert decoded(image, tmp_path).split("?")[0] == link["short_url"]


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_how_it_looks(desk, width, language, scheme):
    desk = desk(width, language, scheme)
    tag = f"{width}-{language[:2]}-{scheme}"
    open_panel(desk, desk.pond.link(url="https://www.example.com/spring", channel="海报-南京东路店", alias="poster1"))
    choose(desk, "caption", "1")
    wait_for(lambda: "caption=1" in shown(desk))
    wait_for(lambda: desk.driver.execute_script("return document.querySelector('.qr-picture img').naturalHeight > 0"))
    shot(desk.driver, f"desk-qr-{tag}")
    desk.check_fit()
    assert noise(desk.driver) == []
