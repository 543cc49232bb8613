-- SPDX-License-Identifier: MIT
-- Key events that sales are told of.

-- part: radar_rule_row
SELECT r.id, r.name, r.kind, r.visits, r.days, r.link_id, r.label_id, r.type, r.enabled, r.since_ms, r.created_ms,
    r.updated_ms, b.kind, b.key
FROM radar_rule r LEFT JOIN label b ON b.id = r.label_id

-- name: radar_rule_each
-- use: radar_rule_row
ORDER BY r.id;

-- name: radar_rule_find
-- use: radar_rule_row
WHERE r.id = :id;

-- name: radar_rule_size
SELECT count(*) FROM radar_rule;

-- name: radar_rule_insert
INSERT INTO radar_rule (name, kind, visits, days, link_id, label_id, type, enabled, since_ms, created_ms, updated_ms)
VALUES (:name, :kind, :visits, :days, :link_id, :label_id, :type, :enabled, :since_ms, :now_ms, :now_ms);

-- name: radar_rule_update
UPDATE radar_rule SET name = :name, visits = :visits, days = :days, link_id = :link_id, label_id = :label_id,
    type = :type, enabled = :enabled, since_ms = :since_ms, updated_ms = :now_ms
WHERE id = :id;

-- name: radar_rule_delete
DELETE FROM radar_rule WHERE id = :id;

-- Nothing was seen for it yet.
-- name: radar_rule_anew
DELETE FROM radar_person WHERE rule_id = :id;

-- name: radar_rule_no_due
DELETE FROM radar_due WHERE rule_id = :id;

-- Which are about visits to that link.
-- name: radar_rule_of_link
SELECT r.id FROM radar_rule r WHERE r.enabled = 1 AND r.type IS NULL AND (r.link_id = :link_id
    OR (r.link_id IS NULL AND r.label_id IS NULL)
    OR r.label_id IN (SELECT campaign_id FROM link WHERE id = :link_id)
    OR r.label_id IN (SELECT channel_id FROM link WHERE id = :link_id)
    OR r.label_id IN (SELECT tag_id FROM link_tag WHERE link_id = :link_id))
ORDER BY r.id;

-- name: radar_person_find
SELECT last_ms, told_ms, openings FROM radar_person
WHERE rule_id = :rule_id AND customer_id = :customer_id AND name = :name;

-- name: radar_person_put
INSERT INTO radar_person (rule_id, customer_id, name, last_ms, told_ms, openings)
VALUES (:rule_id, :customer_id, :name, :last_ms, :told_ms, :openings)
ON CONFLICT (rule_id, customer_id, name) DO UPDATE SET last_ms = excluded.last_ms, told_ms = excluded.told_ms,
    openings = excluded.openings;

-- Two became one: what was told of either was told of them.
-- name: radar_person_move
INSERT INTO radar_person (rule_id, customer_id, name, last_ms, told_ms, openings)
SELECT rule_id, :into_id, name, last_ms, told_ms, openings FROM radar_person WHERE customer_id = :from_id
ON CONFLICT (rule_id, customer_id, name) DO UPDATE SET last_ms = max(last_ms, excluded.last_ms),
    told_ms = CASE WHEN told_ms IS NULL OR excluded.told_ms > told_ms THEN excluded.told_ms ELSE told_ms END;

-- name: radar_person_drop
DELETE FROM radar_person WHERE customer_id = :id;

-- name: radar_news_move
UPDATE radar_news SET customer_id = :into_id WHERE customer_id = :from_id;

-- name: radar_news_drop
DELETE FROM radar_news WHERE customer_id = :id;

-- Events whose click is looked for wait: their link is to be told as well.
-- name: radar_due_list
SELECT q.event_id, q.rule_id, e.type, e.time_ms, e.customer_id, e.link_id FROM radar_due q
LEFT JOIN event e ON e.id = q.event_id
WHERE e.id IS NULL OR e.state <> 'waiting' ORDER BY q.event_id, q.rule_id LIMIT :limit;

-- name: radar_due_any
SELECT EXISTS (SELECT 1 FROM radar_due q LEFT JOIN event e ON e.id = q.event_id
    WHERE e.id IS NULL OR e.state <> 'waiting');

-- name: radar_due_done
DELETE FROM radar_due WHERE event_id = :event_id AND rule_id = :rule_id;

-- Who and what is told of; the customer as who they are now.
-- name: radar_about
SELECT l.id, l.customer, l.title, d.scheme || '://' || d.host || '/' || l.code, c.id, c.name,
    coalesce(c.owner_id, l.owner_id), coalesce(u.key, '')
FROM (SELECT :link_id AS link_id,
        (SELECT coalesce(merged_into, id) FROM customer WHERE id = :customer_id) AS customer_id) a
    LEFT JOIN link l ON l.id = a.link_id AND l.tombstone = 0 LEFT JOIN domain d ON d.id = l.domain_id
    LEFT JOIN customer c ON c.id = a.customer_id AND c.forgotten_ms IS NULL
    LEFT JOIN user u ON u.id = coalesce(c.owner_id, l.owner_id);
