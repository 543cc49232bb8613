#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The pictures of docs/guide.md: python3 tests/support/guide_shots.py [FOLDER]

Boots the built program with the story of `linkpond demo` in a temporary folder, opens every page of the desk in Chromium, in
Chinese and in English, and writes FOLDER/<page>-zh.png and -en.png (FOLDER is docs/guide unless said otherwise). Pages come
from the desk's own table of routes. LINKPOND_BIN names another program than build/dev/linkpond.
"""
import base64
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from browser import open_browser, set_look, wait_for
from demo_pond import DemoPond, is_idle, page_paths
from desk import Desk
from live import at, group_code, target
from pond import API_STEP, ROOT, WECHAT
from selenium.webdriver.common.keys import Keys

LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
SIZE = {"width": 1200, "height": 720, "deviceScaleFactor": 1, "mobile": False}
TALL = {"report": 1020, "rules": 900}  # whose chart, or second rule, stands further down
ELSEWHERE = ("new", "fan-out", "link-rules")  # taken with something in them
BYTES_MAX = 180_000
LANDING = "https://www.example.com/spring"


def picture(desk, folder, name, height=SIZE["height"]):
    desk.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {**SIZE, "height": height})
    desk.driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    wait_for(lambda: is_idle(desk), 30)
    save(desk.driver, folder, name)


def save(driver, folder, name):
    shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": False})
    data = base64.b64decode(shot["data"])
    if len(data) > BYTES_MAX:
        raise SystemExit(f"{name}.png has {len(data)} bytes, more than {BYTES_MAX}")
    (folder / f"{name}.png").write_bytes(data)
    print(f"{name}.png {len(data)}")


def page_name(route):
    """/links/:ref/edit -> link-edit"""
    return re.sub(r"s?/:\w+", "", route).strip("/").replace("/", "-")


def creation(desk, folder, tag, alias):
    """The form as it is filled in, and what Enter makes of it."""
    desk.open("/new")
    desk.field("url").send_keys(LANDING)
    desk.field("channel").send_keys("社群-华东3群", Keys.TAB)
    desk.field("campaign").send_keys("spring", Keys.TAB)
    desk.field("alias").send_keys(alias)
    desk.find("[data-field=alias] .good")
    picture(desk, folder, f"new-{tag}")
    desk.field("alias").send_keys(Keys.ENTER)
    desk.find(".made")
    wait_for(lambda: desk.driver.execute_script("return document.querySelector('.made .qr').naturalWidth > 0"))
    picture(desk, folder, f"made-{tag}")


def places(desk, folder, tag):
    """Names of groups, pasted."""
    desk.open("/fan-out")
    desk.field("url").send_keys(LANDING)
    desk.find("textarea[name=places]").send_keys("社群-华东1群\n社群-华东2群\n社群-华南1群\n门店-南京东路")
    desk.find(".preview-rows li")
    picture(desk, folder, f"fan-out-{tag}")


POOL = {"zh": (("华东新品交流 1 群", 200, {"hours": 30}), ("华东新品交流 2 群", 200, {"days": 6}), ("华东新品交流 3 群", 200, {"days": 7})),
        "en": (("New products, group 1", 200, {"hours": 30}), ("New products, group 2", 200, {"days": 6}), ("New products, group 3", 200, {"days": 7}))}
HINT = {"zh": "群满后会自动换新群\n进群请备注「姓名 + 城市」", "en": "When the group is full, the next one is shown\nPlease say your name and city"}
ROBOTS = {"zh": (("运营群", "wecom"), ("值班群", "dingtalk")), "en": (("Marketing", "slack"), ("On duty", "feishu"))}
ADDRESSES = {"wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa",
             "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=693a91f67abc4bc497a00ec2",
             "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/693a91f6-7abc-4bc4-97a0-0ec2",
             "slack": "https://hooks.slack.com/services/T00000000/B00000000/693a91f67abc4bc497a00ec2"}


def live_code(pond, folder, tag):
    """A link with a pool of groups, of which some visitors saw the first."""
    name = {"zh": "扫码进群 · 华东", "en": "Join our group"}[tag]
    link = pond.link("https://www.example.com/groups", title=name, alias=f"group-{tag}")
    for i, (title, cap, ends) in enumerate(POOL[tag]):
        image = group_code(pond, folder, f"https://weixin.qq.com/g/AwYAAGdhY5kxnVqQ3bW1cVnZ0rTnJmPzKqXxQm8pB0h3x2V7a9s{i}")
        target(pond, link, kind="qr", title=title, hint=HINT[tag], image=image["id"], cap_total=cap, valid_until=at(**ends))
    for i in range(12):
        page = pond.visit(link["alias"], ip=f"203.0.113.{i + 1}")
    return link, page.headers["Location"]


def robots(pond, tag):
    for one in pond.api("GET", "/robots", 200).json()["items"]:
        pond.api("DELETE", f"/robots/{one['id']}", 204)
    for name, kind in ROBOTS[tag]:
        pond.api("POST", "/robots", 201, json={"name": name, "kind": kind, "url": ADDRESSES[kind]})


TEMPLATE = [{"when": [{"fact": "app", "is": ["wechat"]}, {"fact": "schedule", "is": ["1-5 09:00-18:00"]}], "choose": "round_robin"},
            {"when": [{"fact": "visitor", "is": ["returning"]}], "choose": "first"}]


def rules(desk, folder, link, tag):
    targets = [one["id"] for one in desk.pond.api("GET", f"/links/{link['id']}/targets", 200).json()["items"]]
    desk.pond.api("PUT", f"/links/{link['id']}/rules", 200, json={"rules": [{**rule, "targets": targets[i:i + 2]} for i, rule in enumerate(TEMPLATE)]})
    desk.open(f"/links/{link['id']}/rules").find(".shell .page h1")
    picture(desk, folder, f"rules-{tag}", TALL["rules"])


def live(desk, folder, temporary, tag):
    link, page = live_code(desk.pond, temporary, tag)
    desk.open(f"/links/{link['id']}").find(".targets img")
    desk.driver.execute_script("document.querySelector('.live-section').scrollIntoView()")
    picture(desk, folder, f"live-{tag}")
    rules(desk, folder, link, tag)
    robots(desk.pond, tag)
    return page


# What came of a campaign's places: visits, added friends, leads, deals of so much, and what the place cost.
PLACES = (("社群-华东1群", 60, 24, 14, (129900, 259900, 49900, 129900)), ("海报-南京东路店", 44, 12, 6, (49900, 129900)),
          ("KOL-小林", 80, 20, 8, (129900, 389900, 49900)))
NAMES = "王小明 李丽 张伟 刘洋 陈静 杨帆 赵敏 黄磊 周婷 吴昊 徐佳 孙悦 马超 朱琳 胡军 郭靖".split()


def clicked(pond, link, count, first):
    """Click ids of so many visitors."""
    replies = [pond.visit(link["alias"], ip=f"198.51.{100 + first}.{i + 1}") for i in range(count)]
    return [parse_qs(urlsplit(reply.headers["Location"]).query)["cid"][0] for reply in replies]


def deals(pond):
    """Friends, leads and deals after clicks, and costs; one link is for one customer, who opens it."""
    today = time.strftime("%Y-%m-%d")
    events = []
    for place, (channel, visits, friends, leads, values) in enumerate(PLACES):
        link = pond.link("https://www.example.com/offer", alias=f"offer-{place + 1}", campaign="秋季招商", channel=channel, owner="admin", click_id_param="cid")
        clicks = clicked(pond, link, visits, place)
        pond.api("POST", "/costs", 201, json={"day": today, "channel": channel, "amount": 60000 * (place + 1), "currency": "CNY"})
        for i, click in enumerate(clicks[:friends]):
            who = {"external_id": f"crm-{place}-{i}", "name": NAMES[(i * 3 + place * 5) % len(NAMES)]}
            events += [{"type": kind, "event_id": f"{kind}-{place}-{i}", "click_id": click, "customer": who, **more}
                       for kind, many, more in (("add_friend", friends, {}), ("lead", leads, {}),
                                                ("deal", len(values), {"value": values[min(i, len(values) - 1)], "currency": "CNY"})) if i < many]
    pond.drain()
    answer = pond.api("POST", "/events", json={"events": events})
    if answer.status_code > 207 or "problem" in answer.text:
        raise SystemExit(f"events: {answer.status_code} {answer.text[:500]}")
    pond.link("https://www.example.com/quote", alias="quote", title="报价单", customer="王小明", owner="admin")
    pond.visit("quote")
    wait_for(lambda: pond.api("GET", "/radar", 200).json()["items"], 60, API_STEP)
    wait_for(lambda: pond.api("GET", "/events?state=waiting", 200).json()["items"] == [], 60, API_STEP)


def visitors_page(folder, temporary, tag, page):
    """On a phone, as who opens the code in WeChat sees it."""
    driver = open_browser(Path(temporary) / f"phone-{tag}", 360, LANGUAGES[tag])
    try:
        set_look(driver, 360, "light", 720)
        driver.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": WECHAT, "acceptLanguage": LANGUAGES[tag]})
        driver.get(page)
        wait_for(lambda: driver.execute_script("return document.querySelector('.paper img')?.naturalWidth > 0"))
        save(driver, folder, f"live-page-{tag}")
    finally:
        driver.quit()


def tell(desk, folder, temporary, tag, alias):
    desk.open().find(".gate")
    picture(desk, folder, f"sign-in-{tag}")
    desk.sign_in()
    creation(desk, folder, tag, alias)
    places(desk, folder, tag)
    page = live(desk, folder, temporary, tag)
    for route, path in page_paths(desk).items():
        name = page_name(route)
        if name not in ELSEWHERE:
            desk.open(path).find(".shell .page h1")
            picture(desk, folder, f"{name}-{tag}", TALL.get(name, SIZE["height"]))
    visitors_page(folder, temporary, tag, page)


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/guide"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["HOME"] = temporary
        pond = DemoPond(temporary, domain="s.example.com", timezone="Asia/Shanghai").start()
        try:
            deals(pond)
            for tag, language in LANGUAGES.items():
                driver = open_browser(Path(temporary) / f"profile-{tag}", SIZE["width"], language)
                try:
                    tell(Desk(pond, driver), folder, Path(temporary), tag, f"spring-{tag}")
                finally:
                    driver.quit()
        finally:
            pond.stop()


if __name__ == "__main__":
    main()
