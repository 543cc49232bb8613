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
cores=$(nproc 2>/dev/null || echo 2)
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
export no_proxy=127.0.0.1,localhost,::1 NO_PROXY=127.0.0.1,localhost,::1

scratch= # the folder of everything temporary
lanes=   # process ids of what runs side by side
child=   # process id of the command this shell waits for
niceness=0

# run SECONDS COMMAND...: in a process group of its own, which gets SIGINT (so that fixtures still clean up) when the time
# is over or this run is told to end, and is killed half a minute later. The shell waits in `wait`, for that is what a
# signal interrupts at once; and what it starts with & ignores SIGINT, which env undoes.
run() {
    env --default-signal=INT,QUIT nice -n "$niceness" timeout -s INT -k 30 "$@" </dev/null &
    child=$!
    wait "$child"
    status=$?
    child=
    return "$status"
}

# stop: ends what this shell started, and waits for it.
# shellcheck disable=SC2317 # called by the traps, like end
stop() {
    trap '' INT TERM HUP
    [ -z "$child" ] || kill -INT "$child" 2>/dev/null
    for lane in $lanes; do kill -TERM "$lane" 2>/dev/null; done
    wait
}

# end CODE: nothing that was started outlives the run.
# shellcheck disable=SC2317
end() {
    stop
    [ -z "$scratch" ] || rm -rf -- "$scratch"
    exit "$1"
}
trap 'end 130' INT
trap 'end 143' TERM HUP

