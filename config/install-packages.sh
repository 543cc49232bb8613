#!/bin/sh
# SPDX-License-Identifier: MIT
# sh config/install-packages.sh SECTION...
# Installs the Debian packages of those sections of packages.txt that are missing. Asks for nothing and
# touches nothing when all are there, so both commands call it every time and it works offline then.
# LINKPOND_SKIP_PACKAGES=1 skips it (another distribution, or the packages are managed elsewhere).
set -eu

[ "${LINKPOND_SKIP_PACKAGES:-}" != 1 ] || exit 0
[ $# -gt 0 ] || { echo "usage: sh config/install-packages.sh build|runtime|test..." >&2; exit 2; }
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

section() {
    awk -v want="$1" '/^# [a-z]+$/ { on = ($2 == want); next } on && /^[a-z0-9]/ { print $1 }' "$here/packages.txt"
}

wanted=
for name in "$@"; do
    found=$(section "$name")
    [ -n "$found" ] || { echo "config/packages.txt has no section \"$name\"" >&2; exit 2; }
    wanted="$wanted $found"
done

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "This needs Debian 12 or one of its relatives (dpkg, apt-get)." >&2
    echo "Elsewhere, install what config/packages.txt names and set LINKPOND_SKIP_PACKAGES=1." >&2
    exit 1
fi

# Package names hold no blanks, so splitting the list is meant here and below.
# shellcheck disable=SC2086
present=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p')
missing=
for package in $wanted; do
    printf '%s\n' "$present" | grep -qxF -- "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "These packages are missing, and installing them needs root or sudo:" >&2
        echo "   $missing" >&2
        echo "Run this as root once:  apt-get update && apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
    as_root=sudo
fi

# nginx is wanted as a program for the tests, not as a service on port 80. A policy of the machine's own stays.
policy=/usr/sbin/policy-rc.d
placed=
unplace() {
    [ -z "$placed" ] || $as_root rm -f -- "$policy"
}
trap unplace EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
if [ ! -e "$policy" ]; then
    placed=1
    # shellcheck disable=SC2016
    $as_root sh -c 'printf "#!/bin/sh\nexit 101\n" > "$1" && chmod 755 "$1"' sh "$policy"
fi

echo "Installing:$missing"
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" </dev/null
}
apt update || echo "apt-get update failed; trying with the package lists at hand" >&2
# shellcheck disable=SC2086
if ! apt install -y --no-install-recommends -o Dpkg::Use-Pty=0 $missing >/dev/null; then
    echo "apt-get could not install:$missing" >&2
    exit 1
fi
