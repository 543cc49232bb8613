# SPDX-License-Identifier: MIT
"""Goal: what was spent is entered, shared out over days, corrected, imported and taken out in the desk, and stands there beside
what it brought as the API says, each currency by itself; who may only look sees it all and can change nothing."""
import csv
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import click, noise, shot, wait_for
from deals_world import DAY, World
from desk import EVIL, Desk
from pond import WECHAT
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select
from test_desk import LOOKS

NOW = int(time.time() * 1000)
TODAY = time.strftime("%Y-%m-%d", time.gmtime(NOW / 1000))
YESTERDAY = time.strftime("%Y-%m-%d", time.gmtime(NOW / 1000 - 86400))
ROWS = ("return [...document.querySelectorAll('.money-table tbody tr')].map((row) => [row.dataset.key,"
        " ...[...row.querySelectorAll('td.num')].map((one) => one.innerText.split('\\n')[0])])")
POSTER = "海报 " + EVIL[:30]


def fill(pond):
    """A poster that brought a hundred friends, ten of whom bought, two of these twice; and a KOL who brought nobody."""
    poster = pond.link(url="https://www.example.com/a", campaign="spring", channel=POSTER, alias="poster", owner="admin")
    pond.link(url="https://www.example.com/b", campaign="autumn", channel="KOL-7", alias="other")
    world = World([poster], NOW, seed=1, customers=0)
    world.events.clear()
    for customer in range(1, 101):
        world.customers.append(customer)
        world.touches.append({**world.touch(customer, NOW - 2 * DAY, customer), "link": poster, "channel": POSTER, "direct": False})
        world.events.append({"customer": customer, "type": "add_friend", "time_ms": NOW - DAY, "value": None, "currency": None})
        for _ in range(0 if customer > 10 else 2 if customer <= 2 else 1):
            world.events.append({"customer": customer, "type": "deal", "time_ms": NOW - DAY // 2, "value": 100_050, "currency": "CNY"})
    pond.stop()
    world.write(pond.data / "linkpond.db")
    pond.start()


def spend(pond, amount, **fields):
    return pond.api("POST", "/costs", 201, json={"day": YESTERDAY, "amount": amount, **fields}).json()


def entries(pond):
    return pond.api("GET", "/costs", 200).json()["items"]


class Costs(Desk):
    def settled(self):
        self.find(".money-table tbody tr")
        self.gone(".page [aria-busy=true]")
        return self

    def rows(self):
        return {row[0]: row[1:] for row in self.driver.execute_script(ROWS)}

    def press(self, words):
        click(lambda: [one for one in self.all(".page-head .button, dialog .button, .empty .button") if words in one.text][-1:])

    def put(self, name, text):
        box = self.field(name)
        box.clear()
        box.send_keys(text)

    def day(self, name, text):
        """A date box takes its digits in the order of the language; its value is the same in all."""
        self.driver.execute_script("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", self.field(name), text)

    def row_menu(self, words):
        self.find(".costs-table .acts .menu button").click()
        click(lambda: [one for one in self.all(".menu-item") if words in one.text])


@pytest.fixture
def costs(desk):
    def make(*look, filled=True):
        opened = desk(*look, timezone="UTC")
        if filled:
            fill(opened.pond)
        return Costs(opened.pond, opened.driver)

    return make


def test_a_friend_costs_what_the_api_says_and_currencies_stay_apart(costs):
    desk = costs(1280, "en-US")
    spend(desk.pond, 450_000, link="poster")
    spend(desk.pond, 99_900, channel="KOL-7")
    spend(desk.pond, 999, channel="KOL-7", currency="JPY")
    spend(desk.pond, 7_000, campaign="autumn")
    desk.open("/costs?tz=UTC").sign_in().settled()
    rows = desk.rows()
    assert rows[POSTER] == ["CN¥4,500", "–", "–", "CN¥45", "CN¥450", "CN¥12,006", "2.67", "166.8%"]
    assert rows["KOL-7"] == ["CN¥999", "–", "–", "–", "–", "CN¥0", "0", "-100%"]
    desk.says("Another CN¥70 was spent on something else")
    desk.says("It pays: margin CN¥12,006, spent CN¥5,569.")
    said = desk.pond.api("GET", "/stats/money", 200, params={"tz": "UTC", "group_by": "channel", "period": "30d"}).json()
    assert {row["currency"] for row in said["totals"]} == {"CNY", "JPY"}
    desk.find(".card .segments button:last-child").click()
    wait_for(lambda: desk.rows().get("KOL-7", [""])[0] == "¥999", 20)
    assert parse_qs(urlsplit(desk.driver.current_url).query)["currency"] == ["JPY"]
    assert not desk.all("img[src=x]") and not noise(desk.driver)


def test_where_nothing_was_entered_a_friend_did_not_cost_nothing(costs):
    desk = costs(1280, "en-US")
    spend(desk.pond, 99_900, channel="KOL-7")
    desk.open("/costs?tz=UTC").sign_in().settled()
    assert desk.rows()[POSTER] == ["CN¥0", "–", "–", "–", "–", "CN¥12,006", "–", "–"]


def test_whether_it_pays_is_said_of_each_currency_and_month(costs, axe):
    desk = costs(1280, "en-US")
    spend(desk.pond, 450_000, link="poster")
    spend(desk.pond, 999, channel="KOL-7", currency="JPY")
    desk.open("/costs?tz=UTC&margin=36").sign_in().settled()
    worth = {row["currency"]: row["private_domain"] for row in desk.pond.api("GET", "/stats/money", 200, params={"tz": "UTC", "group_by": "channel", "margin": 36}).json()["totals"]}
    assert (worth["CNY"]["verdict"], worth["JPY"]["verdict"]) == ("repeat", "unknown")
    assert desk.find("[data-verdict]").get_attribute("data-verdict") == "repeat"
    desk.says("It pays by repeat deals: one order leaves CN¥360.18, less than the CAC of CN¥450; a customer who comes back brings CN¥450.23 in the end.")
    desk.says("From 10 buyers in CNY")
    cohorts = desk.pond.api("GET", "/stats/cohorts", 200, params={"tz": "UTC", "period": "90d", "margin": 36}).json()["cohorts"]
    words = {None: "in the same month", "no_cost": "no cost", "no_revenue": "no revenue yet", "not_yet": "not yet"}
    for code in ("CNY", "JPY"):
        shown = {row["month"]: row for row in cohorts if row["customers"] or row["cost"][code]}
        assert shown and desk.texts(".payback-table tbody th") == list(shown)
        assert desk.texts(".payback-table tbody td:last-child") == [words[row["payback"][code]["reason"]] for row in shown.values()]
        if code == "CNY":
            assert "CN¥4,500" in " ".join(desk.texts(".payback-table td")) and axe(desk.driver) == []
            desk.find(".card .segments button:last-child").click()
            wait_for(lambda: desk.find("[data-verdict]").get_attribute("data-verdict") == "unknown", 20)
    desk.says("Nobody can say yet")
    desk.find("input[name=margin]").clear()
    desk.find("input[name=margin]").send_keys("20\t")
    desk.settled().find(".card .segments button:first-child").click()
    desk.says("It does not pay so far")
    desk.says("A repeat rate of")
    assert not noise(desk.driver)


def test_choices_are_the_address(costs):
    desk = costs(1280, "en-US")
    spend(desk.pond, 450_000, link="poster")
    desk.open("/costs?tz=UTC").sign_in().settled()
    for label, value in (("By", "owner"), ("Model", "first"), ("Window", "7")):
        Select(desk.driver.find_element(By.XPATH, f"//label[contains(@class, 'choice')][contains(., '{label}')]//select")).select_by_value(value)
        desk.settled()
    margin = desk.find("input[name=margin]")
    margin.clear()
    margin.send_keys("30\t")
    desk.says("It does not pay yet")
    desk.settled()
    desk.driver.find_element(By.XPATH, "//th//button[contains(., 'ROI')]").click()
    wait_for(lambda: desk.all("th[aria-sort].col-roi"), 20)
    query = parse_qs(urlsplit(desk.driver.current_url).query)
    assert query == {"tz": ["UTC"], "by": ["owner"], "model": ["first"], "window": ["7"], "margin": ["30"], "sort": ["roi"]}
    before = desk.rows()
    assert before["admin"][0] == "CN¥4,500"
    desk.driver.refresh()
    assert desk.settled().rows() == before


def test_entered_over_days_corrected_and_taken_out(costs):
    desk = costs(1280, "en-US")
    desk.open("/costs/entries").sign_in()
    desk.press("Enter a cost")
    desk.find("dialog button[type=submit]").click()
    desk.says("Say what it was spent on.")
    desk.put("on", "KOL-7")
    desk.put("amount", "12.3x")
    desk.find("dialog button[type=submit]").click()
    desk.says("An amount such as")
    desk.put("amount", "1,000.01")
    desk.put("note", EVIL)
    desk.day("day", "2026-10-01")
    desk.day("to", "2026-10-03")
    desk.find("dialog button[type=submit]").click()
    desk.gone("dialog")
    wait_for(lambda: [row.split()[:3] for row in desk.texts(".costs-table tbody tr")] == [["2026-10-01", "–", "2026-10-03"]], 20)
    assert [(cost["day"], cost["to"], cost["amount"], cost["channel"], cost["note"]) for cost in entries(desk.pond)] == [("2026-10-01", "2026-10-03", 100_001, "KOL-7", EVIL)]
    said = desk.pond.api("GET", "/stats/money", 200, params={"from": "2026-10-02", "to": "2026-10-02", "tz": "UTC"}).json()
    assert said["totals"][0]["cost"] == 33_334  # reports share it out, the odd units to the first days
    desk.row_menu("Edit")
    assert desk.field("to").get_attribute("value") == "2026-10-03"
    desk.put("amount", "500")
    desk.day("to", "2026-09-30")
    desk.find("dialog button[type=submit]").click()
    desk.says("The end is before the beginning.")
    desk.day("to", "")
    desk.find("dialog button[type=submit]").click()
    wait_for(lambda: (entries(desk.pond)[0]["amount"], entries(desk.pond)[0]["to"]) == (50_000, "2026-10-01"), 20)
    desk.gone("dialog")
    wait_for(lambda: "CN¥500" in desk.texts(".costs-table tbody tr")[0] and "–" not in desk.texts(".costs-table tbody tr")[0], 20)
    desk.row_menu("Delete")
    desk.find("dialog .button.bad").click()
    desk.says("No costs entered yet")
    assert entries(desk.pond) == []
    assert not desk.all("img[src=x]") and not noise(desk.driver)


def test_what_is_spent_on_an_inferred_channel_stands_beside_its_visits(costs):
    desk = costs(1280, "zh-CN", filled=False)
    desk.pond.link(alias="plain")
    desk.pond.api("POST", "/channels", 201, json={"key": "社群", "names": {"zh": "自己的社群"}})
    desk.pond.visit("plain?from=groupmessage", ua=WECHAT)
    desk.pond.visit("plain?from=timeline", ua=WECHAT)
    desk.pond.drain()
    desk.open("/costs/entries").sign_in()
    keys = lambda: {row["key"] for row in desk.pond.api("GET", "/channels", 200, params={"archived": "all"}).json()["items"]}  # noqa: E731
    for said, pick, key in (("社群", "group", "group"), ("社群", None, "社群"), ("朋友圈", None, "moments"), ("group", None, "group")):
        before = len(entries(desk.pond))
        desk.press("登记花费")
        desk.put("on", said)
        if pick:
            click(lambda: [one for one in desk.all("[data-field=on] .option") if one.text.split() == ["社群", pick, "·", "系统推断"]])
            assert desk.field("on").get_attribute("value") == pick
        desk.put("amount", "100")
        desk.find("dialog button[type=submit]").click()
        desk.gone("dialog")
        wait_for(lambda: len(entries(desk.pond)) == before + 1, 20)
        assert max(entries(desk.pond), key=lambda cost: cost["id"])["channel"] == key
    assert keys() == {"社群", "group", "moments"}
    assert desk.pond.api("GET", "/channels/group", 200).json()["names"] == {"zh": "社群", "en": "Group"}
    said = desk.pond.api("GET", "/stats/money", 200, params={"tz": "UTC", "group_by": "channel", "period": "30d"}).json()
    assert {row["channel"]: (row["clicks"], row["cost"]) for row in said["groups"]} == {"group": (1, 20_000), "moments": (1, 10_000), "社群": (0, 10_000)}
    assert not noise(desk.driver)


def test_what_the_server_refuses_stands_at_its_field(costs):
    desk = costs(1280, "en-US")
    desk.open("/costs/entries").sign_in()
    desk.press("Enter a cost")
    desk.put("on", "nobody knows it")
    desk.put("amount", "1")
    desk.find("dialog button[type=submit]").click()
    desk.says("There is no such channel.")
    assert desk.find("[data-field=on] .error").text and entries(desk.pond) == []
    desk.put("on", "KOL-7")
    desk.put("currency", "QQQ")
    desk.find("dialog button[type=submit]").click()
    desk.says("Not a currency of ISO 4217")


def test_a_spreadsheet_goes_in_and_comes_out(costs, tmp_path):
    desk = costs(1280, "zh-CN")
    desk.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path), "eventsEnabled": False})
    desk.open("/costs/entries").sign_in()
    desk.press("导入花费")
    desk.find("dialog textarea").send_keys("日期,渠道,金额,币种,外部编号\n2026-10-01,KOL-7,4500,CNY,a\n2026-10-02,没有,1,CNY,b\n2026-10-03,KOL-7,12.50,USD,c\n")
    desk.find("dialog button[type=submit]").click()
    desk.says("已登记 2 笔。")
    desk.says("1 行没有导入。")
    desk.says("没有该渠道")
    assert [cell.text for cell in desk.all("dialog td.num")] == ["3"]
    desk.find("dialog .dialog-head .button").click()
    desk.gone("dialog")
    wait_for(lambda: len(desk.texts(".costs-table tbody tr")) == 2, 20)
    desk.find("[data-csv]").click()
    wait_for(lambda: [one for one in tmp_path.glob("*.csv") if one.stat().st_size > 0] and not list(tmp_path.glob("*.crdownload")), 20)
    text = next(tmp_path.glob("*.csv")).read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["日期"], row["渠道"], row["金额"], row["币种"]) for row in rows] == [("2026-10-03", "KOL-7", "12.5", "USD"), ("2026-10-01", "KOL-7", "4500", "CNY")]
    again = desk.pond.api("POST", "/costs", 200, data=text.encode(), headers={"Content-Type": "text/csv"}).json()["results"]
    assert [one["status"] for one in again] == [200, 200]


