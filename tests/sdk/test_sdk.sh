#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
#
# The SDK as a stranger meets it: installed somewhere, found by pkg-config and by CMake, clean in C and C++ with both
# compilers, and a shared object that exports one symbol.
#
#   test_sdk.sh BUILD_FOLDER SOURCE_FOLDER
set -euo pipefail
build=$1
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "$1" >&2
    exit 1
}

cmake --install "$build/sdk" --prefix "$work/prefix" >/dev/null
export PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name interlink.pc)")
flags="$(pkg-config --cflags interlink --define-variable=prefix="$work/prefix" \
    --define-variable=includedir="$work/prefix/include") -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"

# ---- the header

lines=$(wc -l < "$work/prefix/include/interlink.h")
[ "$lines" -lt 600 ] || fail "interlink.h has $lines lines; a manual that nobody reads to its end is none."

cat > "$work/both.c" <<'CODE'
#include <interlink.h>
static il_status handle(const il_host *il, il_call *call) {
    il_document document;
    if (il->documents->get(call, "a", &document) == IL_OK && il_equal(document.key, "a")) {
        return il->documents->remove(call, "a", document.version == IL_ANY ? IL_NEW : IL_ANY);
    }
    return il->call->fail(call, IL_ABSENT, il_text("none").ptr);
}
static const char *const needs[] = {"il.call/1", "il.documents/1", NULL};
IL_PLUGIN_WITH("both", "1.0.0", needs, NULL, handle, NULL);
CODE
sed 's/IL_PLUGIN_WITH.*/IL_PLUGIN(.id = "both", .version = "1.0.0", .needs = needs, .handle = handle);/' \
    "$work/both.c" > "$work/named.c"

for compiler in gcc clang; do
    for standard in c11 c17; do
        for code in both named; do
            $compiler -std=$standard $flags -fsyntax-only "$work/$code.c" || fail "$compiler -std=$standard: $code.c"
        done
    done
    case $compiler in gcc) cpp=g++ ;; clang) cpp=clang++ ;; esac
    for standard in c++17 c++20; do
        $cpp -x c++ -std=$standard $flags -fsyntax-only "$work/both.c" || fail "$cpp -std=$standard"
    done
done

# ---- one command, no build helper

one_symbol() {
    symbols=$(nm -D --defined-only "$1" | awk '{print $3}')
    [ "$symbols" = interlink_plugin ] || fail "$1 exports: $symbols"
}
gcc -std=c11 -O2 -shared -fPIC -fvisibility=hidden $flags "$work/named.c" -o "$work/plugin.so"
one_symbol "$work/plugin.so"

# ---- the starting points, with the build helper

cp -r "$work"/prefix/share/interlink/template/c "$work/mine"
cmake -G Ninja -S "$work/mine" -B "$work/mine/build" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$work/mine/build" >/dev/null
one_symbol "$work/mine/build/my-tool/plugin.so"
for file in interlinker.json i18n/en.json instructions.md; do
    cmp "$work/mine/$file" "$work/mine/build/my-tool/$file"
done

# ---- a hello is short

lines=$(wc -l < "$source/examples/hello-c/hello.c")
[ "$lines" -le 25 ] || fail "hello in C has $lines lines, at most 25 are meant"
lines=$(wc -l < "$source/examples/hello-lua/main.lua")
[ "$lines" -le 12 ] || fail "hello in Lua has $lines lines, at most 12 are meant"

if [ -x "$build/interlink" ]; then
    "$build/interlink" plugin check "$work/mine/build/my-tool"
    "$build/interlink" plugin check "$work/prefix/share/interlink/template/lua"
fi
echo "The SDK is fit for strangers."