# finish: adds up what count wrote down. What is temporary stays for a look when something failed.
finish() {
    passed=0
    failed=0
    while read -r good bad; do
        passed=$((passed + good))
        failed=$((failed + bad))
    done <"$results/sums"
    if [ "$failed" -eq 0 ]; then
        rm -rf -- "$scratch"
    else
        echo "The folders of the tests that failed are in $scratch"
    fi
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

# failure WHAT: counts as one.
failure() {
    echo "FAIL $1"
    echo "0 1" >>"$results/sums"
}

# count SUITE SINCE PASSED FAILED SKIPPED. A suite in which nothing ran has failed, unless a filter emptied it.
count() {
    if [ $(($3 + $4)) -eq 0 ] && [ -z "$filter" ]; then
        failure "$1: no test ran"
        return
    fi
    echo "$3 $4" >>"$results/sums"
    skipped=
    [ "$5" -eq 0 ] || skipped=", $5 skipped"
    if [ "$4" -eq 0 ]; then word=ok; else word=FAIL; fi
    printf '%-4s %s: %s passed, %s failed%s (%s s)\n' "$word" "$1" "$3" "$4" "$skipped" $(($(date +%s) - $2))
}

# tally SUITE SINCE KIND XML EXIT LOG: counts a results file; a run that broke off without one, or whose file shows no
# failure although it ended badly, is one failure. What it has to say comes in one piece, for other suites speak too.
tally() {
    told=$6.told
    {
        sums=$("$python" tests/support/tally.py "$3" "$4") || sums="0 1 0"
        # shellcheck disable=SC2086
        set -- "$1" "$2" "$5" "$6" $sums
        # pytest says 5 when a filter left nothing over
        if [ "$3" -ne 0 ] && [ "$6" -eq 0 ] && ! { [ -n "$filter" ] && [ "$3" -eq 5 ]; }; then
            set -- "$1" "$2" "$3" "$4" "$5" 1 "$7"
        fi
        [ "$6" -eq 0 ] || tail -n 200 "$4"
        count "$1" "$2" "$5" "$6" "$7"
    } >"$told" 2>&1
    cat "$told"
    rm -f "$told"
}

# build PRESET [TARGET]
build() {
    since=$(date +%s)
    log=$results/build-$1${2:+-$2}.log
    if ! run 2400 sh config/build.sh "$@" >"$log" 2>&1; then
        tail -n 60 "$log"
        failure "build $* (see $log)"
        return 1
    fi
    echo "ok   build $* ($(($(date +%s) - since)) s)"
}

# units PRESET: the unit tests and the replay of the fuzzers' corpora
units() {
    since=$(date +%s)
    xml=$results/ctest-$1.xml
    log=$results/ctest-$1.log
    rm -f "$xml"
    set -- "$1" --test-dir "build/$1" --output-junit "$xml" --timeout 300 --output-on-failure -j "$cores" \
        --test-output-size-passed 1000000 --test-output-size-failed 1000000
    [ -z "$filter" ] || set -- "$@" -R "$filter"
    preset=$1
    shift
    run 2400 ctest "$@" >"$log" 2>&1
    tally "units and corpora ($preset)" "$since" ctest "$xml" $? "$log"
}

# suite NAME PATH [OPTION...]: the Python tests below a path against the program of the dev preset
suite() {
    since=$(date +%s)
    name=$1
    xml=$results/$name.xml
    log=$results/$name.log
    rm -f "$xml"
    shift
    [ -z "$filter" ] || set -- "$@" -k "$filter"
    run 2400 env LINKPOND_BIN="$root/build/dev/linkpond" "$python" -m pytest -q -rfE --tb=short -c tests/pytest.ini \
        --rootdir "$root" --junit-xml "$xml" --basetemp "$scratch/$name" "$@" >"$log" 2>&1
    tally "$name" "$since" pytest "$xml" $? "$log"
}

lints() {
    since=$(date +%s)
    log=$results/lint.log
    set -- tests/lint/run.py
    [ -z "$filter" ] || set -- "$@" --filter "$filter"
    run 600 "$python" "$@" >"$log" 2>&1
    sums=$(sed -n 's/^lint: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log")
    sums=${sums:-0 1}
    [ "${sums#* }" -eq 0 ] || grep -v '^ok ' "$log"
    count lint "$since" "${sums% *}" "${sums#* }" 0
}

# --- the lanes: what runs side by side, for one waits for the disk or a browser while another computes ----------------

# in_lane: for the start of a subshell; from there on it ends what is its own.
in_lane() {
    lanes=
    trap 'stop; exit 143' TERM HUP
}

# What only computes gives way to what waits with a deadline, and takes what time that leaves.
computed() {
    niceness=5
    lints
    build dev && units dev
    [ -z "$quick" ] || return
    build release && suite quickstart tests/e2e/test_quickstart.py # which starts that build
    build asan && units asan
}

# The browser tests take longest: two lanes share their files, each goes on with the next one that none has begun.
browsed() {
    suite "e2e-$1" tests/e2e --share="$scratch/begun" --ignore tests/e2e/test_quickstart.py
    [ "$1" -ne 2 ] || suite fault tests/fault # for the browsers are done before the others
}


# These may ask for a password, so they run in the foreground.
sh config/install-packages.sh build runtime test || { echo "FAIL installing packages"; echo "0 passed, 1 failed"; exit 1; }
mkdir -p "$results" || { echo "FAIL build/ cannot be written by $(id -un)"; echo "0 passed, 1 failed"; exit 1; }
if [ -z "$quick" ]; then
    sh tests/support/axe.sh >"$results/axe.log" 2>&1 || echo "axe-core could not be installed (see $results/axe.log)"
    sh tests/support/html_check.sh >"$results/html.log" 2>&1 ||
        echo "html-validate could not be installed (see $results/html.log)"
fi

: >"$results/sums"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/linkpond-tests.XXXXXX") || exit 1
export TMPDIR="$scratch"

# The program comes first, for most of the run waits for it; its unit tests are built while it is tested.
if build dev served; then
    if [ -z "$quick" ]; then
        mkdir "$scratch/begun"
        (in_lane; browsed 1; exit 0) & lanes=$!
        (in_lane; browsed 2; exit 0) & lanes="$lanes $!"
    fi
    (in_lane; suite api tests/api; exit 0) & lanes="$lanes $!"
fi
(in_lane; computed; exit 0) & lanes="$lanes $!"
for lane in $lanes; do
    wait "$lane" || failure "a part of the run broke off"
done
lanes=
finish
