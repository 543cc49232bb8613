-- SPDX-License-Identifier: MIT
-- What sales are told of visits to links that are for one person.

-- name: radar_any
SELECT EXISTS (SELECT 1 FROM radar_link) OR EXISTS (SELECT 1 FROM radar_rule WHERE enabled = 1 AND type IS NULL);

-- name: radar_link_watched
SELECT 1 FROM radar_link WHERE link_id = :link_id;

-- name: radar_link_find
SELECT r.link_id, r.since_ms, r.first_ms, r.last_ms, r.cookie, r.hash, r.hash_day, r.forwarded, l.customer, l.title,
    d.scheme || '://' || d.host || '/' || l.code, l.owner_id, coalesce(u.key, '')
FROM radar_link r JOIN link l ON l.id = r.link_id JOIN domain d ON d.id = l.domain_id
    LEFT JOIN user u ON u.id = l.owner_id
WHERE r.link_id = :link_id AND l.tombstone = 0;

-- name: radar_link_update
UPDATE radar_link SET first_ms = :first_ms, last_ms = :last_ms, cookie = :cookie, hash = :hash, hash_day = :hash_day,
    forwarded = :forwarded
WHERE link_id = :link_id;

-- name: radar_forget_cookie
UPDATE radar_link SET cookie = 0 WHERE cookie = :visitor AND cookie <> 0;

-- name: radar_forget_hash
UPDATE radar_link SET hash = 0 WHERE hash = :visitor AND hash <> 0;

-- name: radar_news_insert
INSERT INTO radar_news (kind, time_ms, link_id, click_id, customer, customer_id, rule_id, rule, event_id)
VALUES (:kind, :time_ms, :link_id, :click_id, :customer, :customer_id, :rule_id, :rule, :event_id);

-- Who sees only their own: what is of their customers, and what is of their links unless the customer is somebody else's.
-- Of a customer, or a link, that is not theirs they see the news and not which.
-- part: radar_news_of
FROM radar_news n
    LEFT JOIN link l ON l.id = n.link_id AND l.tombstone = 0 AND (:by_owner = 0 OR l.owner_id = :bound_owner_id)
        AND (:by_domain = 0 OR l.domain_id = :bound_domain_id)
    LEFT JOIN domain d ON d.id = l.domain_id
    LEFT JOIN customer c ON c.id = n.customer_id AND (:by_owner = 0 OR c.owner_id = :bound_owner_id)
    LEFT JOIN user u ON u.id = coalesce(c.owner_id, l.owner_id)
WHERE (l.id IS NOT NULL OR (:by_domain = 0 AND (:by_owner = 0 OR c.id IS NOT NULL)))
    AND (n.customer_id IS NULL OR c.id IS NOT NULL
        OR NOT EXISTS (SELECT 1 FROM customer o WHERE o.id = n.customer_id AND o.owner_id IS NOT NULL))
    AND (:kind IS NULL OR n.kind = :kind) AND (:customer IS NULL OR n.customer = :customer)
    AND (:customer_id IS NULL OR c.id = :customer_id) AND (:rule_id IS NULL OR n.rule_id = :rule_id)
    AND (:owner IS NULL OR u.key = :owner) AND (:link_id IS NULL OR l.id = :link_id)
    AND (:after_id IS NULL OR n.id > :after_id)

-- name: radar_news_list
SELECT n.id, n.kind, n.time_ms, l.id, n.customer, l.title, d.scheme || '://' || d.host || '/' || l.code,
    coalesce(u.key, ''), c.id, c.name, n.rule_id, n.rule, n.event_id
-- use: radar_news_of
AND (:before_id IS NULL OR n.id < :before_id)
ORDER BY n.id DESC LIMIT :limit;

-- name: radar_news_count
SELECT count(*)
-- use: radar_news_of
;

-- Some of what was told of what happened before that instant.
-- name: radar_news_expire
DELETE FROM radar_news WHERE id IN (SELECT id FROM radar_news WHERE time_ms < :before_ms ORDER BY time_ms LIMIT :most);

-- name: radar_person_expire
DELETE FROM radar_person WHERE (rule_id, customer_id, name) IN
    (SELECT rule_id, customer_id, name FROM radar_person WHERE last_ms < :before_ms ORDER BY last_ms LIMIT :most);
