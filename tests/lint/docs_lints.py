# SPDX-License-Identifier: MIT
"""Lints that keep docs/ true: what the pages name exists, and what exists is named."""
import re
from fnmatch import fnmatchcase

from lint import register

LINTS = []
lint = register(LINTS)

TOUR = "docs/architecture.md"
OPERATIONS = "docs/operations.md"
NOT_FLOORS = {"tools", "web"}  # beside the floors


def sections(text):
    """(first word of the heading, its text) of every ## section."""
    return [(part.split(None, 1)[0].rstrip(":"), part) for part in re.split(r"^## ", text, flags=re.M)[1:]]


def table_names(text, pattern):
    """What stands in backticks in the first cells of a section's tables and matches."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| ")]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell) if re.fullmatch(pattern, name)]


def is_part(file, name):
    """Does the module `name` hold the file: itself, one of its parts NAME_part.c, or a pattern that fits?"""
    stem = name[:-2]
    return file == name or file.startswith(stem + "_") or ("*" in name and fnmatchcase(file, name))


@lint("tour", f"{TOUR} names every module of the floors once, and none that does not exist",
      bad={"src/base/buf.c": "", "src/base/str.c": "", TOUR: "## base: x\n\n| `buf.c`, `gone.c` | why |\n"},
      skip=lambda tree: None if TOUR in tree.paths else f"{TOUR} does not exist")
def check_tour(tree):
    floors = {}
    for path in tree.match("src/", suffixes=(".c",)):
        parts = path.split("/")
        if len(parts) >= 3 and parts[1] not in NOT_FLOORS:
            floors.setdefault(parts[1], []).append(parts[-1])
    named = {name: table_names(text, r"[a-z0-9_*]+\.c") for name, text in sections(tree.read(TOUR)) if name in floors}
    problems = []
    for floor, files in floors.items():
        names = named.get(floor, [])
        problems += [f"{TOUR}: {floor} lacks {file}; add a row, or a part's name to begin with its module's"
                     for file in files if not any(is_part(file, name) for name in names)]
        problems += [f"{TOUR}: {floor} names {name}, which does not exist" for name in names
                     if not any(is_part(file, name) for file in files)]
        problems += [f"{TOUR}: {floor} names {name} twice" for name in sorted({n for n in names if names.count(n) > 1})]
    return problems


THREADS = "docs/threads.md"


@lint("threads", f"{THREADS} names every thread, and every file with a lock by a path that exists",
      bad={"src/engine/x/y.c": 'prctl(PR_SET_NAME, "new");\n    pthread_mutex_t lock;\n', THREADS: "| old | `engine/y.c` | x |\n"},
      skip=lambda tree: None if THREADS in tree.paths else f"{THREADS} does not exist")
def check_threads(tree):
    page = tree.read(THREADS)
    problems = []
    for path in tree.match("src/", "include/linkpond/", suffixes=(".c", ".h")):
        text = tree.read(path)
        names = re.findall(r'PR_SET_NAME, "(\w+)"|beat_start\(&[^,]+, "(\w+)"', text)
        problems += [f"{THREADS}: lacks the thread {name}, of {path}" for name in (one or other for one, other in names)
                     if f"`{name}`" not in page]
        place = re.sub(r"^(src|include/linkpond)/", "", path)
        if re.search(r"^ *(?:static |_Alignas\(\d+\) )*pthread_(?:mutex|rwlock)_t \w+(?:;| =)", text, re.M) and f"`{place}`" not in page:
            problems.append(f"{THREADS}: lacks the lock in {place}")
    for place in re.findall(r"`((?:base|model|store|engine|http|api)/[a-z_/]+\.[ch])`", page):
        if f"src/{place}" not in tree.paths and f"include/linkpond/{place}" not in tree.paths:
            problems.append(f"{THREADS}: names {place}, which does not exist")
    return problems


def named_in_operations(tree, heading, pattern):
    return {name for first, text in sections(tree.read(OPERATIONS)) if text.startswith(heading)
            for name in table_names(text, pattern)}


@lint("log-events", f"{OPERATIONS} says what to do about every event of the log",
      bad={"src/http/server.c": 'log_event(LOG_WARN, "new_event", "x");', OPERATIONS: "## The log\n\n| `old_event` | warn | x |\n"},
      skip=lambda tree: None if OPERATIONS in tree.paths else f"{OPERATIONS} does not exist")
def check_log_events(tree):
    logged = {name: path for path in tree.c_files("src/")
              for name in re.findall(r'\blog_event\(\s*[A-Z_]+,\s*"([a-z0-9_]+)"', tree.read(path))}
    named = named_in_operations(tree, "The log", r"[a-z0-9_]+")
    return ([f"{OPERATIONS}: lacks the event {name} of {logged[name]}" for name in sorted(set(logged) - named)]
            + [f"{OPERATIONS}: nobody logs {name}" for name in sorted(named - set(logged))])


@lint("metrics", f"{OPERATIONS} names only metrics that exist",
      bad={"src/api/upkeep/health.c": '"linkpond_disk_full"', OPERATIONS: "`linkpond_disk_empty` == 1"},
      skip=lambda tree: None if OPERATIONS in tree.paths else f"{OPERATIONS} does not exist")
def check_metrics(tree):
    known = set(re.findall(r'"(linkpond_[a-z_]+)', tree.read("src/api/upkeep/health.c")))
    named = set(re.findall(r"`(linkpond_[a-z_]+)`", tree.read(OPERATIONS)))
    return [f"{OPERATIONS}: there is no metric {name}" for name in sorted(named - known)]


@lint("doc-settings", f"{OPERATIONS} names only settings that exist",
      bad={"config/linkpond.conf": "#listen = x\n", OPERATIONS: "## Settings\n\n| `lissten` | x |\n"},
      skip=lambda tree: None if OPERATIONS in tree.paths else f"{OPERATIONS} does not exist")
def check_doc_settings(tree):
    known = set(re.findall(r"^#?([a-z_]+) =", tree.read("config/linkpond.conf"), re.M))
    named = named_in_operations(tree, "Settings", r"[a-z_]+")
    return [f"{OPERATIONS}: there is no setting {name}" for name in sorted(named - known)]


API_MD = "docs/api.md"
_FAULT_CODE = re.compile(r'\b(?:(?:fault_setf?|call_bad_query|refuse_value)\((?:[^,()]+,){3}|stats_refuse\([^,()]+,'
                         r'|(?:build_refuse|refuse_(?:member|count|target))\((?:[^,()]+,){2}|refuse\((?:(?:[^,()]|\([^()]*\))+,){2})'
                         r'\s*(?:[^,"()]+\? )?"([a-z_]+)"(?:\s*:\s*"([a-z_]+)")?')
_FAULT_FILES = ("src/api/", "src/model/", "src/base/json_decode", "src/engine/editor/", "src/engine/report/",
                "src/http/auth", "src/http/qr", "src/http/repeats", "src/http/router")
_OWN_FAULTS = ("src/model/tsv.c",)  # files of ours
_FINDINGS = {"differ", "dropped", "bad_records"}  # of a check, which refuses nothing


@lint("codes", f"{API_MD} explains the code of every refused field",
      bad={"src/api/links/links.c": 'fault_set(fault, ERR_INVALID, "level", "odd", "No.", "不。");\n', API_MD: "| `even` | x |\n"},
      skip=lambda tree: None if API_MD in tree.paths else f"{API_MD} does not exist")
def check_codes(tree):
    explained = {code for row in re.findall(r"^\| (`[a-z_`, ]+`) \|", tree.read(API_MD), re.M)
                 for code in re.findall(r"`([a-z_]+)`", row)}
    used = {}
    for path in tree.c_files(*_FAULT_FILES):
        if path not in _OWN_FAULTS:
            for match in _FAULT_CODE.finditer(tree.read(path)):
                used.update({code: path for code in match.groups() if code and code not in _FINDINGS})
    return ([f"{API_MD}: lacks `{code}` of {used[code]}" for code in sorted(set(used) - explained)]
            + [f"{API_MD}: no field is refused as `{code}`" for code in sorted(explained - set(used))])


CLICK_H = "include/linkpond/model/click.h"
ATTRIBUTION = "docs/attribution.md"


@lint("vocabulary", f"{ATTRIBUTION} explains every class and outcome by the names that screens show",
      bad={CLICK_H: 'X(CLASS_BOT, "bot", "机器访问")', ATTRIBUTION: "| `bot` | 机器 | crawlers |\n"},
      skip=lambda tree: None if ATTRIBUTION in tree.paths else f"{ATTRIBUTION} does not exist")
def check_vocabulary(tree):
    rows = re.findall(r'X\((?:CLASS|OUTCOME)_\w+, "(\w+)", "([^"]+)"\)', tree.read(CLICK_H))
    text = tree.read(ATTRIBUTION)
    return [f"{ATTRIBUTION}: lacks a row | `{name}` | {zh} |" for name, zh in rows if f"| `{name}` | {zh} |" not in text]
