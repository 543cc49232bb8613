# SPDX-License-Identifier: MIT
"""Goal: a marketer's table of offline deals is shown row by row before anything is stored, goes in with the reader seeing how far
it is, finds the customer whose visits led there, and is known when it is imported again."""
import pytest
from browser import click, noise, shot, wait_for
from desk import EVIL
from selenium.webdriver.common.by import By
from test_desk import LOOKS

TABLE = ("姓名,手机号,成交额,成交时间,订单号,备注\n王小姐,13800001111,1288.00,2026-11-20 10:30,A-1,老客户\n李先生,,388,2026-11-21,A-2,\n"
         "赵,13900002222,三百,2026-11-21,A-3,\n旧单,13900003333,10,2026-11-19,A-0,\n")
FATES = "return [...document.querySelectorAll('.deals-rows tbody tr')].map((row) => [row.cells[0].innerText, row.dataset.fate])"
WATCH = """window.seen = [];
new MutationObserver(() => { const text = document.querySelector('.progress')?.textContent; if (text && text !== window.seen.at(-1)) window.seen.push(text); })
  .observe(document.querySelector('main'), {childList: true, subtree: true, characterData: true});"""


def give(desk, folder, text, name="deals.csv", encoding="utf-8"):
    path = folder / name
    path.write_text(text, encoding)
    desk.there("#deals-file").send_keys(str(path))


def press(desk, words):
    click(lambda: desk.driver.find_elements(By.XPATH, f"//main//button[contains(., '{words}')][not(@disabled)]"), 60)


def events(pond):
    return pond.api("GET", "/events", 200).json()["items"]


def known_before(pond):
    """Wang left her number before; the deal A-0 is there."""
    lead = pond.api("POST", "/events", 201, json={"type": "lead", "customer": {"phone": "138 0000 1111"}}).json()
    pond.api("POST", "/events", 201, json={"type": "deal", "event_id": "A-0", "value": 1000, "currency": "CNY", "time": "2026-11-19T00:00:00Z",
                                           "customer": {"phone": "13900003333", "name": "旧单"}})
    return lead["customer"]


def test_each_row_says_what_would_become_of_it_and_then_it_does(desk, tmp_path):
    desk = desk(1280, "zh-CN", timezone="UTC")
    wang = known_before(desk.pond)
    desk.open("/customers").sign_in()
    click(lambda: desk.all(".page-head a[href$='/customers/import']"))
    give(desk, tmp_path, TABLE, encoding="gb18030")
    desk.says("还没有导入任何内容")
    assert desk.driver.execute_script(FATES) == [["1", "new"], ["2", "unmatched"], ["3", "refused"], ["4", "known"]]
    assert desk.texts(".import-problems .table:not(.deals-rows) tbody tr")[0].split()[:2] == ["3", "成交额"]
    desk.says("这些列没有读取：备注")
    desk.says("1 行没有写明是谁")
    assert len(events(desk.pond)) == 2
    press(desk, "导入 2 行")
    desk.says("已导入 2 行")
    stored = {one["event_id"]: one for one in events(desk.pond)}
    assert {name: (stored[name]["type"], stored[name]["value"], stored[name]["origin"]) for name in ("A-1", "A-2")} == {
        "A-1": ("deal", 128800, "csv"), "A-2": ("deal", 38800, "csv")}
    assert "A-3" not in stored and stored["A-1"]["customer"] == wang
    click(lambda: desk.all(f".deals-rows a[href$='/customers/{wang}']"))
    desk.says("时间线")
    desk.open("/customers/import")
    give(desk, tmp_path, TABLE)
    wait_for(lambda: desk.driver.execute_script(FATES) == [["1", "known"], ["2", "known"], ["3", "refused"], ["4", "known"]], 20)
    assert desk.find(".button.main.big").get_attribute("disabled") and len(events(desk.pond)) == 4
    assert noise(desk.driver) == []


