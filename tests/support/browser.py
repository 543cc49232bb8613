# SPDX-License-Identifier: MIT
"""A real browser for tests: headless Chromium that reaches nothing but 127.0.0.1, with a profile of its own."""
import base64
import os
from pathlib import Path

import pond
from selenium import webdriver
from selenium.common.exceptions import JavascriptException, NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
NOT_YET = (JavascriptException, NoSuchElementException, StaleElementReferenceException)


def open_browser(profile, width=1280, language="zh-CN", scheme="light"):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in [*FLAGS, f"--user-data-dir={profile}", f"--lang={language}", f"--accept-lang={language}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    set_look(driver, width, scheme)
    return driver


def set_look(driver, width, scheme, height=900):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})


def shot(driver, name):
    """LINKPOND_SHOTS=folder keeps pictures for the eye."""
    folder = os.environ.get("LINKPOND_SHOTS")
    if folder:
        picture = driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "format": "png"})
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))


def noise(driver):
    """What the browser complained of since it was last asked."""
    return [line for line in driver.get_log("browser") if line["level"] in ("SEVERE", "WARNING")]


def wait_for(condition, seconds=10, step=0.01):
    """pond.wait_for for questions to a page: one that is being replaced while it is asked has not answered yet."""
    def asked():
        try:
            return condition()
        except NOT_YET:
            return False

    return pond.wait_for(asked, seconds, step)
