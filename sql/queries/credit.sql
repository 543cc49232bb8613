-- SPDX-License-Identifier: MIT
-- What reports read of events and touches: the columns they need and no more.

-- Events of a time, in its order, each from an index that holds all that is asked: those with a value, the same without what they are
-- called, and those without one.
-- name: credit_valued
SELECT time_ms, customer_id, touched_ms, value, currency, type, id FROM event INDEXED BY event_valued
WHERE value IS NOT NULL AND time_ms >= :from_ms AND time_ms < :to_ms ORDER BY time_ms;

-- name: credit_values
SELECT time_ms, customer_id, touched_ms, value, currency FROM event INDEXED BY event_valued
WHERE value IS NOT NULL AND time_ms >= :from_ms AND time_ms < :to_ms ORDER BY time_ms;

-- name: credit_unvalued
SELECT time_ms, customer_id, touched_ms, NULL, '', type, id FROM event INDEXED BY event_unvalued
WHERE value IS NULL AND time_ms >= :from_ms AND time_ms < :to_ms ORDER BY time_ms;

-- name: credit_span
SELECT min(time_ms), max(time_ms) FROM (
    SELECT * FROM (SELECT time_ms FROM event INDEXED BY event_valued
        WHERE value IS NOT NULL AND time_ms >= :from_ms AND time_ms < :to_ms ORDER BY time_ms LIMIT 1)
    UNION ALL
    SELECT * FROM (SELECT time_ms FROM event INDEXED BY event_valued
        WHERE value IS NOT NULL AND time_ms >= :from_ms AND time_ms < :to_ms ORDER BY time_ms DESC LIMIT 1)
    UNION ALL
    SELECT * FROM (SELECT time_ms FROM event INDEXED BY event_unvalued
        WHERE value IS NULL AND time_ms >= :from_ms AND time_ms < :to_ms ORDER BY time_ms LIMIT 1)
    UNION ALL
    SELECT * FROM (SELECT time_ms FROM event INDEXED BY event_unvalued
        WHERE value IS NULL AND time_ms >= :from_ms AND time_ms < :to_ms ORDER BY time_ms DESC LIMIT 1));

-- When a refund's deal was: the last of that customer, up to then, that brought money of that currency.
-- name: credit_deal_before
SELECT time_ms, touched_ms FROM event
WHERE customer_id = :customer_id AND time_ms <= :time_ms AND value > 0 AND currency = :currency
ORDER BY time_ms DESC LIMIT 1;

-- Which of its type an event is among those of its customer that take nothing back.
-- name: credit_event_place
SELECT count(*) FROM event
WHERE customer_id = :customer_id AND type = :type AND (value IS NULL OR value >= 0)
    AND (time_ms < :time_ms OR (time_ms = :time_ms AND id <= :id));

-- name: credit_stage_events
SELECT se.type, se.nth FROM stage s JOIN stage_event se ON se.stage_id = s.id
WHERE s.key = :key AND s.enabled = 1 ORDER BY se.type, se.nth;

-- Of that customer and all behind, in the order of the table.
-- name: credit_touches
SELECT customer_id, time_ms, click_id, link_id, source, channel FROM touch
WHERE customer_id >= :customer_id ORDER BY customer_id, time_ms, click_id;

-- Everything of them, for questions about what is seldom asked.
-- name: credit_touches_whole
SELECT customer_id, time_ms, click_id, link_id, source, channel, host, utm_source, utm_medium, utm_campaign, utm_term,
    utm_content, utm_id, app, scene
FROM touch WHERE customer_id >= :customer_id ORDER BY customer_id, time_ms, click_id;

-- name: credit_customers
SELECT id FROM customer WHERE merged_into IS NULL AND id >= :from_id AND id < :to_id ORDER BY id;

-- name: credit_customers_end
SELECT COALESCE(max(id), 0) + 1 FROM customer;

-- Of that customer and all behind, from an index that holds them all.
-- name: credit_customer_events
SELECT time_ms, customer_id, touched_ms, value, currency, type, id FROM event
WHERE customer_id >= :customer_id ORDER BY customer_id, time_ms;

-- Did money of that customer come before?
-- name: credit_bought_before
SELECT EXISTS (SELECT 1 FROM event WHERE customer_id = :customer_id AND value > 0
    AND (time_ms < :time_ms OR (time_ms = :time_ms AND id < :id)));

-- Customers who bought in that time, who of them did so again, and who brought others.
-- name: credit_buyers
SELECT count(*), COALESCE(sum(deals >= 2), 0), COALESCE(sum(brought), 0) FROM (
    SELECT sum(bought) AS deals, max(brought) AS brought FROM (
        SELECT customer_id, value > 0 AS bought, type = 'referral' AS brought FROM event INDEXED BY event_valued
        WHERE value IS NOT NULL AND time_ms >= :from_ms AND time_ms < :to_ms
        UNION ALL
        SELECT customer_id, 0, 1 FROM event INDEXED BY event_unvalued
        WHERE value IS NULL AND time_ms >= :from_ms AND time_ms < :to_ms AND type = 'referral')
    WHERE customer_id IS NOT NULL GROUP BY customer_id) WHERE deals > 0;

-- The same by currency: one who bought once in each of two did not buy again in either.
-- name: credit_buyers_each
SELECT currency, count(*), sum(deals >= 2), sum(brought) FROM (
    SELECT currency, sum(COALESCE(value, 0) > 0) AS deals,
        max(max(type = 'referral')) OVER (PARTITION BY customer_id) AS brought FROM event
    WHERE customer_id IS NOT NULL AND time_ms >= :from_ms AND time_ms < :to_ms GROUP BY customer_id, currency)
WHERE deals > 0 GROUP BY currency;

-- From an index alone.
-- name: credit_customers_of_link
SELECT DISTINCT customer_id FROM touch WHERE link_id = :link_id;
