# SPDX-License-Identifier: MIT
"""Lints of everything else: licences, words, and tables that must agree with each other."""
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import PurePosixPath

from lint import register
from tree import c_without_comments

LINTS = []
lint = register(LINTS)

SPDX_SUFFIXES = (".c", ".h", ".sh", ".py", ".sql", ".css", ".js", ".html", ".yaml", ".yml", ".tsv", ".conf", ".cmake",
                 ".service", ".ini")
SPDX_NAMES = ("CMakeLists.txt", "Dockerfile", ".clang-tidy", ".clang-format", "packages.txt", ".ci/run")
TEST_DATA = re.compile(r"^tests/(?:fuzz/corpus/|(?:.*/)?(?:data|fixtures|golden)/)")

# Written in halves so that this file does not complain about itself.
LATER_WORDS = ["TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK"]
EVASION_WORDS = ["防" "封", "防" "红"]
OUTSIDE_NAMES = [r"\b(?:DESI" r"GN|HARDEN" r"ING|DOM" r"AIN|STY" r"LE|PE" r"RF|BRI" r"EF)\.md\b", r"\bHARDEN" r"ING\b",
                 r"\bDESI" r"GN \d", r"(?<![\w.}-])/wo" r"rk/"]


@lint("spdx", "every source file names its licence first",
      bad={"src/base/buf.c": "#include <stdio.h>\n"})
def check_spdx(tree):
    problems = []
    for path in tree.paths:
        if TEST_DATA.match(path) or not (path.endswith(SPDX_SUFFIXES) or path.endswith(SPDX_NAMES)):
            continue
        text = tree.read(path)
        if text and "SPDX-License-Identifier: MIT" not in "\n".join(text.split("\n", 3)[:3]):
            problems.append(f"{path}: no SPDX-License-Identifier in the first three lines")
    return problems


def find_words(tree, pattern, paths):
    return [f"{path}:{text.count(chr(10), 0, match.start()) + 1}: \"{match.group(0)}\""
            for path in paths for text in [tree.read(path)] for match in pattern.finditer(text)]


@lint("words", "nothing put off, and no talk of evasion",
      bad={"src/base/buf.c": f"/* {LATER_WORDS[0]}: later */\n"})
def check_words(tree):
    pattern = re.compile(r"\b(?:" + "|".join(LATER_WORDS) + r")\b|" + "|".join(EVASION_WORDS))
    places = tree.match("src/", "include/", "tests/", "sql/", "config/", "docs/", "README", "CHANGELOG")
    return find_words(tree, pattern, [p for p in places if not TEST_DATA.match(p)])


@lint("outside", "the project speaks of itself alone",
      bad={"src/base/buf.c": f"/* see HARDEN{'ING'} 2 */\n"})
def check_outside(tree):
    return find_words(tree, re.compile("|".join(OUTSIDE_NAMES)), tree.paths)


@lint("migrations", "numbered from 0001 without gaps",
      bad={"sql/migrations/0001_start.sql": "", "sql/migrations/0003_more.sql": ""},
      skip=lambda tree: None if tree.match("sql/") else "there is no sql/ yet")
