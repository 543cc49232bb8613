# SPDX-License-Identifier: MIT
"""Goal: docs/examples/landing.html works in a real browser from the short link to the lead: the click id is kept on the
page's own site, a page handed on is a second generation, and nothing is kept of who did not agree."""
import json
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from browser import noise, wait_for
from pond import Pond

EXAMPLE = Path(__file__).parents[2] / "docs/examples/landing.html"


@pytest.fixture(scope="module")
def pond(tmp_path_factory):
    pond = Pond(tmp_path_factory.mktemp("landing"), allow_private_targets="true").start()
    yield pond
    pond.stop()


@pytest.fixture(scope="module")
def site(pond):
    """The landing page's own site, on an origin of its own."""
    page = EXAMPLE.read_text().replace("https://go.example.com", pond.public)

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            asks = "/consent" in self.path
            text = page.replace("data-param=", "data-consent data-param=") if asks else page
            self.send_response(200 if "favicon" not in self.path else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            if "favicon" not in self.path:
                self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def browser(browse):
    def open_one():
        driver = browse()
        # Headless Chromium says so in its User-Agent, and machines are not reported.
        agent = driver.execute_script("return navigator.userAgent").replace("Headless", "")
        driver.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": "zh-CN"})
        return driver

    return open_one


def rows(pond, sql, *values):
    with sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True) as db:
        return db.execute(sql, values).fetchall()


def kept(driver):
    return driver.execute_script("return localStorage.lp_c || ''").split(".")


def loaded(driver):
    """The script itself has taken the place of what waits for it."""
    wait_for(lambda: driver.execute_script("return String(window.linkpond).indexOf('globalPrivacyControl') > 0"), 30, 0.1)


def forward_of(pond, browser_number):
    return wait_for(lambda: rows(pond, "SELECT generation, scene, click_id FROM forward WHERE page = ?", browser_number))[0]


def send_form(driver):
    driver.find_element("id", "phone").send_keys("13800001111")
    driver.find_element("css selector", "button").click()
    assert driver.find_element("id", "done").is_displayed()


def leads(pond, browser_number):
    return rows(pond, "SELECT generation, state, metadata, click_id, customer_id FROM event WHERE type = 'lead' AND event_id LIKE ?",
                f"page:{browser_number}:%")


def test_from_the_link_to_the_lead_and_on_to_who_it_was_handed_to(pond, site, browser):
    link = pond.link(site + "/trial?a=1#top", click_id_param="cid")
    first = browser()
    first.get(pond.redirect + "/" + link["code"])
    wait_for(lambda: len(kept(first)) == 2)
    click, number = kept(first)
    assert first.current_url == f"{site}/trial?a=1&cid={click}#top"
    assert first.get_cookie("lp_c")["value"] == f"{click}.{number}"
    pond.drain()
    ledger = [row for row in pond.clicks(link=link["id"]) if row["click_id"] == click]
    assert len(ledger) == 1 and ledger[0]["class"] == "human"
    assert forward_of(pond, number) == (1, 0, int(ledger[0]["id"]))
    send_form(first)
    assert first.execute_script("return document.getElementById('click_id').value") == click
    lead = wait_for(lambda: leads(pond, number))[0]
    assert (lead[0], json.loads(lead[2]), lead[3]) == (1, {"path": "/trial", "form": "trial"}, int(ledger[0]["id"]))

    second = browser()
    second.get(f"{site}/trial?a=1&cid={click}&from=groupmessage#top")
    wait_for(lambda: len(kept(second)) == 2)
    assert kept(second)[0] == click and kept(second)[1] != number
    generation, scene, _ = forward_of(pond, kept(second)[1])
    assert generation == 2 and scene > 0
    send_form(second)
    handed = wait_for(lambda: leads(pond, kept(second)[1]))[0]
    assert handed[0] == 2 and handed[4] != lead[4]
    wait_for(lambda: {row[1] for row in leads(pond, number) + leads(pond, kept(second)[1])} == {"joined"}, 30)

    second.get(f"{site}/later")  # comes back without the id in the address: it is kept
    assert kept(second)[0] == click
    assert noise(first) == [] and noise(second) == []


def test_nothing_is_kept_before_somebody_agrees_nor_after_they_took_it_back(pond, site, browser):
    link = pond.link(site + "/consent", click_id_param="cid")
    driver = browser()
    driver.get(pond.redirect + "/" + link["code"])
    loaded(driver)
    driver.execute_script("linkpond('lead', {form: 'early'})")
    assert kept(driver) == [""] and not driver.get_cookie("lp_c")
    driver.execute_script("linkpond('consent')")
    click, number = kept(driver)
    lead = wait_for(lambda: leads(pond, number))[0]
    assert json.loads(lead[2])["form"] == "early"
    driver.execute_script("linkpond('forget')")
    assert kept(driver) == [""] and not driver.get_cookie("lp_c")


def test_without_a_click_id_or_with_gpc_the_script_does_nothing(pond, site, browser):
    driver = browser()
    driver.get(site + "/trial")
    loaded(driver)
    driver.execute_script("linkpond('lead')")
    assert kept(driver) == [""] and not driver.get_cookie("lp_c")
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument",
                           {"source": "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"})
    link = pond.link(site + "/trial", click_id_param="cid")
    driver.get(pond.redirect + "/" + link["code"])
    loaded(driver)
    driver.execute_script("linkpond('lead')")
    assert "cid=" in driver.current_url and kept(driver) == [""]
    assert not driver.get_cookie("lp_c")
