# SPDX-License-Identifier: MIT
"""Goal: from a checkout to a first click with nothing but what config/quickstart.sh prints."""
import json
import os
import re
import signal
import stat
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD_SECONDS_MAX = 900  # no promise of speed: where nothing was built yet, the machine may be busy with other tests


def quickstart(data, *options):
    """What a run with any free ports prints."""
    done = subprocess.run(["sh", str(ROOT / "config" / "quickstart.sh"), "--data", str(data), "--port", "0",
                           "--admin-port", "0", "--public-port", "0", *options],
                          cwd="/", capture_output=True, text=True, timeout=BUILD_SECONDS_MAX, stdin=subprocess.DEVNULL,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def printed_commands(text):
    """The indented lines, those that go on after a backslash joined."""
    return [line.strip() for line in re.sub(r"\\\n", " ", text).splitlines() if line.startswith("  ")]


def run_printed(text, part, key):
    command = next(line for line in printed_commands(text) if part in line)
    done = subprocess.run(["sh", "-c", command], env={**os.environ, "KEY": key, "no_proxy": "127.0.0.1"}, cwd="/",
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, command + "\n" + done.stdout + done.stderr
    return done.stdout


def listen(data):
    return json.loads((data / "listen.json").read_text())


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """(data folder, what the first run printed); the server is stopped afterwards."""
    data = tmp_path_factory.mktemp("quick start") / "data 塘"
    try:
        yield data, quickstart(data, "--domain", "go.example.com")
    finally:
        if (data / "listen.json").exists():
            stop(listen(data)["pid"])


def stop(pid):
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 60
    while Path(f"/proc/{pid}/exe").exists():
        assert time.monotonic() < deadline, f"server {pid} does not stop"
        time.sleep(0.05)


def key_in(text):
    return re.search(r"KEY=(lp_[A-Za-z0-9_-]+)\s", text).group(1)


def test_first_run_names_the_desk_and_one_key(started):
    data, text = started
    assert f"  {listen(data)['admin']}/\n" in text
    assert key_in(text)
    assert f"kill {listen(data)['pid']}\n" in text


def test_the_key_is_on_the_screen_only(started):
    data, text = started
    key = key_in(text).encode()
    assert not [p for p in data.rglob("*") if p.is_file() and key in p.read_bytes()]
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_the_link_to_set_a_password_is_on_the_screen_only_and_works(started):
    data, text = started
    admin, token = re.search(r"^  (http\S+)/desk/accept#(\S+)$", text, re.M).groups()
    assert admin == listen(data)["admin"]
    assert not [p for p in data.rglob("*") if p.is_file() and token.encode() in p.read_bytes()]
    ask = urllib.request.Request(admin + "/api/v1/session/accept", json.dumps({"token": token}).encode(),
                                 {"Content-Type": "application/json", "Origin": admin})
    with urllib.request.urlopen(ask, timeout=10) as answer:
        assert json.load(answer)["user"]["key"] == "admin"


def test_the_printed_commands_make_a_link_open_it_and_read_the_numbers(started):
    _, text = started
    key = key_in(text)
    link = json.loads(run_printed(text, "/api/v1/links", key))
    assert link["short_url"].endswith("/hello")
    assert "https://example.com/" in run_printed(text, " try hello ", key)
    assert "totals" in json.loads(run_printed(text, "/api/v1/stats", key))


def test_the_second_run_finds_the_server_and_makes_no_key(started):
    data, _ = started
    before = listen(data)
    text = quickstart(data)
    assert listen(data) == before
    assert f"  {before['admin']}/\n" in text
    assert " key create\n" in text
    assert not re.search(r"lp_[A-Za-z0-9]", text)