def test_who_may_only_look_sees_it_and_can_change_nothing(costs):
    desk = costs(1280, "en-US")
    spend(desk.pond, 450_000, link="poster")
    key = desk.pond.api("POST", "/keys", 201, json={"name": "looks", "scopes": ["stats:read", "links:read"]}).json()["key"]
    for path, there in (("/costs", ".money-table"), ("/costs/entries", ".costs-table")):
        desk.driver.delete_all_cookies()
        desk.open(path)
        desk.find(".gate .segments button:last-child").click()
        desk.find("input[name=key]").send_keys(key + "\n")
        desk.find(there)
        assert "Enter a cost" not in desk.text() and "Import costs" not in desk.text() and not desk.all(".acts")


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_it_fits_every_screen(costs, axe, html_check, width, language, scheme):
    desk = costs(width, language, scheme)
    spend(desk.pond, 450_000, link="poster")
    spend(desk.pond, 99_950, channel="KOL-7", note=EVIL)
    spend(desk.pond, 7_000, campaign="autumn")
    spend(desk.pond, 999, channel="KOL-7", currency="JPY")
    desk.open("/costs").sign_in()
    for name, path, there in (("costs", "/costs", ".money-table"), ("cost-entries", "/costs/entries", ".costs-table")):
        desk.open(path).find(there)
        desk.gone(".page [aria-busy=true]")
        desk.check_fit()
        shot(desk.driver, f"{name}-{width}-{language[:2]}-{scheme}")
        assert not axe(desk.driver)
        html = desk.driver.execute_script("return '<!doctype html>' + document.documentElement.outerHTML")
        assert not html_check({name: html}, by_browser=True)
    for name, words in (("cost-form", ("登记花费", "Enter a cost")), ("cost-import", ("导入花费", "Import costs"))):
        desk.press(words[0] if language == "zh-CN" else words[1])
        desk.find("dialog[open]")
        assert not axe(desk.driver)
        desk.check_fit()
        shot(desk.driver, f"{name}-{width}-{language[:2]}-{scheme}")
        desk.find("dialog .dialog-head .button").click()
        desk.gone("dialog")


@pytest.mark.parametrize("width", [1280, 360])
def test_an_empty_page_says_how_to_begin(costs, width):
    desk = costs(width, "zh-CN", filled=False)
    desk.open("/costs").sign_in()
    desk.says("还没有花费和成交")
    shot(desk.driver, f"costs-empty-{width}")
    desk.press("登记花费")
    desk.find("dialog [data-field=amount]")
