# SPDX-License-Identifier: MIT
"""Lints of the C sources."""
import hashlib
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import PurePosixPath

from lint import register
from tree import c_functions, c_includes, c_strings, c_without_comments

LINTS = []
lint = register(LINTS)

FLOORS = ["base", "model", "store", "engine", "http", "api", "cli"]
GENERATED = {"sql_texts.h": "store"}  # headers made at build time, and the floor they belong to
GENERATED_FOLDER = "build/dev/generated"
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 450
NESTING_MAX = 3

# Each library enters through these files and no others, so that replacing one touches one place.
LIBRARIES = {
    "sqlite3.h": ["src/store/db_sqlite*.c", "src/store/db_sqlite*.h"],
    "microhttpd.h": ["src/http/server*.c", "src/http/server_private.h"],
    "cJSON.h": ["src/base/json.c"],
    "cjson/*": ["src/base/json.c"],
    "openssl/*": ["src/base/crypt.c"],
    "xxhash.h": ["src/base/hash.c"],
    "libpsl.h": ["src/base/host.c"],
    "idn2.h": ["src/base/host.c"],
    "curl/*": ["src/base/urlcheck.c", "src/engine/watch/poster.c", "src/cli/fetch.c"],
    "glib*.h": ["src/base/zone.c"],
    "urcu*": ["src/engine/cache/cache*.c"],
    "qrencode.h": ["src/http/qr.c"],
    "png.h": ["src/http/qr_png.c", "src/image/decode.c", "src/image/encode.c"],
    "jpeglib.h": ["src/image/decode.c", "src/image/encode.c"],
    "ft2build.h": ["src/http/qr_font.c"],
    "csv.h": ["src/api/transfer/csv_reader.c"],
    "zlib.h": ["src/http/gzip.c", "src/http/qr_png.c", "src/tools/embed_files.c"],
    "ini.h": ["src/cli/settings.c"],
    "maxminddb.h": ["src/engine/visit/geo.c"],
    "zip.h": ["src/api/qr/qrzip.c"],
    "expat.h": ["src/api/deals/wecom_xml.c"],
    "yaml.h": ["src/tools/*.c"],
}


def floor_of(path):
    """The floor a file of ours stands on: a number, -1 for the host tools, None for what may use everything."""
    parts = PurePosixPath(path).parts
    if parts[:2] == ("src", "tools"):
        return -1
    for depth, head in ((1, ("src",)), (2, ("include", "linkpond")), (2, ("tests", "unit"))):
        if parts[:depth] == head and len(parts) > depth + 1 and parts[depth] in FLOORS:
            return FLOORS.index(parts[depth])
    return None


@lint("floors", "includes point to the same floor or down",
      bad={"src/model/link.c": '#include "linkpond/store/links.h"\n'})
def check_floors(tree):
    problems = []
    for path in tree.c_files("src/", "include/", "tests/unit/"):
        floor = floor_of(path)
        if floor is None:
            continue
        for line, name, angled in c_includes(tree.read(path)):
            if name.startswith("linkpond/"):
                target = name.split("/")[1]
                if target not in FLOORS:
                    problems.append(f"{path}:{line}: \"{name}\" is on no floor")
                elif FLOORS.index(target) > max(floor, 0):
                    problems.append(f"{path}:{line}: includes \"{name}\" from a floor above")
            elif name in GENERATED:
                if FLOORS.index(GENERATED[name]) > floor:
                    problems.append(f"{path}:{line}: \"{name}\" belongs to {GENERATED[name]}")
            elif not angled and "/" in name:
                problems.append(f"{path}:{line}: \"{name}\" reaches into another folder's private headers")
    return problems


@lint("libraries", "each library enters through its own files",
      bad={"src/api/links/links.c": "#include <sqlite3.h>\n"})
def check_libraries(tree):
    problems = []
    for path in tree.c_files("src/", "include/"):
        for line, name, _ in c_includes(tree.read(path)):
            for pattern, doors in LIBRARIES.items():
                if fnmatch(name, pattern) and not any(fnmatch(path, door) for door in doors):
                    problems.append(f"{path}:{line}: <{name}> may only be included by {', '.join(doors)}")
    return problems


# A literal is SQL when it begins as a statement. Upper case alone suffices for verbs no sentence begins with.
_SQL = re.compile(
    r"\s*(?:SELECT\s|INSERT\s+(?:OR|INTO)\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|REPLACE\s+INTO\s"
    r"|WITH\s+\w+\s*(?:\(|AS\s)|(?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX|UNIQUE|VIEW|TRIGGER|TEMP|VIRTUAL)\b"
    r"|PRAGMA\s|VACUUM\b|ATTACH\s+(?:DATABASE|\S+\s+AS)\b"
    r"|BEGIN(?:\s+(?:IMMEDIATE|EXCLUSIVE|DEFERRED|TRANSACTION))?;?\s*$|COMMIT;?\s*$|ROLLBACK\b|SAVEPOINT\s|REINDEX\b"
    r"|select\s.*\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|pragma\s)", re.S)


@lint("sql", "no SQL text in C; it stands in sql/",
      bad={"src/store/links.c": 'f("SELECT id "\n  "FROM link");\n'})
