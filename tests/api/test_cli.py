# SPDX-License-Identifier: MIT
"""Goal: every command does what it says, with a daemon and without one, and says plainly when it cannot."""
import json
import os
import re
import signal
import sqlite3
import stat
import subprocess

import pytest
from pond import BINARY, wait_for


def run(*args, env=None, **kwargs):
    return subprocess.run([str(BINARY), *map(str, args)], capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})}, **kwargs)


@pytest.fixture(params=["served", "alone"])
def either(request, make_pond):
    """A data folder that a daemon serves, and one that nobody does: commands cannot tell the difference."""
    return make_pond(request.param, start=request.param == "served")


# ---- without a data folder ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("command", [[], ["link"], ["link", "create"], ["key"], ["serve"], ["import"], ["try"], ["doctor"], ["demo"]])
def test_every_command_explains_itself(command):
    done = run(*command, "--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: linkpond")
    chinese = run(*command, "--help", env={"LC_ALL": "zh_CN.UTF-8"}).stdout
    assert re.search("[\u4e00-\u9fff]", chinese) and chinese != done.stdout


def test_a_mistyped_command_is_named_with_the_one_meant():
    done = run("lnik")
    assert done.returncode == 2 and 'did you mean "link"' in done.stderr and not done.stdout


def test_version_is_told_to_people_and_scripts():
    assert re.fullmatch(r"linkpond \d+\.\d+\.\d+\n", run("version").stdout)
    assert json.loads(run("version", "--json").stdout)["version"]


def test_serve_help_names_every_setting():
    text = run("serve", "--help").stdout
    for name in json.loads(run("settings", "--json").stdout):
        assert f"--{name.replace('_', '-')} " in text


def test_a_folder_that_is_none_is_refused_with_what_to_do(tmp_path):
    done = run("--data", tmp_path / "none", "link", "list")
    assert done.returncode == 3 and "init" in done.stderr


def test_settings_come_from_file_environment_and_flags(tmp_path):
    (tmp_path / "linkpond.conf").write_text("code_length = 8\nfold_rows = 100\ntrusted_proxies = 10.0.0.1,\n   10.0.0.2\n")
    seen = json.loads(run("--data", tmp_path, "settings", "--json", "--code-length", "10",
                          env={"LINKPOND_CODE_LENGTH": "9", "LINKPOND_FOLD_ROWS": "200"}).stdout)
    assert (seen["code_length"], seen["fold_rows"], seen["trusted_proxies"]) == ("10", "200", "10.0.0.1, 10.0.0.2")


@pytest.mark.parametrize("line, said", [("nonsense = 1", "nonsense"), ("code_length = 99", "from 5 to 10"), ("what", "NAME = VALUE")])
def test_a_broken_settings_file_stops_the_start_naming_its_line(make_pond, line, said):
    pond = make_pond(start=False)
    (pond.data / "linkpond.conf").write_text("# mine\n" + line + "\n")
    done = run("--data", pond.data, "serve")
    assert done.returncode == 2 and "linkpond.conf:2" in done.stderr and said in done.stderr


# ---- init and serve -------------------------------------------------------------------------------------------------

def test_init_prints_the_key_alone_on_the_last_line(tmp_path):
    done = run("--data", tmp_path / "a", "init", "--domain", "go.example.com")
    assert done.returncode == 0 and re.fullmatch(r"lp_[A-Za-z0-9_-]{20,}", done.stdout.splitlines()[-1])
    assert re.fullmatch(r"lp_\S+", json.loads(run("--data", tmp_path / "b", "init", "--json").stdout)["key"])
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


def test_init_leaves_a_data_folder_alone(tmp_path):
    assert run("--data", tmp_path / "a", "init").returncode == 0
    again = run("--data", tmp_path / "a", "init")
    assert again.returncode == 4 and not again.stdout


