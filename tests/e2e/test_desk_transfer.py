# SPDX-License-Identifier: MIT
"""Goal: a file of ten thousand links goes in with the reader seeing how far it is, after they saw what it would do; what is wrong
is told by row and can be saved; what is in can be taken out again.
"""
import csv

import pytest
from browser import click, noise, shot, wait_for
from desk import EVIL
from selenium.webdriver.common.by import By

LOOKS = [(360, "zh-CN", "light"), (1280, "zh-CN", "dark"), (360, "en-US", "dark"), (1280, "en-US", "light")]
ROWS = 10_000
WATCH = """window.seen = [];
new MutationObserver(() => { const text = document.querySelector('.progress')?.textContent; if (text && text !== window.seen.at(-1)) window.seen.push(text); })
  .observe(document.querySelector('main'), {childList: true, subtree: true, characterData: true});"""
MIDDLES = """return ['.switch input', '.switch .strong'].map((css) => document.querySelector(css).getBoundingClientRect()).map((box) => (box.top + box.bottom) / 2);"""


def downloads(desk, folder):
    desk.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})


def saved(folder, pattern):
    return wait_for(lambda: [path for path in folder.glob(pattern) if path.suffix != ".crdownload"], 60)[0]


def table(path, rows, encoding="utf-8"):
    path.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding)
    return str(path)


def give(desk, path):
    desk.find("#import-file").send_keys(path)


def press(desk, words):
    click(lambda: desk.driver.find_elements(By.XPATH, f"//main//button[contains(., '{words}')][not(@disabled)]"), 60)


def test_ten_thousand_rows_go_in_before_the_reader_s_eyes(desk, tmp_path):
    desk = desk(1280, "zh-CN")
    path = table(tmp_path / "links.csv", [["长链接", "后缀", "标题", "星期几"]] + [[f"https://www.example.com/{i}", f"imp-{i}", f"标题{i}", "三"] for i in range(ROWS)])
    desk.open("/import").sign_in()
    give(desk, path)
    wait_for(lambda: "还没有导入任何内容" in desk.text(), 120)
    assert "10,000" in desk.find(".import-figures .created").text and "星期几" in desk.text()
    assert desk.pond.api("GET", "/links", 200).json()["total"] == 0
    desk.driver.execute_script(WATCH)
    press(desk, "导入 10,000 条短链")
    wait_for(lambda: "已导入 10,000 条短链" in desk.text(), 120)
    seen = desk.driver.execute_script("return window.seen")
    on_the_way = [text for text in seen if text.startswith("已处理") and "共 10,000 行" in text and "已处理 10,000 行" not in text]
    assert on_the_way, seen
    assert desk.pond.api("GET", "/links", 200).json()["total"] == ROWS
    assert noise(desk.driver) == []


def test_problems_are_told_by_row_and_can_be_saved(desk, tmp_path):
    desk = desk(1280, "en-US")
    downloads(desk, tmp_path)
    desk.pond.link(url="https://www.example.com/old", alias="taken")
    path = table(tmp_path / "links.csv", [["url", "alias"], ["https://www.example.com/a", "good"], ["javascript:alert(1)", "bad"], ["https://www.example.com/b", "taken"]])
    desk.open("/import").sign_in()
    give(desk, path)
    desk.says("1 row has a problem")
    assert desk.find(".import-problems tbody tr").text.startswith("2 url ")
    assert "1" in desk.find(".import-figures .skipped").text
    press(desk, "Save the problems")
    rows = list(csv.DictReader(saved(tmp_path, "import-problems*.csv").read_text("utf-8-sig").splitlines()))
    assert [(row["row"], row["status"], row["field"]) for row in rows] == [("2", "failed", "url")]
    press(desk, "Rename")
    wait_for(lambda: desk.all(".import-figures .renamed"), 20)
    press(desk, "Import 2 links")
    desk.says("2 links imported")
    assert {link["alias"] for link in desk.pond.api("GET", "/links", 200).json()["items"]} == {"taken", "good", "taken-2"}


def test_a_file_as_spreadsheets_in_china_save_it(desk, tmp_path):
    desk = desk(1280, "zh-CN")
    path = table(tmp_path / "links.csv", [["网址", "标题"], ["https://www.example.com/a", "春季新品"]], "gb18030")
    desk.open("/import").sign_in()
    give(desk, path)
    press(desk, "导入 1 条短链")
    desk.says("已导入 1 条短链")
    assert desk.pond.api("GET", "/links", 200).json()["items"][0]["title"] == "春季新品"


def test_what_is_in_comes_out_again(desk, tmp_path):
    desk = desk(1280, "en-US")
    downloads(desk, tmp_path)
    desk.pond.link(url="https://www.example.com/1", alias="one", campaign="spring")
    desk.pond.link(url="https://www.example.com/2", alias="two", campaign="autumn")
    desk.open("/export?campaign=spring").sign_in()
    middles = desk.find(".switch") and desk.driver.execute_script(MIDDLES)
    assert abs(middles[0] - middles[1]) < 1, "a box stands beside its words"
    wait_for(lambda: "campaign=spring" in (desk.find(".card .button.main").get_attribute("href") or ""))
    desk.find(".card .button.main").click()
    rows = list(csv.DictReader(saved(tmp_path, "*.csv").read_text("utf-8-sig").splitlines()))
    assert [row["url"] for row in rows] == ["https://www.example.com/1"]


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_how_it_looks(desk, tmp_path, width, language, scheme):
    desk = desk(width, language, scheme)
    tag = f"{width}-{language[:2]}-{scheme}"
    path = tmp_path / "links.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["url", "alias", EVIL], ["https://www.example.com/a", "good", "x"], ["https://www.example.com/b", EVIL, ""], ["mailto:a@example.com", "", ""]])
    desk.open("/import").sign_in()
    desk.find(".drop-zone")
    shot(desk.driver, f"desk-import-{tag}")
    desk.check_fit()
    give(desk, str(path))
    desk.find(".import-figures")
    assert desk.all("img[src=x]") == [] and EVIL in desk.text()
    shot(desk.driver, f"desk-import-report-{tag}")
    desk.check_fit()
    desk.find(".button.main.big").click()
    wait_for(lambda: desk.all(".made-many"), 30)
    shot(desk.driver, f"desk-import-done-{tag}")
    desk.open("/export")
    desk.find(".card .button.main")
    shot(desk.driver, f"desk-export-{tag}")
    desk.check_fit()
    assert noise(desk.driver) == []
