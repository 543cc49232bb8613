# SPDX-License-Identifier: MIT
"""A desk for every test that asks for one: a pond of its own and a browser that knows nothing of the tests before."""
import pytest


@pytest.fixture(scope="session")
def browsers(tmp_path_factory):
    from browser import Browsers  # only where there is a browser
    lent = Browsers(tmp_path_factory.mktemp("browsers"))
    yield lent
    lent.close()


@pytest.fixture
def browse(browsers):
    """browse(width, language, scheme): another browser at each call; given back when the test is over."""
    borrowed = []

    def make(*look, **looks):
        borrowed.append(browsers.borrow(*look, **looks))
        return borrowed[-1]

    yield make
    for driver in borrowed:
        browsers.give_back(driver)


@pytest.fixture
def desk(make_pond, browse):
    from desk import Desk

    def make(width=1280, language="zh-CN", scheme="light", **settings):
        driver = browse(width, language, scheme)
        return Desk(make_pond(**settings), driver)

    return make


@pytest.fixture(scope="session")
def axe():
    from axe import Axe
    return Axe()


@pytest.fixture(scope="session")
def html_check(tmp_path_factory):
    from html_check import HtmlCheck
    return HtmlCheck(tmp_path_factory.mktemp("html"))
