#!/bin/sh
# SPDX-License-Identifier: MIT
# sh config/build.sh PRESET [TARGET]
# Configures and builds one preset of CMakePresets.json, or one target of it, into build/PRESET: on every core, through
# ccache if it is there.
set -eu

preset=${1:?usage: sh config/build.sh PRESET [TARGET]}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root"

# A build folder that came along when the project was copied or moved still points at the old place.
cache=build/$preset/CMakeCache.txt
if [ -f "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
    rm -rf "build/$preset"
fi

if command -v ccache >/dev/null 2>&1; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache
    if [ ! -w "${HOME:-/nonexistent}" ]; then
        export CCACHE_DIR="$root/build/ccache"
    fi
fi
cmake --preset "$preset"
cmake --build "build/$preset" --parallel "$(nproc 2>/dev/null || echo 2)" ${2:+--target "$2"}
