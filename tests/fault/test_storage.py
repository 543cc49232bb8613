# SPDX-License-Identifier: MIT
"""Disks that are full, read-only or damaged; second daemons; signals. What was answered stays recorded, and where that cannot be,
the program says so instead of guessing."""
import os
import re
import shutil
import signal
import sqlite3
import subprocess

import pytest
from front import free_port
from hammer import Hammer
from pond import API_STEP, BINARY, ROOT, WECHAT, Pond, wait_for
from small_disk import SmallDisk

TARGET = "https://www.example.com/"


def refused(pond, **more):
    """`serve` must end by itself with a reason; gives its exit code and what it said."""
    pond.log_text_before = len(pond.log_text()) if (pond.data.parent / "serve.log").exists() else 0
    with pytest.raises(AssertionError):
        pond.start(**more)
    assert pond.process.wait(10) > 0, "ended by a signal"
    return pond.process.returncode, pond.log_text()[pond.log_text_before:]


def visits(pond, code, count):
    return [pond.visit(code).request_id for _ in range(count)]


def rows_of(pond, ids):
    """How often each of these requests is in the ledger."""
    pond.drain()
    seen = [click["request_id"] for click in pond.clicks(limit=1000)]
    return {one: seen.count(one) for one in ids}


# ---- full ----------------------------------------------------------------------------------------------------------

@pytest.fixture
def small_disk(tmp_path):
    (tmp_path / "probe").mkdir()
    if not SmallDisk.possible(tmp_path / "probe"):
        pytest.skip("a tmpfs cannot be mounted here")
    disk = SmallDisk(tmp_path)
    yield disk
    disk.release()


@pytest.fixture
def small_pond(make_pond, small_disk, tmp_path):
    """A pond on the small disk; its log is elsewhere."""
    def make(**settings):
        (tmp_path / "serve.log").touch()
        (small_disk.path / "serve.log").symlink_to(tmp_path / "serve.log")
        pond = Pond(small_disk.path, binary=small_disk.program(BINARY), journal_segment_bytes="64KiB", journal_keep_bytes="64KiB",
                    **settings)
        ponds.append(pond)
        return pond.start()

    ponds = []
    yield make
    for pond in ponds:
        if pond.process and pond.process.poll() is None:
            pond.process.kill()
            pond.process.wait(10)


def visit_until(pond, code, condition, most=20000):
    for _ in range(most):
        reply = pond.visit(code)
        if condition(reply):
            return reply
    raise AssertionError(f"did not happen within {most} visits")


def test_a_full_disk_serves_on_counts_the_loss_and_recovers(small_pond, small_disk):
    pond = small_pond()
    link, limited = pond.link(TARGET), pond.link(TARGET, max_clicks=1000000)
    visits(pond, link["code"], 20)
    pond.drain()
    small_disk.fill()
    for i in range(3000):  # past what was already set aside for the journal
        assert pond.visit(link["code"]).status_code == 302
        if i % 50 == 0 and pond.metrics()["linkpond_clicks_dropped_total"] > 0:
            break
    assert pond.metrics()["linkpond_clicks_dropped_total"] > 0
    # A limit that cannot be recorded is not given away. What the log's old pages still hold may become rows meanwhile.
    visit_until(pond, limited["code"], lambda reply: reply.status_code == 503)
    full = pond.api("POST", "/links", json={"url": TARGET})
    assert full.status_code == 507 and full.json()["type"] == "urn:linkpond:problem:disk-full", full.text
    assert pond.api("GET", f"/links/{link['id']}").status_code == 200, "reading goes on"
    small_disk.free()
    wait_for(lambda: pond.api("POST", "/links", json={"url": TARGET}).status_code == 201, 30, API_STEP)
    visit_until(pond, limited["code"], lambda reply: reply.status_code == 302)
    wait_for(lambda: pond.api("GET", "/readyz").status_code == 200, 30, API_STEP)
    ids = visits(pond, link["code"], 20)
    assert set(rows_of(pond, ids).values()) == {1}
    after = pond.metrics()
    assert after["linkpond_clicks_answered_total"] == after["linkpond_clicks_journalled_total"] + after["linkpond_clicks_dropped_total"]
    pond.stop()
    assert pond.cli("check").returncode == 0


def test_strict_refuses_what_it_cannot_record(small_pond, small_disk):
    pond = small_pond(click_policy="strict")
    link = pond.link(TARGET)
    ids = visits(pond, link["code"], 20)
    pond.drain()
    small_disk.fill()
    reply = visit_until(pond, link["code"], lambda reply: reply.status_code != 302)
    assert reply.status_code == 503 and reply.headers["Retry-After"]
    small_disk.free()
    wait_for(lambda: pond.visit(link["code"]).status_code == 302, 30, API_STEP)
    pond.drain()
    after = pond.metrics()
    assert after["linkpond_clicks_dropped_total"] == 0
    assert after["linkpond_clicks_answered_total"] == after["linkpond_clicks_journalled_total"]
    assert ids


