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

from browser import open_browser
from demo_pond import DemoPond, is_idle, page_paths
from desk import Desk
from pond import ROOT, wait_for
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
    shot = desk.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": False})
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


def tell(desk, folder, tag, alias):
    desk.open().find(".gate")
    picture(desk, folder, f"sign-in-{tag}")
    desk.sign_in()
    creation(desk, folder, tag, alias)
    places(desk, folder, tag)
    for route, path in page_paths(desk).items():
        name = page_name(route)
        if name not in ("new", "fan-out"):
            desk.open(path).find(".shell .page h1")
            picture(desk, folder, f"{name}-{tag}", TALL.get(name, SIZE["height"]))


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
                    tell(Desk(pond, driver), folder, tag, f"spring-{tag}")
                finally:
                    driver.quit()
        finally:
            pond.stop()


if __name__ == "__main__":
    main()
