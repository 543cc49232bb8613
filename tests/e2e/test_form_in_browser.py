# SPDX-License-Identifier: MIT
"""Goal: what a marketer does on the first day works in a real browser: sign in, make a link, open it, see it counted.

LINKPOND_SHOTS=folder keeps pictures of every page for the eye.
"""
import pytest
from browser import shot, wait_for
from selenium.webdriver.common.by import By

LOOKS = [(360, "zh-CN", "light"), (1280, "zh-CN", "light"), (360, "en-US", "dark"), (1280, "en-US", "dark")]


def click_main(driver):
    old = driver.find_element(By.TAG_NAME, "html").id

    def next_page():
        roots = driver.find_elements(By.TAG_NAME, "html")  # between two pages there is none
        return roots and roots[0].id != old and driver.execute_script("return document.readyState") == "complete"

    driver.find_element(By.CSS_SELECTOR, "button.main").click()
    wait_for(next_page)


def check_fit(driver):
    """Nothing sticks out sideways, every input has a label, no two ids are the same."""
    assert driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert driver.execute_script(
        "return [...document.querySelectorAll('input:not([type=hidden]):not([hidden]),select')]"
        ".filter(e => !e.labels.length).map(e => e.outerHTML)") == []
    assert driver.execute_script("const ids = [...document.querySelectorAll('[id]')].map(e => e.id);"
                                 "return ids.length == new Set(ids).size")


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_from_signing_in_to_a_counted_click(make_pond, browse, width, language, scheme):
    pond = make_pond()
    driver = browse(width, language, scheme)
    tag = f"{width}-{language[:2]}-{scheme}"
    driver.get(pond.admin + "/desk/form")
    shot(driver, f"sign-in-{tag}")
    check_fit(driver)
    assert driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == ("zh-CN" if language == "zh-CN" else "en")
    driver.find_element(By.ID, "key").send_keys(pond.key)
    click_main(driver)
    shot(driver, f"empty-{tag}")
    driver.find_element(By.ID, "f-url").send_keys("https://www.example.com/spring?from=poster")
    driver.find_element(By.ID, "f-alias").send_keys("spring")
    driver.find_element(By.ID, "f-channel").send_keys("华东3群")
    driver.find_element(By.ID, "f-utm_source").send_keys("wechat")
    click_main(driver)
    assert "/desk/form?made=lnk_" in driver.current_url
    assert driver.find_element(By.ID, "short").get_attribute("value") == "http://s.test/spring"
    assert driver.execute_script("return document.querySelector('.qr img').naturalWidth") > 0
    check_fit(driver)

    # the link as a visitor's own browser opens it, through the address of this test
    reply = pond.visit("spring?lp_qr=1", ua=driver.execute_script("return navigator.userAgent").replace("Headless", ""))
    assert reply.headers["Location"] == "https://www.example.com/spring?from=poster&utm_source=wechat"
    pond.click_of(reply)

    def row_counts():
        driver.get(pond.admin + "/desk/form")
        row = driver.find_element(By.CSS_SELECTOR, "tbody tr")
        assert row.find_element(By.CLASS_NAME, "name").text == "s.test/spring"
        return [cell.text.split("\n")[-1] for cell in row.find_elements(By.CLASS_NAME, "num")]

    wait_for(lambda: row_counts() == ["1", "1", "1"])
    totals = [cell.text for cell in driver.find_elements(By.CSS_SELECTOR, ".totals dd")]
    assert totals == ["1", "1", "1"]
    shot(driver, f"counted-{tag}")
    check_fit(driver)
    noise = [line for line in driver.get_log("browser") if line["level"] in ("SEVERE", "WARNING")]
    assert noise == []


def test_a_mistake_is_explained_where_it_is_and_can_be_mended(make_pond, browse):
    pond = make_pond()
    pond.link(alias="taken")
    driver = browse(360, "zh-CN", "light")
    driver.get(pond.admin + "/desk/form")
    driver.find_element(By.ID, "key").send_keys("lp_not-the-key-at-all-but-long-enough")
    click_main(driver)
    assert driver.find_element(By.CSS_SELECTOR, "[role=alert]").text
    driver.find_element(By.ID, "key").send_keys(pond.key)
    click_main(driver)
    driver.find_element(By.ID, "f-url").send_keys("https://www.example.com/")
    driver.find_element(By.ID, "f-alias").send_keys("taken")
    click_main(driver)
    shot(driver, "wrong-360-zh-light")
    check_fit(driver)
    alias = driver.find_element(By.ID, "f-alias")
    assert alias == driver.switch_to.active_element
    assert driver.find_element(By.ID, alias.get_attribute("aria-describedby")).text
    alias.clear()
    alias.send_keys("free")
    click_main(driver)
    assert driver.find_element(By.ID, "short").get_attribute("value") == "http://s.test/free"


def test_the_form_can_be_filled_in_and_sent_by_keyboard_alone(make_pond, browse):
    pond = make_pond()
    driver = browse(1280, "en-US", "light")
    driver.get(pond.admin + "/desk/form")
    driver.switch_to.active_element.send_keys(pond.key + "\n")
    wait_for(lambda: driver.find_elements(By.ID, "f-url"))
    driver.switch_to.active_element.send_keys("https://www.example.com/keys\n")
    wait_for(lambda: driver.find_elements(By.ID, "short"))
    shot(driver, "made-1280-en-light")
    assert pond.api("GET", "/links", 200).json()["items"][0]["url"] == "https://www.example.com/keys"
