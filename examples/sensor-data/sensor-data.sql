-- Readings of a topic, the hot ones in a table. Start a broker and give it some readings first: README.md of this folder.
CREATE TABLE SensorData (id STRING, timestamp BIGINT, temperature DOUBLE) WITH ('connector'='kafka','topic'='sensor-data','startup-mode'='earliest-offset','format'='json');
CREATE TEMPORARY FUNCTION MapSensorData AS 'map_sensor_data';
CREATE TABLE Result (id STRING, temperature DOUBLE) WITH ('connector'='memory');
INSERT INTO Result SELECT id, temperature FROM SensorData WHERE temperature > 30;
CHECKPOINT table.Result;
SELECT * FROM Result;
