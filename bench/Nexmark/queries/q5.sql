-- The auctions with the most bids of the last ten seconds, every two seconds.
CREATE TABLE sink_q5 (auction BIGINT, num BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO sink_q5
SELECT counts.auction, counts.num
FROM (
  SELECT auction, COUNT(*) AS num, window_start AS starttime, window_end AS endtime
  FROM TABLE(HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
  GROUP BY auction, window_start, window_end
) AS counts
JOIN (
  SELECT MAX(num) AS maxn, starttime, endtime
  FROM (
    SELECT COUNT(*) AS num, window_start AS starttime, window_end AS endtime
    FROM TABLE(HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
    GROUP BY auction, window_start, window_end
  ) AS each_auction
  GROUP BY starttime, endtime
) AS most
ON counts.starttime = most.starttime AND counts.endtime = most.endtime AND counts.num >= most.maxn;