def test_what_rows_are_is_chosen_and_without_numbers_it_is_said(desk, tmp_path):
    desk = desk(1280, "en-US")
    desk.open("/customers").sign_in()
    desk.says("Or are they in a spreadsheet?")
    click(lambda: desk.all(".deals-start a[href$='/customers/import']"))
    give(desk, tmp_path, "phone,note\n13800001111,x\n13800002222,y\n")
    desk.says("2 rows have no order number")
    desk.find("[data-field=type] select").send_keys("Lead")
    wait_for(lambda: desk.all("[data-field=type] select") and desk.find("[data-field=type] select").get_attribute("value") == "lead", 20)
    press(desk, "Bring in 2 rows")
    desk.says("2 rows brought in")
    assert [one["type"] for one in events(desk.pond)] == ["lead", "lead"]


def test_what_is_no_table_of_deals_is_told_in_words(desk, tmp_path):
    desk = desk(1280, "en-US")
    desk.open("/customers/import").sign_in()
    give(desk, tmp_path, "PK", "deals.xlsx")
    desk.says("That is a workbook")
    give(desk, tmp_path, "a,b\n1,2\n")
    desk.says("No column has a name that is known here")
    press(desk, "Another file")
    give(desk, tmp_path, 'phone,name\n13800001111,before\n13800002222,"open\n')
    desk.says("The file could not be read to its end")
    assert events(desk.pond) == []
    assert ["422" in line["message"] for line in noise(desk.driver)] == [True]


def test_ten_thousand_rows_go_in_before_the_reader_s_eyes(desk, tmp_path):
    desk = desk(1280, "en-US")
    desk.open("/customers/import").sign_in()
    give(desk, tmp_path, "phone,amount,orderid\n" + "".join(f"138{i:08},{i}.5,B-{i}\n" for i in range(10_000)))
    desk.says("9,900 more rows are not shown")
    desk.driver.execute_script(WATCH)
    press(desk, "Bring in 10,000 rows")
    wait_for(lambda: "10,000 rows brought in" in desk.text(), 120)
    seen = desk.driver.execute_script("return window.seen")
    assert [text for text in seen if "of 10,000 rows done" in text and not text.startswith("10,000")], seen
    assert desk.pond.api("GET", "/events", 200, params={"event_id": "B-9999"}).json()["items"][0]["value"] == 999_950


def test_who_may_not_tell_of_events_is_not_offered_it(desk):
    desk = desk(1280, "en-US")
    key = desk.pond.api("POST", "/keys", 201, json={"name": "looks", "scopes": ["stats:read", "links:read", "customers:read"]}).json()["key"]
    known_before(desk.pond)
    desk.open("/customers")
    desk.find(".gate .segments button:last-child").click()
    desk.find("input[name=key]").send_keys(key + "\n")
    desk.find(".customers-table tbody tr")
    assert not desk.all("a[href$='/customers/import']")


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_it_fits_every_screen(desk, tmp_path, axe, width, language, scheme):
    desk = desk(width, language, scheme)
    known_before(desk.pond)
    desk.open("/customers/import").sign_in()
    desk.find(".drop-zone")
    shot(desk.driver, f"desk-deals-import-{width}-{language[:2]}-{scheme}")
    desk.check_fit()
    assert axe(desk.driver) == []
    give(desk, tmp_path, TABLE.replace("李先生", '"' + EVIL.replace('"', '""') + '"'))
    desk.find(".deals-rows")
    assert desk.all("img[src=x]") == [] and EVIL[:20] in desk.text()
    shot(desk.driver, f"desk-deals-import-report-{width}-{language[:2]}-{scheme}")
    desk.check_fit()
    assert axe(desk.driver) == []
    desk.find(".button.main.big").click()
    wait_for(lambda: desk.all(".made-many"), 30)
    desk.check_fit()
    assert noise(desk.driver) == []