def test_events_on_a_full_disk_are_kept_or_refused_whole(small_pond, small_disk, tmp_path):
    pond = small_pond()
    link = pond.link(TARGET, click_id_param="cid")
    clicks = [pond.visit(link["code"], ip=f"203.0.113.{i + 1}").headers["Location"].split("cid=")[1] for i in range(20)]
    kept, refused = {}, []

    def send(number):
        events = [{"type": "deal", "event_id": f"{number}-{i}", "value": 100, "click_id": clicks[i], "customer": {"external_id": f"c{i}"},
                   "metadata": {"note": "x" * 1500}} for i in range(20)]
        reply = pond.api("POST", "/events", json={"events": events})
        if reply.status_code == 507:
            assert reply.json()["type"] == "urn:linkpond:problem:disk-full", reply.text
            return False
        assert reply.status_code == 200, reply.text
        kept.update({result["event"]["event_id"]: result["event"]["id"] for result in reply.json()["results"]})
        return True

    assert send(0)
    pond.drain()
    small_disk.fill()
    for number in range(1, 400):  # what was set aside for the log takes some
        if not send(number):
            refused.append(number)
        if len(refused) == 3:
            break
    assert len(refused) == 3
    before = dict(kept)
    small_disk.free()
    for number in refused:
        wait_for(lambda number=number: send(number), 30, API_STEP)
    assert before.items() <= kept.items()
    wait_for(lambda: not pond.api("GET", "/events", 200, params={"state": "waiting", "limit": 1}).json()["items"], 60, API_STEP)
    pond.stop()
    shutil.copy(pond.data / "linkpond.db", tmp_path / "copy.db")
    with sqlite3.connect(tmp_path / "copy.db") as db:
        assert dict(db.execute("SELECT event_id, 'evt_' || id FROM event WHERE state = 'joined'")) == kept
        assert db.execute("SELECT count(*), sum(events), sum(touches) FROM customer WHERE merged_into IS NULL").fetchone() == (20, len(kept), 20)
    assert pond.cli("check").returncode == 0


def test_a_start_on_a_full_disk_serves_what_it_can(small_pond, small_disk):
    """A machine that rebooted because its disk was full must come up and redirect, or say what is wrong; never die."""
    pond = small_pond()
    code = pond.link(TARGET)["code"]
    pond.stop()
    small_disk.fill()
    try:
        pond.start()
    except AssertionError:
        assert pond.process.wait(10) == 7, pond.log_text()
        assert "full" in pond.log_text()
        return
    assert pond.visit(code).status_code == 302


def test_a_read_only_folder_is_refused_with_its_reason(small_pond, small_disk):
    pond = small_pond()
    pond.stop()
    small_disk.make_read_only()
    code, said = refused(pond)
    assert code in (5, 7), said
    assert "Read-only file system" in said, said


# ---- damaged -------------------------------------------------------------------------------------------------------

def damage(path, offset, count=16):
    with open(path, "r+b") as file:
        file.seek(offset)
        old = file.read(count)
        file.seek(offset)
        file.write(bytes(byte ^ 0xff for byte in old))


def test_a_damaged_head_of_the_database_is_refused(make_pond):
    pond = make_pond()
    pond.stop()
    damage(pond.data / "linkpond.db", 0)
    code, said = refused(pond)
    assert code == 6 and "linkpond.db" in said, said


def test_a_damaged_page_is_found_by_check_and_crashes_nobody(make_pond):
    pond = make_pond()
    links = [pond.link(TARGET + "x" * 1500 + str(i), notes="n" * 2000) for i in range(100)]
    pond.stop()
    size = os.path.getsize(pond.data / "linkpond.db")
    for offset in range(40 * 4096, size, 7 * 4096):
        damage(pond.data / "linkpond.db", offset, 12)
    done = pond.cli("check", check=False)
    assert done.returncode not in (0, None) and done.returncode > 0, done
    try:
        pond.start()
    except AssertionError:
        assert pond.process.wait(10) == 6, pond.log_text()[-2000:]
        return
    for link in links:
        assert pond.visit(link["code"]).status_code < 600
        assert pond.api("GET", f"/links/{link['id']}").status_code < 600
    pond.api("GET", "/links", params={"limit": 1000})
    assert pond.process.poll() is None, pond.log_text()[-2000:]


