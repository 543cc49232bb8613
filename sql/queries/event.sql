-- SPDX-License-Identifier: MIT
-- What happened after clicks.

-- name: event_insert
INSERT INTO event (id, event_id, type, origin, time_ms, received_ms, value, currency, customer_id, click_id, generation, link_id,
    owner_id, state, digest, metadata)
VALUES (:id, :event_id, :type, :origin, :time_ms, :received_ms, :value, :currency, :customer_id, :click_id, :generation, :link_id,
    :owner_id, :state, :digest, :metadata);

-- part: event_row
SELECT e.id, e.event_id, e.type, e.origin, e.time_ms, e.received_ms, e.value, e.currency, e.customer_id, e.click_id,
    e.generation, e.link_id, e.owner_id, e.state, e.digest, e.metadata, u.key
FROM event e LEFT JOIN user u ON u.id = e.owner_id

-- What a bound caller sees: events of their links.
-- part: event_bounds
AND ((:by_owner = 0 AND :by_domain = 0) OR EXISTS (SELECT 1 FROM link l WHERE l.id = e.link_id AND l.tombstone = 0
    AND (:by_owner = 0 OR l.owner_id = :bound_owner_id) AND (:by_domain = 0 OR l.domain_id = :bound_domain_id)))

-- name: event_find
-- use: event_row
WHERE e.id = :id
-- use: event_bounds
;

-- name: event_find_event_id
-- use: event_row
WHERE e.event_id = :event_id;

-- part: event_filter
AND (:before_id IS NULL OR e.id < :before_id)
AND (:type IS NULL OR e.type = :type) AND (:origin IS NULL OR e.origin = :origin)
AND (:event_id IS NULL OR e.event_id = :event_id)
AND (:click_id IS NULL OR e.click_id = :click_id) AND (:link_id IS NULL OR e.link_id = :link_id)
AND (:owner_id IS NULL OR e.owner_id = :owner_id)
AND (:from_ms IS NULL OR e.time_ms >= :from_ms) AND (:to_ms IS NULL OR e.time_ms < :to_ms)
-- use: event_bounds
ORDER BY e.id DESC LIMIT :limit

-- name: event_list
-- use: event_row
WHERE (:state IS NULL OR e.state = :state)
-- use: event_filter
;

-- name: event_list_customer
-- use: event_row
WHERE e.customer_id = :customer_id AND (:state IS NULL OR e.state = :state)
-- use: event_filter
;

-- name: event_list_waiting
-- use: event_row
WHERE e.state = 'waiting' AND (:customer_id IS NULL OR e.customer_id = :customer_id)
-- use: event_filter
;

-- name: event_list_unmatched
-- use: event_row
WHERE e.state = 'unmatched' AND (:customer_id IS NULL OR e.customer_id = :customer_id)
-- use: event_filter
;

-- name: event_waiting
SELECT id, type, time_ms, received_ms, customer_id, click_id, generation FROM event
WHERE state = 'waiting' AND id > :after_id AND id <= :to_id ORDER BY id LIMIT :limit;

-- name: event_find_waiting
-- use: event_row
WHERE e.id = :id AND e.state = 'waiting';

-- name: event_backlog
SELECT count(*) FROM (SELECT 1 FROM event WHERE state = 'waiting' AND id <= :to_id ORDER BY id LIMIT :most);

-- The last id that was given; its event may be gone.
-- name: event_last_id
SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0);

-- name: event_forward
SELECT click_id, generation FROM forward WHERE page = :page ORDER BY time_ms DESC LIMIT 1;

-- name: event_set_customer
UPDATE event SET customer_id = :customer_id WHERE id = :id;

-- name: event_settle
UPDATE event SET state = :state, link_id = COALESCE(:link_id, link_id) WHERE id = :id;

-- name: event_match_click
UPDATE event SET state = 'waiting' WHERE state = 'unmatched' AND click_id = :click_id;

-- name: event_look_again
UPDATE event SET state = 'waiting' WHERE id = (SELECT max(id) FROM event WHERE customer_id = :customer_id);

-- Of clicks that are the customer's by now, and of which nobody was known when they came.
-- name: event_match_customer
UPDATE event SET state = 'waiting' WHERE state = 'unmatched' AND click_id IN
    (SELECT CAST(value AS INTEGER) FROM identity WHERE customer_id = :customer_id AND kind = 'click');

-- name: event_purge_link
UPDATE event SET link_id = NULL, click_id = NULL, generation = 1 WHERE link_id = :link_id;
