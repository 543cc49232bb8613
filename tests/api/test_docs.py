# SPDX-License-Identifier: MIT
"""Goal: what the pages of docs/ tell people to type works, word for word."""
import json
import re
import subprocess

import pytest
from deals_world import DAY, MODELS, split, weights
from docrun import Shell, Step, judge, steps
from pond import BINARY, ROOT

PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])
RUN = ["api.md", "demo.md", "guide.md"]  # the others' examples are for a machine of one's own


@pytest.mark.parametrize("name", RUN)
def test_every_example_gives_what_it_says(name, make_pond, tmp_path):
    page = ROOT / "docs" / name
    shell = Shell(tmp_path, make_pond())
    found = steps(name, page.read_text())
    assert len(found) > 5
    try:
        for step in found:
            shell.run(step)
    finally:
        shell.stop()


def test_an_example_that_is_wrong_is_seen(make_pond, tmp_path):
    shell = Shell(tmp_path, make_pond())
    call = 'curl "$ADMIN/api/v1/me" -H "Authorization: Bearer $KEY"\n'
    assert not shell.once(Step("x", 1, call + '# -> 200\n# -> .user.key == "admin"\n'))
    for wrong in ("# -> 201", '# -> .user.key == "nobody"', "# -> .none == 1", "# -> Content-Type: text/plain", "# -> says nothing",
                  "# -> fails"):
        assert shell.once(Step("x", 1, call + wrong + "\n")), wrong
    assert judge("Location: https://a…", "HTTP/1.1 302 Found\r\nLocation: https://abc\r\n", "", "") is None


def attribution_examples():
    """(fields of the link beside those all have, path and query, Location with … for anything)"""
    for line in (ROOT / "docs/attribution.md").read_text().splitlines():
        row = re.match(r"\| (?:`(/spring\S*)`|any\b)(.*?) \| `(\S+)` \|", line)
        if row:
            fields = {name: json.loads(value) if value in ("true", "false") else value
                      for name, value in re.findall(r"`(\w+): (\w+)`", row[2])}
            yield fields, (row[1] or "/spring?x=1&utm_source=else").replace("…", "ticket"), row[3]


def test_the_rules_of_attribution_are_as_shown(make_pond):
    pond, seen = make_pond(), 0
    for fields, path, location in attribution_examples():
        link = pond.link("https://shop.example.com/p?pid=7&utm_source=old#top", utm_source="wechat", utm_medium="社群", **fields)
        answered = pond.visit(path.replace("/spring", link["code"], 1)).headers["Location"]
        assert re.fullmatch(".*".join(map(re.escape, location.split("…"))), answered), f"{fields} {path}: {answered}"
        seen += 1
    assert seen >= 7


def test_the_example_of_six_models_is_what_the_formulas_give():
    """By the tests' own arithmetic, which test_attribution.py holds the program against."""
    text = (ROOT / "docs/attribution.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\d+)\.(\d\d) \| (\d+)\.(\d\d) \| (\d+)\.(\d\d) \|$", text, re.M)
    assert [row[0] for row in rows] == list(MODELS)
    touches = [{"time_ms": day * DAY, "direct": day == 14} for day in (0, 7, 14)]
    for model, *digits in rows:
        assert [int(digits[i] + digits[i + 1]) for i in (0, 2, 4)] == split(10_000, weights(model, touches)), model


def command_lines(page):
    """(place, words) of every call of linkpond in the page's blocks; options of the shell around it are left out."""
    for step in steps(page.name, page.read_text()):
        for line in re.sub(r"\\\n", " ", step.commands).splitlines():
            found = re.match(r"(?:sudo (?:-u \S+ )?)?(?:\S*/)?linkpond( .*|$)", line)
            if found:
                words = re.sub(r"\s#.*|[|;>&].*", "", found[1]).split()
                yield f"{step.place} {line}", words


def split_words(words):
    """(command words, flags)"""
    flags = [word.split("=")[0] for word in words if word.startswith("--")]
    plain, skip = [], False
    for word in words:
        if word in ("--data", "--config"):
            skip = True
        elif skip:
            skip = False
        elif word.startswith("--"):
            break
        else:
            plain.append(word)
    return plain, flags


def test_every_command_exists_with_the_flags_shown():
    seen = 0
    for page in PAGES:
        for place, words in command_lines(page):
            plain, flags = split_words(words)
            verbs = plain[:2] if plain[:1] in (["link"], ["key"], ["user"], ["destination"], ["domain"], ["repoint"], ["event"]) else plain[:1]
            told = subprocess.run([str(BINARY), *verbs, "--help"], capture_output=True, text=True, timeout=20, check=False)
            assert told.returncode == 0, f"{place}: {told.stderr}"
            missing = [flag for flag in flags if flag not in told.stdout]
            assert not missing, f"{place}: {missing}"
            seen += 1
    assert seen > 5