def check_sql(tree):
    return [f"{path}:{line}: SQL in a string: \"{body[:50]}\"" for path in tree.c_files("src/", "include/")
            for line, body in c_strings(tree.read(path)) if _SQL.match(body.replace("\\n", "\n"))]


def c_body(lines):
    return "int f(void)\n{\n" + "    g();\n" * (lines - 2) + "}\n"


@lint("functions", f"at most {FUNCTION_LINES_MAX} lines each",
      bad={"src/base/buf.c": c_body(FUNCTION_LINES_MAX + 1)})
def check_functions(tree):
    return [f"{path}:{name}: {lines} lines from line {first}" for path in tree.c_files("src/")
            for name, first, lines in c_functions(tree.read(path)) if lines > FUNCTION_LINES_MAX]


def depth(line):
    return (len(line) - len(line.lstrip())) // 4


@lint("nesting", f"at most {NESTING_MAX} blocks inside each other",
      bad={"src/base/buf.c": "int f(void)\n{\n" + "".join(" " * 4 * n + "if (x) {\n" for n in range(1, 5)) + "}\n"})
def check_nesting(tree):
    problems = []
    for path in tree.c_files("src/"):
        code = c_without_comments(tree.read(path))
        lines = code.split("\n")
        for name, first, count in c_functions(code):
            opened = [line for line in lines[first:first + count - 1] if re.search(r"(?<![=,({]) \{$", line.rstrip())]
            deepest = max(map(depth, opened), default=0)
            if deepest > NESTING_MAX:
                problems.append(f"{path}:{name}: {deepest} deep from line {first}")
    return problems


@lint("files", f"at most {FILE_LINES_MAX} lines each in src",
      bad={"src/base/buf.c": "int x;\n" * (FILE_LINES_MAX + 1)})
def check_files(tree):
    problems = []
    for path in tree.match("src/", suffixes=(".c", ".h", ".js", ".css", ".html")):
        lines = tree.read(path).count("\n")
        if lines > FILE_LINES_MAX:
            problems.append(f"{path}: {lines} lines")
    return problems


@lint("headers", "each contract compiles alone, and twice")
def check_headers(tree):
    headers = tree.c_files("include/")
    missing = [h for h in headers if not h.endswith(".h")]
    if not headers:
        return ["include/: no header found"]
    if not (tree.root / GENERATED_FOLDER).is_dir():
        return [f"{GENERATED_FOLDER}: not there; sh config/build.sh dev makes it"]
    flags = ["-std=gnu17", "-D_GNU_SOURCE", '-DLINKPOND_VERSION="0"', "-Iinclude", f"-I{GENERATED_FOLDER}",
             "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Wvla", "-Wformat=2", "-Wstrict-prototypes",
             "-Wmissing-prototypes", "-Werror", "-include", "linkpond/base/banned.h"]

    def compile_alone(path):
        name = path.removeprefix("include/")
        source = f'#include "{name}"\n#include "{name}"\nextern int linkpond_header_stands_alone;\n'
        run = subprocess.run(["gcc", *flags, "-fsyntax-only", "-x", "c", "-"], input=source, capture_output=True,
                             text=True, cwd=tree.root, check=False)
        return None if run.returncode == 0 else f"{path}: {first_error(run.stderr)}"

    return [f"{h}: not a header" for h in missing] + each_once(
        tree, headers, compile_alone, lambda path: [*flags, *closure(tree, path)], "headers")


def closure(tree, path):
    """The texts a header's meaning depends on: its own and those of the headers of ours it includes."""
    made = {name: tree.root / GENERATED_FOLDER / name for name in GENERATED}
    seen = {name: file.read_text() for name, file in made.items() if file.exists()}
    queue = [path, "include/linkpond/base/banned.h"]
    while queue:
        current = queue.pop()
        if current in seen or current not in tree.paths:
            continue
        seen[current] = tree.read(current)
        queue += [f"include/{name}" for _, name, _ in c_includes(seen[current]) if name.startswith("linkpond/")]
    return [f"{name}\n{text}" for name, text in sorted(seen.items())]


@lint("format", "clang-format would change nothing")
def check_format(tree):
    def formatted(path):
        run = subprocess.run(["clang-format", "--dry-run", "-Werror", path], capture_output=True, text=True,
                             cwd=tree.root, check=False)
        return None if run.returncode == 0 else f"{path}: {first_error(run.stderr)}"

    return each_once(tree, tree.c_files("src/", "include/", "tests/"), formatted,
                     lambda path: [tree.read(".clang-format"), path, tree.read(path)], "format")


def first_error(stderr):
    lines = [line for line in stderr.splitlines() if "error" in line]
    return (lines or stderr.splitlines() or ["failed"])[0]


def each_once(tree, paths, check, inputs, kind):
    """Runs check(path) on every core; what passed is remembered under build/ by the hash of its inputs."""
    memory = tree.root / "build" / "lint" / kind
    memory.mkdir(parents=True, exist_ok=True)

    def once(path):
        mark = memory / hashlib.sha256("\0".join(inputs(path)).encode("utf-8", "surrogateescape")).hexdigest()
        if mark.exists():
            return None
        try:
            problem = check(path)
        except OSError as error:
            return f"{path}: {error}"
        if problem is None:
            mark.touch()
        return problem

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return [problem for problem in pool.map(once, paths) if problem]
