# SPDX-License-Identifier: MIT
"""Goal: what opens over a page of the desk (menus, lists, dialogs, the drawer) and what it says for a moment (toasts) can be
used by everybody as well: axe finds nothing in it, in both themes and at both widths, its HTML is what the standard allows,
and the console stays empty.

Nothing is listed here: on every page of routes.js everything that says it opens something is opened, of rows the first
one's; and everything that can be chosen in a menu is chosen.
"""
import pytest
from browser import noise, set_look, wait_for
from demo_pond import DemoPond, is_idle, page_paths
from desk import Desk
from selenium.webdriver.common.keys import Keys

LOOKS = [(width, scheme) for width in (1280, 360) for scheme in ("light", "dark")]
OPEN = "dialog[open], .popup:not([hidden]), .toast"
# Buttons of a page that may open something: of a table the first row's, no links, nothing that sends a form or prints.
BUTTONS = ("return [...document.querySelectorAll('main button')].filter((one) => one.type !== 'submit' && one.getClientRects().length && !one.disabled"
           " && !one.closest('tbody tr:nth-child(n+2), .segments, .report-grid, .bars, [hidden]') && !one.querySelector('.icon-print, .icon-download, .icon-logout')"
           " && (one.ariaHasPopup || one.matches('.page-head *, .card-head *, .report-chips *, .report-bar *, tbody .button, .qr-card *')))"
           ".map((one) => [one.closest('td') ? `of a row: ${one.closest('td').className}` : one.textContent.trim() || one.ariaLabel,"
           " [...document.querySelectorAll('button')].indexOf(one)])")
PRESS = "const one = [...document.querySelectorAll('button')][arguments[0]]; one.scrollIntoView({ block: 'center' }); one.click()"
ITEMS = "return [...document.querySelectorAll('.popup[role=menu] .menu-item')].map((one) => one.tagName === 'BUTTON' ? one.textContent.trim() : '')"
CHOOSE = "[...document.querySelectorAll('.popup[role=menu] .menu-item')][arguments[0]].click()"
SHOWN = f"return [...document.querySelectorAll('{OPEN}')].filter((one) => one.getClientRects().length).length"
# What is open is there, whole, and nothing moves any more; the button that opened it may still be waiting for its answer.
WHOLE = (f"return ![...document.querySelectorAll('{OPEN}')].some((one) => one.querySelector('.skeleton, [aria-busy=true]'))"
         " && !document.getAnimations().some((one) => one.playState === 'running' && one.effect.getComputedTiming().iterations !== Infinity)")
ENDED = "the session has ended"
STAYS = "return document.querySelectorAll('dialog[open], .popup:not([hidden])').length"


@pytest.fixture(scope="module")
def demo(tmp_path_factory, browsers):
    folder = tmp_path_factory.mktemp("demo")
    pond = DemoPond(folder, "--days", "14", "--clicks", "3000").start()
    driver = browsers.borrow(1280, "en-US")
    driver.set_script_timeout(60)
    yield Desk(pond, driver)
    browsers.give_back(driver)
    pond.stop()


