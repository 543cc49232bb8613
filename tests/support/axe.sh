#!/bin/sh
# SPDX-License-Identifier: MIT
# sh tests/support/axe.sh
# Puts axe-core (MPL-2.0; it judges the accessibility of the desk's pages, in tests alone) into the cache folder of whoever
# runs the tests, and prints where it is. Asks for nothing and reaches nothing when it is there.
set -eu

version=4.14.1
sha512=FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==

folder=${XDG_CACHE_HOME:-$HOME/.cache}/linkpond
file=$folder/axe-core-$version.min.js
if [ ! -s "$file" ]; then
    here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
    command -v npm >/dev/null 2>&1 || sh "$here/../../config/install-packages.sh" npm >&2
    mkdir -p "$folder"
    work=$(mktemp -d "$folder/axe.XXXXXX")
    trap 'rm -rf -- "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    (cd "$work" && npm pack "axe-core@$version" --silent --prefer-offline >/dev/null </dev/null)
    got=$(openssl dgst -sha512 -binary "$work/axe-core-$version.tgz" | base64 -w0)
    [ "$got" = "$sha512" ] || { echo "axe-core-$version.tgz is not what it was: $got" >&2; exit 1; }
    tar -xzf "$work/axe-core-$version.tgz" -C "$work" package/axe.min.js
    mv "$work/package/axe.min.js" "$file"
fi
echo "$file"
