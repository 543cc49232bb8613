#!/bin/sh
# SPDX-License-Identifier: MIT
# sh tests/run.sh [--quick] [--filter TEXT]
# Everything that proves the project: installs what is missing, builds, runs every suite, ends with one line
# "N passed, M failed". Logs and JUnit files are left in build/test-results.
#   --quick    no sanitizers, no e2e, no fault tests
#   --filter   only tests whose name contains TEXT (ctest -R, pytest -k, lints); the build stays whole
set -u

quick=
filter=
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=1 ;;
    --filter) filter=${2:?--filter needs a text}; shift ;;
    --filter=*) filter=${1#*=} ;;
    -h | --help) sed -n '3,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "tests/run.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
    esac
    shift
done

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1
cd "$root" || exit 1
results=$root/build/test-results
python=/usr/bin/python3
passed=0
failed=0
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
export no_proxy=127.0.0.1,localhost,::1 NO_PROXY=127.0.0.1,localhost,::1

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# fatal WHAT: nothing after this can run.
fatal() {
    echo "FAIL $1"
    failed=$((failed + 1))
    finish
}

# count SUITE PASSED FAILED SKIPPED. A suite in which nothing ran has failed, unless a filter emptied it.
count() {
    if [ $(($2 + $3)) -eq 0 ] && [ -z "$filter" ]; then
        echo "FAIL $1: no test ran"
        failed=$((failed + 1))
        return
    fi
    passed=$((passed + $2))
    failed=$((failed + $3))
    skipped=
    [ "$4" -eq 0 ] || skipped=", $4 skipped"
    if [ "$3" -eq 0 ]; then word=ok; else word=FAIL; fi
    printf '%-4s %s: %s passed, %s failed%s\n' "$word" "$1" "$2" "$3" "$skipped"
}

# tally SUITE KIND XML EXIT LOG: counts a results file; a run that broke off without one, or whose file shows no
# failure although it ended badly, is one failure.
tally() {
    sums=$("$python" tests/support/tally.py "$2" "$3") || sums="0 1 0"
    # shellcheck disable=SC2086
    set -- "$1" "$4" "$5" $sums
    # pytest says 5 when a filter left nothing over
    if [ "$2" -ne 0 ] && [ "$5" -eq 0 ] && ! { [ -n "$filter" ] && [ "$2" -eq 5 ]; }; then
        set -- "$1" "$2" "$3" "$4" 1 "$6"
    fi
    [ "$5" -eq 0 ] || tail -n 200 "$3"
    count "$1" "$4" "$5" "$6"
}

# build PRESET
build() {
    log=$results/build-$1.log
    if ! sh config/build.sh "$1" >"$log" 2>&1; then
        tail -n 60 "$log"
        echo "FAIL build $1 (see $log)"
        failed=$((failed + 1))
        return 1
    fi
    echo "ok   build $1"
}

# units PRESET: the unit tests and the replay of the fuzzers' corpora
units() {
    build "$1" || return 1
    xml=$results/ctest-$1.xml
    log=$results/ctest-$1.log
    rm -f "$xml"
    set -- "$1" --test-dir "build/$1" --output-junit "$xml" --timeout 120 --output-on-failure -j "$cores" \
        --test-output-size-passed 1000000 --test-output-size-failed 1000000
    [ -z "$filter" ] || set -- "$@" -R "$filter"
    preset=$1
    shift
    ctest "$@" >"$log" 2>&1
    tally "units and corpora ($preset)" ctest "$xml" $? "$log"
    return 0
}

# suite NAME: the Python tests of tests/NAME against the program of the dev preset
suite() {
    xml=$results/$1.xml
    log=$results/$1.log
    rm -f "$xml"
    set -- "$1" -m pytest -q -rfE --tb=short -c tests/pytest.ini --rootdir "$root" --junit-xml "$xml"
    [ -z "$filter" ] || set -- "$@" -k "$filter"
    name=$1
    shift
    # A hung suite must end the run, not stop it: twenty minutes each, then SIGINT so that fixtures still clean up.
    LINKPOND_BIN=$root/build/dev/linkpond timeout --foreground -s INT -k 30 1200 "$python" "$@" "tests/$name" >"$log" 2>&1 </dev/null
    tally "$name" pytest "$xml" $? "$log"
}

lints() {
    log=$results/lint.log
    set -- tests/lint/run.py
    [ -z "$filter" ] || set -- "$@" --filter "$filter"
    "$python" "$@" >"$log" 2>&1
    sums=$(sed -n 's/^lint: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log")
    sums=${sums:-0 1}
    [ "${sums#* }" -eq 0 ] || grep -v '^ok ' "$log"
    count lint "${sums% *}" "${sums#* }" 0
}

sh config/install-packages.sh build test || fatal "installing packages"
mkdir -p "$results" || fatal "build/ cannot be written by $(id -un)"
cores=$(nproc 2>/dev/null || echo 2)

units dev && runnable=1 || runnable=
lints # after the build, for some headers include generated ones
[ -n "$quick" ] || units asan
if [ -n "$runnable" ]; then
    suite api
    if [ -z "$quick" ]; then
        sh tests/support/axe.sh >"$results/axe.log" 2>&1 || echo "axe-core could not be installed (see $results/axe.log)"
        sh tests/support/html_check.sh >"$results/html.log" 2>&1 || echo "html-validate could not be installed (see $results/html.log)"
        suite e2e
        suite fault
    fi
fi
finish