def test_serve_says_where_it_listens_and_takes_it_back(make_pond):
    pond = make_pond()
    path = pond.data / "listen.json"
    listening = json.loads(path.read_text())
    assert listening["pid"] == pond.process.pid and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert pond.api("GET", "/readyz").status_code == 200
    pond.stop()
    assert not path.exists() and not (pond.data / "local.key").exists()


def test_a_second_daemon_is_refused_naming_why(make_pond):
    pond = make_pond()
    same_folder = run("--data", pond.data, "serve", "--listen", "127.0.0.1:0")
    assert same_folder.returncode == 4 and str(pond.process.pid) in same_folder.stderr
    other = make_pond("other", start=False)
    port = pond.redirect.rsplit(":", 1)[1]
    same_port = run("--data", other.data, "serve", "--listen", f"127.0.0.1:{port}", "--admin-listen", "127.0.0.1:0",
                    "--public-listen", "127.0.0.1:0")
    assert same_port.returncode == 4 and port in same_port.stderr
    assert not (other.data / "listen.json").exists()


def test_listen_json_of_a_killed_daemon_counts_for_nothing(make_pond):
    pond = make_pond()
    pond.link(alias="here")
    pond.kill9()
    assert (pond.data / "listen.json").exists()
    assert json.loads(pond.cli("link", "show", "here", "--json").stdout)["alias"] == "here"


def test_sighup_takes_a_good_file_and_refuses_a_broken_one(make_pond):
    pond = make_pond()
    conf = pond.data / "linkpond.conf"
    conf.write_text("log_level = loud\n")
    pond.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "settings_refused" in pond.log_text())
    conf.write_text("log_level = info\ncode_length = 9\n")
    pond.process.send_signal(signal.SIGHUP)
    wait_for(lambda: '"reloaded"' in pond.log_text())
    assert '"needs_restart","detail":"code_length' in pond.log_text()
    assert len(pond.link()["code"]) == 7


def test_serve_survives_closed_descriptors(make_pond):
    pond = make_pond(start=False)
    process = subprocess.Popen(["sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-', str(BINARY), "--data", str(pond.data), "serve", "--listen",
                                "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--public-listen", "127.0.0.1:0"])
    pond.process = process
    try:
        wait_for((pond.data / "listen.json").exists)
        assert [os.readlink(f"/proc/{process.pid}/fd/{fd}") for fd in range(3)] == ["/dev/null"] * 3
    finally:
        process.terminate()
        assert process.wait(30) == 0


