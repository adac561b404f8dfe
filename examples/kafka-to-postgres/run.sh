#!/bin/sh
# Readings from a topic into a table: examples/kafka-to-postgres/run.sh postgres://user@host:5432/database
# With KAFKA=host:9092 from a broker of your own; else one is started, and some readings are put into it at the first time, for which kcat is needed.
# What job and broker know is kept in STATE, so that a second run goes on where the first has ended; remove it to begin anew.
set -eu
cd "$(dirname "$0")/../.."
sqlstream=artifacts/sqlstream/sqlstream
postgres=${1:?"the address of a PostgreSQL database, as in postgres://user@host:5432/database"}
state=${STATE:-/tmp/kafka-to-postgres}
if [ -z "${KAFKA:-}" ]; then
  KAFKA=127.0.0.1:19092
  "$sqlstream" broker --listen "$KAFKA" --data "$state/broker" &
  broker=$!
  trap 'kill "$broker" 2>/dev/null || :' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  until kcat -b "$KAFKA" -L >/dev/null 2>&1; do sleep 0.2; done
  [ -d "$state/job" ] || kcat -b "$KAFKA" -t readings -P -l examples/kafka-to-postgres/readings.json
fi
"$sqlstream" run examples/kafka-to-postgres/totals.sql --data "$state/job" -D KAFKA="$KAFKA" -D POSTGRES="$postgres"