@pytest.mark.parametrize("how", ["middle", "head", "gone"])
def test_clicks_survive_a_damaged_write_ahead_log(make_pond, how):
    """SQLite takes a damaged log for a short one and says nothing; the journal still has what stood in it."""
    pond = make_pond()
    code = pond.link(TARGET)["code"]
    pond.restart()  # the link is in the database file itself
    ids = visits(pond, code, 150)
    pond.drain()
    pond.kill9()
    log = pond.data / "linkpond.db-wal"
    assert log.stat().st_size > 0, "nothing stands in the log; this proves nothing"
    if how == "gone":
        log.unlink()
    else:
        damage(log, 0 if how == "head" else log.stat().st_size // 2)
    pond.start()
    counts = rows_of(pond, ids)
    assert set(counts.values()) == {1}, {one: n for one, n in counts.items() if n != 1}
    for by in ({}, {"group_by": "app"}):  # sums; rows
        assert pond.stats(period="all", **by)["totals"]["clicks"] == 150
    pond.stop()
    assert pond.cli("check").returncode == 0


def test_a_damaged_record_of_the_journal_costs_that_record_only(make_pond):
    pond = make_pond(redirect_threads=1)
    code = pond.link(TARGET)["code"]
    pond.restart()
    ids = visits(pond, code, 100)
    pond.drain()
    pond.kill9()
    (pond.data / "linkpond.db-wal").unlink()  # so that all must be read again
    victim = ids[50]
    for path in (pond.data / "journal").iterdir():
        at = path.read_bytes().find(victim.encode())
        if at >= 0:
            damage(path, at, 4)
            break
    else:
        raise AssertionError("the record is in no segment")
    pond.start()
    counts = rows_of(pond, ids)
    assert counts.pop(victim) == 0
    assert set(counts.values()) == {1}
    assert pond.metrics()["linkpond_journal_bad_records_total"] >= 1
    assert "journal_damaged" in pond.log_text()


def test_a_strange_file_in_the_journal_is_set_aside(make_pond):
    pond = make_pond()
    code = pond.link(TARGET)["code"]
    ids = visits(pond, code, 10)
    pond.drain()
    pond.kill9()
    (pond.data / "journal/00000009999.clk").write_bytes(os.urandom(65536))
    (pond.data / "journal/00000009998.clk").write_bytes(b"")
    segment = next(p for p in sorted((pond.data / "journal").iterdir()) if p.suffix == ".clk" and p.stat().st_size > 65536)
    shutil.copy(segment, pond.data / "journal/00000009997.clk")
    pond.start()
    assert set(rows_of(pond, ids).values()) == {1}, "a copy under another number must count nothing twice"
    pond.click_of(pond.visit(code))


def test_a_newer_schema_is_refused(make_pond):
    pond = make_pond()
    pond.stop()
    with sqlite3.connect(pond.data / "linkpond.db") as db:
        db.execute("INSERT INTO schema_migration (number, name, checksum, applied_ms) VALUES (9999, '9999_of_the_future.sql', 1, 1)")
    db.close()
    code, said = refused(pond)
    assert code == 6 and "newer" in said, said


# ---- second daemons ------------------------------------------------------------------------------------------------

def test_a_second_daemon_on_the_folder_is_refused_and_told_the_pid(make_pond):
    pond = make_pond()
    done = pond.cli("serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--public-listen", "127.0.0.1:0", check=False)
    assert done.returncode == 4 and str(pond.process.pid) in done.stderr, done
    assert pond.visit(pond.link(TARGET)["code"]).status_code == 302
    assert wait_for(pond._listening)


@pytest.mark.parametrize("plane", ["listen", "admin_listen", "public_listen"])
def test_a_taken_port_is_named(make_pond, plane):
    first = make_pond("first")
    second = make_pond("second", start=False)
    taken = first.urls[{"listen": "redirect"}.get(plane, plane.split("_")[0])].split("//")[1]
    code, said = refused(second, **{plane: taken})
    assert code == 4 and taken in said, said
    assert first.visit(first.link(TARGET)["code"]).status_code == 302


# ---- signals -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_a_clean_stop_loses_nothing(make_pond, which):
    pond = make_pond(listen=f"127.0.0.1:{free_port()}")
    codes = [pond.link(TARGET)["code"] for _ in range(4)]
    hammer = Hammer(int(pond.redirect.rsplit(":", 1)[1]), pond.domain, codes, pause=0.0005)
    hammer.start()
    wait_for(lambda: len(hammer.answered) > 500)
    pond.process.send_signal(which)
    assert pond.process.wait(30) == 0, pond.log_text()[-2000:]
    hammer.stop()
    assert not (pond.data / "listen.json").exists()
    db = sqlite3.connect(f"file:{pond.data}/linkpond.db?mode=ro", uri=True)
    rows = db.execute("SELECT sum(rows) FROM click_batch").fetchone()[0]
    db.close()
    assert len(hammer.answered) <= rows <= len(hammer.sent), (len(hammer.answered), rows, len(hammer.sent))
    pond.start()
    pond.drain()
    for by in ({}, {"group_by": "app"}):  # sums; rows
        assert pond.stats(period="all", **{"class": "all"}, **by)["totals"]["clicks"] == rows
    pond.stop()


def hangup(pond, event):
    before = pond.log_text().count(event)
    pond.process.send_signal(signal.SIGHUP)
    wait_for(lambda: pond.log_text().count(event) > before)


def test_broken_settings_at_sighup_change_nothing(make_pond):
    pond = make_pond()
    code = pond.link(TARGET)["code"]
    for broken in ("no_such_setting = 1\n", "fsync = sometimes\n", "= = =\n", "idle_timeout = 10 years\n", "\0\0\0"):
        (pond.data / "linkpond.conf").write_text(broken)
        hangup(pond, "settings_refused")
        assert pond.visit(code).status_code == 302
    (pond.data / "linkpond.conf").write_text("log_level = debug\n")
    hangup(pond, "reloaded")
    assert pond.click_of(pond.visit(code))["outcome"] == "redirect"


def test_broken_recognition_at_sighup_keeps_the_old(make_pond, tmp_path):
    folder = tmp_path / "recognition"
    folder.mkdir()
    pond = make_pond(recognition_dir=folder)
    code = pond.link(TARGET)["code"]
    assert pond.click_of(pond.visit(code, ua="Mozilla/5.0 (compatible; Googlebot/2.1)"))["class"] == "bot"
    (folder / "bots.tsv").write_text("this\tis\tnot\ta\ttable\tof\tbots\n\0\n")
    hangup(pond, "recognition_refused")
    assert pond.click_of(pond.visit(code, ua="Mozilla/5.0 (compatible; Googlebot/2.1)"))["class"] == "bot"
    shutil.copy(ROOT / "config/bots.tsv", folder / "bots.tsv")
    with open(folder / "bots.tsv", "a") as table:
        table.write("hard\tour-own\tOurOwnChecker\n")
    assert pond.click_of(pond.visit(code, ua=WECHAT + " OurOwnChecker/1.0"))["class"] == "human"
    hangup(pond, "reloaded")
    assert pond.click_of(pond.visit(code, ua=WECHAT + " OurOwnChecker/1.0"))["class"] != "human"
    assert pond.click_of(pond.visit(code))["class"] == "human"


def test_own_rows_at_sighup_are_asked_first(make_pond, tmp_path):
    folder = tmp_path / "recognition"
    folder.mkdir()
    pond = make_pond(recognition_dir=folder)
    code = pond.link(TARGET)["code"]
    assert pond.click_of(pond.visit(code, ua=WECHAT + " AcmeApp/2.1"))["app"] == "wechat"
    (folder / "apps.own.tsv").write_text("app\tacme\tAcmeApp/\tword\n")
    (folder / "referrers.own.tsv").write_text("app\tacme\tour-app\tour-kind\n")
    (folder / "channels.own.tsv").write_text("category\tour-kind\tour-place\t我们\tOurs\n")
    hangup(pond, "reloaded")
    click = pond.click_of(pond.visit(code, ua=WECHAT + " AcmeApp/2.2"))
    assert (click["app"], click["source"], click["channel"]) == ("acme", "our-app", "our-place")
    assert pond.click_of(pond.visit(code))["class"] == "human"


# ---- how safe is safe ----------------------------------------------------------------------------------------------

class Strace:
    """Counts the journal's fdatasync calls of a running daemon."""

    def __init__(self, pond, folder):
        self.file = folder / "strace.txt"
        self.process = subprocess.Popen(["strace", "-f", "-y", "-e", "trace=fdatasync,fsync", "-o", str(self.file), "-p", str(pond.process.pid)],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if "attached" not in self.process.stderr.readline():
            self.process.wait(10)
            pytest.skip("processes cannot be traced here")

    def count(self):
        return len(re.findall(r"fdatasync\(\d+<[^>]*\.clk>", self.file.read_text() if self.file.exists() else ""))

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=10)


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("policy, low, high", [("always", 100, 140), ("interval", 0, 60), ("os", 0, 0)])
def test_fsync_does_what_it_says(make_pond, tmp_path, policy, low, high):
    """always: one for every click before its answer. interval: about one a second while clicks come. os: never."""
    pond = make_pond(fsync=policy)
    code = pond.link(TARGET)["code"]
    strace = Strace(pond, tmp_path)
    try:
        visits(pond, code, 100)
        assert low <= strace.count() <= high
        if policy == "interval":
            wait_for(lambda: strace.count() > 0, 20)  # it comes by itself
    finally:
        strace.stop()
