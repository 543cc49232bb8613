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
from pathlib import Path

from browser import open_browser, set_look, wait_for
from demo_pond import DemoPond, is_idle, page_paths
from desk import Desk
from live import at, group_code, target
from pond import ROOT, WECHAT
from selenium.webdriver.common.keys import Keys

LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
SIZE = {"width": 1200, "height": 720, "deviceScaleFactor": 1, "mobile": False}
TALL = {"report": 1020}  # whose chart stands further down
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


def live(desk, folder, temporary, tag):
    link, page = live_code(desk.pond, temporary, tag)
    desk.open(f"/links/{link['id']}").find(".targets img")
    desk.driver.execute_script("document.querySelector('.live-section').scrollIntoView()")
    picture(desk, folder, f"live-{tag}")
    robots(desk.pond, tag)
    return page


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
        if name not in ("new", "fan-out"):
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
