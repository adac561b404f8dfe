#!/bin/sh
# Regenerates src/Parser/Generated from grammar/. Needs Java 17 and npm; building SqlStream needs neither, since the
# output is committed. `--check` generates beside it and fails where the committed output differs.
set -eu

cd "$(dirname "$0")/.."
root=$PWD
cache=$root/artifacts/antlr
package=antlr4ng-cli
version=2.0.0

# The npm package is used for the ANTLR tool that it carries.
if ! ls "$cache"/package/antlr4-*-complete.jar >/dev/null 2>&1; then
    mkdir -p "$cache"
    (cd "$cache" && npm pack --silent "$package@$version" >/dev/null && tar -xzf "$package-$version.tgz")
fi
jar=$(ls "$cache"/package/antlr4-*-complete.jar)

target=$root/src/Parser/Generated
if [ "${1:-}" = --check ]; then
    target=$root/artifacts/generated
fi
rm -rf "$target"
mkdir -p "$target"

# Relative names: the tool writes the path it was given into the head of each file.
cd grammar
for grammar in SqlStreamLexer.g4 SqlStreamParser.g4; do
    java -jar "$jar" -Dlanguage=CSharp -package SqlStream.Parser.Generated -no-listener -no-visitor \
        -Xexact-output-dir -o "$target" -lib "$target" "$grammar"
done
rm -f "$target"/*.interp "$target"/*.tokens
# The generated types are no part of the public interface.
sed -i 's/^public partial class /partial class /' "$target"/*.cs

if [ "$target" != "$root/src/Parser/Generated" ]; then
    diff -r "$root/src/Parser/Generated" "$target"
fi
