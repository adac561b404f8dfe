-- Averages per sensor and minute of event time, from JSON lines to CSV files, exactly once.
CREATE TABLE readings (
  sensor STRING,
  celsius DOUBLE,
  at TIMESTAMP(3),
  fahrenheit AS celsius * 1.8 + 32,
  WATERMARK FOR at AS at - INTERVAL '10' SECOND
) WITH ('connector' = 'filesystem', 'path' = 'examples/sensor-averages/in', 'format' = 'json', 'bad-data' = 'skip');

CREATE TABLE averages (sensor STRING, minute_end TIMESTAMP(3), readings BIGINT, average DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${OUT}', 'format' = 'csv');

INSERT INTO averages
SELECT sensor, window_end, COUNT(*), AVG(fahrenheit)
FROM TUMBLE(TABLE readings, DESCRIPTOR(at), INTERVAL '1' MINUTE)
WHERE celsius BETWEEN -50 AND 60
GROUP BY window_start, window_end, sensor;
