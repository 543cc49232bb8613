# SPDX-License-Identifier: MIT
"""Counts what a suite ran: prints `passed failed skipped` and, on stderr, the names of what failed.

/usr/bin/python3 tests/support/tally.py ctest|pytest RESULTS.xml     both write JUnit's XML

ctest knows one test per program; the programs are cmocka's or pytest's and print their own sums, which are what counts.
A program that ended badly without a failed test in its sums (a crash, a sanitizer, a time-out) counts as one failure.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

_SUM = re.compile(r"^\[  (PASSED |FAILED |SKIPPED) \] (?:.*: )?(\d+) test\(s\)", re.M)
_PYTEST_LINE = re.compile(r"^(?:=+ )?\d+ (?:passed|failed|skipped|error).* in [\d.]+s\b.*$", re.M)
_PYTEST_WORDS = {"passed": "PASSED", "failed": "FAILED", "error": "FAILED", "errors": "FAILED", "skipped": "SKIPPED"}


def sums_of(output):
    """[(word, number)] of what a program says it ran; empty when it says nothing."""
    sums = [(word.strip(), int(number)) for word, number in _SUM.findall(output)]
    for line in _PYTEST_LINE.findall(output):
        sums += [(_PYTEST_WORDS[word], int(number)) for number, word in re.findall(r"(\d+) (\w+)", line)
                 if word in _PYTEST_WORDS]
    return sums


def count_program(case):
    """(passed, failed, skipped) of one program that ctest ran."""
    failed = case.get("status") != "run" or case.find("failure") is not None
    sums = {"PASSED": 0, "FAILED": 0, "SKIPPED": 0}
    found = sums_of(case.findtext("system-out") or "")
    for word, number in found:
        sums[word] += number
    if not found:
        return (0, 1, 0) if failed or case.get("name", "").startswith("unit/") else (1, 0, 0)
    if failed and not sums["FAILED"]:
        sums["FAILED"] = 1
    if not sum(sums.values()):
        return 0, 1, 0  # a program that ran no test proves nothing
    return sums["PASSED"], sums["FAILED"], sums["SKIPPED"]


def count_case(case):
    """(passed, failed, skipped) of one test of pytest's."""
    if case.find("failure") is not None or case.find("error") is not None:
        return 0, 1, 0
    return (0, 0, 1) if case.find("skipped") is not None else (1, 0, 0)


def main():
    kind, path = sys.argv[1:]
    count = {"ctest": count_program, "pytest": count_case}[kind]
    total = [0, 0, 0]
    for case in ElementTree.parse(path).iter("testcase"):
        one = count(case)
        total = [a + b for a, b in zip(total, one)]
        if one[1]:
            print(f"  failed: {case.get('name')}", file=sys.stderr)
    print(*total)


if __name__ == "__main__":
    main()
