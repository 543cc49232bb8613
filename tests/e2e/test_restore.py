# SPDX-License-Identifier: MIT
"""Goal: the steps of docs/operations.md, Backup and restore, bring a pond back."""
import shutil
import sqlite3

import pytest
from pond import SAFARI, WECHAT


@pytest.fixture
def backed_up(make_pond, tmp_path):
    """(pond that is stopped, its backup, when one click was counted; a second click and link came after)"""
    pond = make_pond()
    pond.link(alias="first", channel="海报")
    pond.click_of(pond.visit("first", ua=WECHAT))
    copy = tmp_path / "copy.db"
    assert pond.cli("backup", copy).stdout.strip() == str(copy)
    pond.click_of(pond.visit("first", ua=SAFARI))
    pond.link(alias="later")
    pond.stop()
    return pond, copy


def restore(pond, copy):
    broken = pond.data.with_name("broken")
    pond.data.rename(broken)
    pond.data.mkdir(mode=0o700)
    shutil.copy(copy, pond.data / "linkpond.db")
    (pond.data / "linkpond.db").chmod(0o600)
    return broken


def test_a_backup_alone_is_the_pond_of_that_moment(backed_up):
    pond, copy = backed_up
    restore(pond, copy)
    pond.start()
    assert pond.visit("later").status_code == 404
    assert [c["channel"] for c in pond.clicks() if c["outcome"] == "redirect"] == ["海报"]
    pond.click_of(pond.visit("first"))
    assert pond.stats(link="first")["totals"]["clicks"] == 2
    pond.cli("check")


def test_ids_and_codes_made_after_the_backup_are_never_handed_out_again(backed_up):
    pond, copy = backed_up
    pond.start()
    lost = pond.link()
    lost_click = int(pond.click_of(pond.visit(lost["code"]))["id"])
    pond.stop()
    restore(pond, copy)
    pond.start()
    made = [pond.link() for _ in range(5)]
    assert lost["code"] not in [link["code"] for link in made]
    assert int(made[0]["id"].removeprefix("lnk_")) > int(lost["id"].removeprefix("lnk_"))
    assert int(pond.click_of(pond.visit(made[0]["code"]))["id"]) > lost_click
    pond.restart()
    after = int(pond.link()["id"].removeprefix("lnk_"))
    assert after == int(made[-1]["id"].removeprefix("lnk_")) + 1, "only the first start from a backup skips"


def test_a_backup_holds_no_salts_of_visitors(backed_up):
    """It is kept for longer than they may be; with one, addresses could be tried against its clicks."""
    pond, copy = backed_up
    with sqlite3.connect(pond.data / "linkpond.db") as db:
        (salts,) = db.execute("SELECT value FROM meta WHERE key = 'visitor_salts'").fetchone()
    assert len(salts) == 24 and salts in (pond.data / "linkpond.db").read_bytes()  # the day, and its key of 16 bytes
    assert salts[8:] not in copy.read_bytes()
    restore(pond, copy)
    pond.start()
    again = pond.click_of(pond.visit("first", ua=WECHAT))
    assert again["new_visitor"] and again["visitor_by"] == "hash"
    assert len({click["visitor"] for click in pond.clicks()}) == 2


def test_a_journal_left_in_place_brings_the_clicks_since_back(backed_up):
    pond, copy = backed_up
    broken = restore(pond, copy)
    shutil.copytree(broken / "journal", pond.data / "journal")
    pond.start()
    pond.drain()
    assert pond.stats(link="first")["totals"]["clicks"] == 2
    pond.cli("check")


def test_a_stopped_folder_moves_as_it_is(backed_up):
    pond, _ = backed_up
    moved = pond.data.with_name("moved")
    shutil.copytree(pond.data, moved)
    shutil.rmtree(pond.data)
    pond.data = moved
    pond.start()
    assert pond.visit("later").status_code == 302
    assert pond.stats(link="first")["totals"]["clicks"] == 2
    pond.cli("check")
