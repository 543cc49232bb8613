# SPDX-License-Identifier: MIT
"""Goal: whatever a visit is counted under stands in the desk in the reader's words: a channel nobody has set and the program
inferred, one somebody has named, a source, a browser, a target, and that there is none of it."""
import pytest
from browser import noise, shot, wait_for
from pond import SAFARI, WECHAT
from test_report import Report

VISITS = ("plain?from=groupmessage", "plain?utm_medium=cpc&utm_source=baidu", "plain?utm_source=poster&utm_medium=ours", "plain?utm_medium=email", "named", "live")
WORDS = {
    "zh-CN": {"channels": {"社群", "SEM", "官微邮件", "门店", "无渠道"}, "sources": {"微信", "百度", "海报", "直接访问"}, "apps": {"微信", "浏览器或其他"}, "browsers": {"微信内", "Safari"},
              "targets": {"一群", "短链本身的目标"}, "card": "渠道与活动", "from": "来源", "device": "设备与系统", "links": "短链与负责人", "filter": "渠道：社群", "store": "门店", "edit": "编辑渠道"},
    "en-US": {"channels": {"Group", "Paid search", "Our mails", "Store", "No channel"}, "sources": {"WeChat", "Baidu", "Poster", "Direct"}, "apps": {"WeChat", "Browser or other"},
              "browsers": {"In WeChat", "Safari"}, "targets": {"一群", "The link’s own target"}, "card": "Channels", "from": "Sources", "device": "Devices", "links": "Links and", "filter": "Channel: Group", "store": "Store", "edit": "Edit channel"},
}


def fill(pond):
    """Of each way to be in a channel a visit: inferred, inferred under a key that somebody has named or has made without a
    name, and none."""
    pond.api("POST", "/channels", 201, json={"key": "email", "names": {"zh": "官微邮件", "en": "Our mails"}})
    pond.api("POST", "/channels", 201, json={"key": "store"})
    pond.link(alias="plain")
    pond.link(alias="named", channel="store")
    pond.link(alias="live", targets=[{"name": "一群", "url": "https://www.example.com/group"}])
    for i, path in enumerate(VISITS):
        pond.visit(path, ua=WECHAT if "group" in path else SAFARI, ip=f"203.0.113.{i + 1}")
    pond.drain()


@pytest.fixture(params=sorted(WORDS))
def seen(request, desk):
    opened = desk(1280, request.param)
    fill(opened.pond)
    report = Report(opened.pond, opened.driver)
    report.open("/report").sign_in().settled()
    return report, WORDS[request.param], request.param


def names(desk, title, wanted):
    wait_for(lambda: {name for name, _ in desk.bars(title)} == wanted, 20)


def test_a_report_says_all_of_them_in_words(seen):
    desk, words, language = seen
    names(desk, words["card"], words["channels"])
    names(desk, words["from"], words["sources"])
    desk.open("/report?show=app,browser,target").settled()
    names(desk, words["from"], words["apps"])
    names(desk, words["device"], words["browsers"])
    names(desk, words["links"], words["targets"])
    shot(desk.driver, f"channel-names-{language}")
    desk.open("/report?channel=email").settled()
    desk.says(next(iter(words["channels"] & {"官微邮件", "Our mails"})))
    desk.open("/report?utm_source=baidu&channel=group").settled()
    desk.says(words["filter"])
    assert noise(desk.driver) == []


def test_so_do_the_ledger_and_the_lists_of_links(seen):
    desk, words, language = seen
    desk.open("/clicks")
    desk.find(".table tbody tr")
    shown = "\n".join(desk.texts(".table tbody tr"))
    assert all(word in shown for word in words["channels"] if word not in ("无渠道", "No channel"))
    assert not any(f"{key} ·" in shown or f"\n{key}\n" in shown for key in ("group", "sem", "email", "store"))
    shot(desk.driver, f"channel-names-clicks-{language}")
    desk.open("/links?channel=store")
    assert words["store"] in desk.find(".filter-row [data-on]").text
    wait_for(lambda: [words["store"] in text for text in desk.texts(".link-places")] == [True], 20)
    link = desk.pond.api("GET", "/links?q=named", 200).json()["items"][0]["id"]
    desk.open(f"/links/{link}").settled()
    assert words["store"] in desk.find("dl.facts").text
    assert noise(desk.driver) == []


def test_a_name_that_was_changed_shows_at_once(seen):
    desk, words, language = seen
    names(desk, words["card"], words["channels"])
    desk.driver.execute_script("document.querySelector('nav a[href$=\"/channels\"]').click()")  # the same page: nothing is loaded anew
    wait_for(lambda: desk.all(".labels-table tbody tr"), 20)
    row = next(one for one in desk.all(".labels-table tbody tr") if "store" in one.text)
    row.find_element("css selector", ".acts button").click()
    next(item for item in desk.all("[role=menuitem]") if item.text == words["edit"]).click()
    for field in ("zh", "en"):
        desk.field(field).send_keys("旗舰店")
    desk.type("\n")
    desk.gone("dialog")
    desk.driver.execute_script("document.querySelector('nav a[href$=\"/report\"], nav a[href$=\"/desk\"], nav a[href$=\"/\"]').click()")
    desk.settled()
    names(desk, words["card"], words["channels"] - {words["store"]} | {"旗舰店"})
