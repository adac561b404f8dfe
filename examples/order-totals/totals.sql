-- Totals per customer, kept up to date: a stream of orders becomes a changelog, and a summary for people at the end.
CREATE TABLE orders (id BIGINT, customer STRING, amount DECIMAL(10, 2), state STRING)
WITH ('connector' = 'filesystem', 'path' = 'examples/order-totals/in', 'format' = 'csv');

CREATE TABLE totals (customer STRING, orders BIGINT, total DECIMAL(38, 2))
WITH ('connector' = 'filesystem', 'path' = '${OUT}', 'format' = 'changelog-json');

SET 'execution.runtime-mode' = 'streaming';

INSERT INTO totals SELECT customer, COUNT(*), SUM(amount) FROM orders WHERE state <> 'canceled' GROUP BY customer;