def test_commands_without_a_daemon_wait_for_each_other(make_pond):
    pond = make_pond(start=False)
    running = [subprocess.Popen([str(BINARY), "--data", str(pond.data), "link", "create", f"https://example.com/{i}"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for i in range(4)]
    done = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0] * 4, done
    assert len(json.loads(pond.cli("link", "list", "--json").stdout)["items"]) == 4


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can open what is not its own")
def test_root_does_not_write_into_the_folder_of_another_user(make_pond):
    pond = make_pond(start=False)
    os.chown(pond.data, 65534, 65534)
    for command in (["link", "list"], ["serve"]):
        done = pond.cli(*command, check=False)
        assert done.returncode == 5 and "sudo -u" in done.stderr


# ---- commands -------------------------------------------------------------------------------------------------------

def test_a_link_is_made_found_changed_and_binned(either):
    made = either.cli("link", "create", "https://example.com/a", "--alias", "hello", "--tag", "x", "--tag", "北京", "--max-clicks", 5)
    assert made.stdout == "http://s.test/hello\n"
    shown = json.loads(either.cli("link", "show", "hello", "--json").stdout)
    assert (shown["tags"], shown["max_clicks"]) == (["x", "北京"], 5)
    either.cli("link", "update", "hello", "--title", "标题", "--clear", "max-clicks", "--remove-tag", "x")
    changed = json.loads(either.cli("link", "show", shown["id"], "--json").stdout)
    assert (changed["title"], changed["max_clicks"], changed["tags"]) == ("标题", None, ["北京"])
    assert "标题" in either.cli("link", "list", "--tag", "北京").stdout
    either.cli("link", "delete", "hello")
    assert "标题" not in either.cli("link", "list").stdout
    either.cli("link", "restore", shown["id"])
    assert "标题" in either.cli("link", "list").stdout


def test_refusals_have_exit_codes_and_words(either):
    either.cli("link", "create", "https://example.com/", "--alias", "taken")
    for args, code in [(["link", "create", "javascript:1"], 1), (["link", "create", "https://example.com/", "--alias", "taken"], 4),
                       (["link", "show", "nothing"], 3), (["link", "create", "https://a.example/", "--max-clicks", "many"], 2),
                       (["key", "revoke", "999"], 3)]:
        done = either.cli(*args, check=False)
        assert (done.returncode, bool(done.stderr), done.stdout) == (code, True, ""), args
    problem = json.loads(either.cli("link", "show", "nothing", "--json", check=False).stderr)
    assert problem["type"] == "urn:linkpond:problem:not-found"


def test_control_characters_of_others_do_not_reach_the_terminal(either):
    either.cli("link", "create", "https://example.com/", "--notes", "a\tb")
    listed = either.cli("link", "create", "https://example.com/\x1b]0;x\x07", check=False)
    assert "\x1b" not in listed.stdout + listed.stderr


def test_a_key_is_shown_once_and_can_be_revoked(either):
    made = json.loads(either.cli("key", "create", "--name", "script", "--scope", "stats:read", "--json").stdout)
    assert made["scopes"] == ["stats:read"]
    assert made["key"] not in either.cli("key", "list").stdout
    either.cli("key", "revoke", made["id"])
    assert [k["valid"] for k in json.loads(either.cli("key", "list", "--json").stdout)["items"] if k["id"] == made["id"]] == [False]
    assert re.fullmatch(r"lp_\S+\n", either.cli("key", "create").stdout)


def test_lists_and_exports_can_be_of_days(either, tmp_path):
    rows = "url,title,created\n" + "".join(f"https://example.com/{day},day {day},2026-03-{day:02} 12:00:00\n" for day in (1, 2, 3))
    either.cli("import", "-", input=rows)
    days = ("--created-from", "2026-03-02", "--created-to", "2026-03-02")
    listed = json.loads(either.cli("link", "list", "--json", *days, "--tz", "Asia/Shanghai").stdout)["items"]
    assert [link["title"] for link in listed] == ["day 2"]
    out = tmp_path / "links.csv"
    either.cli("export", out, *days)
    assert "day 2" in out.read_text() and "day 1" not in out.read_text()
    either.cli("link", "update", listed[0]["id"], "--archived", "true")
    assert "day 2" not in either.cli("link", "list").stdout
    assert "day 2" in either.cli("link", "list", "--archived", "only").stdout


def test_links_go_out_and_come_in_again(either, tmp_path):
    either.cli("link", "create", "https://example.com/?a=1&b=2", "--alias", "one", "--title", "=1+1")
    out = tmp_path / "links.csv"
    either.cli("export", out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600 and not list(tmp_path.glob("*.part"))
    again = either.cli("import", out, "--json", check=False)
    assert json.loads(again.stdout.splitlines()[-1])["summary"]["skipped"] == 1
    piped = either.cli("import", "-", "--json", input="url,alias\nhttps://example.com/2,two\nftp://x,three\n", check=False)
    assert piped.returncode == 1
    assert [json.loads(line).get("status") for line in piped.stdout.splitlines()[:-1]] == ["created", "failed"]
    assert json.loads(either.cli("link", "show", "two", "--json").stdout)["url"] == "https://example.com/2"


def test_events_come_in_from_a_table(either, tmp_path):
    file = tmp_path / "deals.csv"
    file.write_text("事件,订单号,金额,手机号\ndeal,A-1,128.50,13800138000\ndeal,A-2,no,\nlead,A-3,,13800138001\n")
    tried = either.cli("event", "import", "--dry-run", file, check=False)
    assert tried.returncode == 1 and "row 2" in tried.stdout and "row 1" not in tried.stdout
    assert json.loads(either.cli("event", "list", "--json").stdout)["items"] == []
    plain = tmp_path / "plain.csv"
    plain.write_text("手机号,成交额\n13800138009,9.90\n")
    assert either.cli("event", "import", plain, check=False).returncode != 0  # what happened?
    assert "1" in either.cli("event", "import", plain, "--type", "成交", "--dry-run").stdout
    done = either.cli("event", "import", file, "--json", check=False)
    report = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and [row.get("status") for row in report] == [201, 422, 201, None]
    assert report[-1]["summary"] == {"rows": 3, "stored": 2, "existed": 0, "refused": 1, "unmatched": 0, "unnamed": 0, "unknown_columns": [], "complete": True}
    again = either.cli("event", "import", "-", input="事件,订单号,手机号\nlead,A-3,13800138001\n")
    assert re.search(r"existed\s+1", again.stdout)
    listed = json.loads(either.cli("event", "list", "--json").stdout)["items"]
    assert [(event["event_id"], event["type"], event["value"], event["origin"]) for event in listed] == [("A-3", "lead", None, "csv"), ("A-1", "deal", 12850, "csv")]
    assert either.cli("event", "import", tmp_path / "none.csv", check=False).returncode not in (0, 1)
    assert either.cli("event", "import", "-", input="a,b\n1,2\n", check=False).returncode == 1


def test_a_refused_download_leaves_no_file(either, tmp_path):
    done = either.cli("export", tmp_path / "out", "--format", "pdf", check=False)
    assert done.returncode == 1 and not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("who, kind, app, scene", [("wechat-group", "human", "wechat", "group"), ("wechat", "human", "wechat", ""),
                                                   ("wecom", "human", "wecom", ""), ("safari", "human", None, ""),
                                                   ("bot", "bot", None, "")])
def test_try_tells_what_the_ledger_made_of_it(either, who, kind, app, scene):
    either.cli("link", "create", "https://example.com/x", "--alias", "tt", "--utm-source", "poster")
    tried = json.loads(either.cli("try", "tt", "--as", who, "--json").stdout)
    click = tried["click"]
    assert tried["status"] == 302 and tried["location"].startswith("https://example.com/x?")
    assert (click["class"], click["app"], click["scene"], click["source"]) == (kind, app, scene, "poster")
    assert "https://example.com/x" in either.cli("try", "tt", "--as", who).stdout


def test_stats_add_up(either):
    either.cli("link", "create", "https://example.com/x", "--alias", "tt")
    either.cli("try", "tt")
    either.cli("try", "tt", "--as", "bot")
    counted = json.loads(either.cli("stats", "--group-by", "class", "--json").stdout)
    assert {g["class"]: g["clicks"] for g in counted["groups"]} == {"human": 1, "bot": 1}
    assert json.loads(either.cli("stats", "tt", "--json").stdout)["totals"]["clicks"] == 1
    assert json.loads(either.cli("stats", "--filter", "app=wechat", "--json").stdout)["totals"]["clicks"] == 0


def test_stats_show_visitors_too(either):
    either.cli("link", "create", "https://example.com/x", "--alias", "tt")
    either.cli("try", "tt")
    either.cli("try", "tt")
    lines = [line.split() for line in either.cli("stats", "--group-by", "app", "--compare", "previous", "--period", "today").stdout.splitlines()]
    for name, now in (("clicks", "2"), ("visitors", "1"), ("new_visitors", "1"), ("scans", "0")):
        assert [name, now, "0"] in lines
    assert ["app", "clicks", "visitors", "scans"] in lines


def test_a_backup_opens_as_a_data_folder(either, tmp_path):
    either.cli("link", "create", "https://example.com/x", "--alias", "kept")
    made = either.cli("backup").stdout.strip()
    assert os.path.dirname(made) == str(either.data / "backups")
    copy = tmp_path / "copy"
    copy.mkdir(mode=0o700)
    either.cli("backup", copy / "linkpond.db")
    assert len(list((either.data / "backups").iterdir())) == 1
    assert "kept" in run("--data", copy, "link", "show", "kept").stdout


def test_check_finds_wrong_sums_and_repairs_them(make_pond):
    pond = make_pond(fold_rows=1)
    pond.link(alias="tt")
    pond.cli("try", "tt")
    pond.stop()
    assert pond.cli("check").returncode == 0
    with sqlite3.connect(pond.data / "linkpond.db") as db:
        assert db.execute("UPDATE link_stat SET clicks = 0 WHERE clicks = 1").rowcount == 1
    broken = pond.cli("check", "--json", check=False)
    assert broken.returncode == 6
    assert [c["name"] for c in json.loads(broken.stdout)["checks"] if c["status"] == "failed"] == ["sums"]
    assert pond.cli("check", "--repair", check=False).returncode == 0
    assert pond.cli("check").returncode == 0


def test_check_finds_damaged_clicks(make_pond):
    pond = make_pond(fold_rows=1)
    pond.link(alias="tt")
    pond.cli("try", "tt")
    pond.stop()
    with sqlite3.connect(pond.data / "linkpond.db") as db:
        first, clicks = db.execute("SELECT first_id, clicks FROM click_batch").fetchone()
        db.execute("UPDATE click_batch SET clicks = ?", (clicks[:-1] + bytes([clicks[-1] ^ 1]),))
    broken = pond.cli("check", "--json", check=False)
    assert broken.returncode == 6
    found = {c["name"]: c for c in json.loads(broken.stdout)["checks"]}
    assert found["database"]["status"] == "ok" and found["clicks"]["status"] == "failed"
    assert str(first) in found["clicks"]["detail"]


def test_doctor_sees_what_a_proxy_lets_through(make_pond):
    pond = make_pond()
    seen = json.loads(pond.cli("doctor", "--url", pond.redirect, "--json", check=False).stdout)
    found = {f["name"]: f["status"] for f in seen["findings"]}
    assert found["daemon"] == found["proxy"] == found["clock"] == "ok"
    assert found["address"] == found["request_id"] == "fail"  # no proxy here: whatever a visitor says is believed
    nowhere = pond.cli("doctor", "--url", "http://127.0.0.1:1", "--json", check=False)
    assert nowhere.returncode == 1 and "reach" in {f["name"] for f in json.loads(nowhere.stdout)["findings"]}


def test_doctor_minds_a_folder_open_to_others(make_pond):
    pond = make_pond(start=False)
    pond.data.chmod(0o755)
    done = pond.cli("doctor", check=False)
    assert done.returncode == 1 and re.search(r"^fail\s+folder", done.stdout, re.M)


# ---- events ---------------------------------------------------------------------------------------------------------

def test_an_event_is_told_and_listed(make_pond):
    pond = make_pond()
    said = ("--data", pond.data, "event", "add", "--type", "deal", "--value", "12800", "--currency", "CNY", "--phone", "13800138000", "--event-id", "order-1")
    event = json.loads(run(*said, "--json").stdout)
    assert (event["type"], event["value"], event["event_id"]) == ("deal", 12800, "order-1") and event["customer"]
    assert json.loads(run(*said, "--json").stdout)["id"] == event["id"], "told twice it is one"
    listed = json.loads(run("--data", pond.data, "event", "list", "--type", "deal", "--json").stdout)["items"]
    assert [one["id"] for one in listed] == [event["id"]]
    assert event["id"] in run("--data", pond.data, "event", "list", "--event-id", "order-1").stdout
    assert "128.00 CNY" in run("--data", pond.data, "event", "list", "--event-id", "order-1").stdout
    assert run("--data", pond.data, "event", "list", "--type", "lead", "--json").returncode == 0
    wrong = run("--data", pond.data, "event", "add", "--type", "deal", "--click-id", "none-of-ours")
    assert wrong.returncode != 0 and "click" in wrong.stderr
    assert run("--data", pond.data, "event", "add", "--value", "1").returncode != 0
