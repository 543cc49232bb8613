# SPDX-License-Identifier: MIT
"""A real browser for tests: headless Chromium that reaches nothing but 127.0.0.1, with a profile of its own.

To start one takes longer than most tests do, so a test borrows one of Browsers, which forgets in between what it was told.
"""
import base64
import os
from pathlib import Path

import pond
from selenium import webdriver
from selenium.common.exceptions import (ElementClickInterceptedException, ElementNotInteractableException, JavascriptException,
                                        NoSuchElementException, StaleElementReferenceException, WebDriverException)
from selenium.webdriver.chrome.service import Service

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
SCRIPT_S = 30  # for a script's answer, as WebDriver has it
NOT_YET = (ElementClickInterceptedException, ElementNotInteractableException, JavascriptException, NoSuchElementException,
           StaleElementReferenceException)


FORGET = [("Network.clearBrowserCookies", {}), ("Network.clearBrowserCache", {}), ("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"}),
          ("Browser.resetPermissions", {}), ("Browser.setDownloadBehavior", {"behavior": "default"})]


def open_browser(profile, width=1280, language="zh-CN", scheme="light"):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in [*FLAGS, f"--user-data-dir={profile}", f"--lang={language}", f"--accept-lang={language}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    home = {**os.environ, "HOME": str(profile)}
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver", env=home))
    set_look(driver, width, scheme)
    return driver


class Browsers:
    """Browsers that are lent, to one borrower at a time. What is lent anew is one tab that was never used, in a profile
    without cookies, cache, storage or permissions; only the language cannot be changed, so each has browsers of its own."""

    def __init__(self, folder):
        self.folder, self.started, self.idle, self.lent = folder, 0, {}, {}

    def borrow(self, width=1280, language="zh-CN", scheme="light"):
        idle = self.idle.setdefault(language, [])
        if idle:
            driver = idle.pop()
        else:
            self.started += 1
            driver = open_browser(self.folder / f"profile{self.started}", language=language)
        self.lent[driver] = language
        set_look(driver, width, scheme)
        return driver

    def give_back(self, driver):
        language = self.lent.pop(driver)
        try:
            forget(driver)
        except (WebDriverException, AssertionError):  # one that a test has spoilt
            driver.quit()
        else:
            self.idle[language].append(driver)

    def close(self):
        for driver in [*self.lent, *(one for idle in self.idle.values() for one in idle)]:
            driver.quit()


def forget(driver):
    """Leaves one new tab, which has none of what a test made the old ones pretend, and a profile as of the first day."""
    old = driver.window_handles
    driver.switch_to.new_window("tab")
    new = driver.current_window_handle
    for handle in old:
        driver.switch_to.window(handle)
        driver.close()
    driver.switch_to.window(new)
    pond.wait_for(lambda: driver.window_handles == [new])
    for command, arguments in FORGET:
        driver.execute_cdp_cmd(command, arguments)
    driver.execute_cdp_cmd("Page.bringToFront", {})
    driver.set_script_timeout(SCRIPT_S)
    noise(driver)


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


def click(find, seconds=20):
    """Clicks the first that find() gives once it can be clicked: what is not shown yet, or is just replaced, was not clicked."""
    wait_for(lambda: [one.click() or True for one in find()[:1]], seconds)
