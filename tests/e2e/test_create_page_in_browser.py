# SPDX-License-Identifier: MIT
"""Goal: somebody who was only given the address of /-/new makes a short link, in any browser, with script switched off."""
import pytest
from browser import noise, set_look, shot, wait_for
from selenium.webdriver.common.by import By

LOOKS = [(360, "light"), (1280, "dark"), (360, "dark"), (1280, "light")]


@pytest.fixture
def visitor(make_pond, browse):
    def make(language):
        return make_pond(language, public_create="true"), browse(360, language)

    return make


def looked_at(driver, axe, name):
    wrong = {}
    for width, scheme in LOOKS:
        set_look(driver, width, scheme)
        assert driver.execute_script("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        wrong.update({(name, width, scheme): found for found in [axe(driver)] if found})
        shot(driver, f"{name}-{width}-{scheme}")
    assert not wrong, wrong


@pytest.mark.parametrize("language,words", [("zh-CN", "短链已生成"), ("en-US", "Your short link is ready")])
def test_a_link_is_made_without_script(visitor, axe, language, words):
    pond, driver = visitor(language)
    driver.get(pond.public + "/-/new")
    looked_at(driver, axe, f"create-{language}")
    box = driver.find_element(By.NAME, "url")
    box.send_keys("javascript:alert(1)\n")
    wait_for(lambda: driver.find_elements(By.CSS_SELECTOR, "[role=alert]"))
    looked_at(driver, axe, f"create-refused-{language}")
    noise(driver)  # a 422 is told there as well
    box = driver.find_element(By.NAME, "url")
    assert box.get_attribute("value") == "javascript:alert(1)"
    box.clear()
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    box.send_keys("https://www.example.com/spring")
    driver.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    wait_for(lambda: words in driver.find_element(By.TAG_NAME, "h1").text)
    looked_at(driver, axe, f"create-made-{language}")
    link = pond.api("GET", "/links", 200).json()["items"][0]
    assert driver.find_element(By.CSS_SELECTOR, ".short").text == link["short_url"]
    wait_for(lambda: driver.execute_script("return document.querySelector('img.qr').naturalWidth") == 512)
    assert noise(driver) == []
