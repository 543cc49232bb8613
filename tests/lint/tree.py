# SPDX-License-Identifier: MIT
"""The project's files as the lints see them, and the little of C's grammar that they need."""
import os
import re
import subprocess
from pathlib import Path

IGNORED_FOLDERS = {".git", "build", ".cache", "__pycache__", ".pytest_cache", "linkpond-data"}


class Tree:
    """Paths relative to the root and their texts. A self-check passes `texts` and needs no files."""

    def __init__(self, root=None, texts=None):
        self.root = root
        self._texts = dict(texts or {})
        self.paths = sorted(self._texts) if texts is not None else _project_paths(root)

    def read(self, path):
        """The text; empty for binary files."""
        if path not in self._texts:
            data = (self.root / path).read_bytes()
            self._texts[path] = "" if b"\0" in data else data.decode("utf-8", "replace")
        return self._texts[path]

    def match(self, *prefixes, suffixes=()):
        """Paths that begin with one of the prefixes and end with one of the suffixes (all when none is given)."""
        return [p for p in self.paths
                if p.startswith(prefixes or ("",)) and (not suffixes or p.endswith(tuple(suffixes)))]

    def c_files(self, *prefixes):
        return self.match(*prefixes, suffixes=(".c", ".h"))


def _project_paths(root):
    """What git would put under version control; without git or its folder, a walk that leaves out what we build."""
    try:
        done = subprocess.run(["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-coz",
                               "--exclude-standard"], capture_output=True, check=True)
        listed = [p for p in done.stdout.decode("utf-8", "surrogateescape").split("\0") if p]
    except (OSError, subprocess.CalledProcessError):
        listed = []
    if not listed:
        for folder, folders, files in os.walk(root):
            folders[:] = [f for f in folders if f not in IGNORED_FOLDERS]
            listed += [str((Path(folder) / name).relative_to(root)) for name in files if not name.endswith(".pyc")]
    return sorted(p for p in set(listed) if (root / p).is_file())


_C_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def c_without_comments(text):
    """Same line numbers, comments gone."""
    def keep(match):
        token = match.group(0)
        return token if token[0] in "\"'" else re.sub(r"[^\n]", " ", token)
    return _C_TOKEN.sub(keep, text)


def c_strings(text):
    """(line, contents) of every string literal, neighbours joined as the compiler joins them."""
    code = c_without_comments(text)
    joined, end = [], None
    for match in _C_TOKEN.finditer(code):
        if match.group(0)[0] != '"':
            continue
        body = match.group(0)[1:-1]
        if end is not None and re.fullmatch(r"[\s\\]*", code[end:match.start()]):
            joined[-1][1] += body
        else:
            joined.append([code.count("\n", 0, match.start()) + 1, body])
        end = match.end()
    return [(line, body) for line, body in joined]


_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(<[^>\n]+>|"[^"\n]+")', re.M)


def c_includes(text):
    """(line, name, is_angled) of every include."""
    code = c_without_comments(text)
    return [(code.count("\n", 0, m.start(1)) + 1, m.group(1)[1:-1], m.group(1)[0] == "<")
            for m in _INCLUDE.finditer(code)]


def c_functions(text):
    """(name, first line, lines) of every function body: its brace stands alone at the left edge."""
    lines = text.split("\n")
    functions, start = [], None
    for number, line in enumerate(lines):
        if line == "{":
            start = number
        elif line.startswith("}") and start is not None:
            functions.append((_function_name(lines, start), start + 1, number - start + 1))
            start = None
    return functions


def _function_name(lines, brace):
    head = []
    for line in reversed(lines[:brace]):
        if not line or line[0] in "#}" or line.endswith((";", "*/")):
            break
        head.insert(0, line)
    match = re.search(r"(\w+)\(", " ".join(head))
    return match.group(1) if match else "?"
