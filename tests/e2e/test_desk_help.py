# SPDX-License-Identifier: MIT
"""Goal: the one page of help has what it promises, in both languages, and its bookmark makes a link to the page one is on."""
from urllib.parse import unquote

import pytest
from browser import noise, shot, wait_for

LOOKS = [(360, "zh-CN", "light", "访问次数(PV)"), (1280, "zh-CN", "dark", "离职继承"), (360, "en-US", "dark", "Platform re-check"), (1280, "en-US", "light", "Visitors (UV)")]


@pytest.mark.parametrize("width, language, scheme, words", LOOKS)
def test_words_keys_and_first_steps_are_on_one_page(desk, width, language, scheme, words):
    desk = desk(width, language, scheme)
    desk.open("/help").sign_in()
    desk.says(words)
    assert len(desk.all(".help-steps li")) == 4 and len(desk.all(".help-keys kbd")) > 10
    shot(desk.driver, f"desk-help-{width}-{language[:2]}-{scheme}")
    desk.check_fit()
    assert noise(desk.driver) == []


def test_the_bookmark_makes_a_link_to_the_page_one_is_on(desk):
    desk = desk(1280, "en-US")
    desk.open("/help").sign_in()
    code = desk.find("#help-bookmark a.button").get_attribute("href")
    assert code.startswith("javascript:")
    desk.driver.get(desk.pond.admin + "/healthz?x=1&y=2")  # a page that is not the desk, and has no policy against scripts
    here = desk.driver.current_url
    desk.driver.execute_script(unquote(code.removeprefix("javascript:")))
    desk.driver.switch_to.window(wait_for(lambda: desk.driver.window_handles[1:])[0])
    wait_for(lambda: desk.field("url").get_attribute("value") == here)