class Judge:
    def __init__(self, desk, axe):
        self.desk, self.axe, self.wrong, self.html, self.noise = desk, axe, {}, {}, {}

    def fresh(self, path):
        set_look(self.desk.driver, 1280, "light")
        self.desk.open(path)
        self.desk.find(".shell .page h1")
        wait_for(lambda: is_idle(self.desk), 30)

    def closed(self, path):
        """By Escape, as people do it; else by beginning anew."""
        for _ in range(2):
            if self.desk.driver.execute_script(STAYS):
                self.desk.type(Keys.ESCAPE)
        if self.desk.driver.execute_script(STAYS) or not self.desk.driver.current_url.startswith(self.desk.pond.admin + "/desk" + path):
            self.fresh(path)

    def opened(self):
        """Waits a little, because what opens may be fetched first; False when nothing does."""
        try:
            wait_for(lambda: self.desk.driver.execute_script(SHOWN), 1)
        except AssertionError:
            return False
        wait_for(lambda: self.desk.driver.execute_script(WHOLE), 20)
        return True

    def look(self, place):
        """All looks of what is open over the page."""
        self.html[place] = self.desk.driver.execute_script("return '<!doctype html>' + document.documentElement.outerHTML")
        for width, scheme in LOOKS:
            set_look(self.desk.driver, width, scheme)
            wait_for(lambda: self.desk.driver.execute_script("return document.documentElement.dataset.theme") == scheme and self.desk.driver.execute_script(WHOLE), 20)
            found = self.axe(self.desk.driver, OPEN)
            if found:
                self.wrong[(*place, width, scheme)] = found
        said = [line["message"] for line in noise(self.desk.driver)]
        if said and place != (ENDED,):  # whose call was refused, which the browser tells
            self.noise[place] = said
        set_look(self.desk.driver, 1280, "light")


@pytest.fixture(scope="module")
def judge(demo, axe):
    judge = Judge(demo, axe)
    demo.open().sign_in()
    noise(demo.driver)
    for path in page_paths(demo).values():
        judge.fresh(path)
        seen = set()
        for text, at in demo.driver.execute_script(BUTTONS):
            if text in seen:
                continue
            seen.add(text)
            walk_button(judge, path, text, at)
    for name, steps in FRAME.items():
        judge.fresh("/links")
        steps(demo)
        if judge.opened():
            judge.look((name,))
    assert demo.pond.api("GET", "/healthz").status_code == 200
    return judge


def walk_button(judge, path, text, at):
    """What a button opens; and when that is a menu, what each of its actions opens."""
    run = judge.desk.driver.execute_script
    run(PRESS, at)
    if not judge.opened():
        judge.closed(path)
        return
    judge.look((path, text))
    items = run(ITEMS)
    judge.closed(path)
    for number, item in enumerate(items):
        if not item:
            continue  # leads to another page
        run(PRESS, at)
        if not judge.opened() or run(ITEMS)[number:number + 1] != [item]:
            judge.fresh(path)  # the one before has changed the page
            run(PRESS, at)
        if judge.opened() and run(ITEMS)[number:number + 1] == [item]:
            run(CHOOSE, number)
            if judge.opened():
                judge.look((path, text, item))
        judge.closed(path)


def press(css):
    return lambda desk: desk.find(css).click()


def narrow(desk):
    set_look(desk.driver, 360, "light")
    desk.find(".top .button").click()


def ended(desk):
    cookies = desk.driver.get_cookies()
    desk.driver.delete_all_cookies()
    desk.find(".tab:last-child").click()
    desk.find("dialog[open]")
    for cookie in cookies:
        desk.driver.add_cookie(cookie)


def ticked(desk):
    desk.find("tbody .tick").click()
    desk.find(".bulk-bar [aria-haspopup]").click()


def listed_values(desk):
    desk.open("/new")
    desk.field("channel").click()
    desk.find(".popup .option")


FRAME = {"the reader's menu": press(".account"), "the keys": lambda desk: desk.find("body").send_keys("?"), "the drawer": narrow,
         ENDED: ended, "many at once": ticked, "what there is already": listed_values}


def listed(wrong):
    return "\n".join(f"{place}\n    " + "\n    ".join(map(str, found)) for place, found in wrong.items())


def test_enough_was_opened(judge):
    """So that the walk cannot go blind: some thirty dialogs, menus and lists are there to be opened."""
    assert len(judge.html) >= 40, "\n".join(map(str, judge.html))


def test_axe_finds_nothing_in_what_opens(judge):
    assert not judge.wrong, listed(judge.wrong)


def test_what_opens_is_html(judge, html_check):
    wrong = html_check(judge.html, by_browser=True)
    assert not wrong, listed(wrong)


def test_the_console_stays_empty(judge):
    assert not judge.noise, listed(judge.noise)
