# SPDX-License-Identifier: MIT
"""Power loss at any moment: the program starts from what was synced. Every link answered 201 is there; with fsync=always every
answered click is in the ledger once; with fsync=interval every click answered before the last sync is; none is there twice.

A preloaded shim (tests/support/power_shim.c) keeps what a disk that forgets would hold: bytes of files as of their last
fsync or fdatasync, names of folders as of the folder's last fsync. That is stricter than ext4, which writes names along with
bytes. In the mixed rounds each 4 KiB page that changed since, and each name, is on the disk or not by chance, as after a cut in
the middle of writing back. Not covered: disks that lie about syncing, pages torn within 4 KiB, and other file systems' ways.
"""
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hammer import Hammer
from pond import API_STEP, BINARY, ROOT, wait_for
from preload import preloadable
from test_kill9 import check_database, ledger

SHIM = BINARY.parent / "support" / "libpower_shim.so"
PAGE = 4096
ROUNDS = 3

if not SHIM.exists() and BINARY.parent != ROOT / "build/dev":
    pytest.skip("the shim goes with a build without sanitizers", allow_module_level=True)


def key_of(path):
    """As the shim names a file: inode and birth."""
    done = subprocess.run(["stat", "-c", "%i-%.9W", path], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def names_file(shadow, relative):
    return shadow / "names" / ("%" + "%".join(Path(relative).parts))


def folders(top):
    return [folder.relative_to(top) for folder in [top, *(p for p in top.rglob("*") if p.is_dir())]]


class Disk:
    def __init__(self, data, shadow, seed):
        self.data, self.shadow, self.random = data, shadow, random.Random(seed)

    def all_synced(self):
        """What is there now counts as synced."""
        shutil.rmtree(self.shadow, ignore_errors=True)
        (self.shadow / "files").mkdir(parents=True)
        (self.shadow / "names").mkdir()
        for relative in folders(self.data):
            lines = ""
            for path in (self.data / relative).iterdir():
                lines += f"{path.name} {key_of(path)}\n"
                if path.is_file():
                    shutil.copyfile(path, self.shadow / "files" / key_of(path))
            names_file(self.shadow, relative).write_text(lines)

    def environment(self):
        """For Pond.start: runs in the child."""
        os.environ.update(LD_PRELOAD=preloadable(SHIM, self.shadow.parent), POWER_DATA=str(self.data), POWER_SHADOW=str(self.shadow))

    def names(self, relative, mixed):
        path = names_file(self.shadow, relative)
        kept = dict(line.rsplit(" ", 1) for line in path.read_text().splitlines()) if path.exists() else {}
        if not mixed:
            return kept
        now = {path.name: key_of(path) for path in (self.data / relative).iterdir()}
        for name in sorted(set(kept) | set(now)):
            if kept.get(name) != now.get(name) and self.random.random() < 0.5:
                kept.pop(name, None)
                if name in now:
                    # what is renamed has one name
                    kept = {other: key for other, key in kept.items() if key != now[name]}
                    kept[name] = now[name]
        return kept

    def content(self, key, now, mixed):
        """Bytes of the file of that key; `now` are those it has in the page cache, if it still has a name."""
        path = self.shadow / "files" / key
        kept = path.read_bytes() if path.exists() else b""
        if not mixed or now is None or now == kept:
            return kept
        size = self.random.choice((len(kept), len(now)))
        old, new = kept.ljust(size, b"\0"), now.ljust(size, b"\0")
        return b"".join((old if self.random.random() < 0.5 else new)[at:at + PAGE] for at in range(0, size, PAGE))[:size]

    def cut(self, mixed):
        """The data folder as it is found when the power is back."""
        cached = {key_of(path): path.read_bytes() for path in self.data.rglob("*") if path.is_file()}
        found = self.data.with_name("found")
        self._restore(found, self.data.relative_to(self.data), cached, mixed)
        shutil.rmtree(self.data)
        found.rename(self.data)

    def _restore(self, found, relative, cached, mixed):
        (found / relative).mkdir(mode=0o700)
        for name, key in self.names(relative, mixed).items():
            if (self.data / relative / name).is_dir():
                self._restore(found, relative / name, cached, mixed)
            else:
                path = found / relative / name
                path.write_bytes(self.content(key, cached.get(key), mixed))
                path.chmod(0o600)

    def journal_is_synced(self):
        """Every segment's bytes and name are on the disk."""
        kept = self.names("journal", False)
        for path in (self.data / "journal").glob("*.clk"):
            key = key_of(path)
            copy = self.shadow / "files" / key
            if kept.get(path.name) != key or not copy.exists() or copy.read_bytes() != path.read_bytes():
                return False
        return True


def hammer_until(hammer, count):
    goal = len(hammer.answered) + count
    hammer.start()
    wait_for(lambda: len(hammer.answered) >= goal, 60)


@pytest.mark.parametrize("mixed", [False, True], ids=["strict", "mixed"])
@pytest.mark.parametrize("fsync", ["always", "interval"])
def test_what_was_synced_survives_a_power_cut(make_pond, tmp_path, fsync, mixed):
    pond = make_pond(start=False, fsync=fsync, journal_segment_bytes="64KiB", journal_keep_bytes="1MiB", fold_rows=300,
                     chunk_rows=100)
    disk = Disk(pond.data, tmp_path / "shadow", seed=f"{fsync}{mixed}")
    sure, created, sent = set(), [], set()
    for turn in range(ROUNDS):
        disk.all_synced()
        pond.start(preexec_fn=disk.environment)
        codes = [pond.link(f"https://www.example.com/{turn}/{i}")["code"] for i in range(3)]
        created += codes
        hammer = Hammer(int(pond.redirect.rsplit(":", 1)[1]), pond.domain, codes, connections=4, seed=turn)
        hammer_until(hammer, 300)
        hammer.stop()
        if fsync == "interval":
            wait_for(disk.journal_is_synced, 60, API_STEP)
            sure |= set(hammer.answered)
        hammer_until(hammer, 150)
        created.append(pond.link(f"https://www.example.com/{turn}/late")["code"])
        pond.kill9()
        hammer.stop()
        sent |= hammer.sent
        if fsync == "always":
            sure |= set(hammer.answered)
        disk.cut(mixed)
    pond.start()
    pond.drain()
    rows = ledger(pond)
    counts = {name: sum(click["class"] != "duplicate" for click in clicks) for name, clicks in rows.items()}
    lost = [name for name in sure if counts.get(name, 0) == 0]
    assert not lost, f"{len(lost)} of {len(sure)} clicks that had to be there are gone"
    twice = [name for name, count in counts.items() if count > 1]
    assert not twice, f"{len(twice)} clicks are there twice"
    assert set(rows) <= sent
    for code in created:
        assert pond.visit(code).status_code == 302, f"link {code} was answered 201 and is gone"
    assert len(sure) >= 300 * ROUNDS
    pond.stop()
    check_database(pond)
