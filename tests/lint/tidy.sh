#!/bin/sh
# SPDX-License-Identifier: MIT
# sh tests/lint/tidy.sh [FILE...]
# clang-tidy with the checks of .clang-tidy over the given sources, or over all of src. It takes minutes, so the test
# run leaves it out; run it before a release and after work on parsers and threads.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
cd "$root"
sh config/install-packages.sh build runtime test
sh config/build.sh dev >/dev/null # makes the generated headers

# clang does not know all of gcc's flags, so it gets a configuration of its own; nothing is built there.
cmake -S . -B build/tidy -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >/dev/null

if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046 # no path of ours holds a blank
    set -- $(find src -name '*.c' | sort)
fi
findings=0
printf '%s\n' "$@" | xargs -d '\n' -P "$(nproc)" -n 1 clang-tidy --quiet -p build/tidy \
    --extra-arg=-w "--extra-arg=-I$root/build/dev/generated" 2>/dev/null || findings=1
if [ "$findings" -eq 0 ]; then echo "tidy: $# files, nothing found"; else echo "tidy: $# files, see above"; fi
exit "$findings"
