#!/usr/bin/env bash
# Builds everything, checks format and grammar, runs all tests, and closes with one line: N passed, N failed.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

# One compiler for all projects: it is slow only the first time.
compiler="sqlstream-$$"
trap 'dotnet exec "$(dotnet --info | sed -n "s/^ *Base Path: *//p")Roslyn/bincore/VBCSCompiler.dll" -shutdown "-pipename:$compiler" >/dev/null 2>&1' EXIT

# Style and analyzers are errors of the build; what is left to check of the format is white space.
echo "== build"
dotnet build SqlStream.sln -c Release --nologo -v quiet -p:UseSharedCompilation=true "-p:SharedCompilationId=$compiler" || { echo "0 passed, 1 failed"; exit 1; }

# A test that hangs ends the run of its project. Some of the long ones take half an hour each.
hang=120s
[ "${SQLSTREAM_LONG:-}" = 1 ] && hang=90m

# What instrumented code would learn in a run of tests does not pay.
export DOTNET_TieredPGO=0

failed=0
check_format() {
  local whole=(whitespace)
  [ "${SQLSTREAM_LONG:-}" = 1 ] && whole=()
  dotnet format "${whole[@]}" SqlStream.sln --verify-no-changes --no-restore -v quiet || { echo "format: run 'make format'"; return 1; }
}

check_grammar() {
  command -v java >/dev/null && command -v npm >/dev/null || return 0
  eng/generate-parser.sh --check || { echo "grammar: run 'make grammar'"; return 1; }
}

# run PROJECT: its tests, into a log of its own.
run() {
  local name
  name=$(basename "$1")
  echo "== $name ($((SECONDS / 60)):$(printf %02d $((SECONDS % 60))) so far)"
  dotnet test "$1" -c Release --no-build --nologo -v quiet \
    --blame-hang-timeout "$hang" --logger "trx;LogFileName=$name.trx" --results-directory "$results" > "$results/$name.log" 2>&1 || true
  grep -v -e '^Test run for' -e '^A total of' -e '^Results File' -e '^$' "$results/$name.log" || true
}

# The tests of the whole program mostly wait for it: the others run beside them, and so do the checks. They begin while it is published.
program=tests/EndToEnd.Tests
needs_program=tests/Broker.Tests
{
  for project in tests/*.Tests; do
    [ "$project" = "$program" ] || [ "$project" = "$needs_program" ] || run "$project"
  done
  run "$needs_program"
  broken=0
  echo "== format and grammar"
  check_format || broken=$((broken + 1))
  check_grammar || broken=$((broken + 1))
  exit "$broken"
} &
others=$!
dotnet publish src/Cli/Cli.csproj -c Release -o artifacts/sqlstream --no-build --nologo -v quiet || { kill "$others"; echo "0 passed, 1 failed"; exit 1; }
run "$program"
wait "$others" || failed=$((failed + $?))

passed=0
for project in tests/*.Tests; do
  name=$(basename "$project")
  trx="$results/$name.trx"
  if [ ! -f "$trx" ]; then
    failed=$((failed + 1))
    continue
  fi
  p=$(grep -o ' passed="[0-9]*"' "$trx" | head -1 | grep -o '[0-9]*')
  f=$(grep -o ' failed="[0-9]*"' "$trx" | head -1 | grep -o '[0-9]*')
  passed=$((passed + ${p:-0}))
  failed=$((failed + ${f:-0}))
  if grep -q 'outcome="Failed"' "$trx" && [ "${f:-0}" = 0 ]; then
    failed=$((failed + 1))
    aborted="${aborted:-}FAILED $name: the run did not end by itself"$'\n'
  fi
done

# The end of a long report is what is read first: which tests failed, and why.
for trx in "$results"/*.trx; do
  awk -v project="$(basename "$trx" .trx)" '
    /<UnitTestResult / { failing = /outcome="Failed"/; name = $0; sub(/.* testName="/, "", name); sub(/".*/, "", name) }
    failing && /<Message>/ { printf "FAILED %s: %s\n", project, name; lines = 40 }
    lines > 0 { gsub(/<\/?(Message|StackTrace)>/, ""); gsub(/&#xD;/, ""); gsub(/&lt;/, "<"); gsub(/&gt;/, ">"); gsub(/&quot;/, "\""); gsub(/&amp;/, "\\&"); print "  " $0; lines-- }
    /<\/UnitTestResult>/ { lines = 0 }' "$trx"
done
printf '%s' "${aborted:-}"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
