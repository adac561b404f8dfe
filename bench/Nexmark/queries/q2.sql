-- The bids for some auctions.
CREATE TABLE sink_q2 (auction BIGINT, price BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO sink_q2 SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0;
