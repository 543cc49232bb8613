# SPDX-License-Identifier: MIT
"""Goal: what a live code knows beside its rows (whose turn it is, which days are off, who was sent where) is told right before
and after a restart, and a crowd of pictures does not take the machine."""
import datetime
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pictures import png
from pond import wait_for
from test_live_codes import Live, cookie_of


@pytest.mark.parametrize("choose", ["round_robin", "weighted"])
def test_turns_go_on_after_a_restart(make_pond, choose):
    """A restart at each visit would else send everybody to the first."""
    pond = make_pond()
    live = Live(pond, *({"name": name, "weight": 1} for name in "abc"), rules=[{"choose": choose}])
    seen = []
    for _ in range(3):
        seen.append(live.goes())
        pond.drain()
        pond.restart()
    assert sorted(seen) == ["a", "b", "c"]


def test_a_new_rule_begins_with_its_first_target(pond):
    live = Live(pond, "a", "b", "c", rules=[{"choose": "first"}])
    assert [live.goes() for _ in range(4)] == ["a"] * 4
    live.put_rules({"choose": "round_robin"})
    assert [live.goes() for _ in range(3)] == ["a", "b", "c"]


def test_a_targets_visitors_are_its_own(make_pond):
    """Somebody who was at the link before is new to the target that is shown now."""
    pond = make_pond()
    live = Live(pond, "a", "b", rules=[{"choose": "round_robin"}])
    for _ in range(2):
        assert [live.goes(ip="203.0.113.7") for _ in range(2)] == ["a", "b"]
    assert live.goes(ip="203.0.113.8") == "a"
    pond.drain()
    assert {name: (one["figures"]["shown"], one["figures"]["visitors"]) for name, one in live.targets().items()} == {"a": (3, 2), "b": (2, 1)}
    pond.restart()  # who was there is read from the ledger
    assert sorted(live.goes(ip="203.0.113.7") for _ in range(2)) == ["a", "b"]
    assert live.goes(ip="203.0.113.9") in "ab"
    pond.drain()
    wait_for(lambda: sum(one["figures"]["shown"] for one in live.targets().values()) == 8)
    assert sum(one["figures"]["visitors"] for one in live.targets().values()) == 4


def test_days_off_are_read_again_without_a_restart(make_pond, tmp_path):
    own = tmp_path / "holidays.own.tsv"
    own.write_text("ordinary\t2026-10-01\n")
    pond = make_pond(recognition_dir=str(tmp_path))
    desk_hours = {"fact": "schedule", "is": ["1-5 09:00-18:00"], "zone": "Asia/Shanghai"}
    live = Live(pond, "desk", rules=[{"when": [desk_hours]}])
    always = Live(pond, "all", rules=[{"when": [{"fact": "schedule", "is": ["* 00:00-24:00"], "zone": "UTC", "holiday": ""}]}])

    def ends():
        return [live.simulate(time=f"2026-{day}T10:30:00+08:00")["end"] for day in ("12-24", "10-01")]

    def read_again(text):
        before = pond.log_text().count('"reloaded"')
        own.write_text(text)
        pond.process.send_signal(signal.SIGHUP)
        wait_for(lambda: pond.log_text().count('"reloaded"') > before)

    assert ends() == ["target", "target"] and always.goes() == "all"
    today = datetime.datetime.now(datetime.timezone.utc).date()
    around = [today + datetime.timedelta(days=days) for days in range(-2, 3)]
    read_again("off\t2026-12-24\noff\t2026-10-01\n" + "".join(f"off\t{day}\n" for day in around if str(day) not in ("2026-12-24", "2026-10-01")))
    assert ends() == ["url", "url"]
    assert always.goes() == "own", "what visitors get is compiled anew too, not only what is simulated"
    read_again("off\t2026-12-24\nordinary\t2026-10-01\n")
    assert ends() == ["url", "target"] and always.goes() == "all"


def children(pond):
    """Programs that read a picture for it, now."""
    count = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            count += int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pond.process.pid
        except OSError:
            pass
    return count


def test_a_crowd_of_pictures_waits_or_comes_again(make_pond):
    pond = make_pond()
    picture, seen = png(1500, 1500, [[(x * y) % 251 for x in range(1500)] for y in range(1500)]), []

    def upload(_):
        reply = pond.api("POST", "/images", None, data=picture, headers={"Content-Type": "image/png"})
        return reply.status_code, reply.headers.get("Retry-After")

    with ThreadPoolExecutor(41) as crowd:
        answers = [crowd.submit(upload, n) for n in range(40)]
        while not all(answer.done() for answer in answers):
            seen.append(children(pond))
        answers = [answer.result() for answer in answers]
    assert {status for status, _ in answers} == {201, 503}, answers
    assert all(after for status, after in answers if status == 503)
    assert 1 <= max(seen) <= 2, f"{max(seen)} at once"
    assert pond.api("POST", "/images", 201, data=picture, headers={"Content-Type": "image/png"})
