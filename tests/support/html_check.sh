#!/bin/sh
# SPDX-License-Identifier: MIT
# sh tests/support/html_check.sh
# Puts html-validate (MIT; it judges the HTML of every page, in tests alone) and what it needs into the cache folder of
# whoever runs the tests, each package as html_check/package-lock.json has its sum, and prints the program's path. Asks for
# nothing and reaches nothing when it is there.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
lock=$here/html_check/package-lock.json
sum=$(openssl dgst -sha256 -r "$lock" | cut -c 1-16)

folder=${XDG_CACHE_HOME:-$HOME/.cache}/linkpond
place=$folder/html-validate-$sum
if [ ! -s "$place/node_modules/html-validate/package.json" ]; then
    command -v npm >/dev/null 2>&1 || sh "$here/../../config/install-packages.sh" npm >&2
    mkdir -p "$folder"
    work=$(mktemp -d "$folder/html.XXXXXX")
    trap 'rm -rf -- "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    cp "$here/html_check/package.json" "$lock" "$work/"
    (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --silent --prefer-offline >/dev/null </dev/null)
    rm -rf -- "$place"
    mv "$work" "$place"
    trap - EXIT
fi
echo "$place/node_modules/html-validate/bin/html-validate.mjs"
