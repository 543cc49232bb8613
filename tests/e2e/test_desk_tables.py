# SPDX-License-Identifier: MIT
"""Goal: every table of the desk is a file for a spreadsheet: all of its rows, what is filtered left out, nothing that runs."""
import csv

import pytest
from browser import noise, wait_for
from pond import SAFARI
from test_desk_run import press

MANY = 230  # more than a page of labels shows
FORMULA = "=1+1"


def saved(desk, folder, path):
    """The rows of the file that the page's button gives, the heading first."""
    for old in folder.glob("*.csv"):
        old.unlink()
    desk.open(path).find(".page-head")
    desk.gone(".skeleton")
    press(desk, "Export CSV")
    wait_for(lambda: [one for one in folder.glob("*.csv") if one.stat().st_size > 0] and not list(folder.glob("*.crdownload")), 20)
    return list(csv.reader(next(folder.glob("*.csv")).read_text("utf-8-sig").splitlines()))


def fill(pond):
    pond.link(alias="one", campaign="spring", channel=FORMULA, tags=["new"], title="Spring")
    pond.link(alias="two", campaign="autumn")
    pond.api("POST", "/bulk/links", 200, json={"links": [{"url": "https://www.example.com/", "channel": f"group {i}"} for i in range(MANY)]})
    pond.api("POST", "/users", 201, json={"key": "mei", "name": "Mei", "role": "viewer"})
    pond.api("POST", "/utm-values", 201, json={"field": "utm_source", "value": "wechat", "aliases": ["wx", "weixin"]})
    pond.api("POST", "/destinations", 201, json={"pattern": "bad.example", "list": "deny", "note": FORMULA})
    pond.visit("one", ua=SAFARI)
    wait_for(lambda: pond.api("GET", "/campaigns/spring", 200).json()["counts"]["clicks"] == 1, 20, 0.05)


@pytest.fixture
def table_desk(desk, tmp_path):
    opened = desk(1280, "en-US")
    fill(opened.pond)
    folder = tmp_path / "saved"
    folder.mkdir()
    opened.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder), "eventsEnabled": False})
    opened.open().sign_in()
    return opened, folder


def test_a_file_has_all_rows_of_a_table_and_only_those_it_was_asked_for(table_desk):
    desk, folder = table_desk
    channels = saved(desk, folder, "/channels")
    assert channels[0][:4] == ["Key", "Chinese name", "English name", "Channel group"] and len(channels) == 1 + MANY + 1
    assert [row[0] for row in channels if row[0].endswith(FORMULA)] == ["'" + FORMULA]
    spring = [row for row in saved(desk, folder, "/campaigns?q=spring")[1:]]
    assert [(row[0], row[3], row[4]) for row in spring] == [("spring", "1", "1")]
    links = saved(desk, folder, "/links?campaign=autumn")
    assert len(links) == 2 and links[1][links[0].index("aliases")] == "two"
    assert len(saved(desk, folder, "/links")) == 1 + MANY + 2
    assert len(saved(desk, folder, "/clicks?class=human")) == 2 and len(saved(desk, folder, "/clicks?class=bot")) == 1
    assert noise(desk.driver) == []


def test_every_table_that_keeps_an_installation_in_order_is_a_file_too(table_desk):
    desk, folder = table_desk
    assert [row[0] for row in saved(desk, folder, "/tags")[1:]] == ["new"]
    assert [row[0] for row in saved(desk, folder, "/people")[1:]] == ["admin", "mei"]
    assert [row[:2] + row[3:4] for row in saved(desk, folder, "/utm")[1:]] == [["utm_source", "wechat", "wx weixin"]]
    assert saved(desk, folder, "/destinations")[1][:3] == ["bad.example", "Denied", "'" + FORMULA]
    assert [row[0] for row in saved(desk, folder, "/domains")[1:]] == ["http://s.test"]
    keys = saved(desk, folder, "/keys")
    assert len(keys) == 3 and not any(desk.pond.key in cell for row in keys for cell in row)
    audit = saved(desk, folder, "/audit?kind=user")
    assert "role:  → viewer" in next(row for row in audit if row[3] == "user.create")[6]
    assert saved(desk, folder, "/repoints")[1:] == []
    settings = saved(desk, folder, "/settings")
    assert any(row[0] == "admin_listen" and row[1].startswith("127.0.0.1:") for row in settings)
    assert noise(desk.driver) == []
