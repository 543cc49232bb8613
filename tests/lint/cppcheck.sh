#!/bin/sh
# SPDX-License-Identifier: MIT
# sh tests/lint/cppcheck.sh [FILE...]
# cppcheck over the given sources, or over all of src. What it misreads is listed, with the reason, in cppcheck.txt beside
# this. A minute at most; the test run leaves it out, as it does tidy.sh.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
cd "$root"
command -v cppcheck >/dev/null || { echo "cppcheck: not installed (apt-get install cppcheck)" >&2; exit 2; }
[ -d build/dev/generated ] || sh config/build.sh dev >/dev/null # makes the generated headers

[ $# -gt 0 ] || { set -- src; }
if cppcheck --enable=warning,performance,portability --inconclusive --quiet --error-exitcode=1 --inline-suppr \
    --std=c11 -j "$(nproc)" -Iinclude -Ibuild/dev/generated -D_GNU_SOURCE '-DLINKPOND_VERSION=""' \
    --suppressions-list=tests/lint/cppcheck.txt "$@"; then
    echo "cppcheck: nothing found"
else
    echo "cppcheck: see above"
    exit 1
fi
