#!/bin/sh
# Readings from a topic into a table: examples/kafka-to-postgres/run.sh postgres://user@host:5432/database
# With KAFKA=host:9092 from a broker of your own; else one is started, and some readings are put into it, for which kcat is needed.
set -eu
cd "$(dirname "$0")/../.."
sqlstream=artifacts/sqlstream/sqlstream
postgres=${1:?"the address of a PostgreSQL database, as in postgres://user@host:5432/database"}
if [ -z "${KAFKA:-}" ]; then
  KAFKA=127.0.0.1:19092
  "$sqlstream" broker --listen "$KAFKA" &
  trap 'kill $!' EXIT
  until kcat -b "$KAFKA" -L >/dev/null 2>&1; do sleep 0.2; done
  kcat -b "$KAFKA" -t readings -P -l examples/kafka-to-postgres/readings.json
fi
"$sqlstream" run examples/kafka-to-postgres/totals.sql --data /tmp/kafka-to-postgres -D KAFKA="$KAFKA" -D POSTGRES="$postgres"
