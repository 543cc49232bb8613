# SPDX-License-Identifier: MIT
"""A desk for every test that asks for one: a pond of its own and a browser that is closed afterwards."""
import pytest


@pytest.fixture
def desk(make_pond, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    from browser import open_browser  # only where there is a browser
    from desk import Desk
    opened = []

    def make(width=1280, language="zh-CN", scheme="light", **settings):
        driver = open_browser(tmp_path / f"profile{len(opened)}", width, language, scheme)
        opened.append(driver)
        return Desk(make_pond(**settings), driver)

    yield make
    for driver in opened:
        driver.quit()


@pytest.fixture(scope="session")
def axe():
    from axe import Axe
    return Axe()


@pytest.fixture(scope="session")
def html_check(tmp_path_factory):
    from html_check import HtmlCheck
    return HtmlCheck(tmp_path_factory.mktemp("html"))