def check_migrations(tree):
    names = [PurePosixPath(p).name for p in tree.match("sql/migrations/")]
    problems = [f"sql/migrations/{n}: not NNNN_name.sql" for n in names
                if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", n)]
    numbers = sorted(int(n[:4]) for n in names if n[:4].isdigit())
    if numbers != list(range(1, len(numbers) + 1)):
        problems.append(f"sql/migrations: numbers are {numbers}")
    return problems


SETTINGS_C = "src/cli/settings.c"
SETTINGS_CONF = "config/linkpond.conf"
_SETTING_ROW = re.compile(r'\{\s*(?:\.name\s*=\s*)?"([a-z][a-z0-9_]*)"\s*,')
_SETTING_LINE = re.compile(r"^[#;]?\s?([a-z][a-z0-9_]*)\s*=", re.M)


@lint("settings", f"{SETTINGS_CONF} shows every setting, and none that does not exist",
      bad={SETTINGS_C: '{ "listen", 1 },\n{ "code_length", 2 },\n', SETTINGS_CONF: "#listen = 127.0.0.1:8080\n"},
      skip=lambda tree: None if SETTINGS_C in tree.paths else f"{SETTINGS_C} does not exist yet")
def check_settings(tree):
    rows = set(_SETTING_ROW.findall(c_without_comments(tree.read(SETTINGS_C))))
    if not rows:
        return [f'{SETTINGS_C}: no row of the form {{ "name", … }} found']
    if SETTINGS_CONF not in tree.paths:
        return [f"{SETTINGS_CONF}: does not exist"]
    shown = set(_SETTING_LINE.findall(tree.read(SETTINGS_CONF)))
    return ([f"{SETTINGS_CONF}: lacks {name}" for name in sorted(rows - shown)]
            + [f"{SETTINGS_CONF}: {name} is no setting" for name in sorted(shown - rows)])


OPENAPI = "docs/openapi.yaml"
_METHODS = ("get", "post", "put", "patch", "delete")
_ROUTE_ROW = re.compile(r'\{\s*(?:\.method\s*=\s*)?(?:[A-Z]+_)?(GET|POST|PUT|PATCH|DELETE)\s*,'
                        r'\s*(?:\.path\s*=\s*)?"(/[^"]*)"')


def documented_routes(text):
    import yaml  # Debian's python3-yaml; only here, so the other lints run without it
    document = yaml.safe_load(text)
    servers = document.get("servers") or [{"url": ""}]
    prefix = re.sub(r"^(?:https?://[^/]*|\{[^}]*\})", "", servers[0].get("url", "")).rstrip("/")
    routes = set()
    for path, item in (document.get("paths") or {}).items():
        base = (item.get("servers") or [None])[0]
        base = prefix if base is None else re.sub(r"^https?://[^/]*", "", base["url"]).rstrip("/")
        routes |= {(method.upper(), base + path) for method in item if method in _METHODS}
    return routes


_ROUTE_QUERY = re.compile(r'\{METHOD_(\w+),\s*"(/[^"]*)",[^{}]*,\s*(NULL|"[^"]*")\s*\}')


def documented_queries(text):
    import yaml
    document = yaml.safe_load(text)
    known = document.get("components", {}).get("parameters", {})
    queries = {}
    for path, item in (document.get("paths") or {}).items():
        for method in (method for method in item if method in _METHODS):
            rows = [known[row["$ref"].split("/")[-1]] if "$ref" in row else row
                    for row in item.get("parameters", []) + item[method].get("parameters", [])]
            queries[method.upper(), path] = {row["name"] for row in rows if row["in"] == "query"}
    return queries


@lint("parameters", f"{OPENAPI} and the route tables name the same query parameters",
      bad={"src/api/links/links.c": '{METHOD_GET, "/api/v1/links", PLANE_ADMIN, f, S, "x", 0, "q limit"},\n',
           OPENAPI: "paths: {/api/v1/links: {get: {parameters: [{name: q, in: query}]}}}\n"},
      skip=lambda tree: None if OPENAPI in tree.paths else f"{OPENAPI} does not exist yet")
def check_parameters(tree):
    described = documented_queries(tree.read(OPENAPI))
    problems = []
    for path in tree.c_files("src/api/", "src/http/"):
        for method, route, words in _ROUTE_QUERY.findall(c_without_comments(tree.read(path))):
            named = set() if words == "NULL" else set(words.strip('"').split())
            shown = described.get((method, re.sub(r":(\w+)", r"{\1}", route)), set())
            problems += [f"{path}: {method} {route} takes {name}, which {OPENAPI} lacks" for name in sorted(named - shown)]
            problems += [f"{path}: {method} {route} lacks {name} of {OPENAPI}" for name in sorted(shown - named)]
    return problems


@lint("routes", f"{OPENAPI} and the route tables name the same routes",
      bad={"src/api/links/links.c": '{ GET, "/api/v1/links/:ref", ADMIN, f, S, "x" },\n',
           OPENAPI: "paths: {/api/v1/links: {get: {}}}\n"},
      skip=lambda tree: None if OPENAPI in tree.paths else f"{OPENAPI} does not exist yet")
def check_routes(tree):
    built = {}
    for path in tree.c_files("src/api/", "src/http/"):
        for method, route in _ROUTE_ROW.findall(c_without_comments(tree.read(path))):
            built[method, re.sub(r"[:*](\w+)", r"{\1}", route)] = path
    described = documented_routes(tree.read(OPENAPI))
    return ([f"{OPENAPI}: lacks {m} {r} of {built[m, r]}" for m, r in sorted(set(built) - described)]
            + [f"{OPENAPI}: {m} {r} is in no route table" for m, r in sorted(described - set(built))])


@lint("shell", "every script parses")
def check_shell(tree):
    problems = []
    for path in tree.match(suffixes=(".sh", ".ci/run")):
        run = subprocess.run(["sh", "-n", path], capture_output=True, text=True, cwd=tree.root, check=False)
        if run.returncode:
            problems.append(f"{path}: {run.stderr.strip()}")
    return problems


_REPORTS = [  # what ctest says of a program, and what must be counted: passed, failed, skipped
    ('status="run"', "[  PASSED  ] 3 test(s).", (3, 0, 0)),
    ('status="run"', "[  PASSED  ] 1 test(s).\n[  SKIPPED ] 2 test(s), listed below:", (1, 0, 2)),
    ('status="fail"', "[  PASSED  ] 1 test(s).\n[  FAILED  ] 2 test(s), listed below:", (1, 2, 0)),
    ('status="fail"', "[  PASSED  ] 3 test(s).\nERROR: LeakSanitizer", (3, 1, 0)),
    ('status="fail"', "[ RUN      ] crashes", (0, 1, 0)),
    ('status="run"', "..\n2 passed, 1 skipped in 0.88s", (2, 0, 1)),
    ('status="fail"', "=== 1 failed, 2 passed, 1 error in 0.88s ===", (2, 2, 0)),
    ('status="run"', "", (0, 1, 0)),
    ('status="run"', "[  PASSED  ] 0 test(s).", (0, 1, 0)),
]


@lint("tally", "the test run counts crashes, leaks and empty programs as failures")
def check_tally(tree):
    sys.path.insert(0, str(tree.root / "tests" / "support"))
    from tally import count_program
    problems = []
    for attributes, output, expected in _REPORTS:
        case = ElementTree.fromstring(f'<testcase name="unit/x" {attributes}><system-out/></testcase>')
        case.find("system-out").text = output
        if count_program(case) != expected:
            problems.append(f"tests/support/tally.py: {output!r} counts as {count_program(case)}, not {expected}")
    return problems


_DOC_LINK = re.compile(r"\]\(([^)\s]+)\)")


@lint("doc-links", "links between the project's pages lead somewhere",
      bad={"README.md": "[guide](docs/nowhere.md)\n"})
def check_doc_links(tree):
    known = set(tree.paths) | {str(parent) for p in tree.paths for parent in PurePosixPath(p).parents}
    problems = []
    for path in tree.match(suffixes=(".md",)):
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", tree.read(path), flags=re.S)
        for target in _DOC_LINK.findall(prose):
            target = target.split("#")[0]
            if not target or re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            parts = []
            for part in (PurePosixPath(path).parent / target).parts:
                if part == ".." and parts:
                    parts.pop()
                elif part != ".":
                    parts.append(part)
            if "/".join(parts or ["."]) not in known:
                problems.append(f"{path}: links to {target}, which does not exist")
    return problems
