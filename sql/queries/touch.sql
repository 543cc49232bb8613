-- SPDX-License-Identifier: MIT
-- The clicks of customers.

-- name: touch_put
INSERT OR IGNORE INTO touch (customer_id, time_ms, click_id, generation, link_id, host, source, channel, utm_source, utm_medium,
    utm_campaign, utm_term, utm_content, utm_id, app, code, scene, flags)
VALUES (:customer_id, :time_ms, :click_id, :generation, :link_id, :host, :source, :channel, :utm_source, :utm_medium,
    :utm_campaign, :utm_term, :utm_content, :utm_id, :app, :code, :scene, :flags);

-- name: touch_each
SELECT time_ms, click_id, generation, link_id, host, source, channel, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
    utm_id, app, code, scene, flags
FROM touch WHERE customer_id = :customer_id ORDER BY time_ms, click_id, generation;

-- What customers are said to have of a link's clicks, before these go.
-- name: touch_purge_customers
UPDATE customer SET
    touches = (SELECT count(*) FROM touch t WHERE t.customer_id = customer.id AND t.link_id <> :link_id),
    first_touch_ms = (SELECT min(t.time_ms) FROM touch t WHERE t.customer_id = customer.id AND t.link_id <> :link_id),
    last_touch_ms = (SELECT max(t.time_ms) FROM touch t WHERE t.customer_id = customer.id AND t.link_id <> :link_id)
WHERE id IN (SELECT customer_id FROM touch WHERE link_id = :link_id);

-- name: touch_purge_link
DELETE FROM touch WHERE link_id = :link_id;
