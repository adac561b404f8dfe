-- Readings of a topic, put together by sensor in a table of PostgreSQL, exactly once.
SET 'pipeline.name' = 'kafka-to-postgres';

CREATE TABLE readings (sensor STRING, temperature DOUBLE, at TIMESTAMP(3))
WITH ('connector' = 'kafka', 'topic' = 'readings', 'properties.bootstrap.servers' = '${KAFKA}', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset');

CREATE TABLE sensors (sensor STRING, readings BIGINT, hottest DOUBLE, latest TIMESTAMP(3), PRIMARY KEY (sensor) NOT ENFORCED)
WITH ('connector' = 'postgres', 'url' = '${POSTGRES}', 'table-name' = 'sensors', 'auto-create' = 'true');

INSERT INTO sensors SELECT sensor, COUNT(*), MAX(temperature), MAX(at) FROM readings GROUP BY sensor;
