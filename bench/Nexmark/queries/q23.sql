-- What a bidder sells.
CREATE TABLE sink_q23 (auction BIGINT, bidder BIGINT, price BIGINT, bid_dateTime TIMESTAMP(3), name VARCHAR, city VARCHAR, id BIGINT, itemName VARCHAR,
  auction_dateTime TIMESTAMP(3)) WITH ('connector' = 'blackhole');
INSERT INTO sink_q23
SELECT B.auction, B.bidder, B.price, B.dateTime, P.name, P.city, A.id, A.itemName, A.dateTime
FROM bid AS B
JOIN person AS P ON P.id = B.bidder
JOIN auction AS A ON A.seller = B.bidder;
