#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks of the sources that no compiler makes. /usr/bin/python3 tests/lint/run.py [--filter TEXT]

Every lint is a function from the tree to a list of complaints. Where it is cheap it carries a bad sample, which it must
complain about on every run: a lint that can no longer fail is a failure itself.
"""
import sys

sys.dont_write_bytecode = True  # the run leaves nothing behind in the sources

import argparse  # noqa: E402
import os  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent))

import code_lints  # noqa: E402
import desk_lints  # noqa: E402
import docs_lints  # noqa: E402
import project_lints  # noqa: E402
from tree import Tree  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
SHOWN_MAX = 25


def main():
    parser = argparse.ArgumentParser(description="Checks of the sources that no compiler makes.")
    parser.add_argument("--filter", default="", help="only lints whose name contains this")
    wanted = parser.parse_args().filter

    os.chdir(ROOT)
    tree = Tree(ROOT)
    allowed, used = read_allowed(tree), set()
    passed = failed = 0
    for lint in code_lints.LINTS + project_lints.LINTS + docs_lints.LINTS + desk_lints.LINTS:
        if wanted not in lint.name:
            continue
        problems, note = judge(lint, tree, allowed, used)
        if problems:
            failed += 1
            print(f"FAIL {lint.name}: {len(problems)} problem{'s' if len(problems) != 1 else ''}")
            for problem in problems[:SHOWN_MAX]:
                print(f"     {problem}")
            if len(problems) > SHOWN_MAX:
                print(f"     and {len(problems) - SHOWN_MAX} more")
        else:
            passed += 1
            print(f"ok   {lint.name}: {note}")
    if not wanted:
        stale = sorted(set(allowed) - used)
        passed, failed = passed + (not stale), failed + bool(stale)
        print(f"FAIL exceptions: rows of allow.tsv that excuse nothing: {stale}" if stale
              else f"ok   exceptions: {len(allowed)} in use")
    print(f"lint: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def judge(lint, tree, allowed, used):
    if lint.bad is not None and not lint.check(Tree(texts=lint.bad)):
        return ["the bad sample went through: this lint can no longer fail"], ""
    skip = lint.skip(tree) if lint.skip else None
    if skip:
        return [], f"skipped, {skip}"
    problems = []
    for problem in lint.check(tree):
        place = problem.split(": ", 1)[0]
        key = (lint.name, place)
        if key in allowed:
            used.add(key)
        else:
            problems.append(problem)
    return problems, lint.promise


def read_allowed(tree):
    """{(lint, place): reason}"""
    rows = {}
    for number, line in enumerate(tree.read("tests/lint/allow.tsv").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != 3 or not all(c.strip() for c in columns):
            sys.exit(f"tests/lint/allow.tsv:{number}: a row is lint, path, reason, parted by tabs")
        rows[columns[0], columns[1]] = columns[2]
    return rows


if __name__ == "__main__":
    sys.exit(main())
